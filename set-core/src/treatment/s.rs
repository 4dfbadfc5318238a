//! S(s, t): signed data with what is signed inside.

use der::asn1::ObjectIdentifier;

use super::error::SignatureFault;
use super::{Attached, Signer, TreatmentError, h, so};
use crate::asn1::{Opaque, Raw, Wire};
use crate::crypto::CryptoProvider;
use crate::pkcs7::{ContentInfo, SignedData};
use crate::proof::{ChainVerified, SignatureVerified};

/// Signs `t`, whose type is `content_type`.
///
/// # Errors
///
/// [`TreatmentError::Provider`] when a key fails; [`TreatmentError::Encode`].
pub fn s<T>(
    crypto: &dyn CryptoProvider,
    signers: &[Signer<'_>],
    content_type: ObjectIdentifier,
    t: &Raw<T>,
    attached: &Attached,
) -> Result<SignedData, TreatmentError> {
    let content_info = ContentInfo {
        content_type,
        content: Some(Opaque::from_encoded(t.octets())),
    };
    so::signed_data(crypto, signers, content_info, &h::h(crypto, t), attached)
}

/// The content, before its signature is verified: to learn whose certificate to look for.
///
/// # Errors
///
/// [`TreatmentError::ContentType`] when it is of another type,
/// [`TreatmentError::Signature`] when there is none, [`TreatmentError::Content`] when it is
/// malformed.
pub fn unverified<T: Wire>(
    signed: &SignedData,
    content_type: ObjectIdentifier,
) -> Result<Raw<T>, TreatmentError> {
    if signed.content_info.content_type != content_type {
        return Err(TreatmentError::ContentType {
            expected: content_type,
            found: signed.content_info.content_type,
        });
    }
    let content = signed
        .content_info
        .content
        .as_ref()
        .ok_or(TreatmentError::Signature(SignatureFault::ContentPresence))?;
    Ok(Raw::from_octets(content.as_octets().to_vec())?)
}

/// Verifies the signature of the one signer whose chain is verified.
///
/// # Errors
///
/// As [`unverified`], and [`TreatmentError::Signature`].
pub fn verify<T: Wire>(
    crypto: &dyn CryptoProvider,
    signed: &SignedData,
    content_type: ObjectIdentifier,
    signer: &ChainVerified,
) -> Result<SignatureVerified<T>, TreatmentError> {
    let content: Raw<T> = unverified(signed, content_type)?;
    so::verify_with_key(
        crypto,
        signed,
        content_type,
        content.octets(),
        signer.certificate().issuer_and_serial_number(),
        signer.certificate().public_key(),
    )?;
    Ok(SignatureVerified::checked(
        content,
        signer.certificate().clone(),
    ))
}
