//! Protocol, store and host joined.
//!
//! A request is treated in steps: what it says is opened and judged on the threads for
//! cryptography; what changes is written in one transaction together with the octets of the
//! answer; the acquirer's host is never asked inside of a transaction. For an AuthReq:
//!
//! ```text
//! open ─▶ judge ─▶ [reserve] ─▶ ask the host ─▶ complete ─▶ [record, answer, advice] ─▶ advise
//! ```
//!
//! where `[ ]` is a transaction. The reservation holds the request's octets, in which the
//! account number is encrypted for this gateway, and takes the payment instruction under
//! the digest of its octets: of two requests with one instruction the second is told
//! piPreviouslyUsed. When the process dies after the reservation, another finds it,
//! asks the host again under the same key, which gets the first answer again, and
//! completes; so the merchant's retry is answered as if nothing had happened. See
//! [`GatewayService::recover_older`].
//!
//! The answer to a request is kept under its RRPID; the same octets get it again, though they
//! be too old by then to be treated anew. An Error
//! message says that the request was not processed: it is not kept, and a repetition is
//! looked at anew. Only when the host was asked before something went wrong is the Error
//! kept, because the host is told to reverse, and the key towards it is used up.

mod advice;
mod auth;
mod auth_rev;
mod batch_admin;
pub(crate) mod batches;
pub(crate) mod ledger;
mod locks;
pub(crate) mod postings;
mod recovery;
pub(crate) mod removal;
mod settle;

use std::fmt;
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use bytes::Bytes;
use set_core::asn1::{self, Date};
use set_core::error::{Error, PeerFault};
use set_core::exchange::{Context, ErrorSigner, Refusal, receive};
use set_core::gateway::{Gateway, p_cert};
use set_core::msg::ids::{MerchantId, Rrpid};
use set_core::msg::message::Message;
use set_core::msg::wrapper::{MessageHeader, MessageWrapper};
use set_node::call::Trace;
use set_node::service::{BoxFuture, CryptoPool, Handler, PoolFault, Reply, RequestContext};
use set_node::station::Station;
use set_node::store::{Recall, Store, StoreError, Tx};
use set_node::transport::{FramingFault, MediaType};
use set_node::upkeep::InService;
use tokio::sync::{Notify, Semaphore};

use self::advice::Untold;
use self::locks::Locks;
use self::postings::Books;
use crate::host::AcquirerHost;

/// What a service is made of.
#[derive(Debug)]
pub struct Parts {
    /// Provider, clock and policy.
    pub station: Station,
    /// Keys, and whom the gateway believes.
    pub gateway: InService<Gateway>,
    /// Its state.
    pub store: Store,
    /// Threads for cryptography.
    pub pool: CryptoPool,
    /// The acquirer's host.
    pub host: Arc<dyn AcquirerHost>,
    /// Requests in work at once, those given up by the node included.
    pub places: usize,
    /// Whether the gateway opens and names batches; the merchants otherwise.
    pub assigns_batches: bool,
    /// How long answers are kept.
    pub keep_answers: Duration,
    /// Whether it is told what requests proved.
    pub trace: Trace,
}

/// The gateway as a [`Handler`]; clones are the same service.
#[derive(Clone)]
pub struct GatewayService {
    inner: Arc<Inner>,
}

struct Inner {
    parts: Parts,
    /// One request with an RRPID at a time, so that a repetition finds the answer.
    requests: Locks<Rrpid>,
    /// One change of a merchant's batches at a time.
    books: Locks<MerchantId>,
    places: Arc<Semaphore>,
    advice: Notify,
    untold: Untold,
    /// The gateways behind the same address, for PCertReq.
    beside: OnceLock<Vec<Weak<Inner>>>,
}

/// Why a request has no proper answer.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    /// The request is refused; an Error message says why.
    #[error("{}", .0.error)]
    Refused(Box<Refusal>),
    /// There is no capacity for it now.
    #[error(transparent)]
    Pool(#[from] PoolFault),
    /// The store failed; nothing was changed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something of our own is wrong.
    #[error(transparent)]
    Own(#[from] Error),
}

/// A request whose outside is in order.
#[derive(Clone)]
struct Request {
    header: MessageHeader,
    message: Arc<Message>,
    octets: Bytes,
    rrpid: Rrpid,
}

impl GatewayService {
    /// Joins the parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let places = parts.places.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            inner: Arc::new(Inner {
                parts,
                requests: Locks::default(),
                books: Locks::default(),
                places: Arc::new(Semaphore::new(places)),
                advice: Notify::new(),
                untold: Untold::default(),
                beside: OnceLock::new(),
            }),
        }
    }

    /// Answers PCertReq for `others` as well, which are behind the same address. Once is enough.
    pub fn beside<'a>(&self, others: impl IntoIterator<Item = &'a Self>) {
        let others = others.into_iter().map(|other| Arc::downgrade(&other.inner));
        let _known = self.inner.beside.set(others.collect());
    }

    /// Keys and trust that are in service, and can be replaced.
    #[must_use]
    pub fn gateway(&self) -> &InService<Gateway> {
        &self.inner.parts.gateway
    }
}

