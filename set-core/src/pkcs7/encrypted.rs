//! EnvelopedData and EncryptedData: treatments E, EH, EX, EXH and EK.

use der::asn1::{ObjectIdentifier, OctetString};

use super::signed::EncryptedDigest;
use super::{AlgorithmIdentifier, IssuerAndSerialNumber};
use crate::asn1::SeqOf;
use crate::sequence;

sequence! {
    /// Content under a fresh DES key, and that key under the recipient's RSA key.
    ///
    /// ```text
    /// EnvelopedData ::= SEQUENCE {
    ///   edVersion             INTEGER { edVer1(1) },
    ///   recipientInfos        SEQUENCE SIZE(1) OF RecipientInfo,
    ///   encryptedContentInfo  EncryptedContentInfo
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct EnvelopedData = "EnvelopedData" {
        /// 1.
        ed_version: EdVersion = "edVersion",
        /// The one recipient.
        recipient_infos: SeqOf<RecipientInfo, 1, 1> = "recipientInfos",
        /// The content.
        encrypted_content_info: EncryptedContentInfo = "encryptedContentInfo",
    }
}

crate::integer! {
    /// ```text
    /// INTEGER { edVer1(1) }
    /// ```
    pub struct EdVersion(u8) = "edVersion", 1..=1, "version 1";
}

impl EdVersion {
    /// Version 1, the only one.
    pub const VER1: Self = Self(1);
}

sequence! {
    /// The OAEP block for one recipient.
    ///
    /// ```text
    /// RecipientInfo ::= SEQUENCE {
    ///   riVersion               INTEGER { riVer0(0) },
    ///   issuerAndSerialNumber   IssuerAndSerialNumber,
    ///   keyEncryptionAlgorithm  AlgorithmIdentifier,
    ///   encryptedKey            OCTET STRING (SIZE(1..512))
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct RecipientInfo = "RecipientInfo" {
        /// 0.
        ri_version: Version0 = "riVersion",
        /// The recipient's encryption certificate.
        issuer_and_serial_number: IssuerAndSerialNumber = "issuerAndSerialNumber",
        /// rsaOAEPEncryptionSET.
        key_encryption_algorithm: AlgorithmIdentifier = "keyEncryptionAlgorithm",
        /// The block.
        encrypted_key: EncryptedDigest = "encryptedKey",
    }
}

crate::integer! {
    /// ```text
    /// INTEGER { riVer0(0) }
    /// ```
    pub struct Version0(u8) = "version", 0..=0, "version 0";
}

impl Version0 {
    /// Version 0, the only one.
    pub const VER0: Self = Self(0);
}

sequence! {
    /// Encrypted octets and how they were encrypted.
    ///
    /// ```text
    /// EncryptedContentInfo ::= SEQUENCE {
    ///   contentType                 OBJECT IDENTIFIER,
    ///   contentEncryptionAlgorithm  AlgorithmIdentifier,
    ///   encryptedContent            [0] IMPLICIT OCTET STRING
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct EncryptedContentInfo = "EncryptedContentInfo" {
        /// What is inside.
        content_type: ObjectIdentifier = "contentType",
        /// desCBC or cdmfCBC with the initialisation vector.
        content_encryption_algorithm: AlgorithmIdentifier = "contentEncryptionAlgorithm",
        /// The ciphertext.
        encrypted_content: OctetString = "encryptedContent" [implicit 0],
    }
}

sequence! {
    /// Content under a key that both sides share already.
    ///
    /// ```text
    /// EncryptedData ::= SEQUENCE {
    ///   encVersion            INTEGER { encVer0(0) },
    ///   encryptedContentInfo  EncryptedContentInfo
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct EncryptedData = "EncryptedData" {
        /// 0.
        enc_version: Version0 = "encVersion",
        /// The content.
        encrypted_content_info: EncryptedContentInfo = "encryptedContentInfo",
    }
}
