//! What the host is told after the merchant was answered: captures and reversals.
//!
//! An advice is written in the transaction of the answer and forgotten when the host has
//! confirmed it, however often that takes and through however many restarts. The account
//! number in it is encrypted for this gateway.

use std::sync::Arc;
use std::time::Duration;

use der::asn1::ObjectIdentifier;
use set_core::asn1::{self, Limits, Raw};
use set_core::error::Error;
use set_core::exchange::Context;
use set_core::gateway::Gateway;
use set_core::gateway::host::{HostCapture, IdempotencyKey};
use set_core::msg::amount::CurrencyAmount;
use set_core::msg::ids::{ApprovalCode, BatchId, BatchSequenceNum, MerchantId, Rrpid, Xid};
use set_core::msg::payment::account::PanToken;
use set_core::pkcs7::EnvelopedData;
use set_core::sequence;
use set_core::treatment::exh;
use set_node::service::Shutdown;
use set_node::store::StoreError;

use super::{GatewayService, Inner, Trouble, ledger};

sequence! {
    /// A capture, but for the account.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CaptureAdvice = "CaptureAdvice" {
        /// The transaction.
        xid: Xid = "xid",
        /// The AuthReq.
        rrpid: Rrpid = "rrpid",
        /// Who is paid.
        merchant_id: MerchantId = "merchantID",
        /// How much.
        amount: CurrencyAmount = "amount",
        /// The batch that took it.
        batch_id: BatchId = "batchID",
        /// Its place there.
        batch_sequence_num: BatchSequenceNum = "batchSequenceNum",
        /// The issuer's code.
        approval_code: Option<ApprovalCode> = "approvalCode" [implicit 0 optional],
    }
}

/// A capture advice as the store has it.
pub(super) struct Sealed {
    pub(super) about: IdempotencyKey,
    pub(super) sealed: Vec<u8>,
}

/// Encrypts an advice for the gateway itself, the account number in the OAEP block.
pub(super) fn seal(
    context: &Context<'_>,
    gateway: &Gateway,
    capture: &HostCapture,
) -> Result<Sealed, Error> {
    let advice = Raw::new(CaptureAdvice {
        xid: capture.key.xid,
        rrpid: capture.key.rrpid,
        merchant_id: capture.merchant_id.clone(),
        amount: capture.amount,
        batch_id: capture.batch_id,
        batch_sequence_num: capture.batch_sequence_num,
        approval_code: capture.approval_code.clone(),
    })?;
    let account = PanToken {
        pan: capture.pan.duplicate(),
        card_expiry: capture.card_expiry.duplicate(),
        ex_nonce: context.fresh_nonce()?,
    };
    let envelope = exh::exh(
        context.crypto,
        &gateway.encryption.recipient(),
        CONTENT_TYPE,
        &advice,
        &account,
    )?;
    Ok(Sealed {
        about: capture.key,
        sealed: asn1::encode(&envelope)?,
    })
}

fn unseal(context: &Context<'_>, gateway: &Gateway, sealed: &[u8]) -> Result<HostCapture, Error> {
    let envelope: EnvelopedData = asn1::decode(sealed, &Limits::default())?;
    let (advice, account) = exh::open::<CaptureAdvice, PanToken>(
        context.crypto,
        &gateway.encryption.key,
        CONTENT_TYPE,
        &envelope,
    )?;
    let advice = advice.into_value();
    Ok(HostCapture {
        key: IdempotencyKey {
            xid: advice.xid,
            rrpid: advice.rrpid,
        },
        merchant_id: advice.merchant_id,
        pan: account.pan,
        card_expiry: account.card_expiry,
        amount: advice.amount,
        approval_code: advice.approval_code,
        batch_id: advice.batch_id,
        batch_sequence_num: advice.batch_sequence_num,
    })
}

impl GatewayService {
    /// Tells the host what it is to be told, as soon as there is something and again every
    /// `retry`, until `shutdown`. Also forgets answers that were kept long enough.
    pub async fn advise_until(&self, shutdown: Shutdown, retry: Duration) {
        loop {
            if let Err(fault) = self.advise().await {
                tracing::error!(%fault, "the host could not be advised; it will be tried again");
            }
            tokio::select! {
                () = shutdown.requested() => return,
                () = self.inner.advice.notified() => {}
                () = tokio::time::sleep(retry.max(SHORTEST)) => {
                    if let Err(fault) = self.inner.tidy().await {
                        tracing::error!(%fault, "old answers could not be forgotten");
                    }
                }
            }
        }
    }

    /// Tells the host once what it is to be told; what it does not confirm is kept. Returns
    /// how many advices it confirmed.
    ///
    /// # Errors
    ///
    /// The store fails.
    pub async fn advise(&self) -> Result<usize, StoreError> {
        let inner = &self.inner;
        let mut confirmed = 0;
        let mut tx = inner.parts.store.begin().await?;
        let reversals = ledger::advices(&mut tx, "reversal").await?;
        let captures = ledger::advices(&mut tx, "capture").await?;
        tx.roll_back().await?;
        for (about, _) in reversals {
            if inner.parts.host.reverse(about).await.is_ok() {
                inner.advised("reversal", about).await?;
                confirmed += 1;
            }
        }
        for (about, sealed) in captures {
            let capture = match inner.unsealed(sealed).await {
                Ok(capture) => capture,
                Err(fault) => {
                    tracing::error!(%fault, xid = %about.xid, "a capture advice cannot be opened");
                    continue;
                }
            };
            if inner.parts.host.capture(&capture).await.is_ok() {
                inner.advised("capture", about).await?;
                confirmed += 1;
            }
        }
        Ok(confirmed)
    }
}

impl Inner {
    async fn unsealed(self: &Arc<Self>, sealed: Vec<u8>) -> Result<HostCapture, Trouble> {
        let opened = self
            .compute(move |inner| {
                unseal(
                    &inner.parts.station.context(),
                    &inner.parts.gateway,
                    &sealed,
                )
            })
            .await?;
        Ok(opened?)
    }

    async fn advised(&self, kind: &str, about: IdempotencyKey) -> Result<(), StoreError> {
        let mut tx = self.parts.store.begin().await?;
        ledger::advised(&mut tx, kind, about).await?;
        tx.commit().await
    }

    /// Forgets answers that were kept long enough.
    async fn tidy(&self) -> Result<(), StoreError> {
        let kept = i64::try_from(self.parts.keep_answers.as_secs()).unwrap_or(i64::MAX);
        let mut tx = self.parts.store.begin().await?;
        tx.forget_exchanges(self.seconds().saturating_sub(kept))
            .await?;
        tx.commit().await
    }
}

/// The envelope holds a type of our own and never leaves the gateway: plain data.
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");

/// A retry time of nothing would spin.
const SHORTEST: Duration = Duration::from_millis(100);
