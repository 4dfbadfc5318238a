//! BatchAdminReq.

use std::sync::Arc;

use set_core::error::PeerFault;
use set_core::gateway::batch::{Batches, Item};
use set_core::gateway::batch_admin::{self, Administered, Asked, Chosen, Contents, Page, Wants};
use set_core::gateway::record::Authorization;
use set_core::msg::ids::MerchantId;
use set_core::msg::message::Message;
use set_core::msg::payment::batch_admin::{BaStatus, BatchOperation};
use set_node::proved::Proved;
use set_node::store::{StoreError, Tx};

use super::ledger::{self, ClosedBatch, Notice, Versioned};
use super::settle::ATTEMPTS;
use super::{Inner, Request, Trouble, advice, batches};

impl Inner {
    /// Answers a BatchAdminReq; again when another node changed something meanwhile.
    pub(super) async fn administer(self: &Arc<Self>, request: Request) -> Result<Vec<u8>, Trouble> {
        for _ in 0..ATTEMPTS {
            match self.administer_once(&request).await {
                Err(Trouble::Store(StoreError::Stale { .. })) => {}
                outcome => return outcome,
            }
        }
        Err(Trouble::Store(StoreError::Busy))
    }

    async fn administer_once(self: &Arc<Self>, request: &Request) -> Result<Vec<u8>, Trouble> {
        let asked = self.open_administration(request).await?;
        let merchant_id = asked.merchant_id().clone();
        let operation = asked.operation();
        let _turn = self.books.lock(merchant_id.clone()).await;
        let mut tx = self.parts.store.begin().await?;
        self.admit(&mut tx, request, asked.merchant()).await?;
        let named = asked.batch_id();
        let assigns = self.parts.assigns_batches && operation == Some(BatchOperation::Open);
        let mut book = batches::load(&mut tx, &merchant_id, named, assigns).await?;
        tx.commit().await?;

        let chosen = self.choose(request, asked, book.batches.clone()).await?;
        let mut tx = self.parts.store.begin().await?;
        let (contents, held) = contents(&mut tx, &merchant_id, &chosen).await?;
        tx.roll_back().await?;
        let items = contents
            .as_ref()
            .map_or_else(Vec::new, |all| all.items.clone());
        let (done, notices) = self.administered(request, chosen, contents).await?;

        let mut tx = self.parts.store.begin().await?;
        if done.purged {
            batches::remove(&mut tx, &merchant_id, &items).await?;
        }
        let mut purged = Vec::new();
        for record in &done.records {
            let before = held.iter().find(|held| {
                held.value.auth_rrpid == record.auth_rrpid
                    && held.value.trans_ids.xid == record.trans_ids.xid
            });
            ledger::store(&mut tx, before.map_or(0, |held| held.version), record).await?;
            if let (Some(before), Some(batch)) = (before, &done.batch) {
                purged.push((batch.batch_id, &before.value, record));
            }
        }
        let mut money = self.money(&mut tx, request);
        money.purge(&purged).await?;
        if let Some(batch) = done.batch {
            if operation == Some(BatchOperation::Close) {
                let closed = ClosedBatch {
                    merchant_id: merchant_id.clone(),
                    batch_id: batch.batch_id,
                };
                ledger::advise(&mut tx, &self.untold, Notice::Batch(closed), self.now()).await?;
            }
            book.put(batch);
            book.store(&mut tx).await?;
        }
        for notice in notices {
            ledger::advise(&mut tx, &self.untold, notice, self.now()).await?;
        }
        self.remember(&mut tx, request, &done.octets).await?;
        tx.commit().await?;
        self.advice.notify_one();
        tracing::info!(status = %done.ba_status, "batch administered");
        Ok(done.octets)
    }

    async fn open_administration(self: &Arc<Self>, request: &Request) -> Result<Asked, Trouble> {
        let request = request.clone();
        let trace = self.parts.trace;
        self.compute(move |inner| {
            let Message::BatchAdminReq(message) = request.message.as_ref() else {
                let name = request.message.name();
                return Err(request.refuse(PeerFault::MessageNotSupported(name).into()));
            };
            let context = inner.parts.station.context();
            let header = &request.header;
            let asked = batch_admin::open(&context, &mut inner.gateway(), header, message)
                .map_err(|error| request.refuse(error))?;
            Proved::new("gateway", "BatchAdminReq", None)
                .chain("merchant", asked.merchant())
                .fact("the merchant signed this request")
                .tell(trace);
            Ok(asked)
        })
        .await?
    }

    async fn choose(
        self: &Arc<Self>,
        request: &Request,
        asked: Asked,
        batches: Batches,
    ) -> Result<Chosen, Trouble> {
        let request = request.clone();
        self.compute(move |inner| {
            let context = inner.parts.station.context();
            asked
                .choose(&context, &inner.parts.gateway.now(), &batches)
                .map_err(|error| request.refuse(error))
        })
        .await?
    }

    async fn administered(
        self: &Arc<Self>,
        request: &Request,
        chosen: Chosen,
        contents: Option<Contents>,
    ) -> Result<(Administered, Vec<Notice>), Trouble> {
        let request = request.clone();
        self.compute(move |inner| {
            let context = inner.parts.station.context();
            let gateway = inner.gateway();
            let done = match contents {
                Some(contents) => chosen.settle(&context, &gateway, contents),
                None => chosen.refuse(&context, &gateway, BaStatus::UnspecifiedFailure),
            }
            .map_err(|error| request.refuse(error))?;
            let notices = advice::notices(&context, &gateway, &done.advices)
                .map_err(|error| request.refuse(error))?;
            Ok((done, notices))
        })
        .await?
    }
}

/// The items that are wanted and, with all of them, their authorizations; none when they are
/// more than are looked at in one request.
async fn contents(
    tx: &mut Tx,
    merchant_id: &MerchantId,
    chosen: &Chosen,
) -> Result<(Option<Contents>, Vec<Versioned<Authorization>>), StoreError> {
    let mut contents = Contents::default();
    let mut held: Vec<Versioned<Authorization>> = Vec::new();
    let Some(batch_id) = chosen.batch_id() else {
        return Ok((Some(contents), held));
    };
    match chosen.wants() {
        Wants::Nothing => {}
        Wants::Page(wanted) => {
            let mut page = Page::new(wanted);
            batches::fill(tx, merchant_id, batch_id, &mut page).await?;
            contents.page = page.finish();
        }
        Wants::All => {
            let items = batches::items(tx, merchant_id, batch_id, MOST).await;
            contents.items = match items {
                Err(StoreError::Range { .. }) => return Ok((None, held)),
                items => items?,
            };
            for item in &contents.items {
                let Item { detail, .. } = item;
                let (rrpid, xid) = (detail.auth_rrpid, detail.trans_ids.xid);
                let known = |held: &Versioned<Authorization>| {
                    held.value.auth_rrpid == rrpid && held.value.trans_ids.xid == xid
                };
                if !held.iter().any(known) {
                    held.extend(ledger::authorization(tx, rrpid, xid).await?);
                }
            }
            contents.records = held.iter().map(|held| held.value.clone()).collect();
        }
    }
    Ok((Some(contents), held))
}

/// Items that one request may purge or compare; about 4 MiB of them.
const MOST: usize = 10_000;
