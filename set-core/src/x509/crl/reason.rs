//! Why a certificate was revoked.

use core::str::FromStr;

use crate::asn1::error::OutOfRange;
use crate::enumerated;

enumerated! {
    /// The reason in an entry of a CRL.
    ///
    /// ```text
    /// CRLReason ::= ENUMERATED {
    ///   unspecified(0), keyCompromise(1), cACompromise(2), affiliationChanged(3),
    ///   superseded(4), cessationOfOperation(5), certificateHold(6), removeFromCRL(8)
    /// }
    /// ```
    ///
    /// X.509 (1997), 12.6.2. Not critical; an entry without it is unspecified.
    pub enum CrlReason = "CRLReason" {
        /// No reason is given.
        Unspecified = 0 "unspecified",
        /// The subject's private key is known to others, or may be.
        KeyCompromise = 1 "keyCompromise",
        /// The private key of a CA is known to others, or may be.
        CaCompromise = 2 "cACompromise",
        /// The subject's name or another content has changed.
        AffiliationChanged = 3 "affiliationChanged",
        /// Another certificate has taken its place.
        Superseded = 4 "superseded",
        /// It is no longer needed for what it was issued for.
        CessationOfOperation = 5 "cessationOfOperation",
        /// Suspended for a time; read, but never written here.
        CertificateHold = 6 "certificateHold",
        /// No longer suspended; read, but never written here.
        RemoveFromCrl = 8 "removeFromCRL",
    }
}

impl CrlReason {
    /// Whether a CA of SET may give it: a revocation is for good, so neither a hold nor the
    /// end of one.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::CertificateHold | Self::RemoveFromCrl)
    }
}

impl FromStr for CrlReason {
    type Err = OutOfRange;

    /// Reads the name that [`name`](Self::name) gives, of a reason that is final.
    fn from_str(name: &str) -> Result<Self, OutOfRange> {
        Self::ALL
            .iter()
            .copied()
            .find(|reason| reason.is_final() && reason.name() == name)
            .ok_or(OutOfRange {
                expected: "reason: unspecified, keyCompromise, cACompromise, affiliationChanged, \
                           superseded or cessationOfOperation",
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_known_by_its_name_and_a_hold_is_none() {
        for reason in CrlReason::ALL.iter().copied() {
            let read = reason.name().parse();
            assert_eq!(read.ok(), reason.is_final().then_some(reason));
        }
        assert!("becauseISaySo".parse::<CrlReason>().is_err());
    }
}
