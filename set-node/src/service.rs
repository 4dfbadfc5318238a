//! From octets to octets: the role's [`Handler`] and the bounds around it.
//!
//! A [`Service`] admits a bounded number of requests, runs a bounded number of
//! them at once, ends each within its time, and says "busy" to the rest.
//! Cryptography goes to the [`CryptoPool`], off the async threads. [`Shutdown`]
//! tells everyone when to stop.

use std::{future::Future, net::SocketAddr, pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout},
};

use crate::{
    config::{Limits, Timeouts},
    telemetry::{Metrics, Outcome},
    transport::{FramingFault, MediaType},
};

mod crypto_pool;
mod shutdown;

pub use crypto_pool::{CryptoPool, PoolFault};
pub use shutdown::{Shutdown, ShutdownTrigger};

/// A boxed future, so that handlers can be trait objects.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a role does with the requests that reach its node.
///
/// ```
/// use bytes::Bytes;
/// use set_node::{
///     service::{BoxFuture, Handler, Reply, RequestContext},
///     transport::FramingFault,
/// };
///
/// /// Sends back what it gets.
/// struct Echo;
///
/// impl Handler for Echo {
///     fn handle(&self, request: Bytes, _: RequestContext) -> BoxFuture<'_, Reply> {
///         Box::pin(async move { Reply::Message(request) })
///     }
///
///     fn refuse(&self, _: FramingFault, _: &[u8]) -> Option<Vec<u8>> {
///         None
///     }
/// }
/// ```
pub trait Handler: Send + Sync + 'static {
    /// The whole treatment of one request.
    ///
    /// It runs to its end even when the peer goes away meanwhile; only the
    /// request time-out drops the future. So what it changes must be changed in
    /// one transaction, which is rolled back when dropped.
    fn handle(&self, request: Bytes, context: RequestContext) -> BoxFuture<'_, Reply>;

    /// The octets to answer with when a request is turned away before treatment.
    ///
    /// `head` is as much of the message as had come, 20,000 octets at most, which
    /// is what an Error message may carry. `None` closes the connection without
    /// an answer. Asked over TCP only; HTTP has its status codes.
    fn refuse(&self, reason: FramingFault, head: &[u8]) -> Option<Vec<u8>>;

    /// The media types this role takes over HTTP; others get 415.
    fn accepts(&self) -> &'static [MediaType] {
        &[MediaType::Payment, MediaType::Registration]
    }
}

/// What a role answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A SET message; an Error message is one too.
    Message(Bytes),
    /// Nothing at all: the request was an Error, which is never answered.
    Nothing,
    /// The role has no capacity for this request now.
    Busy,
}

impl From<Vec<u8>> for Reply {
    fn from(message: Vec<u8>) -> Self {
        Self::Message(message.into())
    }
}

/// Where a request came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestContext {
    /// The peer's address; behind a proxy, the proxy's.
    pub peer: SocketAddr,
    /// The binding it came over.
    pub binding: Binding,
    /// When the node will give up on it.
    pub deadline: Instant,
}

/// The binding that a request came over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Binding {
    /// DER over TCP.
    Tcp,
    /// HTTP POST with this media type.
    Http(MediaType),
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Treated {
    /// The role's answer.
    Message(Bytes),
    /// The role answers nothing.
    Nothing,
    /// It was not begun: the node, or the role, is at its limit.
    Busy,
    /// It was given up after its time.
    TimedOut,
    /// The role panicked.
    Failed,
}

/// A role's handler with bounds around it; clones share one set of bounds.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

struct Inner {
    handler: Arc<dyn Handler>,
    admitted: Arc<Semaphore>,
    running: Semaphore,
    capacity: u32,
    patience: Duration,
    metrics: Metrics,
}

impl Service {
    /// Puts the bounds of `limits` and `timeouts` around `handler`.
    pub fn new(
        handler: Arc<dyn Handler>,
        limits: &Limits,
        timeouts: &Timeouts,
        metrics: Metrics,
    ) -> Self {
        let running = limits.requests.clamp(1, MOST_REQUESTS);
        let capacity = running + limits.queue.min(MOST_REQUESTS);
        let inner = Inner {
            handler,
            admitted: Arc::new(Semaphore::new(capacity)),
            running: Semaphore::new(running),
            capacity: u32::try_from(capacity).unwrap_or(u32::MAX),
            patience: timeouts.request.duration(),
            metrics,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Has the role treat one request.
    ///
    /// A request once admitted goes on when the returned future is dropped: a
    /// peer that hangs up and retries finds its answer remembered.
    pub async fn treat(&self, request: Bytes, peer: SocketAddr, binding: Binding) -> Treated {
        let start = Instant::now();
        let treated = match Arc::clone(&self.inner.admitted).try_acquire_owned() {
            Err(_) => Treated::Busy,
            Ok(place) => {
                let deadline = start + self.inner.patience;
                let context = RequestContext {
                    peer,
                    binding,
                    deadline,
                };
                let inner = Arc::clone(&self.inner);
                let work = tokio::spawn(async move {
                    let _place = place;
                    inner.run(request, context).await
                });
                work.await.unwrap_or(Treated::Failed)
            }
        };
        let outcome = match &treated {
            Treated::Message(_) | Treated::Nothing => Outcome::Answered,
            Treated::Busy => Outcome::Busy,
            Treated::TimedOut => Outcome::TimedOut,
            Treated::Failed => Outcome::Failed,
        };
        if !matches!(outcome, Outcome::Answered) {
            tracing::warn!(%peer, ?binding, ?outcome, "request not answered");
        }
        self.inner
            .metrics
            .request(binding, outcome, start.elapsed());
        treated
    }

    /// The role's answer to a request turned away, see [`Handler::refuse`].
    pub fn refuse(&self, reason: FramingFault, octets: &[u8]) -> Option<Vec<u8>> {
        self.inner
            .handler
            .refuse(reason, octets.get(..MOST_HEAD).unwrap_or(octets))
    }

    /// The media types the role takes over HTTP.
    pub fn accepts(&self) -> &'static [MediaType] {
        self.inner.handler.accepts()
    }

    /// The node's counters.
    pub fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    /// Waits until every request admitted has ended.
    ///
    /// Nothing is admitted while this waits.
    pub async fn idle(&self) {
        // The semaphore is never closed, so this fails only if it were.
        let _all = self.inner.admitted.acquire_many(self.inner.capacity).await;
    }
}

impl Inner {
    async fn run(&self, request: Bytes, context: RequestContext) -> Treated {
        let work = async {
            match self.running.acquire().await {
                Ok(_turn) => self.handler.handle(request, context).await,
                Err(_) => Reply::Busy,
            }
        };
        match timeout(self.patience, work).await {
            Ok(Reply::Message(message)) => Treated::Message(message),
            Ok(Reply::Nothing) => Treated::Nothing,
            Ok(Reply::Busy) => Treated::Busy,
            Err(_) => Treated::TimedOut,
        }
    }
}

/// The most that a configuration can ask for at once.
const MOST_REQUESTS: usize = 1 << 20;

/// Octets of a message that an Error may carry.
const MOST_HEAD: usize = 20_000;

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Notify;

