//! The server towards wallets: PInitReq, PReq, InqReq.
//!
//! A request is answered in three moves: its order is looked up in one transaction; the
//! cryptography is done on the workers, and the gateway asked where it has to be, with the
//! store free for others; and the order's next state and the answer are stored in another
//! transaction, which fails if the order was changed meanwhile, whereupon all of it is done
//! anew. The same octets under the same RRPID get the same answer ever after.
//!
//! What a wallet sends of certificates is forgotten after its request.

mod shopping;

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use set_core::error::{Error, PeerFault};
use set_core::evidence::Exhibit;
use set_core::exchange::{Context, ErrorSigner, Received, Refusal, receive};
use set_core::merchant::order::Order;
use set_core::merchant::{Merchant, authorize, inq};
use set_core::msg::ids::{BrandId, Rrpid, Xid};
use set_core::msg::message::Message;
use set_core::msg::payment::p_req::{OiData, PReq};
use set_core::msg::wrapper::MessageHeader;
use set_node::call::Trace;
use set_node::program;
use set_node::service::{BoxFuture, CryptoPool, Handler, Reply, RequestContext};
use set_node::station::Station;
use set_node::store::{Recall, Store};
use set_node::transport::{FramingFault, MediaType};
use tokio::sync::Notify;

use crate::config::Config;
use crate::counter::Counter;
use crate::events::Happened;
use crate::failure::Failure;
use crate::fault::Fault;
use crate::gateway::Gateway;
use crate::ledger::{self, Entry};
use crate::pos::Pos;
use crate::proof;

/// Where orders are taken.
#[derive(Debug)]
pub struct Till {
    pub(crate) station: Station,
    pub(crate) store: Store,
    pub(crate) config: Config,
    /// Told when an order waits for the background.
    pub(crate) unsettled: Notify,
    pub(crate) trace: Trace,
    pool: CryptoPool,
    /// Of the brand that was enrolled first.
    first: Counter,
    further: Vec<Counter>,
}

/// A request that was received, taken apart.
#[derive(Debug)]
pub(crate) struct Request {
    header: MessageHeader,
    message: Message,
    octets: Bytes,
    rrpid: Rrpid,
}

impl Request {
    /// The transaction of a PReq.
    fn xid(&self) -> Result<Xid, Fault> {
        match &self.message {
            Message::PReq(request) => Ok(oi_data(request).trans_ids.xid),
            other => Err(PeerFault::MessageNotSupported(other.name()).into()),
        }
    }
}

impl Till {
    /// Takes orders for the merchant of a data folder, and asks `gateway`.
    ///
    /// # Errors
    ///
    /// [`Failure::NotEnrolled`]; files of the data folder that are not what belongs there;
    /// the system refuses a thread.
    pub fn open(pos: &Pos, gateway: Gateway) -> Result<Self, Failure> {
        Ok(Self {
            station: pos.station.clone(),
            store: pos.store.clone(),
            config: pos.config.clone(),
            unsettled: Notify::new(),
            trace: pos.trace,
            pool: CryptoPool::new(&pos.config.limits).map_err(program::Failure::Runtime)?,
            first: Counter::open(pos, gateway)?,
            further: Vec::new(),
        })
    }

