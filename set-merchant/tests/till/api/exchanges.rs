//! Requests to the interface, recorded.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde::Serialize;
use serde_json::Value;
use set_merchant::{
    ApiDoor, ApiKeyCommand, Config, CreateKeyArgs, Gateway, Operation, Till, api_key, api_routes,
};
use set_node::service::{Shutdown, ShutdownTrigger};
use set_node::transport::{MediaType, Pages};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::rig::{Printed, Rig};

/// One request and its answer, as the validator reads it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Exchange {
    #[serde(skip)]
    pub(crate) operation: Option<Operation>,
    method: String,
    path: String,
    query: String,
    headers: Value,
    body: String,
    /// Whether the request is as the description has it.
    pub(crate) good: bool,
    pub(crate) status: u16,
    media: String,
    answer_headers: Value,
    pub(crate) answer: String,
}

impl Exchange {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.answer).unwrap()
    }

    /// The last part of the problem's type.
    pub(crate) fn problem(&self) -> String {
        assert_eq!(self.media, "application/problem+json", "{self:?}");
        let told = self.json();
        for member in ["title", "cause", "remedy"] {
            assert!(!told[member].as_str().unwrap().is_empty());
        }
        assert_eq!(told["status"], self.status);
        let name = told["type"].as_str().unwrap();
        name.rsplit(':').next().unwrap().to_owned()
    }
}

/// A request that is being made.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) operation: Option<Operation>,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) key: Option<String>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) media: Option<&'static str>,
    pub(crate) body: String,
    /// The length announced; the body's own otherwise.
    pub(crate) announced: Option<usize>,
    pub(crate) good: bool,
}

impl Call {
    pub(crate) fn new(operation: Operation, order: &str, key: &str) -> Self {
        Self {
            operation: Some(operation),
            method: operation.method().to_string(),
            path: operation.path().replace("{order}", order),
            query: String::new(),
            key: Some(key.to_owned()),
            idempotency_key: None,
            media: None,
            body: String::new(),
            announced: None,
            good: true,
        }
    }

    pub(crate) fn once(mut self, idempotency_key: &str) -> Self {
        self.idempotency_key = Some(idempotency_key.to_owned());
        self
    }

    pub(crate) fn body(mut self, body: &str) -> Self {
        self.media = Some("application/json; charset=utf-8");
        self.body = body.to_owned();
        self
    }

    pub(crate) fn bad(mut self) -> Self {
        self.good = false;
        self
    }
}

/// The interface, served.
pub(crate) struct Api {
    address: SocketAddr,
    pub(crate) till: Arc<Till>,
    seen: Arc<Mutex<Vec<Exchange>>>,
    _stop: ShutdownTrigger,
}

impl Api {
    /// Serves the merchant of `rig` with another configuration; exchanges go to `seen`.
    pub(crate) async fn start(
        rig: &Rig,
        seen: Arc<Mutex<Vec<Exchange>>>,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let mut config = rig.config.clone();
        change(&mut config);
        let pos = rig.pos_with(&config).await;
        let gateway = config.gateway.clone();
        let caller = gateway.map(|at| pos.caller(at, "gateway", MediaType::Payment));
        let till = Arc::new(Till::open(&pos, Gateway::new(caller)).unwrap());
        let routes = api_routes(ApiDoor::open(&pos, Arc::clone(&till)).await.unwrap());
        let pages = Pages::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .await
            .unwrap();
        let address = pages.address();
        let (stop, shutdown) = Shutdown::new();
        tokio::spawn(async move {
            let drain = std::time::Duration::ZERO;
            pages
                .serve(routes, 8, &config.timeouts, shutdown, drain)
                .await;
        });
        Self {
            address,
            till,
            seen,
            _stop: stop,
        }
    }

    /// Where exchanges are recorded.
    pub(crate) fn seen(&self) -> Arc<Mutex<Vec<Exchange>>> {
        Arc::clone(&self.seen)
    }

    /// Makes a request and records it with its answer.
    pub(crate) async fn call(&self, call: &Call) -> Exchange {
        let exchange = self.call_unlisted(call).await;
        self.seen.lock().unwrap().push(exchange.clone());
        exchange
    }

    /// Makes a request that the description does not know.
    pub(crate) async fn call_unlisted(&self, call: &Call) -> Exchange {
        let mut headers = serde_json::Map::new();
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                headers.insert(name.to_owned(), value.into());
            }
        };
        let bearer = call.key.as_ref().map(|key| format!("Bearer {key}"));
        add("Authorization", bearer);
        add("Idempotency-Key", call.idempotency_key.clone());
        add("Content-Type", call.media.map(str::to_owned));
        let mut target = call.path.clone();
        if !call.query.is_empty() {
            target = format!("{target}?{}", call.query);
        }
        let mut request = format!("{} {target} HTTP/1.1\r\nHost: shop\r\n", call.method);
        for (name, value) in &headers {
            request.push_str(&format!("{name}: {}\r\n", value.as_str().unwrap()));
        }
        let announced = call.announced.unwrap_or(call.body.len());
        request.push_str(&format!(
            "Connection: close\r\nContent-Length: {announced}\r\n\r\n{}",
            call.body
        ));
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(answer[..end].to_vec()).unwrap();
        let mut answer_headers = serde_json::Map::new();
        for line in head.lines().skip(1) {
            let (name, value) = line.split_once(": ").unwrap();
            answer_headers.insert(name.to_lowercase(), value.into());
        }
        let media = answer_headers["content-type"].as_str().unwrap();
        assert_eq!(answer_headers["cache-control"], "no-store");
        Exchange {
            operation: call.operation,
            method: call.method.to_lowercase(),
            path: call.path.clone(),
            query: call.query.clone(),
            headers: headers.into(),
            body: call.body.clone(),
            good: call.good,
            status: head[9..12].parse().unwrap(),
            media: media.to_owned(),
            answer_headers: answer_headers.into(),
            answer: String::from_utf8(answer[end + 4..].to_vec()).unwrap(),
        }
    }
}

/// A key that may do everything, or only read.
pub(crate) async fn key(rig: &Rig, read_only: bool) -> String {
    let printed = Printed::default();
    let command = ApiKeyCommand::Create(CreateKeyArgs {
        name: "web shop".to_owned(),
        read_only,
    });
    api_key(
        rig.folder.path(),
        &rig.config,
        &command,
        &mut printed.screen(),
    )
    .await
    .unwrap();
    printed.json()["key"].as_str().unwrap().to_owned()
}