    use super::*;

    /// Holds every request until it is let go; panics on `!`, says busy on `?`.
    #[derive(Default)]
    struct Gate {
        begun: AtomicUsize,
        ended: AtomicUsize,
        open: Notify,
    }

    impl Handler for Arc<Gate> {
        fn handle(&self, request: Bytes, _: RequestContext) -> BoxFuture<'_, Reply> {
            Box::pin(async move {
                match request.as_ref() {
                    b"!" => panic!("asked to"),
                    b"?" => return Reply::Busy,
                    _ => {}
                }
                self.begun.fetch_add(1, Ordering::SeqCst);
                self.open.notified().await;
                self.ended.fetch_add(1, Ordering::SeqCst);
                Reply::Message(request)
            })
        }

        fn refuse(&self, _: FramingFault, head: &[u8]) -> Option<Vec<u8>> {
            Some(head.to_vec())
        }
    }

    fn service(requests: usize, queue: usize) -> (Service, Arc<Gate>) {
        let gate = Arc::new(Gate::default());
        let limits = Limits {
            requests,
            queue,
            ..Limits::default()
        };
        let handler = Arc::new(Arc::clone(&gate));
        (
            Service::new(handler, &limits, &Timeouts::default(), Metrics::default()),
            gate,
        )
    }

    fn treat(service: &Service, request: &'static [u8]) -> tokio::task::JoinHandle<Treated> {
        let service = service.clone();
        let peer = SocketAddr::from(([127, 0, 0, 1], 9));
        tokio::spawn(async move {
            service
                .treat(Bytes::from_static(request), peer, Binding::Tcp)
                .await
        })
    }

    async fn settle() {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn past_those_in_work_and_those_in_the_queue_a_request_is_told_busy() {
        let (service, gate) = service(2, 1);
        let admitted = [
            treat(&service, b"a"),
            treat(&service, b"b"),
            treat(&service, b"c"),
        ];
        settle().await;
        assert_eq!(gate.begun.load(Ordering::SeqCst), 2);
        assert_eq!(treat(&service, b"d").await.unwrap(), Treated::Busy);
        for _ in 0..3 {
            gate.open.notify_one();
            settle().await;
        }
        for work in admitted {
            assert!(matches!(work.await.unwrap(), Treated::Message(_)));
        }
        gate.open.notify_one();
        assert_eq!(
            treat(&service, b"e").await.unwrap(),
            Treated::Message("e".into())
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_takes_too_long_is_given_up_and_frees_its_place() {
        let (service, gate) = service(1, 0);
        let start = Instant::now();
        assert_eq!(treat(&service, b"slow").await.unwrap(), Treated::TimedOut);
        assert_eq!(start.elapsed().as_secs(), 25);
        gate.open.notify_one();
        assert_eq!(
            treat(&service, b"next").await.unwrap(),
            Treated::Message("next".into())
        );
        assert_eq!(gate.ended.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_request_whose_peer_went_away_is_still_finished() {
        let (service, gate) = service(1, 0);
        let work = treat(&service, b"a");
        settle().await;
        work.abort();
        settle().await;
        gate.open.notify_one();
        service.idle().await;
        assert_eq!(gate.ended.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_panic_fails_one_request_and_no_other() {
        let (service, _) = service(1, 0);
        assert_eq!(treat(&service, b"!").await.unwrap(), Treated::Failed);
        assert_eq!(treat(&service, b"?").await.unwrap(), Treated::Busy);
    }

    #[test]
    fn an_error_message_is_given_at_most_20_000_octets() {
        let (service, _) = service(1, 0);
        let head = service
            .refuse(FramingFault::Busy, &vec![7; 30_000])
            .unwrap();
        assert_eq!(head.len(), 20_000);
    }
}
