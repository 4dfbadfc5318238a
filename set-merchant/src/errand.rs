//! Requests about batches that shops asked for, each kept from before it is sent until its
//! answer is.
//!
//! A request about an order is kept with the order. One about a batch has no such place; but
//! who closes a batch and loses the answer must be told what came of it, and not that the
//! batch is closed already. So the octets lie here, by their RRPID, which the claim names.

use der::asn1::OctetString;
use set_core::asn1::{self, Limits};
use set_core::error::Error;
use set_core::merchant::batch_admin::{self, Asking, Wish};
use set_core::msg::ids::{BatchId, BrandId, Rrpid};
use set_core::msg::payment::batch_admin::{BatchAdminResData, BatchOperation};
use set_core::sequence;
use set_node::store::{RecordKey, Tx};

use crate::claims::{self, Claim};
use crate::fault::Fault;
use crate::ledger::ROLE;
use crate::service::Till;

sequence! {
    /// A BatchAdminReq that was sent, or is about to be.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Errand = "Errand" {
        /// Its octets.
        request: OctetString = "request",
        /// What is to be done.
        operation: Option<BatchOperation> = "operation" [implicit 0 optional],
        /// With which batch.
        batch_id: Option<BatchId> = "batchID" [implicit 1 optional],
        /// Of which brand; of the one enrolled first otherwise.
        brand_id: Option<BrandId> = "brandID" [explicit 2 optional],
    }
}

/// What came of an errand.
pub(crate) struct Answered {
    /// Its RRPID.
    pub(crate) rrpid: Rrpid,
    /// What was to be done.
    pub(crate) operation: Option<BatchOperation>,
    /// The gateway's answer.
    pub(crate) data: BatchAdminResData,
}

impl Till {
    /// Asks the gateway about a batch for a shop; until the answer is [settled](settle), a
    /// repetition sends the same octets.
    pub(crate) async fn run_errand(
        &self,
        brand_id: Option<&BrandId>,
        wish: Wish,
        claim: &Claim,
    ) -> Result<Answered, Fault> {
        let (operation, batch_id) = (wish.operation, wish.batch_id);
        let (state, request) = self
            .compute(brand_id, move |context, merchant| {
                batch_admin::batch_admin(context, merchant, wish)
            })
            .await?;
        let errand = Errand {
            request: OctetString::new(request).map_err(|_| DAMAGED)?,
            operation,
            batch_id,
            brand_id: brand_id.cloned(),
        };
        let rrpid = state.rrpid();
        let body = asn1::encode(&errand).map_err(|_| DAMAGED)?;
        let mut tx = self.store.begin().await?;
        claim.ask(&mut tx, rrpid).await?;
        tx.save(key(&rrpid), 0, &body).await?;
        tx.commit().await?;
        self.send_errand(rrpid, errand).await
    }

    /// Sends the octets of an errand again. None when the gateway refuses them with an Error:
    /// then it has not done it, the errand is forgotten, and may be asked for anew.
    pub(crate) async fn resume_errand(&self, rrpid: Rrpid) -> Result<Option<Answered>, Fault> {
        let mut tx = self.store.begin().await?;
        let record = tx.load(key(&rrpid)).await?;
        tx.roll_back().await?;
        let Some(record) = record else {
            return Ok(None);
        };
        let errand = asn1::decode(&record.body, &Limits::default()).map_err(|_| DAMAGED)?;
        match self.send_errand(rrpid, errand).await {
            Err(Fault::Protocol(Error::Refused(_))) => {
                let mut tx = self.store.begin().await?;
                claims::abandon(&mut tx, rrpid).await?;
                tx.remove(key(&rrpid), record.version).await?;
                tx.commit().await?;
                Ok(None)
            }
            outcome => outcome.map(Some),
        }
    }

    async fn send_errand(&self, rrpid: Rrpid, errand: Errand) -> Result<Answered, Fault> {
        let Errand {
            request,
            operation,
            batch_id,
            brand_id,
        } = errand;
        let state = Asking::again(rrpid, batch_id);
        let data = self
            .exchange_about_batch(brand_id.as_ref(), state, request.as_bytes())
            .await?;
        Ok(Answered {
            rrpid,
            operation,
            data,
        })
    }
}

/// Keeps the answer to the shop, and forgets the errand.
pub(crate) async fn settle(
    tx: &mut Tx,
    rrpid: Rrpid,
    answer: Vec<u8>,
    now: i64,
) -> Result<(), Fault> {
    claims::settle(tx, rrpid, || answer, now).await?;
    if let Some(record) = tx.load(key(&rrpid)).await? {
        tx.remove(key(&rrpid), record.version).await?;
    }
    Ok(())
}

const fn key(rrpid: &Rrpid) -> RecordKey<'_> {
    RecordKey {
        role: ROLE,
        kind: "errand",
        key: rrpid.as_octets(),
    }
}

const DAMAGED: Fault = Fault::Damaged("a request about a batch");
