//! The envelopes of SET: PKCS #7 in its SEQUENCE flavour.
//!
//! Wherever PKCS #7 1.5 has a SET OF, SET has a SEQUENCE OF, so each message has one
//! encoding; and content stands directly under its `[0] EXPLICIT` tag, never wrapped in an
//! OCTET STRING. That is why the `cms` crate's types, which follow RFC 5652, do not fit
//! and these are our own; names and attributes are X.509's and come from `x509-cert`.

pub mod algorithm;
pub mod digested;
pub mod encrypted;
pub mod name;
pub mod signed;

pub use self::algorithm::AlgorithmIdentifier;
pub use self::digested::{DetachedDigest, Digest};
pub use self::encrypted::{EncryptedContentInfo, EncryptedData, EnvelopedData, RecipientInfo};
pub use self::name::{IssuerAndSerialNumber, Name, SerialNumber};
pub use self::signed::{Attribute, AttributeSeq, ContentInfo, SignedData, SignerInfo};
