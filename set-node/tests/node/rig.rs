//! A server on loopback ports whose role answers in a way that tests can see.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, routing::get};
use bytes::Bytes;
use set_node::{
    config::{Limits, ListenConfig, Period, Timeouts},
    service::{BoxFuture, Handler, Reply, RequestContext, Service, Shutdown, ShutdownTrigger},
    telemetry::Metrics,
    transport::{FramingFault, Listener, Transport},
};
use tokio::{
    sync::{Notify, Semaphore},
    task::JoinHandle,
};

/// Answers a message with its content reversed. Content that begins with
/// `hold` waits for a permit of `gate` first, `mute` is answered with nothing,
/// `busy` is refused, `boom` panics.
pub(crate) struct Mirror {
    pub(crate) gate: Semaphore,
    pub(crate) begun: Notify,
    pub(crate) handled: AtomicUsize,
}

pub(crate) fn mirror() -> Mirror {
    Mirror {
        gate: Semaphore::new(0),
        begun: Notify::new(),
        handled: AtomicUsize::new(0),
    }
}

impl Handler for Mirror {
    fn handle(&self, request: Bytes, _: RequestContext) -> BoxFuture<'_, Reply> {
        Box::pin(async move {
            self.handled.fetch_add(1, Ordering::SeqCst);
            let content = content(&request);
            match content.get(..4) {
                Some(b"hold") => {
                    self.begun.notify_one();
                    self.gate.acquire().await.unwrap().forget();
                }
                Some(b"mute") => return Reply::Nothing,
                Some(b"busy") => return Reply::Busy,
                Some(b"boom") => panic!("asked to"),
                _ => {}
            }
            message(&content.iter().rev().copied().collect::<Vec<_>>()).into()
        })
    }

    fn refuse(&self, reason: FramingFault, head: &[u8]) -> Option<Vec<u8>> {
        match reason {
            FramingFault::NotASequence { .. } => None,
            reason => Some(message(format!("{reason} / {}", head.len()).as_bytes())),
        }
    }
}

/// A running server.
pub(crate) struct Rig {
    pub(crate) tcp: SocketAddr,
    pub(crate) http: SocketAddr,
    pub(crate) role: Arc<Mirror>,
    pub(crate) metrics: Metrics,
    pub(crate) stop: ShutdownTrigger,
    pub(crate) served: JoinHandle<bool>,
}

impl Rig {
    pub(crate) async fn start(limits: Limits, timeouts: Timeouts) -> Self {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let config = ListenConfig {
            tcp: Some(any),
            http: Some(any),
            ..ListenConfig::default()
        };
        let listener = Listener::bind(&config, &limits, &timeouts).await.unwrap();
        let (tcp, http) = (
            listener.tcp_address().unwrap(),
            listener.http_address().unwrap(),
        );
        let role = Arc::new(mirror());
        let metrics = Metrics::default();
        let service = Service::new(role.clone(), &limits, &timeouts, metrics.clone());
        let (stop, shutdown) = Shutdown::new();
        let routes = Router::new().route("/shop", get(|| async { "goods" }));
        let served = tokio::spawn(listener.serve(service, routes, shutdown));
        Self {
            tcp,
            http,
            role,
            metrics,
            stop,
            served,
        }
    }

    pub(crate) async fn plain() -> Self {
        Self::start(Limits::default(), Timeouts::default()).await
    }

    pub(crate) fn over_tcp(&self) -> Transport {
        Transport::new(format!("set://{}", self.tcp).parse().unwrap())
    }

    pub(crate) fn over_http(&self) -> Transport {
        Transport::new(format!("http://{}/set", self.http).parse().unwrap())
    }
}

/// Time-outs of which `shorten` makes those short that the test sits out; the others are as
/// long as ever, so that a busy machine does not run into them.
pub(crate) fn impatient(shorten: impl FnOnce(&mut Timeouts, Period)) -> Timeouts {
    let mut timeouts = Timeouts::default();
    shorten(&mut timeouts, Period::milliseconds(100));
    timeouts
}

/// What comes of `work`, which a fault would keep from ever ending.
pub(crate) async fn ends<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.unwrap()
}

/// A SEQUENCE around `content`.
pub(crate) fn message(content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut octets = match u8::try_from(length) {
        Ok(short @ 0..=0x7f) => vec![0x30, short],
        Ok(long) => vec![0x30, 0x81, long],
        Err(_) => {
            let [_, a, b, c] = u32::try_from(length).unwrap().to_be_bytes();
            if a == 0 {
                vec![0x30, 0x82, b, c]
            } else {
                vec![0x30, 0x83, a, b, c]
            }
        }
    };
    octets.extend_from_slice(content);
    octets
}

/// The content of a SEQUENCE.
pub(crate) fn content(message: &[u8]) -> &[u8] {
    match message[1] {
        short @ 0..=0x7f => {
            assert_eq!(message.len(), 2 + usize::from(short));
            &message[2..]
        }
        long => &message[2 + usize::from(long & 0x7f)..],
    }
}

/// Longer than anything takes on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(120);
