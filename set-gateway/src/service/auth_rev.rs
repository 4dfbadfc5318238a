//! AuthRevReq.

use std::sync::Arc;

use set_core::asn1;
use set_core::error::PeerFault;
use set_core::gateway::auth_rev::{self, Answered, Asked};
use set_core::gateway::record::Authorization;
use set_core::msg::message::Message;
use set_node::proved::Proved;
use set_node::store::StoreError;
use sha2::{Digest as _, Sha256};

use super::ledger::{self, Notice};
use super::settle::ATTEMPTS;
use super::{Inner, Request, Trouble, advice};

/// An AuthRevReq that was found in order.
struct Opened {
    asked: Asked,
    /// SHA-256 of the PI.
    instruction: [u8; 32],
}

impl Inner {
    /// Answers an AuthRevReq; again when another node changed the record meanwhile.
    pub(super) async fn reverse(self: &Arc<Self>, request: Request) -> Result<Vec<u8>, Trouble> {
        for _ in 0..ATTEMPTS {
            match self.reverse_once(&request).await {
                Err(Trouble::Store(StoreError::Stale { .. })) => {}
                outcome => return outcome,
            }
        }
        Err(Trouble::Store(StoreError::Busy))
    }

    async fn reverse_once(self: &Arc<Self>, request: &Request) -> Result<Vec<u8>, Trouble> {
        let Opened { asked, instruction } = self.open_reversal(request).await?;
        let _turn = self.books.lock(asked.merchant_id().clone()).await;
        let mut tx = self.parts.store.begin().await?;
        self.admit(&mut tx, request, asked.merchant()).await?;
        let xid = asked.trans_ids().xid;
        let held = ledger::of_merchant(&mut tx, xid, asked.merchant_id()).await?;
        tx.roll_back().await?;

        let records = held.iter().map(|held| held.value.clone()).collect();
        let (answered, notice) = self.lower(request, asked, records).await?;

        let mut tx = self.parts.store.begin().await?;
        if let Some(record) = &answered.record {
            let before = held
                .iter()
                .find(|held| held.value.auth_rrpid == record.auth_rrpid);
            ledger::store(&mut tx, before.map_or(0, |held| held.version), record).await?;
            self.money(&mut tx, request).lower(record).await?;
            if !record.in_force() {
                ledger::free(&mut tx, &instruction).await?;
            }
        }
        if let Some(notice) = notice {
            ledger::advise(&mut tx, &self.untold, notice, self.now()).await?;
        }
        self.remember(&mut tx, request, &answered.octets).await?;
        tx.commit().await?;
        self.advice.notify_one();
        tracing::info!(code = %answered.auth_rev_code, "reversal answered");
        Ok(answered.octets)
    }

    async fn open_reversal(self: &Arc<Self>, request: &Request) -> Result<Opened, Trouble> {
        let request = request.clone();
        let trace = self.parts.trace;
        self.compute(move |inner| {
            let Message::AuthRevReq(message) = request.message.as_ref() else {
                let name = request.message.name();
                return Err(request.refuse(PeerFault::MessageNotSupported(name).into()));
            };
            let context = inner.parts.station.context();
            let asked = auth_rev::open(&context, &mut inner.gateway(), &request.header, message)
                .map_err(|error| request.refuse(error))?;
            Proved::new("gateway", "AuthRevReq", Some(asked.trans_ids().xid))
                .chain("merchant", asked.merchant())
                .fact("the merchant signed this request and the digest of this instruction")
                .tell(trace);
            let pi =
                asn1::encode(&message.baggage.pi).map_err(|error| request.refuse(error.into()))?;
            Ok(Opened {
                asked,
                instruction: Sha256::digest(&pi).into(),
            })
        })
        .await?
    }

    async fn lower(
        self: &Arc<Self>,
        request: &Request,
        asked: Asked,
        records: Vec<Authorization>,
    ) -> Result<(Answered, Option<Notice>), Trouble> {
        let request = request.clone();
        self.compute(move |inner| {
            let context = inner.parts.station.context();
            let gateway = inner.gateway();
            let answered = asked
                .settle(&context, &gateway, &records)
                .map_err(|error| request.refuse(error))?;
            let advice = answered.advice.as_ref();
            let notice = advice
                .map(|advice| advice::notice(&context, &gateway, advice))
                .transpose()
                .map_err(|error| request.refuse(error))?;
            Ok((answered, notice))
        })
        .await?
    }
}
