//! CertificateType.

crate::bits! {
    /// What the subject is in SET. A CA may be several things.
    ///
    /// ```text
    /// CertificateType ::= BIT STRING {
    ///   card(0), mer(1), pgwy(2), cca(3), mca(4), pca(5), gca(6), bca(7), rca(8), acq(9)
    /// }
    /// ```
    ///
    /// Critical; in all certificates.
    pub struct CertificateType = "CertificateType" {
        /// A cardholder.
        CARD = 0 "card",
        /// A merchant.
        MER = 1 "mer",
        /// A payment gateway.
        PGWY = 2 "pgwy",
        /// A CA for cardholders.
        CCA = 3 "cca",
        /// A CA for merchants.
        MCA = 4 "mca",
        /// A CA for payment gateways.
        PCA = 5 "pca",
        /// A geopolitical CA.
        GCA = 6 "gca",
        /// A brand CA.
        BCA = 7 "bca",
        /// The root CA.
        RCA = 8 "rca",
        /// An acquirer.
        ACQ = 9 "acq",
    }
}

impl CertificateType {
    /// Cardholder, merchant, payment gateway and acquirer.
    pub const END_ENTITIES: Self = Self::CARD.and(Self::MER).and(Self::PGWY).and(Self::ACQ);

    /// CAs of whatever kind.
    pub const CAS: Self = Self::CCA
        .and(Self::MCA)
        .and(Self::PCA)
        .and(Self::GCA)
        .and(Self::BCA)
        .and(Self::RCA);

    /// What a CA of this type may certify.
    ///
    /// The root certifies brand CAs; those certify geopolitical CAs and CAs for end
    /// entities; and each CA for end entities only its own kind. An acquirer's certificate
    /// comes from the CA for payment gateways.
    #[must_use]
    pub const fn certifies(self) -> Self {
        let leaf_cas = Self::CCA.and(Self::MCA).and(Self::PCA);
        let mut allowed = Self::empty();
        if self.contains(Self::RCA) {
            allowed = allowed.and(Self::BCA);
        }
        if self.contains(Self::BCA) {
            allowed = allowed.and(Self::GCA).and(leaf_cas);
        }
        if self.contains(Self::GCA) {
            allowed = allowed.and(leaf_cas);
        }
        if self.contains(Self::CCA) {
            allowed = allowed.and(Self::CARD);
        }
        if self.contains(Self::MCA) {
            allowed = allowed.and(Self::MER);
        }
        if self.contains(Self::PCA) {
            allowed = allowed.and(Self::PGWY).and(Self::ACQ);
        }
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ca_certifies_what_its_type_says_and_nothing_else() {
        type T = CertificateType;
        assert_eq!(T::RCA.certifies(), T::BCA);
        assert_eq!(T::BCA.certifies().to_string(), "cca+mca+pca+gca");
        assert_eq!(T::GCA.certifies().to_string(), "cca+mca+pca");
        assert_eq!(T::CCA.and(T::MCA).certifies().to_string(), "card+mer");
        assert_eq!(T::PCA.certifies().to_string(), "pgwy+acq");
        assert!(T::MER.and(T::CARD).certifies().is_empty());
    }
}
