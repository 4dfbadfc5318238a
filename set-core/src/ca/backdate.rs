//! How far back certificates are dated.

use crate::asn1::Date;
use crate::asn1::error::OutOfRange;
use crate::path::validity::could_sign;
use crate::x509::Certificate;

/// How long before it is signed a certificate begins to hold.
///
/// Whoever verifies a certificate goes by a clock of its own. One that is a little behind the
/// CA's would refuse a certificate made just now, its own in the answer first of all. CRLs and BCIs
/// need no such thing: they are taken a little before they begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backdate(u64);

impl Backdate {
    /// Certificates begin when they are signed.
    pub const NONE: Self = Self(0);

    /// So many seconds, up to an hour: what dates of messages may differ by.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] above that.
    pub const fn seconds(count: u64) -> Result<Self, OutOfRange> {
        if count <= MOST {
            Ok(Self(count))
        } else {
            Err(OutOfRange {
                expected: "time of at most an hour",
            })
        }
    }

    /// The seconds.
    #[must_use]
    pub const fn as_seconds(self) -> u64 {
        self.0
    }

    /// When a certificate begins that is signed now: not before its issuer's, if it has an
    /// issuer. Where the issuer's key does not sign by now, the date is not moved to when it did.
    pub(super) fn begin(self, now: Date, issuer: Option<&Certificate>) -> Date {
        let earliest = now.minus(self.0);
        match issuer {
            None => earliest,
            Some(issuer) if could_sign(issuer, now) => earliest.max(issuer.not_before()).min(now),
            Some(_) => now,
        }
    }
}

impl Default for Backdate {
    /// 5 minutes.
    fn default() -> Self {
        Self(300)
    }
}

/// Seconds.
const MOST: u64 = 3_600;
