//! The one place where a node reads the clock.

use std::time::{SystemTime, UNIX_EPOCH};

use set_core::asn1::Date;

/// The present second.
#[must_use]
pub fn now() -> Date {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |elapsed| elapsed.as_secs());
    Date::EPOCH.plus(seconds)
}
