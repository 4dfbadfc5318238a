//! Why a certificate, CRL or BCI is refused before anybody asks whether to believe it.

use der::asn1::ObjectIdentifier;

use crate::asn1::error::OutOfRange;
use crate::asn1::{DecodeError, EncodeError};
use crate::crypto::CryptoError;
use crate::x509::lint::Refused;

/// A certificate, CRL or BCI that is malformed, outside the SET profile, or not signed by
/// the key it should be; or a failure to make one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum X509Error {
    /// The octets are not such a structure.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The octets of one extension are not what its identifier says.
    #[error("extension {name}: {error}")]
    Extension {
        /// The extension.
        name: &'static str,
        /// What is wrong with it.
        error: DecodeError,
    },
    /// An extension that occurs twice.
    #[error("extension {0} occurs twice")]
    DuplicateExtension(ObjectIdentifier),
    /// An extension that the profile demands is absent.
    #[error("extension {0} is missing")]
    MissingExtension(&'static str),
    /// An extension that the profile wants critical is not.
    #[error("extension {0} is not critical")]
    NotCritical(&'static str),
    /// The signature algorithm is not sha1WithRSAEncryption, inside and outside alike.
    #[error("the signature algorithm is not sha1WithRSAEncryption")]
    Algorithm,
    /// The validity ends before it begins.
    #[error("the validity ends before it begins")]
    Validity,
    /// A name is empty where it must not be, or not in SET's form.
    #[error("not a name in SET's form: {0}")]
    Name(&'static str),
    /// The subject's key is malformed or too weak.
    #[error("the subject's key is refused: {0}")]
    Key(CryptoError),
    /// The signature does not verify.
    #[error("the signature does not verify")]
    Signature,
    /// The signer's certificate is not for that.
    #[error("the signer's certificate is not for signing a {0}")]
    SignerUsage(&'static str),
    /// The private key given is not the one of the issuer's certificate.
    #[error("the private key is not that of the issuer's certificate")]
    WrongKey,
    /// A value of our own lies outside its type.
    #[error(transparent)]
    Value(#[from] OutOfRange),
    /// A value of our own does not encode.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// A certificate of ours would be outside of the profile.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The provider failed.
    #[error("the provider failed: {0}")]
    Provider(CryptoError),
}
