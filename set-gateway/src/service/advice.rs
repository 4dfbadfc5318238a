//! What the host is told after the merchant was answered: captures and reversals.
//!
//! An advice is written in the transaction of the answer and forgotten when the host has
//! confirmed it, however often that takes and through however many restarts. The account
//! number in it is encrypted for this gateway.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use der::asn1::ObjectIdentifier;
use set_core::asn1::{self, Limits, Raw, Wire};
use set_core::error::Error;
use set_core::exchange::Context;
use set_core::gateway::Gateway;
use set_core::gateway::host::{HostCapture, HostRequest, IdempotencyKey};
use set_core::msg::amount::CurrencyAmount;
use set_core::msg::ids::{ApprovalCode, BatchId, BatchSequenceNum, MerchantId, Rrpid, Xid};
use set_core::msg::payment::account::PanToken;
use set_core::pkcs7::EnvelopedData;
use set_core::secret::{CardExpiry, Pan};
use set_core::sequence;
use set_core::treatment::exh;
use set_node::service::Shutdown;
use set_node::store::StoreError;
use tokio::task::JoinSet;

use super::ledger::Advice;
use super::{GatewayService, Inner, Trouble, ledger};
use crate::host::{HostReversal, HostTrace, HostUnavailable};

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

sequence! {
    /// What the host is told when the answer to an authorization did not come, but for the
    /// account.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct ReversalAdvice = "ReversalAdvice" {
        /// Who was to be paid.
        merchant_id: MerchantId = "merchantID",
        /// How much was asked for.
        amount: CurrencyAmount = "amount",
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
    let advice = CaptureAdvice {
        xid: capture.key.xid,
        rrpid: capture.key.rrpid,
        merchant_id: capture.merchant_id.clone(),
        amount: capture.amount,
        batch_id: capture.batch_id,
        batch_sequence_num: capture.batch_sequence_num,
        approval_code: capture.approval_code.clone(),
    };
    Ok(Sealed {
        about: capture.key,
        sealed: seal_with(context, gateway, advice, &capture.pan, &capture.card_expiry)?,
    })
}

/// The reversal of a request, should its answer not come.
pub(super) fn seal_reversal(
    context: &Context<'_>,
    gateway: &Gateway,
    request: &HostRequest,
) -> Result<Vec<u8>, Error> {
    let advice = ReversalAdvice {
        merchant_id: request.merchant_id.clone(),
        amount: request.amount,
    };
    seal_with(context, gateway, advice, &request.pan, &request.card_expiry)
}

fn seal_with<T: Wire>(
    context: &Context<'_>,
    gateway: &Gateway,
    advice: T,
    pan: &Pan,
    card_expiry: &CardExpiry,
) -> Result<Vec<u8>, Error> {
    let account = PanToken {
        pan: pan.duplicate(),
        card_expiry: card_expiry.duplicate(),
        ex_nonce: context.fresh_nonce()?,
    };
    let envelope = exh::exh(
        context.crypto,
        &gateway.encryption.recipient(),
        CONTENT_TYPE,
        &Raw::new(advice)?,
        &account,
    )?;
    Ok(asn1::encode(&envelope)?)
}

fn unseal<T: Wire>(
    context: &Context<'_>,
    gateway: &Gateway,
    sealed: &[u8],
) -> Result<(T, PanToken), Error> {
    let envelope: EnvelopedData = asn1::decode(sealed, &Limits::default())?;
    let (advice, account) = exh::open::<T, PanToken>(
        context.crypto,
        &gateway.encryption.key,
        CONTENT_TYPE,
        &envelope,
    )?;
    Ok((advice.into_value(), account))
}

/// The numbers of advices that this run has noted and not told yet. Any other may have been
/// told before, by this run, an earlier or another one, and is told as a repetition.
#[derive(Debug, Default)]
pub(crate) struct Untold {
    numbers: Mutex<HashSet<u64>>,
}

impl Untold {
    /// To be called before what notes the advice is committed: it may be told at once.
    pub(crate) fn noted(&self, number: u64) {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        numbers.insert(number);
    }

    /// The trace of an advice that is about to be told.
    fn trace(&self, advice: &Advice) -> HostTrace {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        HostTrace {
            number: advice.number,
            date: advice.date,
            repeated: !numbers.remove(&advice.number),
        }
    }
}

/// The kinds of advice.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Reversal,
    Capture,
}

