//! BrandCRLIdentifier (BCI): the list of every CRL in force in a brand.

use der::asn1::BitString;

use crate::asn1::{Date, Raw, SeqOf};
use crate::msg::ids::BrandId;
use crate::pkcs7::{AlgorithmIdentifier, Name};
use crate::sequence;

use super::extension::Extensions;

sequence! {
    /// The list, signed by the brand CA.
    ///
    /// ```text
    /// BrandCRLIdentifier ::= SEQUENCE {
    ///   toBeSigned           UnsignedBrandCRLIdentifier,
    ///   signatureAlgorithm   AlgorithmIdentifier,
    ///   signature            BIT STRING
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct BrandCrlIdentifier = "BrandCRLIdentifier" {
        /// The list.
        to_be_signed: Raw<UnsignedBrandCrlIdentifier> = "toBeSigned",
        /// sha1WithRSAEncryption.
        signature_algorithm: AlgorithmIdentifier = "signatureAlgorithm",
        /// Over the DER of the list.
        signature: BitString = "signature",
    }
}

sequence! {
    /// The list itself.
    ///
    /// ```text
    /// UnsignedBrandCRLIdentifier ::= SEQUENCE {
    ///   version            INTEGER { bVer1(0) },
    ///   sequenceNum        INTEGER (0..MAX),
    ///   brandID            BrandID,
    ///   bciNotBefore       Date,
    ///   bciNotAfter        Date,
    ///   crlIdentifierSeq   [0] SEQUENCE SIZE(1..MAX) OF CRLIdentifier OPTIONAL,
    ///   bCRLExtensions     [1] Extensions
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct UnsignedBrandCrlIdentifier = "UnsignedBrandCRLIdentifier" {
        /// 0.
        version: BciVersion = "version",
        /// Grows with every new list of the brand.
        sequence_num: u64 = "sequenceNum",
        /// The brand.
        brand_id: BrandId = "brandID",
        /// From when the list holds.
        bci_not_before: Date = "bciNotBefore",
        /// Until when it holds.
        bci_not_after: Date = "bciNotAfter",
        /// The CRLs in force.
        crl_identifier_seq: Option<SeqOf<CrlIdentifier>> = "crlIdentifierSeq" [implicit 0 optional],
        /// authorityKeyIdentifier of the signing key, at least.
        b_crl_extensions: Extensions = "bCRLExtensions" [implicit 1],
    }
}

crate::integer! {
    /// ```text
    /// INTEGER { bVer1(0) }
    /// ```
    pub struct BciVersion(u8) = "version", 0..=0, "version 0";
}

impl BciVersion {
    /// Version 1, whose number is 0.
    pub const VER1: Self = Self(0);
}

sequence! {
    /// Names one CRL in force.
    ///
    /// ```text
    /// CRLIdentifier ::= SEQUENCE {
    ///   issuerName  Name,
    ///   crlNumber   INTEGER (0..MAX)
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CrlIdentifier = "CRLIdentifier" {
        /// Whose.
        issuer_name: Name = "issuerName",
        /// Its CRLNumber.
        crl_number: u64 = "crlNumber",
    }
}
