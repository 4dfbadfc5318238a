//! How often the gateway was asked about an order without a good answer.
//!
//! A request without an answer is sent again for as long as it takes, ever more seldom: the
//! gateway may have done what it asks. One that is answered with an Error, or with what is not
//! good, is sent again a bounded number of times; then the order asks for the operator's
//! attention, and is left alone until a command is about it. An unspecifiedFailure is all that a
//! busy gateway can say over TCP, so it counts as no answer.

use set_core::asn1::{self, Date, Limits};
use set_core::error::Error;
use set_core::msg::error::ErrorCode;
use set_core::msg::ids::LocalId;
use set_core::sequence;
use set_node::store::{RecordKey, Tx};

use crate::fault::Fault;
use crate::ledger::ROLE;

sequence! {
    /// What is remembered of an order while there is no good answer about it.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Attempts = "Attempts" {
        /// How often the gateway was asked.
        asked: u64 = "asked",
        /// How many of the answers were Errors, or not good.
        refused: u64 = "refused",
        /// When it is asked next.
        next: Date = "next",
        /// Whether it is not asked again by itself.
        attention: bool = "attention",
        /// The code of the last Error.
        error_code: Option<ErrorCode> = "errorCode" [implicit 0 optional],
    }
}

/// What is remembered of an order.
pub(crate) async fn load(tx: &mut Tx, lid_m: &LocalId) -> Result<Option<Attempts>, Fault> {
    match tx.load(key(lid_m)).await? {
        Some(record) => Ok(Some(decode(&record.body)?)),
        None => Ok(None),
    }
}

/// Notes that there is no good answer about an order because of `fault`; whether the operator
/// is needed from now on. What is our own fault is not noted.
pub(crate) async fn note(
    tx: &mut Tx,
    lid_m: &LocalId,
    fault: &Fault,
    now: Date,
    delay: impl FnOnce(u64) -> u64,
    most_refused: u64,
) -> Result<bool, Fault> {
    let code = match fault {
        Fault::Protocol(Error::Refused(refused)) => Some(refused.code),
        Fault::Gateway(_) | Fault::Patience | Fault::Protocol(_) => None,
        _ => return Ok(false),
    };
    let refused = matches!(fault, Fault::Protocol(_)) && code != Some(BUSY);
    let loaded = tx.load(key(lid_m)).await?;
    let (earlier, version) = match loaded {
        Some(record) => (Some(decode(&record.body)?), record.version),
        None => (None, 0),
    };
    let mut attempts = earlier.unwrap_or(Attempts {
        asked: 0,
        refused: 0,
        next: now,
        attention: false,
        error_code: None,
    });
    attempts.asked = attempts.asked.saturating_add(1);
    attempts.refused = attempts.refused.saturating_add(refused.into());
    attempts.next = now.plus(delay(attempts.asked));
    attempts.error_code = code.or(attempts.error_code);
    let needed = !attempts.attention && attempts.refused >= most_refused;
    attempts.attention |= needed;
    let body = asn1::encode(&attempts).map_err(Error::from)?;
    tx.save(key(lid_m), version, &body).await?;
    Ok(needed)
}

/// Forgets what was remembered of an order, now that there is an answer.
pub(crate) async fn clear(tx: &mut Tx, lid_m: &LocalId) -> Result<(), Fault> {
    if let Some(record) = tx.load(key(lid_m)).await? {
        tx.remove(key(lid_m), record.version).await?;
    }
    Ok(())
}

impl Attempts {
    /// Whether the gateway is to be asked by itself now.
    pub(crate) fn is_due(&self, now: Date) -> bool {
        !self.attention && self.next <= now
    }
}

/// What a busy gateway says.
pub(crate) const BUSY: ErrorCode = ErrorCode::UnspecifiedFailure;

fn decode(body: &[u8]) -> Result<Attempts, Fault> {
    asn1::decode(body, &Limits::default()).map_err(|_| Fault::Damaged("an order's attempts"))
}

fn key(lid_m: &LocalId) -> RecordKey<'_> {
    RecordKey {
        role: ROLE,
        kind: "attempts",
        key: lid_m.as_octets(),
    }
}