impl Handler for GatewayService {
    /// The work goes on when the node has given up on it: between reservation and answer
    /// the host may have decided already.
    fn handle(&self, request: Bytes, _: RequestContext) -> BoxFuture<'_, Reply> {
        let inner = Arc::clone(&self.inner);
        Box::pin(async move {
            let Ok(place) = Arc::clone(&inner.places).try_acquire_owned() else {
                return Reply::Busy;
            };
            let work = tokio::spawn(async move {
                let _place = place;
                inner.reply(request).await
            });
            match work.await {
                Ok(reply) => reply,
                Err(fault) => {
                    tracing::error!(%fault, "a request failed");
                    Reply::Nothing
                }
            }
        })
    }

    fn refuse(&self, reason: FramingFault, head: &[u8]) -> Option<Vec<u8>> {
        let fault: Error = match reason.decoding() {
            Some(fault) => fault.into(),
            None => PeerFault::Unspecified("the gateway is busy").into(),
        };
        let context = self.inner.parts.station.context();
        Refusal::unreadable(fault, head)
            .answer(&context, None)
            .ok()
            .flatten()
    }

    fn accepts(&self) -> &'static [MediaType] {
        &[MediaType::Payment]
    }
}

impl Inner {
    async fn reply(self: Arc<Self>, octets: Bytes) -> Reply {
        match self.treat(octets).await {
            Ok(answer) => Reply::from(answer),
            Err(Trouble::Refused(refusal)) => {
                tracing::warn!(error = %refusal.error, "request refused");
                self.error(refusal).await
            }
            Err(Trouble::Pool(PoolFault::Busy)) => Reply::Busy,
            Err(Trouble::Store(fault)) if fault.is_passing() => {
                tracing::warn!(%fault, "request not answered now");
                Reply::Busy
            }
            Err(fault) => {
                tracing::error!(%fault, "request not answered; nothing was changed");
                Reply::Busy
            }
        }
    }

    /// The answer to a request: the one it had before, or a new one.
    async fn treat(self: &Arc<Self>, octets: Bytes) -> Result<Vec<u8>, Trouble> {
        let request = match self.receive(octets.clone()).await {
            Err(Trouble::Refused(refusal)) if is_too_old(&refusal.error) => {
                return self.repeated(octets, refusal).await;
            }
            received => received?,
        };
        let _turn = self.requests.lock(request.rrpid).await;
        let name = request.message.name();
        match self.recall(request.rrpid, name, &request.octets).await? {
            Recall::Same(answer) => return Ok(answer),
            Recall::Different => return Err(request.refuse(PeerFault::ReplayedRrpid.into())),
            Recall::New => {}
        }
        match request.message.as_ref() {
            Message::AuthReq(_) => self.authorize(request).await,
            Message::AuthRevReq(_) => self.reverse(request).await,
            Message::CapReq(_)
            | Message::CapRevReq(_)
            | Message::CredReq(_)
            | Message::CredRevReq(_) => self.settle(request).await,
            Message::BatchAdminReq(_) => self.administer(request).await,
            _ => self.certificates(request).await,
        }
    }

    /// The answer to a request that comes again after an outage that outlasted its date.
    async fn repeated(
        self: &Arc<Self>,
        octets: Bytes,
        refusal: Box<Refusal>,
    ) -> Result<Vec<u8>, Trouble> {
        let again = octets.clone();
        let read = self
            .compute(move |inner| {
                let limits = &inner.parts.station.policy().limits;
                asn1::decode::<MessageWrapper>(&again, limits)
            })
            .await?;
        let Ok(MessageWrapper {
            message_header: MessageHeader {
                rrpid: Some(rrpid), ..
            },
            message,
            ..
        }) = read
        else {
            return Err(Trouble::Refused(refusal));
        };
        let _turn = self.requests.lock(rrpid).await;
        let name = message.name();
        let mut recall = self.recall(rrpid, name, &octets).await?;
        if recall == Recall::New {
            self.take_up(rrpid, &octets).await?;
            recall = self.recall(rrpid, name, &octets).await?;
        }
        match recall {
            Recall::Same(answer) => Ok(answer),
            Recall::Different | Recall::New => Err(Trouble::Refused(refusal)),
        }
    }

    async fn recall(&self, rrpid: Rrpid, name: &str, octets: &[u8]) -> Result<Recall, StoreError> {
        let mut tx = self.parts.store.begin().await?;
        let recall = tx.recall(rrpid.as_octets(), name, octets).await?;
        tx.roll_back().await?;
        Ok(recall)
    }

    async fn receive(self: &Arc<Self>, octets: Bytes) -> Result<Request, Trouble> {
        self.compute(move |inner| {
            let context = inner.parts.station.context();
            Request::receive(&context, octets)
        })
        .await?
    }

