//! The shop is told of every outcome, once it can be reached.

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::Value;
use set_core::exchange::CapRevOrCred;
use set_merchant::{
    CallbackCommand, Callbacks, CaptureArgs, CaptureWish, Config, CorrectArgs, CorrectWish,
    Failure, callback, callback_secret, capture, correct,
};
use set_node::config::Timeouts;
use set_node::service::{Shutdown, ShutdownTrigger};
use set_node::transport::Pages;
use set_testkit::externals;

use crate::rig::{Printed, Rig, Wallet};

/// A web shop that takes call-backs.
struct WebShop {
    address: SocketAddr,
    status: Arc<AtomicU16>,
    told: Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
    _stop: ShutdownTrigger,
}

impl WebShop {
    async fn open() -> Self {
        let status = Arc::new(AtomicU16::new(204));
        let told: Arc<Mutex<Vec<_>>> = Arc::default();
        let (answers, list) = (Arc::clone(&status), Arc::clone(&told));
        let page = post(async move |headers: HeaderMap, body: Bytes| {
            list.lock().unwrap().push((headers, body));
            StatusCode::from_u16(answers.load(Ordering::SeqCst)).unwrap()
        });
        let routes = Router::new().route("/set-events", page);
        let pages = Pages::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .await
            .unwrap();
        let address = pages.address();
        let (stop, shutdown) = Shutdown::new();
        tokio::spawn(async move {
            let drain = std::time::Duration::ZERO;
            pages
                .serve(routes, 16, &Timeouts::default(), shutdown, drain)
                .await;
        });
        Self {
            address,
            status,
            told,
            _stop: stop,
        }
    }

    fn configure(&self, config: &mut Config) {
        config.callback.url = format!("http://{}/set-events", self.address).parse().ok();
        config.callback.attempts = 3;
    }

    fn take(&self) -> Vec<(HeaderMap, Bytes)> {
        std::mem::take(&mut *self.told.lock().unwrap())
    }
}

async fn secret(rig: &Rig) -> String {
    let printed = Printed::default();
    callback_secret(&rig.pos().await, &mut printed.screen()).unwrap();
    printed.json()["secret"].as_str().unwrap().to_owned()
}

/// Sends what is due, as a server that has just started.
async fn deliver(rig: &Rig) -> usize {
    let pos = rig.pos().await;
    let callbacks = Callbacks::open(&pos, Arc::clone(&rig.till)).unwrap();
    Arc::new(callbacks.unwrap()).deliver().await.unwrap()
}

