//! What can go wrong in a treatment.

use der::asn1::ObjectIdentifier;

use crate::asn1::{DecodeError, EncodeError};
use crate::crypto::CryptoError;

/// A treatment that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreatmentError {
    /// An envelope does not open. One and the same answer, whether the RSA block, the DES
    /// padding, the digest in the block or the DER inside is at fault; and after the same
    /// work, but for the DER, which is parsed only when all else holds.
    #[error("the envelope does not open: it is damaged or was made for another key")]
    Undecryptable,
    /// A signature, or one of the attributes it covers, does not verify.
    #[error("the signature does not verify: {0}")]
    Signature(SignatureFault),
    /// A digest does not match what it is the digest of.
    #[error("the digest of {0} does not match: the two were not sent together")]
    Digest(&'static str),
    /// The content inside a SignedData is malformed.
    #[error("signed content: {0}")]
    Content(#[from] DecodeError),
    /// An object of another type than this message carries.
    #[error("content type {found} where {expected} belongs")]
    ContentType {
        /// The type that belongs here.
        expected: ObjectIdentifier,
        /// The type that is named.
        found: ObjectIdentifier,
    },
    /// An algorithm that SET does not have in this place.
    #[error("algorithm {0} is not one that SET uses here")]
    Algorithm(ObjectIdentifier),
    /// Our own value could not be encoded.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The provider failed.
    #[error(transparent)]
    Provider(CryptoError),
}

/// What is wrong with a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFault {
    /// There is no SignerInfo of this signer.
    #[error("no SignerInfo names the signer's certificate")]
    NoSuchSigner,
    /// The authenticated attributes are absent, repeated or malformed.
    #[error("contentType and messageDigest must each be there once")]
    Attributes,
    /// The contentType attribute names another type.
    #[error("the contentType attribute names another type")]
    ContentType,
    /// The messageDigest attribute is not the digest of the content.
    #[error("the content is not what was signed")]
    MessageDigest,
    /// The algorithms are not SHA-1 and RSA, or contradict each other.
    #[error("the algorithms are not SHA-1 with RSA throughout")]
    Algorithms,
    /// The RSA operation does not give the digest.
    #[error("the key does not fit the signature")]
    Rsa,
    /// Content inside where it belongs outside, or the other way round.
    #[error("content present where it must be absent, or absent where it must be present")]
    ContentPresence,
}

impl From<CryptoError> for TreatmentError {
    fn from(error: CryptoError) -> Self {
        match error {
            CryptoError::Decryption => Self::Undecryptable,
            CryptoError::Signature => Self::Signature(SignatureFault::Rsa),
            other => Self::Provider(other),
        }
    }
}

impl From<der::Error> for TreatmentError {
    fn from(error: der::Error) -> Self {
        Self::Encode(EncodeError::from(error))
    }
}
