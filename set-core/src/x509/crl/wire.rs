//! The parts of a CRL on the wire.

use der::asn1::BitString;

use crate::asn1::{Raw, SeqOf};
use crate::pkcs7::{AlgorithmIdentifier, Name, SerialNumber};
use crate::sequence;
use crate::x509::extension::Extensions;
use crate::x509::time::Time;

sequence! {
    /// A CRL.
    ///
    /// ```text
    /// CertificateList ::= SEQUENCE {
    ///   tbsCertList         TBSCertList,
    ///   signatureAlgorithm  AlgorithmIdentifier,
    ///   signature           BIT STRING
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct SignedCrl = "CertificateList" {
        /// The list.
        to_be_signed: Raw<TbsCertList> = "tbsCertList",
        /// sha1WithRSAEncryption.
        signature_algorithm: AlgorithmIdentifier = "signatureAlgorithm",
        /// Over the DER of the list.
        signature: BitString = "signature",
    }
}

sequence! {
    /// The list. SET always has nextUpdate and extensions.
    ///
    /// ```text
    /// TBSCertList ::= SEQUENCE {
    ///   version              INTEGER { v2(1) },
    ///   signature            AlgorithmIdentifier,
    ///   issuer               Name,
    ///   thisUpdate           Time,
    ///   nextUpdate           Time,
    ///   revokedCertificates  SEQUENCE SIZE(1..MAX) OF RevokedCertificate OPTIONAL,
    ///   crlExtensions        [0] EXPLICIT Extensions
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct TbsCertList = "TBSCertList" {
        /// v2.
        version: CrlVersion = "version",
        /// sha1WithRSAEncryption.
        signature: AlgorithmIdentifier = "signature",
        /// Whose certificates.
        issuer: Name = "issuer",
        /// From when it holds.
        this_update: Time = "thisUpdate",
        /// Until when it holds.
        next_update: Time = "nextUpdate",
        /// The certificates revoked.
        revoked_certificates: Option<SeqOf<RevokedCertificate>> = "revokedCertificates" [optional],
        /// CRLNumber and authorityKeyIdentifier.
        crl_extensions: Extensions = "crlExtensions" [explicit 0],
    }
}

crate::integer! {
    /// ```text
    /// INTEGER { v2(1) }
    /// ```
    pub struct CrlVersion(u8) = "version", 1..=1, "version 2, whose number is 1";
}

impl CrlVersion {
    /// Version 2, the only one in SET.
    pub const V2: Self = Self(1);
}

sequence! {
    /// One certificate revoked.
    ///
    /// ```text
    /// RevokedCertificate ::= SEQUENCE {
    ///   userCertificate     INTEGER,
    ///   revocationDate      Time,
    ///   crlEntryExtensions  Extensions OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct RevokedCertificate = "RevokedCertificate" {
        /// Its number.
        user_certificate: SerialNumber = "userCertificate",
        /// Since when.
        revocation_date: Time = "revocationDate",
        /// Why, perhaps.
        crl_entry_extensions: Option<Extensions> = "crlEntryExtensions" [optional],
    }
}
