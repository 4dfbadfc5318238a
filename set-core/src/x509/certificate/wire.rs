//! The parts of a certificate on the wire.

use der::asn1::BitString;

use crate::asn1::Raw;
use crate::pkcs7::{AlgorithmIdentifier, Name, SerialNumber};
use crate::sequence;
use crate::x509::extension::Extensions;
use crate::x509::spki::SubjectPublicKeyInfo;
use crate::x509::time::Time;

sequence! {
    /// A certificate.
    ///
    /// ```text
    /// Certificate ::= SEQUENCE {
    ///   tbsCertificate      TBSCertificate,
    ///   signatureAlgorithm  AlgorithmIdentifier,
    ///   signature           BIT STRING
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct SignedCertificate = "Certificate" {
        /// What is certified.
        to_be_signed: Raw<TbsCertificate> = "tbsCertificate",
        /// sha1WithRSAEncryption.
        signature_algorithm: AlgorithmIdentifier = "signatureAlgorithm",
        /// Over the DER of the tbsCertificate.
        signature: BitString = "signature",
    }
}

sequence! {
    /// What a certificate certifies. SET has no unique identifiers, so neither does this.
    ///
    /// ```text
    /// TBSCertificate ::= SEQUENCE {
    ///   version               [0] EXPLICIT INTEGER { v3(2) },
    ///   serialNumber          INTEGER,
    ///   signature             AlgorithmIdentifier,
    ///   issuer                Name,
    ///   validity              Validity,
    ///   subject               Name,
    ///   subjectPublicKeyInfo  SubjectPublicKeyInfo,
    ///   extensions            [3] EXPLICIT Extensions
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct TbsCertificate = "TBSCertificate" {
        /// v3.
        version: CertificateVersion = "version" [explicit 0],
        /// Its number at the issuer.
        serial_number: SerialNumber = "serialNumber",
        /// sha1WithRSAEncryption.
        signature: AlgorithmIdentifier = "signature",
        /// Who certifies.
        issuer: Name = "issuer",
        /// When it holds.
        validity: Validity = "validity",
        /// Who is certified.
        subject: Name = "subject",
        /// The certified key.
        subject_public_key_info: SubjectPublicKeyInfo = "subjectPublicKeyInfo",
        /// The rest.
        extensions: Extensions = "extensions" [explicit 3],
    }
}

crate::integer! {
    /// ```text
    /// INTEGER { v3(2) }
    /// ```
    pub struct CertificateVersion(u8) = "version", 2..=2, "version 3, whose number is 2";
}

impl CertificateVersion {
    /// Version 3, the only one in SET.
    pub const V3: Self = Self(2);
}

sequence! {
    /// From when until when a certificate holds, both seconds included.
    ///
    /// ```text
    /// Validity ::= SEQUENCE {
    ///   notBefore  Time,
    ///   notAfter   Time
    /// }
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Validity = "Validity" {
        /// The first second.
        not_before: Time = "notBefore",
        /// The last second.
        not_after: Time = "notAfter",
    }
}