impl Kind {
    const ALL: [Self; 2] = [Self::Reversal, Self::Capture];

    /// As the ledger calls it.
    const fn name(self) -> &'static str {
        match self {
            Self::Reversal => "reversal",
            Self::Capture => "capture",
        }
    }
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
        let mut confirmed = 0;
        for kind in Kind::ALL {
            let mut after = None;
            loop {
                let mut tx = self.inner.parts.store.begin().await?;
                let some = ledger::advices(&mut tx, kind.name(), after).await?;
                tx.roll_back().await?;
                let Some((last, _)) = some.last() else { break };
                after = Some(*last);
                confirmed += self.tell(kind, some).await?;
            }
        }
        Ok(confirmed)
    }

    /// Tells the host of some advices, several at once: it may be far away.
    async fn tell(
        &self,
        kind: Kind,
        advices: Vec<(IdempotencyKey, Advice)>,
    ) -> Result<usize, StoreError> {
        let mut confirmed = 0;
        let mut left = advices.into_iter();
        let mut telling = JoinSet::new();
        loop {
            for (about, advice) in left.by_ref().take(AT_ONCE.saturating_sub(telling.len())) {
                let inner = Arc::clone(&self.inner);
                telling.spawn(async move { inner.tell(kind, about, advice).await });
            }
            match telling.join_next().await {
                None => return Ok(confirmed),
                Some(Ok(told)) => confirmed += usize::from(told?),
                Some(Err(fault)) => {
                    tracing::error!(%fault, "the host could not be told; it will be tried again");
                }
            }
        }
    }
}

impl Inner {
    /// Tells the host; whether it confirmed.
    async fn tell(
        self: Arc<Self>,
        kind: Kind,
        about: IdempotencyKey,
        advice: Advice,
    ) -> Result<bool, StoreError> {
        let told = match kind {
            Kind::Reversal => self.tell_reversal(about, advice).await,
            Kind::Capture => self.tell_capture(about, advice).await,
        };
        match told {
            Ok(Ok(())) => {
                self.advised(kind.name(), about).await?;
                Ok(true)
            }
            Ok(Err(HostUnavailable)) => Ok(false),
            Err(fault) => {
                tracing::error!(%fault, xid = %about.xid, kind = kind.name(), "an advice cannot be opened");
                Ok(false)
            }
        }
    }

    async fn tell_reversal(
        self: &Arc<Self>,
        key: IdempotencyKey,
        advice: Advice,
    ) -> Result<Result<(), HostUnavailable>, Trouble> {
        let trace = self.untold.trace(&advice);
        // An advice of a reversal always has one; one that were lost would be as its own.
        let original = advice
            .original
            .as_ref()
            .map_or(trace, |original| HostTrace {
                number: original.number,
                date: original.date,
                repeated: false,
            });
        let (said, account): (ReversalAdvice, PanToken) = self.unsealed(advice).await?;
        let reversal = HostReversal {
            key,
            original,
            merchant_id: said.merchant_id,
            pan: account.pan,
            card_expiry: account.card_expiry,
            amount: said.amount,
        };
        Ok(self.parts.host.reverse(trace, &reversal).await)
    }

    async fn tell_capture(
        self: &Arc<Self>,
        key: IdempotencyKey,
        advice: Advice,
    ) -> Result<Result<(), HostUnavailable>, Trouble> {
        let trace = self.untold.trace(&advice);
        let (said, account): (CaptureAdvice, PanToken) = self.unsealed(advice).await?;
        let capture = HostCapture {
            key,
            merchant_id: said.merchant_id,
            pan: account.pan,
            card_expiry: account.card_expiry,
            amount: said.amount,
            approval_code: said.approval_code,
            batch_id: said.batch_id,
            batch_sequence_num: said.batch_sequence_num,
        };
        Ok(self.parts.host.capture(trace, &capture).await)
    }

    async fn unsealed<T: Wire + Send + 'static>(
        self: &Arc<Self>,
        advice: Advice,
    ) -> Result<(T, PanToken), Trouble> {
        let opened = self
            .compute(move |inner| {
                let context = inner.parts.station.context();
                unseal(&context, &inner.parts.gateway, advice.sealed.as_bytes())
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

/// How many advices are told at once.
const AT_ONCE: usize = 16;

/// A retry time of nothing would spin.
const SHORTEST: Duration = Duration::from_millis(100);
