//! privateKeyUsagePeriod.

use crate::asn1::Date;
use crate::sequence;

sequence! {
    /// When the private key may sign; the certificate may hold longer, so that what was
    /// signed last can still be verified.
    ///
    /// ```text
    /// PrivateKeyUsagePeriod ::= SEQUENCE {
    ///   notBefore  [0] GeneralizedTime OPTIONAL,
    ///   notAfter   [1] GeneralizedTime OPTIONAL
    /// }
    /// ```
    ///
    /// Not critical; in certificates of signing keys.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct PrivateKeyUsagePeriod = "PrivateKeyUsagePeriod" {
        /// From when.
        not_before: Option<Date> = "notBefore" [implicit 0 optional],
        /// Until when, this second included.
        not_after: Option<Date> = "notAfter" [implicit 1 optional],
    }
}

impl PrivateKeyUsagePeriod {
    /// Whether the key may sign at `date`.
    #[must_use]
    pub fn covers(&self, date: Date) -> bool {
        self.not_before.is_none_or(|from| from <= date)
            && self.not_after.is_none_or(|until| date <= until)
    }
}
