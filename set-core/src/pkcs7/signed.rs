//! SignedData: treatments S and SO.

use der::asn1::{ObjectIdentifier, OctetString};
use der::{DecodeValue, EncodeValue, FixedTag, Header, Length, Reader, Tag, Writer};

use super::{AlgorithmIdentifier, IssuerAndSerialNumber};
use crate::asn1::{Asn1, DecodeError, Fault, Opaque, Raw, Schema, SeqOf, Shape, field};
use crate::sequence;

sequence! {
    /// Content named by its type.
    ///
    /// ```text
    /// ContentInfo ::= SEQUENCE {
    ///   contentType  OBJECT IDENTIFIER,
    ///   content      [0] EXPLICIT ANY DEFINED BY contentType OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct ContentInfo = "ContentInfo" {
        /// Its type.
        content_type: ObjectIdentifier = "contentType",
        /// The content; absent where it is elsewhere.
        content: Option<Opaque> = "content" [explicit 0 optional],
    }
}

sequence! {
    /// Content with signatures and what is needed to verify them.
    ///
    /// ```text
    /// SignedData ::= SEQUENCE {
    ///   sdVersion         INTEGER { sdVer2(2) },
    ///   digestAlgorithms  SEQUENCE SIZE(1..16) OF AlgorithmIdentifier,
    ///   contentInfo       ContentInfo,
    ///   certificates      [2] IMPLICIT SEQUENCE OF Certificate OPTIONAL,
    ///   crls              [3] IMPLICIT SEQUENCE OF CRL OPTIONAL,
    ///   signerInfos       SEQUENCE SIZE(1..16) OF SignerInfo
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct SignedData = "SignedData" {
        /// 2.
        sd_version: SdVersion = "sdVersion",
        /// SHA-1.
        digest_algorithms: SeqOf<AlgorithmIdentifier, 1, 16> = "digestAlgorithms",
        /// What is signed.
        content_info: ContentInfo = "contentInfo",
        /// Certificates that the receiver may lack.
        certificates: Option<SeqOf<Opaque, 0>> = "certificates" [implicit 2 optional],
        /// CRLs that the receiver may lack.
        crls: Option<SeqOf<Opaque, 0>> = "crls" [implicit 3 optional],
        /// The signatures.
        signer_infos: SeqOf<SignerInfo, 1, 16> = "signerInfos",
    }
}

crate::integer! {
    /// ```text
    /// INTEGER { sdVer2(2) }
    /// ```
    pub struct SdVersion(u8) = "sdVersion", 2..=2, "version 2";
}

impl SdVersion {
    /// Version 2, the only one.
    pub const VER2: Self = Self(2);
}

sequence! {
    /// One signature.
    ///
    /// ```text
    /// SignerInfo ::= SEQUENCE {
    ///   siVersion                  INTEGER { siVer2(2) },
    ///   issuerAndSerialNumber      IssuerAndSerialNumber,
    ///   digestAlgorithm            AlgorithmIdentifier,
    ///   authenticatedAttributes    [2] EXPLICIT AttributeSeq OPTIONAL,
    ///   digestEncryptionAlgorithm  AlgorithmIdentifier,
    ///   encryptedDigest            OCTET STRING (SIZE(1..512)),
    ///   unauthenticatedAttributes  [3] EXPLICIT AttributeSeq OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct SignerInfo = "SignerInfo" {
        /// 2.
        si_version: SdVersion = "siVersion",
        /// The signer's certificate.
        issuer_and_serial_number: IssuerAndSerialNumber = "issuerAndSerialNumber",
        /// SHA-1.
        digest_algorithm: AlgorithmIdentifier = "digestAlgorithm",
        /// contentType and messageDigest; what the signature is over.
        authenticated_attributes: Option<Raw<AttributeSeq>> = "authenticatedAttributes" [explicit 2 optional],
        /// rsaEncryption.
        digest_encryption_algorithm: AlgorithmIdentifier = "digestEncryptionAlgorithm",
        /// The signature.
        encrypted_digest: EncryptedDigest = "encryptedDigest",
        /// Not signed, and not used.
        unauthenticated_attributes: Option<AttributeSeq> = "unauthenticatedAttributes" [explicit 3 optional],
    }
}