async fn waiting(rig: &Rig) -> Value {
    let printed = Printed::default();
    let list = CallbackCommand::List;
    callback(rig.folder.path(), &rig.config, &list, &mut printed.screen())
        .await
        .unwrap();
    printed.json()["events"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_outcome_is_told_with_a_signature_that_openssl_computes_as_well() {
    let shop = WebShop::open().await;
    let rig = Rig::start(|config| shop.configure(config)).await;
    let pos = rig.pos().await;
    let unsigned = Callbacks::open(&pos, Arc::clone(&rig.till));
    assert!(matches!(unsigned, Err(Failure::NoSecret)));
    let secret = secret(&rig).await;
    let (_, placed) = rig.buy(&mut Wallet::new()).await;
    let order = placed.trans_ids.xid.to_string();
    let args = CaptureArgs {
        orders: vec![order.clone()],
        all: false,
        wish: CaptureWish::default(),
        gateway: None,
    };
    capture(&pos, &args, &mut Printed::default().screen())
        .await
        .unwrap();
    let args = CorrectArgs {
        order: order.clone(),
        wish: CorrectWish {
            amount: Some(100),
            ..CorrectWish::default()
        },
        gateway: None,
    };
    let what = CapRevOrCred::Cred;
    correct(&pos, what, &args, &mut Printed::default().screen())
        .await
        .unwrap();

    assert_eq!(deliver(&rig).await, 4);
    assert_eq!(deliver(&rig).await, 0);
    let told = shop.take();
    let mut events: Vec<Value> = told
        .iter()
        .map(|(headers, body)| {
            let event: Value = serde_json::from_slice(body).unwrap();
            assert_eq!(headers["set-event-id"], event["id"].as_str().unwrap());
            assert_eq!(event["order"]["xid"], *order);
            event
        })
        .collect();
    events.sort_by_key(|event| event["version"].as_u64());
    let types: Vec<&str> = events
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    assert_eq!(types, ["accepted", "authorized", "captured", "credited"]);
    assert_eq!(events[3]["order"]["credited"], "1.00 USD");
    assert!(waiting(&rig).await.as_array().unwrap().is_empty());
    is_not_on_disk(&rig, &secret);

    let Some(openssl) = externals::require("openssl") else {
        return;
    };
    for (headers, body) in told {
        let field = headers["set-signature"].to_str().unwrap();
        let (time, mac) = field
            .strip_prefix("t=")
            .and_then(|rest| rest.split_once(",v1="))
            .unwrap();
        let mut child = Command::new(&openssl)
            .args(["dgst", "-sha256", "-mac", "HMAC", "-macopt"])
            .arg(format!("hexkey:{secret}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut to = child.stdin.take().unwrap();
        to.write_all(&[time.as_bytes(), b".", &body].concat())
            .unwrap();
        drop(to);
        let said = child.wait_with_output().unwrap().stdout;
        let said = String::from_utf8(said).unwrap();
        assert_eq!(said.trim().rsplit(' ').next().unwrap(), mac);
    }
}

fn is_not_on_disk(rig: &Rig, secret: &str) {
    let octets: Vec<u8> = (0..secret.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&secret[at..at + 2], 16).unwrap())
        .collect();
    let sealed = rig.folder.path().join("callback-secret.pem");
    let store = rig.folder.path().join("store.db");
    for file in [sealed, store] {
        let held = std::fs::read(file).unwrap();
        for clear in [secret.as_bytes(), &octets] {
            assert!(!held.windows(clear.len()).any(|part| part == clear));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_is_down_is_told_later_of_the_same_through_restarts() {
    let shop = WebShop::open().await;
    let rig = Rig::start(|config| shop.configure(config)).await;
    secret(&rig).await;
    rig.desk.declines.store(true, Ordering::SeqCst);
    rig.buy(&mut Wallet::new()).await;
    shop.status.store(500, Ordering::SeqCst);
    assert_eq!(deliver(&rig).await, 0);
    let first = shop.take();
    assert_eq!(first.len(), 2);
    let rig = rig.restart().await;
    shop.status.store(200, Ordering::SeqCst);
    assert_eq!(deliver(&rig).await, 0, "too soon");
    rig.clock.advance(60);
    assert_eq!(deliver(&rig).await, 2);
    let bodies = |told: Vec<(HeaderMap, Bytes)>| {
        let mut bodies: Vec<Bytes> = told.into_iter().map(|(_, body)| body).collect();
        bodies.sort();
        bodies
    };
    assert_eq!(bodies(shop.take()), bodies(first));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_not_taken_is_given_up_and_sent_again_on_demand() {
    let shop = WebShop::open().await;
    let rig = Rig::start(|config| shop.configure(config)).await;
    secret(&rig).await;
    rig.buy(&mut Wallet::new()).await;
    // A redirection is not followed.
    shop.status.store(307, Ordering::SeqCst);
    for _ in 0..6 {
        deliver(&rig).await;
        rig.clock.advance(60);
    }
    assert_eq!(shop.take().len(), 6, "two events, three times each");
    let listed = waiting(&rig).await;
    let given_up = &listed[0];
    assert_eq!(
        (&given_up["attempts"], &given_up["next"]),
        (&3.into(), &Value::Null)
    );
    assert!(given_up["fault"].as_str().unwrap().contains("307"));
    let events = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["id"].as_str().unwrap().to_owned())
        .collect();
    let resend = CallbackCommand::Resend { events };
    callback(
        rig.folder.path(),
        &rig.config,
        &resend,
        &mut Printed::default().screen(),
    )
    .await
    .unwrap();
    shop.status.store(200, Ordering::SeqCst);
    assert_eq!(deliver(&rig).await, 2);
    let unknown = CallbackCommand::Resend {
        events: vec!["00".to_owned()],
    };
    let printed = Printed::default();
    let refused = callback(
        rig.folder.path(),
        &rig.config,
        &unknown,
        &mut printed.screen(),
    )
    .await;
    assert!(matches!(refused, Err(Failure::NoEvent(_))));
}
