//! A clock that stands still until it is told to go.

use std::sync::atomic::{AtomicU64, Ordering};

use set_core::asn1::Date;

/// 1997-06-04T12:00:00Z, when most tests take place.
///
/// # Panics
///
/// Never: the date is good.
#[must_use]
#[expect(clippy::expect_used, reason = "the date is good")]
pub fn noon() -> Date {
    Date::from_unix(NOON).expect("the date is good")
}

/// Simulated time; shared by the parties of a test.
///
/// ```
/// use set_testkit::clock::{Clock, noon};
///
/// let clock = Clock::default();
/// clock.advance(60);
/// assert_eq!(clock.now(), noon().plus(60));
/// ```
#[derive(Debug)]
pub struct Clock(AtomicU64);

impl Clock {
    /// A clock that shows `date`.
    #[must_use]
    pub fn at(date: Date) -> Self {
        Self(AtomicU64::new(date.unix()))
    }

    /// What it shows; at most the end of 9999.
    #[must_use]
    pub fn now(&self) -> Date {
        noon().minus(NOON).plus(self.0.load(Ordering::SeqCst))
    }

    /// Puts it forward by `seconds`.
    pub fn advance(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Default for Clock {
    /// A clock that shows [`noon`].
    fn default() -> Self {
        Self::at(noon())
    }
}

const NOON: u64 = 865_425_600;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_starts_at_noon_and_moves_only_when_told() {
        let clock = Clock::default();
        assert_eq!(clock.now().to_string(), "1997-06-04T12:00:00Z");
        assert_eq!(clock.now(), clock.now());
        clock.advance(86_400);
        assert_eq!(clock.now().to_string(), "1997-06-05T12:00:00Z");
    }
}
