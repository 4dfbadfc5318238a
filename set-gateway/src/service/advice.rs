//! What the host is told after the merchant was answered: captures, credits, reversals, and
//! closed batches.
//!
//! A notice is written in the transaction of the answer and forgotten when the host has
//! confirmed it, however often that takes and through however many restarts. Account numbers
//! in them are encrypted for this gateway. Notices go out in the order in which they were
//! written; when the host does not take one, those that follow about the same authorization
//! wait for it.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use der::asn1::ObjectIdentifier;
use set_core::asn1::{self, Limits, Raw, Wire};
use set_core::error::Error;
use set_core::exchange::Context;
use set_core::gateway::Gateway;
use set_core::gateway::host::{Account, HostAdvice, HostRequest};
use set_core::msg::amount::CurrencyAmount;
use set_core::msg::ids::MerchantId;
use set_core::msg::payment::account::PanToken;
use set_core::pkcs7::EnvelopedData;
use set_core::secret::ExNonce;
use set_core::sequence;
use set_core::treatment::exh;
use set_node::service::Shutdown;
use set_node::store::StoreError;
use tokio::task::JoinSet;

use super::ledger::{About, Advice, ClosedBatch, Notice, Queued, Reversal, SealedAdvice};
use super::{GatewayService, Inner, Trouble, batches, ledger};
use crate::host::{HostReversal, HostTrace};

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
    let account = Account {
        pan: request.pan.duplicate(),
        card_expiry: request.card_expiry.duplicate(),
    };
    Ok(asn1::encode(&seal(context, gateway, advice, account)?)?)
}

fn seal<T: Wire>(
    context: &Context<'_>,
    gateway: &Gateway,
    advice: T,
    account: Account,
) -> Result<EnvelopedData, Error> {
    let account = PanToken {
        pan: account.pan,
        card_expiry: account.card_expiry,
        ex_nonce: ExNonce::random(context.crypto)?,
    };
    Ok(exh::exh(
        context.crypto,
        &gateway.encryption.recipient(),
        CONTENT_TYPE,
        &Raw::new(advice)?,
        &account,
    )?)
}

/// An advice as the store has it: the account in the OAEP block of an envelope for the gateway
/// itself.
pub(super) fn notice(
    context: &Context<'_>,
    gateway: &Gateway,
    advice: &HostAdvice,
) -> Result<Notice, Error> {
    let bare = Advice {
        event: advice.event,
        about: advice.key.into(),
        cause: advice.cause,
        merchant_id: advice.merchant_id.clone(),
        amount: advice.amount,
        approval_code: advice.approval_code.clone(),
        slot: advice.slot,
    };
    let Some(account) = &advice.account else {
        return Ok(Notice::Bare(bare));
    };
    let sealed = seal(context, gateway, bare, account.duplicate())?;
    Ok(Notice::Sealed(SealedAdvice {
        about: advice.key.into(),
        sealed,
    }))
}

/// As [`notice`], for all of a step.
pub(super) fn notices(
    context: &Context<'_>,
    gateway: &Gateway,
    advices: &[HostAdvice],
) -> Result<Vec<Notice>, Error> {
    let all = advices.iter();
    all.map(|advice| notice(context, gateway, advice)).collect()
}

fn opened(
    context: &Context<'_>,
    gateway: &Gateway,
    sealed: &SealedAdvice,
) -> Result<HostAdvice, Error> {
    let (advice, account) = exh::open::<Advice, PanToken>(
        context.crypto,
        gateway.own_opener(&sealed.sealed),
        CONTENT_TYPE,
        &sealed.sealed,
    )?;
    Ok(whole(advice.into_value(), Some(account.into())))
}

fn whole(advice: Advice, account: Option<Account>) -> HostAdvice {
    HostAdvice {
        event: advice.event,
        key: advice.about.into(),
        cause: advice.cause,
        merchant_id: advice.merchant_id,
        account,
        amount: advice.amount,
        approval_code: advice.approval_code,
        slot: advice.slot,
    }
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
    fn trace(&self, queued: &Queued) -> HostTrace {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        HostTrace {
            number: queued.number,
            date: queued.date,
            repeated: !numbers.remove(&queued.number),
        }
    }
}

