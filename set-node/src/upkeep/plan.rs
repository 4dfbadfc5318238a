use set_core::asn1::Date;
use set_core::crypto::{CryptoError, CryptoProvider, random_array};

use super::Lifetime;

/// When to act; all times in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How long before the end of what is held, but never more than a third of its lifetime.
    pub ahead: u64,
    /// How often although it holds for longer.
    pub every: Option<u64>,
    /// The pause after an attempt that failed; it doubles with each.
    pub retry: u64,
    /// The longest such pause.
    pub retry_most: u64,
}

/// What was tried so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// When the party began to look after itself.
    pub started: Date,
    /// When an attempt last succeeded.
    pub succeeded: Option<Date>,
    /// The attempts that failed since.
    pub failed: u32,
    /// When the last of them failed.
    pub tried: Option<Date>,
}

/// A number drawn evenly, by which parties that are certified together do not all act
/// together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw(pub u32);

/// When the next attempt is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// There is nothing to do: nothing is held that could run out.
    Nothing,
    /// Not before then.
    Wait(Date),
    /// At once.
    Now,
}

/// When the next attempt is due, judged `now`.
///
/// Of what is `held` that which is due first counts. Each is due `ahead` of its end (at most
/// a third of its lifetime), up to a quarter of that later as `draw` says; so at least a
/// quarter of its lifetime, or three quarters of `ahead`, are left for attempts that fail.
/// With `every`, the next attempt is due that long after the last success, up to a quarter
/// sooner; of a party that has just started, between a 24th and a 12th of it after the start.
/// After a failure the next attempt waits for the pause, or up to half of it less.
#[must_use]
pub fn plan(now: Date, held: &[Lifetime], attempts: &Attempts, draw: Draw, terms: &Terms) -> Plan {
    let ends = held.iter().map(|lifetime| {
        let ahead = lifetime.at_most_a_share(terms.ahead, 3);
        lifetime.until.minus(ahead).plus(draw.of(ahead / 4))
    });
    let turn = terms.every.map(|every| match attempts.succeeded {
        Some(last) => last.plus(every - draw.of(every / 4)),
        None => attempts.started.plus(every / 24 + draw.of(every / 24)),
    });
    let Some(due) = ends.chain(turn).min() else {
        return Plan::Nothing;
    };
    let due = match (attempts.failed.checked_sub(1), attempts.tried) {
        (Some(doubled), Some(tried)) => {
            let doubled = 1_u64.checked_shl(doubled).unwrap_or(u64::MAX);
            let pause = terms.retry.saturating_mul(doubled).min(terms.retry_most);
            let draw = draw.again(attempts.failed);
            due.max(tried.plus(pause - draw.of(pause / 2)))
        }
        _ => due,
    };
    if due <= now {
        Plan::Now
    } else {
        Plan::Wait(due)
    }
}

impl Attempts {
    /// Nothing was tried yet.
    #[must_use]
    pub const fn none(started: Date) -> Self {
        Self {
            started,
            succeeded: None,
            failed: 0,
            tried: None,
        }
    }

    /// An attempt has succeeded.
    pub const fn succeed(&mut self, now: Date) {
        self.succeeded = Some(now);
        self.failed = 0;
        self.tried = None;
    }

    /// An attempt has failed.
    pub const fn fail(&mut self, now: Date) {
        self.failed = self.failed.saturating_add(1);
        self.tried = Some(now);
    }
}

impl Draw {
    /// Draws one.
    ///
    /// # Errors
    ///
    /// The provider has no random octets.
    pub fn new(crypto: &dyn CryptoProvider) -> Result<Self, CryptoError> {
        Ok(Self(u32::from_be_bytes(random_array(crypto)?)))
    }

    /// The number for an attempt that was preceded by so many failures: a multiplicative
    /// hash, so that parties with unlike numbers stay apart.
    const fn again(self, failed: u32) -> Self {
        Self(self.0.wrapping_add(failed).wrapping_mul(0x9E37_79B9))
    }

    /// That share of `span`, rounded down; always less than `span`, unless it is 0.
    fn of(self, span: u64) -> u64 {
        let share = (u128::from(span) * u128::from(self.0)) >> 32;
        u64::try_from(share).unwrap_or(span)
    }
}
