//! Errors by fault, each with exactly one ErrorCode on the wire.
//!
//! | whose fault | type | ErrorCode |
//! |---|---|---|
//! | the octets | [`DecodeError`] | decodingFailure, or messageTooBig |
//! | the peer | [`PeerFault`] | one each, see [`PeerFault::code`] |
//! | a certificate | [`ChainError`] | missing-, invalid-, expired- or revokedCertificate |
//! | an envelope or signature | [`TreatmentError`] | decodingFailure or signatureFailure |
//! | our own configuration | [`CallerFault`] | unspecifiedFailure |
//! | the provider | [`CryptoError`] | unspecifiedFailure |
//! | the peer's refusal of ours | [`Refused`] | never answered |
//!
//! Business outcomes (declined, duplicate, …) are not errors but codes in a response.

pub mod caller;
pub mod peer;
pub mod refused;

pub use self::caller::CallerFault;
pub use self::peer::PeerFault;
pub use self::refused::Refused;

use der::asn1::ObjectIdentifier;

use crate::asn1::{DecodeError, EncodeError, Fault};
use crate::crypto::CryptoError;
use crate::msg::error::ErrorCode;
use crate::msg::thumbs::CertThumb;
use crate::path::ChainError;
use crate::pkcs7::AlgorithmIdentifier;
use crate::treatment::TreatmentError;
use crate::x509::X509Error;

/// Why a message was not processed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The octets are not a message.
    #[error("malformed message: {0}")]
    Octets(#[from] DecodeError),
    /// The peer broke the protocol.
    #[error(transparent)]
    Peer(#[from] PeerFault),
    /// A certificate, its chain or its revocation state.
    #[error(transparent)]
    Certificate(#[from] ChainError),
    /// A certificate, CRL or name outside of the profile.
    #[error("outside of the certificate profile: {0}")]
    X509(#[from] X509Error),
    /// An envelope, signature or digest.
    #[error(transparent)]
    Treatment(#[from] TreatmentError),
    /// The peer answered with an Error.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// What the caller handed in does not fit together.
    #[error(transparent)]
    Caller(#[from] CallerFault),
    /// The cryptographic provider failed.
    #[error(transparent)]
    Provider(#[from] CryptoError),
}

impl Error {
    /// The code that tells the peer.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Octets(error) => match error.fault() {
                Fault::TooLarge { .. } => ErrorCode::MessageTooBig,
                _ => ErrorCode::DecodingFailure,
            },
            Self::Peer(fault) => fault.code(),
            Self::Certificate(fault) => fault.code(),
            Self::X509(X509Error::Provider(_)) => ErrorCode::UnspecifiedFailure,
            Self::X509(_) => ErrorCode::InvalidCertificate,
            Self::Treatment(fault) => treatment_code(fault),
            Self::Refused(_) | Self::Caller(_) | Self::Provider(_) => ErrorCode::UnspecifiedFailure,
        }
    }

    /// The extension or algorithm at fault, for `errorOID`.
    #[must_use]
    pub fn oid(&self) -> Option<ObjectIdentifier> {
        match self {
            Self::Peer(PeerFault::UnrecognizedExtension(oid))
            | Self::Treatment(TreatmentError::Algorithm(oid)) => Some(*oid),
            _ => None,
        }
    }

    /// The certificate at fault, for `errorThumb`.
    ///
    /// # Errors
    ///
    /// [`EncodeError`], never in practice.
    pub fn thumb(&self) -> Result<Option<CertThumb>, EncodeError> {
        let Self::Certificate(fault) = self else {
            return Ok(None);
        };
        fault
            .certificate
            .thumb
            .map(|thumbprint| {
                Ok(CertThumb {
                    digest_algorithm: AlgorithmIdentifier::sha1()?,
                    thumbprint,
                })
            })
            .transpose()
    }
}

impl From<EncodeError> for Error {
    fn from(error: EncodeError) -> Self {
        Self::Treatment(TreatmentError::Encode(error))
    }
}

fn treatment_code(fault: &TreatmentError) -> ErrorCode {
    match fault {
        TreatmentError::Signature(_) | TreatmentError::Digest(_) => ErrorCode::SignatureFailure,
        TreatmentError::Undecryptable
        | TreatmentError::Content(_)
        | TreatmentError::ContentType { .. }
        | TreatmentError::Algorithm(_) => ErrorCode::DecodingFailure,
        TreatmentError::Encode(_) | TreatmentError::Provider(_) => ErrorCode::UnspecifiedFailure,
    }
}