impl GatewayService {
    /// Tells the host what it is to be told, as soon as there is something and again every
    /// `retry`, until `shutdown`, which does not wait for the host: what it has not confirmed
    /// by then the next run tells it again. Also forgets answers that were kept long enough.
    pub async fn advise_until(&self, shutdown: Shutdown, retry: Duration) {
        tokio::select! {
            () = shutdown.requested() => {}
            () = self.keep_advising(retry) => {}
            () = self.keep_forgetting() => {}
        }
    }

    async fn keep_advising(&self, retry: Duration) {
        loop {
            if let Err(fault) = self.advise().await {
                tracing::error!(%fault, "the host could not be advised; it will be tried again");
            }
            tokio::select! {
                () = self.inner.advice.notified() => {}
                () = tokio::time::sleep(retry.max(SHORTEST)) => {}
            }
        }
    }

    async fn keep_forgetting(&self) {
        let mut clock = tokio::time::interval(FORGET_EVERY);
        loop {
            clock.tick().await;
            if let Err(fault) = self.inner.tidy().await {
                tracing::error!(%fault, "old answers could not be forgotten");
            }
        }
    }

    /// Tells the host once what it is to be told; what it does not confirm is kept. Returns
    /// how many notices it confirmed.
    ///
    /// # Errors
    ///
    /// The store fails.
    pub async fn advise(&self) -> Result<usize, StoreError> {
        let mut confirmed = 0;
        let mut after = None;
        let mut waiting = HashSet::new();
        loop {
            let mut tx = self.inner.parts.store.begin().await?;
            let page = ledger::notices(&mut tx, after).await?;
            tx.roll_back().await?;
            let Some(last) = page.last() else {
                return Ok(confirmed);
            };
            after = Some(last.number);
            let mut strands: Vec<(Option<About>, Vec<Queued>)> = Vec::new();
            for queued in page {
                let about = about(&queued.notice);
                let same = |strand: &&mut (Option<About>, _)| about.is_some() && strand.0 == about;
                match strands.iter_mut().find(same) {
                    _ if about.is_some_and(|about| waiting.contains(&about)) => {}
                    Some((_, strand)) => strand.push(queued),
                    None => strands.push((about, vec![queued])),
                }
            }
            confirmed += self.tell(strands, &mut waiting).await?;
        }
    }

    /// Tells the host what is in the strands, several at once as it may be far away, and each
    /// strand in its order; those that it does not take to the end are `waiting`.
    ///
    /// When the store fails, what is being told is told to its end: the host would have heard
    /// of it all the same.
    async fn tell(
        &self,
        strands: Vec<(Option<About>, Vec<Queued>)>,
        waiting: &mut HashSet<About>,
    ) -> Result<usize, StoreError> {
        let mut confirmed = 0;
        let mut failed = None;
        let mut left = strands.into_iter();
        let mut telling = JoinSet::new();
        loop {
            let places = match failed {
                None => AT_ONCE.saturating_sub(telling.len()),
                Some(_) => 0,
            };
            for (about, strand) in left.by_ref().take(places) {
                let inner = Arc::clone(&self.inner);
                telling.spawn(async move {
                    let mut told = 0;
                    for queued in strand {
                        if !inner.tell(queued).await? {
                            return Ok((told, about));
                        }
                        told += 1;
                    }
                    Ok::<_, StoreError>((told, None))
                });
            }
            match telling.join_next().await {
                None => return failed.map_or(Ok(confirmed), Err),
                Some(Ok(Ok((told, stuck)))) => {
                    confirmed += told;
                    waiting.extend(stuck);
                }
                Some(Ok(Err(fault))) => failed = Some(fault),
                Some(Err(fault)) => {
                    tracing::error!(%fault, "the host could not be told; it will be tried again");
                }
            }
        }
    }
}