    /// PCertReq: nothing is changed but the answer remembered.
    async fn certificates(self: &Arc<Self>, request: Request) -> Result<Vec<u8>, Trouble> {
        let asked = request.clone();
        let (answer, merchant) = self
            .compute(move |inner| {
                let Message::PCertReq(message) = asked.message.as_ref() else {
                    let name = asked.message.name();
                    return Err(asked.refuse(PeerFault::MessageNotSupported(name).into()));
                };
                let mut gateways = inner.gateways();
                p_cert::p_cert(
                    &inner.parts.station.context(),
                    &mut gateways,
                    &asked.header,
                    message,
                )
                .map_err(|error| asked.refuse(error))
            })
            .await??;
        let mut tx = self.parts.store.begin().await?;
        self.admit(&mut tx, &request, &merchant).await?;
        self.remember(&mut tx, &request, &answer).await?;
        tx.commit().await?;
        Ok(answer)
    }

    async fn remember(
        &self,
        tx: &mut set_node::store::Tx,
        request: &Request,
        answer: &[u8],
    ) -> Result<(), StoreError> {
        tx.remember(
            request.rrpid.as_octets(),
            request.message.name(),
            &request.octets,
            answer,
            self.seconds(),
        )
        .await
    }

    /// The Error message for a refused request.
    async fn error(self: &Arc<Self>, refusal: Box<Refusal>) -> Reply {
        match self.error_octets(refusal).await {
            Ok(Some(octets)) => Reply::from(octets),
            Ok(None) => Reply::Nothing,
            Err(Trouble::Pool(PoolFault::Busy)) => Reply::Busy,
            Err(fault) => {
                tracing::error!(%fault, "cannot make an Error message");
                Reply::Nothing
            }
        }
    }

    /// The octets of an Error message, signed; none for what is never answered.
    async fn error_octets(
        self: &Arc<Self>,
        refusal: Box<Refusal>,
    ) -> Result<Option<Vec<u8>>, Trouble> {
        let answer = self
            .compute(move |inner| {
                let gateway = inner.parts.gateway.now();
                let signature = &gateway.signature;
                let signer = ErrorSigner {
                    signer: signature.signer(),
                    attached: signature.attached(),
                };
                refusal.answer(&inner.parts.station.context(), Some(&signer))
            })
            .await?;
        Ok(answer?)
    }

    /// Runs `job` on the threads for cryptography.
    async fn compute<T: Send + 'static>(
        self: &Arc<Self>,
        job: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Result<T, PoolFault> {
        let inner = Arc::clone(self);
        self.parts.pool.spawn_crypto(move || job(&inner)).await
    }

    /// All gateways behind this address, this one first.
    fn gateways(&self) -> Vec<Gateway> {
        let beside = self.beside.get().into_iter().flatten();
        let others = beside.filter_map(Weak::upgrade);
        std::iter::once(self.gateway())
            .chain(others.map(|other| other.gateway()))
            .collect()
    }

    /// Keys and trust for one request. What the request teaches is forgotten with it: a
    /// stranger must not fill the gateway's memory.
    fn gateway(&self) -> Gateway {
        Gateway::clone(&self.parts.gateway.now())
    }

    fn now(&self) -> Date {
        self.parts.station.now()
    }

    /// The books of money, for what `request` leaves behind.
    fn money<'a>(&self, tx: &'a mut Tx, request: &Request) -> Books<'a> {
        Books {
            tx,
            cause: request.rrpid,
            margin_percent: self.parts.station.policy().amount_margin_percent,
        }
    }

    /// The time in Unix seconds.
    fn seconds(&self) -> i64 {
        i64::try_from(self.now().unix()).unwrap_or(i64::MAX)
    }
}

impl Request {
    fn receive(context: &Context<'_>, octets: Bytes) -> Result<Self, Trouble> {
        let received = receive(context, &octets, |message| {
            matches!(
                message,
                Message::AuthReq(_)
                    | Message::AuthRevReq(_)
                    | Message::CapReq(_)
                    | Message::CapRevReq(_)
                    | Message::CredReq(_)
                    | Message::CredRevReq(_)
                    | Message::BatchAdminReq(_)
                    | Message::PCertReq(_)
            )
        })
        .map_err(|refusal| Trouble::Refused(Box::new(refusal)))?;
        let Some(rrpid) = received.header.rrpid else {
            let refusal = received.refuse(PeerFault::UnknownRrpid.into());
            return Err(Trouble::Refused(Box::new(refusal)));
        };
        let (header, message) = (received.header, Arc::new(received.message));
        Ok(Self {
            header,
            message,
            octets,
            rrpid,
        })
    }

    fn refuse(&self, error: Error) -> Trouble {
        let refusal = Refusal::of(error, self.header.clone(), &self.message);
        Trouble::Refused(Box::new(refusal))
    }
}

/// Whether nothing but its date speaks against a request so far.
fn is_too_old(error: &Error) -> bool {
    matches!(error, Error::Peer(PeerFault::TooOld(_)))
}

impl fmt::Debug for GatewayService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GatewayService").finish_non_exhaustive()
    }
}
