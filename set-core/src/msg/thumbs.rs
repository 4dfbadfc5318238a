//! Thumbprints: the SHA-1 of the unsigned part of a certificate, CRL or BCI.

use crate::asn1::SeqOf;
use crate::pkcs7::algorithm::AlgorithmIdentifier;
use crate::pkcs7::digested::Digest;
use crate::sequence;

sequence! {
    /// Names one certificate.
    ///
    /// ```text
    /// CertThumb ::= SEQUENCE {
    ///   digestAlgorithm  AlgorithmIdentifier,
    ///   thumbprint       Digest
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CertThumb = "CertThumb" {
        /// SHA-1.
        digest_algorithm: AlgorithmIdentifier = "digestAlgorithm",
        /// Hash of the tbsCertificate.
        thumbprint: Digest = "thumbprint",
    }
}

sequence! {
    /// What the sender holds already and need not be sent.
    ///
    /// ```text
    /// Thumbs ::= SEQUENCE {
    ///   digestAlgorithm    AlgorithmIdentifier,
    ///   certThumbs         [0] SEQUENCE SIZE(1..MAX) OF Digest OPTIONAL,
    ///   crlThumbs          [1] SEQUENCE SIZE(1..MAX) OF Digest OPTIONAL,
    ///   brandCRLIdThumbs   [2] SEQUENCE SIZE(1..MAX) OF Digest OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Thumbs = "Thumbs" {
        /// SHA-1.
        digest_algorithm: AlgorithmIdentifier = "digestAlgorithm",
        /// Hashes of tbsCertificate.
        cert_thumbs: Option<SeqOf<Digest>> = "certThumbs" [implicit 0 optional],
        /// Hashes of tbsCertList.
        crl_thumbs: Option<SeqOf<Digest>> = "crlThumbs" [implicit 1 optional],
        /// Hashes of UnsignedBrandCRLIdentifier.
        brand_crl_id_thumbs: Option<SeqOf<Digest>> = "brandCRLIdThumbs" [implicit 2 optional],
    }
}