    /// Takes orders of another brand as well, whose keys are in the data folder of `pos`.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn with_brand(mut self, pos: &Pos, gateway: Gateway) -> Result<Self, Failure> {
        self.further.push(Counter::open(pos, gateway)?);
        Ok(self)
    }

    /// Who serves a brand; the one enrolled first where no brand is named.
    ///
    /// # Errors
    ///
    /// [`Fault::NoSuchBrand`].
    pub(crate) fn counter(&self, brand_id: Option<&BrandId>) -> Result<&Counter, Fault> {
        let Some(brand_id) = brand_id else {
            return Ok(&self.first);
        };
        let mut counters = self.counters();
        let found = counters.find(|counter| counter.is_of(brand_id));
        found.ok_or_else(|| Fault::NoSuchBrand(brand_id.to_string()))
    }

    /// Who serves, the brand that was enrolled first before the others.
    pub(crate) fn counters(&self) -> impl Iterator<Item = &Counter> {
        std::iter::once(&self.first).chain(&self.further)
    }

    /// Who serves with the keys of a data folder.
    pub(crate) fn counter_at(&self, folder: &Path) -> &Counter {
        let mut further = self.further.iter();
        further
            .find(|counter| counter.is_at(folder))
            .unwrap_or(&self.first)
    }

    /// Closes the store once the transactions in work have ended; from then on everybody is
    /// told to come again.
    pub async fn close(&self) {
        self.store.close().await;
    }

    /// The order that `name` names: lid-M or XID in hexadecimal.
    pub(crate) async fn entry(&self, name: &str) -> Result<Entry, Failure> {
        ledger::entry(&self.store, name).await
    }

    /// Now, in Unix seconds, as the store has it.
    pub(crate) fn unix_now(&self) -> i64 {
        i64::try_from(self.station.now().unix()).unwrap_or(i64::MAX)
    }

    /// The answer to one request.
    async fn answer(&self, octets: Bytes) -> Reply {
        let (header, message) = {
            let context = self.station.context();
            match receive(&context, &octets, is_served) {
                Ok(Received {
                    header, message, ..
                }) => (header, message),
                Err(refusal) => return self.refuse_with(refusal).await,
            }
        };
        let Some(rrpid) = header.rrpid else {
            let fault = PeerFault::UnknownRrpid.into();
            return self.refuse_with(Refusal::of(fault, header, &message)).await;
        };
        let request = Arc::new(Request {
            header,
            message,
            octets,
            rrpid,
        });
        match self.treat(&request).await {
            Ok(response) => response.into(),
            Err(fault) if fault.is_busy() => Reply::Busy,
            Err(fault) => {
                let refusal = Refusal::of(
                    match fault {
                        Fault::Protocol(error) => error,
                        other => {
                            tracing::error!(fault = %other, "request failed");
                            other.into_error()
                        }
                    },
                    request.header.clone(),
                    &request.message,
                );
                self.refuse_with(refusal).await
            }
        }
    }

    async fn treat(&self, request: &Arc<Request>) -> Result<Vec<u8>, Fault> {
        let mut attempts = ATTEMPTS;
        loop {
            attempts -= 1;
            match self.attempt(request).await {
                Err(fault) if fault.is_stale() && attempts > 0 => {}
                outcome => return outcome,
            }
        }
    }

    async fn attempt(&self, request: &Arc<Request>) -> Result<Vec<u8>, Fault> {
        let mut tx = self.store.begin().await?;
        if let Some(response) = self.recall(&mut tx, request).await? {
            return Ok(response);
        }
        let entry = look_up(&mut tx, &request.message).await?;
        let begun = {
            let digest = self.digest(request);
            ledger::was_begun(&mut tx, request.rrpid.as_octets(), &digest).await?
        };
        tx.roll_back().await?;
        match &request.message {
            Message::PInitReq(_) => self.p_init(request, entry).await,
            Message::PReq(_) => self.p_req(request, entry, begun).await,
            Message::InqReq(_) => self.inq(request, entry).await,
            other => Err(PeerFault::MessageNotSupported(other.name()).into()),
        }
    }

    /// Makes AuthReq for an order and stores it, before it is sent, together with the PReq
    /// that waits for its outcome.
    pub(crate) async fn ask(
        &self,
        order: Order,
        version: u64,
        waiting: Option<(&Arc<Request>, Option<Exhibit>)>,
    ) -> Result<Entry, Fault> {
        let sale = match order {
            Order::Placed(sale) if ledger::is_unasked(&sale) => sale,
            order => return Ok(Entry { order, version }),
        };
        let wish = self.first_authorization(&sale);
        let brand_id = sale.ordered.initiated.brand_id.clone();
        let (sale, _) = self
            .compute(Some(&brand_id), move |context, merchant| {
                authorize::authorize(context, merchant, sale, wish)
            })
            .await?;
        let order = Order::from(sale);
        let mut tx = self.store.begin().await?;
        let version = ledger::save(&mut tx, &order, version).await?;
        if let Some((request, exhibit)) = waiting {
            if let (Some(exhibit), Some(trans_ids)) = (exhibit, order.trans_ids()) {
                proof::keep(&mut tx, self.station.crypto(), &trans_ids.xid, &exhibit).await?;
            }
            self.raise(&mut tx, &accepted(&order, version)).await?;
            let digest = self.digest(request);
            ledger::begin(&mut tx, request.rrpid.as_octets(), &digest).await?;
        }
        tx.commit().await?;
        Ok(Entry { order, version })
    }

    /// Stores an order's next state and the answer together.
    async fn commit(
        &self,
        request: &Request,
        change: Option<(&Order, u64)>,
        response: Vec<u8>,
        kept: Vec<Exhibit>,
    ) -> Result<Vec<u8>, Fault> {
        let mut tx = self.store.begin().await?;
        if let Some(earlier) = self.recall(&mut tx, request).await? {
            return Ok(earlier);
        }
        if let Some((order, version)) = change {
            let version = ledger::save(&mut tx, order, version).await?;
            if matches!(order, Order::Placed(_)) {
                self.raise(&mut tx, &accepted(order, version)).await?;
            }
        }
        for exhibit in &kept {
            let crypto = self.station.crypto();
            proof::keep(&mut tx, crypto, &request.xid()?, exhibit).await?;
        }
        let now = self.unix_now();
        let rrpid = request.rrpid.as_octets();
        let kind = request.message.name();
        tx.remember(rrpid, kind, &request.octets, &response, now)
            .await?;
        ledger::end(&mut tx, rrpid).await?;
        tx.commit().await?;
        Ok(response)
    }

    /// The answer that this request got before.
    async fn recall(
        &self,
        tx: &mut set_node::store::Tx,
        request: &Request,
    ) -> Result<Option<Vec<u8>>, Fault> {
        let rrpid = request.rrpid.as_octets();
        let kind = request.message.name();
        match tx.recall(rrpid, kind, &request.octets).await? {
            Recall::New => Ok(None),
            Recall::Same(response) => Ok(Some(response)),
            Recall::Different => Err(PeerFault::ReplayedRrpid.into()),
        }
    }

    fn digest(&self, request: &Request) -> [u8; 20] {
        self.station.crypto().sha1(&[&request.octets])
    }

    /// Takes a step on the workers, with a copy of the merchant of a brand that is dropped
    /// afterwards.
    pub(crate) async fn compute<T: Send + 'static>(
        &self,
        brand_id: Option<&BrandId>,
        step: impl FnOnce(&Context<'_>, &mut Merchant) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Fault> {
        let station = self.station.clone();
        let mut merchant = Merchant::clone(&self.counter(brand_id)?.merchant.now());
        let outcome = self
            .pool
            .spawn_crypto(move || step(&station.context(), &mut merchant))
            .await?;
        Ok(outcome?)
    }

    /// As [`compute`](Self::compute), and keeps what was learned of certificates and CRLs:
    /// for the gateway's answers.
    pub(crate) async fn compute_and_learn<T: Send + 'static>(
        &self,
        brand_id: Option<&BrandId>,
        step: impl FnOnce(&Context<'_>, &mut Merchant) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Fault> {
        let (outcome, learned) = self
            .compute(brand_id, move |context, merchant| {
                let outcome = step(context, merchant)?;
                Ok((outcome, merchant.clone()))
            })
            .await?;
        // Meanwhile another may have learned something as well, or the keys may be others.
        self.counter(brand_id)?.merchant.change(|now| {
            let mut next = now.clone();
            next.trust.absorb(&learned.trust);
            next
        });
        Ok(outcome)
    }

    /// Keys and trust that are in service for the brand that was enrolled first.
    #[must_use]
    pub fn in_service(&self) -> Arc<Merchant> {
        self.first.merchant.now()
    }

    /// Takes keys and trust into service that were read anew from a data folder; what was
    /// learned since stays.
    pub(crate) fn take_up(&self, folder: &Path, mut next: Merchant) {
        self.counter_at(folder).merchant.change(|now| {
            next.trust.absorb(&now.trust);
            next
        });
    }

    /// The Error for a request, signed.
    async fn refuse_with(&self, refusal: Refusal) -> Reply {
        tracing::info!(reason = %refusal.error, code = %refusal.error.code(), "request refused");
        let answer = self
            .compute(None, move |context, merchant| {
                refusal.answer(context, Some(&signer(merchant)))
            })
            .await;
        match answer {
            Ok(Some(octets)) => octets.into(),
            Ok(None) => Reply::Nothing,
            Err(fault) if fault.is_busy() => Reply::Busy,
            Err(fault) => {
                tracing::error!(%fault, "an Error could not be made");
                Reply::Nothing
            }
        }
    }
}