crate::octets_between! {
    /// A signature, or an RSA-encrypted block: as many octets as the modulus.
    ///
    /// ```text
    /// OCTET STRING (SIZE(1..512))
    /// ```
    pub struct EncryptedDigest = "encryptedDigest", 1..=512, "OCTET STRING (SIZE(1..512))";
}

/// ```text
/// AttributeSeq ::= SEQUENCE OF Attribute
/// ```
pub type AttributeSeq = SeqOf<Attribute, 0>;

sequence! {
    /// ```text
    /// Attribute ::= SEQUENCE {
    ///   type    OBJECT IDENTIFIER,
    ///   values  SET OF ANY DEFINED BY type
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Attribute = "Attribute" {
        /// Which attribute.
        attribute_type: ObjectIdentifier = "type",
        /// Its values, in DER order.
        values: AttributeValues = "values",
    }
}

/// The values of an attribute, in the ascending order of their octets that DER demands.
///
/// ```text
/// SET OF ANY DEFINED BY type
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeValues(Vec<Opaque>);

impl AttributeValues {
    /// A set of one value.
    #[must_use]
    pub fn one(value: Opaque) -> Self {
        Self(vec![value])
    }

    /// The values.
    #[must_use]
    pub fn as_slice(&self) -> &[Opaque] {
        &self.0
    }
}

impl Asn1 for AttributeValues {
    const SCHEMA: &'static Schema = &Schema {
        name: "SET OF",
        shape: Shape::SetOf(Opaque::SCHEMA),
        secret: false,
    };
}

impl<'r> DecodeValue<'r> for AttributeValues {
    type Error = DecodeError;

    fn decode_value<R: Reader<'r>>(reader: &mut R, _header: Header) -> Result<Self, DecodeError> {
        let mut values: Vec<Opaque> = Vec::new();
        while !reader.is_finished() {
            let offset = field::offset(reader);
            let value: Opaque = reader.decode()?;
            if values
                .last()
                .is_some_and(|last| last.as_octets() > value.as_octets())
            {
                return Err(DecodeError::new(Fault::NotCanonical, offset).at_index(values.len()));
            }
            values.push(value);
        }
        Ok(Self(values))
    }
}

impl EncodeValue for AttributeValues {
    fn value_len(&self) -> der::Result<Length> {
        use der::Encode as _;
        self.0.iter().try_fold(Length::ZERO, |length, value| {
            length + value.encoded_len()?
        })
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        use der::Encode as _;
        self.0.iter().try_for_each(|value| value.encode(writer))
    }
}

impl FixedTag for AttributeValues {
    const TAG: Tag = Tag::Set;
}

impl Attribute {
    /// The contentType attribute.
    ///
    /// # Errors
    ///
    /// Never in practice: an object identifier always fits.
    pub fn content_type(content_type: ObjectIdentifier) -> Result<Self, crate::asn1::EncodeError> {
        Ok(Self {
            attribute_type: crate::asn1::oid::attribute::CONTENT_TYPE,
            values: AttributeValues::one(Opaque::of(&content_type)?),
        })
    }

    /// The messageDigest attribute.
    ///
    /// # Errors
    ///
    /// Never in practice: 20 octets always fit.
    pub fn message_digest(digest: &[u8; 20]) -> Result<Self, crate::asn1::EncodeError> {
        Ok(Self {
            attribute_type: crate::asn1::oid::attribute::MESSAGE_DIGEST,
            values: AttributeValues::one(Opaque::of(&OctetString::new(digest.as_slice())?)?),
        })
    }
}
