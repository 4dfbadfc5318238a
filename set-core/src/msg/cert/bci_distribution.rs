//! BCIDistribution: the brand CA hands out the list of CRLs in force.

use crate::asn1::Date;
use crate::pkcs7::SignedData;
use crate::sequence;
use crate::x509::bci::BrandCrlIdentifier;

/// The message, S{CA, [`BciDistributionTbs`]}; new CRLs are in the SignedData's crls.
///
/// ```text
/// BCIDistribution ::= SignedData
/// ```
pub type BciDistribution = SignedData;

sequence! {
    /// What the brand CA signs.
    ///
    /// ```text
    /// BCIDistributionTBS ::= SEQUENCE {
    ///   date                Date,
    ///   brandCRLIdentifier  [0] EXPLICIT BrandCRLIdentifier OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct BciDistributionTbs = "BCIDistributionTBS" {
        /// When.
        date: Date = "date",
        /// The list.
        brand_crl_identifier: Option<BrandCrlIdentifier> = "brandCRLIdentifier" [explicit 0 optional],
    }
}