impl Handler for Till {
    fn handle(&self, request: Bytes, _: RequestContext) -> BoxFuture<'_, Reply> {
        Box::pin(self.answer(request))
    }

    fn refuse(&self, reason: FramingFault, head: &[u8]) -> Option<Vec<u8>> {
        let refusal = match reason.decoding() {
            Some(_) if matches!(reason, FramingFault::NotASequence { .. }) => return None,
            Some(fault) => Refusal::unreadable(fault, head),
            None => Refusal::unreadable(PeerFault::Unspecified("the merchant is busy"), head),
        };
        // Signing waits for the workers, which a peer that is turned away must not.
        refusal.answer(&self.station.context(), None).ok().flatten()
    }

    fn accepts(&self) -> &'static [MediaType] {
        &[MediaType::Payment]
    }
}

/// The brand that an order is paid with, once the cardholder has chosen.
fn brand_of(order: &Order) -> Option<&BrandId> {
    match order {
        Order::Offered(_) => None,
        Order::Initiated(state) => Some(&state.brand_id),
        Order::Placed(sale) => Some(&sale.ordered.initiated.brand_id),
    }
}

/// The order that a request is about.
async fn look_up(tx: &mut set_node::store::Tx, message: &Message) -> Result<Entry, Fault> {
    let (entry, unknown) = match message {
        Message::PInitReq(request) => {
            let entry = match &request.local_id_m {
                Some(lid_m) => ledger::load(tx, lid_m).await?,
                None => None,
            };
            (entry, PeerFault::UnknownLid)
        }
        Message::PReq(request) => {
            let xid = oi_data(request).trans_ids.xid;
            (ledger::find(tx, &xid).await?, PeerFault::UnknownXid)
        }
        Message::InqReq(request) => {
            let xid = inq::unverified(request)?.trans_ids.xid;
            (ledger::find(tx, &xid).await?, PeerFault::UnknownXid)
        }
        other => (None, PeerFault::MessageNotSupported(other.name())),
    };
    entry.ok_or(unknown.into())
}

fn oi_data(request: &PReq) -> &OiData {
    match request {
        PReq::PReqDualSigned(signed) => &signed.oi_dual_signed.t1,
        PReq::PReqUnsigned(unsigned) => &unsigned.oi_unsigned.t1,
    }
}

/// That an order was placed.
const fn accepted(order: &Order, version: u64) -> Happened<'_> {
    Happened {
        what: "accepted",
        order,
        version,
        codes: &[],
        attention: false,
    }
}

fn is_served(message: &Message) -> bool {
    matches!(
        message,
        Message::PInitReq(_) | Message::PReq(_) | Message::InqReq(_)
    )
}

fn signer(merchant: &Merchant) -> ErrorSigner<'_> {
    ErrorSigner {
        signer: merchant.signature.signer(),
        attached: merchant.signature.attached(),
    }
}

/// Times that a request is treated anew because its order was changed meanwhile.
const ATTEMPTS: u32 = 4;
