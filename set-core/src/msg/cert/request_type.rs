//! Who asks for which certificate.

crate::enumerated! {
    /// Who asks, whether for the first time, and for which keys.
    ///
    /// ```text
    /// RequestType ::= ENUMERATED {
    ///   cardInitialSig(1),
    ///   merInitialSig(4), merInitialEnc(5), merInitialBoth(6),
    ///   pgwyInitialSig(7), pgwyInitialEnc(8), pgwyInitialBoth(9),
    ///   cardRenewalSig(10),
    ///   merRenewalSig(13), merRenewalEnc(14), merRenewalBoth(15),
    ///   pgwyRenewalSig(16), pgwyRenewalEnc(17), pgwyRenewalBoth(18)
    /// }
    /// ```
    pub enum RequestType = "RequestType" {
        /// A cardholder's first signature certificate.
        CardInitialSig = 1 "cardInitialSig",
        /// A merchant's first signature certificate.
        MerInitialSig = 4 "merInitialSig",
        /// A merchant's first encryption certificate.
        MerInitialEnc = 5 "merInitialEnc",
        /// A merchant's first certificates, both.
        MerInitialBoth = 6 "merInitialBoth",
        /// A gateway's first signature certificate.
        PgwyInitialSig = 7 "pgwyInitialSig",
        /// A gateway's first encryption certificate.
        PgwyInitialEnc = 8 "pgwyInitialEnc",
        /// A gateway's first certificates, both.
        PgwyInitialBoth = 9 "pgwyInitialBoth",
        /// A cardholder's next signature certificate.
        CardRenewalSig = 10 "cardRenewalSig",
        /// A merchant's next signature certificate.
        MerRenewalSig = 13 "merRenewalSig",
        /// A merchant's next encryption certificate.
        MerRenewalEnc = 14 "merRenewalEnc",
        /// A merchant's next certificates, both.
        MerRenewalBoth = 15 "merRenewalBoth",
        /// A gateway's next signature certificate.
        PgwyRenewalSig = 16 "pgwyRenewalSig",
        /// A gateway's next encryption certificate.
        PgwyRenewalEnc = 17 "pgwyRenewalEnc",
        /// A gateway's next certificates, both.
        PgwyRenewalBoth = 18 "pgwyRenewalBoth",
    }
}
