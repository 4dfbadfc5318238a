//! CapReq.

use std::sync::Arc;

use set_core::error::PeerFault;
use set_core::gateway::batch::Batches;
use set_core::gateway::cap::{self, CapAsked, Settled};
use set_core::gateway::record::Authorization;
use set_core::msg::message::Message;
use set_node::proved::Proved;
use set_node::store::StoreError;

use super::ledger::{self, Versioned};
use super::{Inner, Request, Trouble, advice};

impl Inner {
    /// Answers a CapReq.
    ///
    /// When another node changed one of the records or the book meanwhile, everything is
    /// looked at again.
    pub(super) async fn capture(self: &Arc<Self>, request: Request) -> Result<Vec<u8>, Trouble> {
        for _ in 0..ATTEMPTS {
            match self.capture_once(&request).await {
                Err(Trouble::Store(StoreError::Stale { .. })) => {}
                outcome => return outcome,
            }
        }
        Err(Trouble::Store(StoreError::Busy))
    }

    async fn capture_once(self: &Arc<Self>, request: &Request) -> Result<Vec<u8>, Trouble> {
        let asked = self.open_capture(request).await?;
        let merchant_id = asked.merchant_id().clone();
        let _turn = self.books.lock(merchant_id.clone()).await;
        let mut tx = self.parts.store.begin().await?;
        let mut records: Vec<Versioned<Authorization>> = Vec::new();
        for (rrpid, xid) in asked.authorizations() {
            let known = |held: &Versioned<Authorization>| {
                held.value.auth_rrpid == rrpid && held.value.trans_ids.xid == xid
            };
            if !records.iter().any(known) {
                records.extend(ledger::authorization(&mut tx, rrpid, xid).await?);
            }
        }
        let book = ledger::book(&mut tx, &merchant_id).await?;
        // A number drawn for a new book stays drawn although nothing may come of it.
        tx.commit().await?;

        let held = records.iter().map(|held| held.value.clone()).collect();
        let (settled, book, advices) = self.settle(request, asked, held, book).await?;

        let mut tx = self.parts.store.begin().await?;
        for record in &settled.records {
            let version = records
                .iter()
                .find(|held| {
                    held.value.auth_rrpid == record.auth_rrpid
                        && held.value.trans_ids.xid == record.trans_ids.xid
                })
                .map_or(0, |held| held.version);
            ledger::store(&mut tx, version, record).await?;
        }
        if !settled.records.is_empty() {
            ledger::store_book(&mut tx, &merchant_id, &book).await?;
        }
        for advice in &advices {
            ledger::advise(
                &mut tx,
                &self.untold,
                "capture",
                advice.about,
                self.now(),
                &advice.sealed,
            )
            .await?;
        }
        self.remember(&mut tx, request, &settled.octets).await?;
        tx.commit().await?;
        self.advice.notify_one();
        Ok(settled.octets)
    }

    async fn open_capture(self: &Arc<Self>, request: &Request) -> Result<CapAsked, Trouble> {
        let request = request.clone();
        let trace = self.parts.trace;
        self.compute(move |inner| {
            let Message::CapReq(message) = request.message.as_ref() else {
                let name = request.message.name();
                return Err(request.refuse(PeerFault::MessageNotSupported(name).into()));
            };
            let context = inner.parts.station.context();
            let asked = cap::open(&context, &mut inner.gateway(), &request.header, message)
                .map_err(|error| request.refuse(error))?;
            let xid = asked.authorizations().next().map(|(_, xid)| xid);
            Proved::new("gateway", "CapReq", xid)
                .chain("merchant", asked.merchant())
                .fact("the merchant signed this request and the digest of these capture tokens")
                .tell(trace);
            Ok(asked)
        })
        .await?
    }

    async fn settle(
        self: &Arc<Self>,
        request: &Request,
        asked: CapAsked,
        records: Vec<Authorization>,
        mut book: Versioned<Batches>,
    ) -> Result<(Settled, Versioned<Batches>, Vec<advice::Sealed>), Trouble> {
        let request = request.clone();
        self.compute(move |inner| {
            let context = inner.parts.station.context();
            let gateway = inner.gateway();
            let settled = asked
                .settle(&context, &gateway, records, &mut book.value)
                .map_err(|error| request.refuse(error))?;
            let advices = settled
                .host_captures
                .iter()
                .map(|capture| advice::seal(&context, &gateway, capture))
                .collect::<Result<Vec<_>, _>>()
                .map_err(|error| request.refuse(error))?;
            Ok((settled, book, advices))
        })
        .await?
    }
}

/// How often records that others change are looked at again.
const ATTEMPTS: usize = 3;