impl Inner {
    /// Tells the host one thing; whether it confirmed.
    async fn tell(self: &Arc<Self>, queued: Queued) -> Result<bool, StoreError> {
        let host = &self.parts.host;
        let (number, trace) = (queued.number, self.untold.trace(&queued));
        let confirmed = match queued.notice {
            Notice::Reversal(reversal) => match self.reversal(reversal).await {
                Ok(reversal) => host.reverse(trace, &reversal).await.is_ok(),
                Err(fault) => unreadable(&fault),
            },
            Notice::Bare(advice) => host.advise(trace, &whole(advice, None)).await.is_ok(),
            Notice::Sealed(sealed) => match self.unsealed(sealed).await {
                Ok(advice) => host.advise(trace, &advice).await.is_ok(),
                Err(fault) => unreadable(&fault),
            },
            Notice::Batch(closed) => return self.hand_over(number, &closed).await,
        };
        if confirmed {
            let mut tx = self.parts.store.begin().await?;
            ledger::advised(&mut tx, number).await?;
            tx.commit().await?;
        }
        Ok(confirmed)
    }

    /// Hands a closed batch over, and notes what became of it.
    async fn hand_over(&self, number: u64, closed: &ClosedBatch) -> Result<bool, StoreError> {
        let ClosedBatch {
            merchant_id,
            batch_id,
        } = closed;
        let mut tx = self.parts.store.begin().await?;
        let held = batches::batch(&mut tx, merchant_id, *batch_id).await?;
        tx.roll_back().await?;
        let Some(mut held) = held else {
            return Ok(false);
        };
        let Ok(settlement) = self.parts.host.settle(merchant_id, &held.value).await else {
            return Ok(false);
        };
        held.value.transmission = Some(settlement.transmission);
        held.value.settlement = settlement.info;
        let mut tx = self.parts.store.begin().await?;
        batches::store_batch(&mut tx, merchant_id, held.version, &held.value).await?;
        ledger::advised(&mut tx, number).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn unsealed(self: &Arc<Self>, sealed: SealedAdvice) -> Result<HostAdvice, Trouble> {
        let advice = self
            .compute(move |inner| {
                let context = inner.parts.station.context();
                opened(&context, &inner.parts.gateway.now(), &sealed)
            })
            .await?;
        Ok(advice?)
    }

    async fn reversal(self: &Arc<Self>, reversal: Reversal) -> Result<HostReversal, Trouble> {
        let Reversal {
            about,
            original,
            sealed,
        } = reversal;
        let opened = self
            .compute(move |inner| {
                let context = inner.parts.station.context();
                let envelope: EnvelopedData = asn1::decode(sealed.as_bytes(), &Limits::default())?;
                Ok::<_, Error>(exh::open::<ReversalAdvice, PanToken>(
                    context.crypto,
                    inner.parts.gateway.now().own_opener(&envelope),
                    CONTENT_TYPE,
                    &envelope,
                )?)
            })
            .await?;
        let (said, account) = opened?;
        let ReversalAdvice {
            merchant_id,
            amount,
        } = said.into_value();
        Ok(HostReversal {
            key: about.into(),
            original: HostTrace {
                number: original.number,
                date: original.date,
                repeated: false,
            },
            merchant_id,
            pan: account.pan,
            card_expiry: account.card_expiry,
            amount,
        })
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

fn unreadable(fault: &Trouble) -> bool {
    tracing::error!(%fault, "an advice cannot be opened");
    false
}

/// The authorization that a notice is about.
fn about(notice: &Notice) -> Option<About> {
    match notice {
        Notice::Reversal(reversal) => Some(reversal.about),
        Notice::Sealed(sealed) => Some(sealed.about),
        Notice::Bare(advice) => Some(advice.about),
        Notice::Batch(_) => None,
    }
}

/// The envelope holds a type of our own and never leaves the gateway: plain data.
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");

/// How many conversations of the gateway's own with the host there are at once.
pub(super) const AT_ONCE: usize = 16;

/// A retry time of nothing would spin.
pub(super) const SHORTEST: Duration = Duration::from_millis(100);

const FORGET_EVERY: Duration = Duration::from_secs(600);
