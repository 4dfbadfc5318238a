//! CapReq, CapRevReq, CredReq and CredRevReq: items that change authorizations and go into
//! batches.

use std::sync::Arc;

use set_core::error::{Error, PeerFault};
use set_core::exchange::{CapRevOrCred, Context};
use set_core::gateway::cap::{self, CapAsked, Settled};
use set_core::gateway::record::Authorization;
use set_core::gateway::{Gateway, cap_rev_or_cred};
use set_core::msg::ids::{BatchId, MerchantId, Rrpid, Xid};
use set_core::msg::message::Message;
use set_core::proof::ChainVerified;
use set_node::proved::Proved;
use set_node::store::StoreError;

use super::batches::{self, Book};
use super::ledger::{self, Notice, Versioned};
use super::{Inner, Request, Trouble, advice};

/// A request that was found in order.
enum Asked {
    Cap(Box<CapAsked>),
    Correct(Box<cap_rev_or_cred::Asked>),
}

impl Inner {
    /// Answers one of the four.
    ///
    /// When another node changed one of the records or batches meanwhile, everything is
    /// looked at again.
    pub(super) async fn settle(self: &Arc<Self>, request: Request) -> Result<Vec<u8>, Trouble> {
        for _ in 0..ATTEMPTS {
            match self.settle_once(&request).await {
                Err(Trouble::Store(StoreError::Stale { .. })) => {}
                outcome => return outcome,
            }
        }
        Err(Trouble::Store(StoreError::Busy))
    }

    async fn settle_once(self: &Arc<Self>, request: &Request) -> Result<Vec<u8>, Trouble> {
        let asked = self.open_items(request).await?;
        let merchant_id = asked.merchant_id().clone();
        let _turn = self.books.lock(merchant_id.clone()).await;
        let mut tx = self.parts.store.begin().await?;
        self.admit(&mut tx, request, asked.merchant()).await?;
        let mut records: Vec<Versioned<Authorization>> = Vec::new();
        for (rrpid, xid) in asked.authorizations() {
            if !records.iter().any(|held| is(&held.value, rrpid, xid)) {
                records.extend(ledger::authorization(&mut tx, rrpid, xid).await?);
            }
        }
        let mut named = asked.batches();
        named.extend(records.iter().flat_map(|held| places(&held.value)));
        let assigns = self.parts.assigns_batches;
        let book = batches::load(&mut tx, &merchant_id, named, assigns).await?;
        // A number drawn for a new batch stays drawn although nothing may come of it.
        tx.commit().await?;

        let held = records.iter().map(|held| held.value.clone()).collect();
        let (mut settled, book, notices) = self.settled(request, asked, held, book).await?;
        // Requests with the same items take what they change in the same order.
        settled
            .records
            .sort_by_key(|record| (record.trans_ids.xid, record.auth_rrpid));

        let mut tx = self.parts.store.begin().await?;
        for record in &settled.records {
            let (rrpid, xid) = (record.auth_rrpid, record.trans_ids.xid);
            let before = records.iter().find(|held| is(&held.value, rrpid, xid));
            ledger::store(&mut tx, before.map_or(0, |held| held.version), record).await?;
        }
        if !settled.records.is_empty() {
            book.store(&mut tx).await?;
        }
        let mut money = self.money(&mut tx, request);
        money.post(&settled.records, &settled.advices).await?;
        for notice in notices {
            ledger::advise(&mut tx, &self.untold, notice, self.now()).await?;
        }
        self.remember(&mut tx, request, &settled.octets).await?;
        tx.commit().await?;
        self.advice.notify_one();
        Ok(settled.octets)
    }

    async fn open_items(self: &Arc<Self>, request: &Request) -> Result<Asked, Trouble> {
        let request = request.clone();
        let trace = self.parts.trace;
        self.compute(move |inner| {
            let context = inner.parts.station.context();
            let asked = Asked::open(&context, &mut inner.gateway(), &request)
                .map_err(|error| request.refuse(error))?;
            let xid = asked.authorizations().first().map(|(_, xid)| *xid);
            Proved::new("gateway", request.message.name(), xid)
                .chain("merchant", asked.merchant())
                .fact("the merchant signed this request and the digest of these capture tokens")
                .tell(trace);
            Ok(asked)
        })
        .await?
    }

    async fn settled(
        self: &Arc<Self>,
        request: &Request,
        asked: Asked,
        records: Vec<Authorization>,
        mut book: Book,
    ) -> Result<(Settled, Book, Vec<Notice>), Trouble> {
        let request = request.clone();
        self.compute(move |inner| {
            let context = inner.parts.station.context();
            let gateway = inner.gateway();
            let batches = &mut book.batches;
            let settled = match asked {
                Asked::Cap(asked) => asked.settle(&context, &gateway, records, batches),
                Asked::Correct(asked) => asked.settle(&context, &gateway, records, batches),
            }
            .map_err(|error| request.refuse(error))?;
            let notices = advice::notices(&context, &gateway, &settled.advices)
                .map_err(|error| request.refuse(error))?;
            Ok((settled, book, notices))
        })
        .await?
    }
}

impl Asked {
    fn open(
        context: &Context<'_>,
        gateway: &mut Gateway,
        request: &Request,
    ) -> Result<Self, Error> {
        let header = &request.header;
        if let Some((what, message)) = CapRevOrCred::request_in(&request.message) {
            let asked = cap_rev_or_cred::open(context, gateway, header, what, message)?;
            return Ok(Self::Correct(Box::new(asked)));
        }
        match request.message.as_ref() {
            Message::CapReq(message) => {
                let asked = cap::open(context, gateway, header, message)?;
                Ok(Self::Cap(Box::new(asked)))
            }
            other => Err(PeerFault::MessageNotSupported(other.name()).into()),
        }
    }

    fn merchant_id(&self) -> &MerchantId {
        match self {
            Self::Cap(asked) => asked.merchant_id(),
            Self::Correct(asked) => asked.merchant_id(),
        }
    }

    fn merchant(&self) -> &ChainVerified {
        match self {
            Self::Cap(asked) => asked.merchant(),
            Self::Correct(asked) => asked.merchant(),
        }
    }

    fn authorizations(&self) -> Vec<(Rrpid, Xid)> {
        match self {
            Self::Cap(asked) => asked.authorizations().collect(),
            Self::Correct(asked) => asked.authorizations().collect(),
        }
    }

    fn batches(&self) -> Vec<BatchId> {
        match self {
            Self::Cap(asked) => asked.batches().collect(),
            Self::Correct(asked) => asked.batches().collect(),
        }
    }
}

fn is(record: &Authorization, rrpid: Rrpid, xid: Xid) -> bool {
    record.auth_rrpid == rrpid && record.trans_ids.xid == xid
}

/// The batches that a record's captures and credits are in.
fn places(record: &Authorization) -> Vec<BatchId> {
    let captures = record.captures.iter();
    captures
        .flat_map(|capture| {
            let credits = capture.credits.iter().map(|credit| credit.slot.batch_id);
            credits.chain([capture.slot.batch_id])
        })
        .collect()
}

/// How often records that others change are looked at again.
pub(super) const ATTEMPTS: usize = 3;
