//! E(r, t): a value for one recipient.

use der::asn1::ObjectIdentifier;
use zeroize::Zeroizing;

use super::envelope::{self, RawExtra};
use super::{Recipient, TreatmentError};
use crate::asn1::{Raw, Wire};
use crate::crypto::oaep::ContentKind;
use crate::crypto::{CryptoProvider, PrivateKey};
use crate::pkcs7::EnvelopedData;

/// Encrypts `t`, whose type is `content_type`, for `recipient`.
///
/// # Errors
///
/// [`TreatmentError::Provider`]; [`TreatmentError::Encode`].
pub fn e<T: Wire>(
    crypto: &dyn CryptoProvider,
    recipient: &Recipient<'_>,
    content_type: ObjectIdentifier,
    t: &T,
) -> Result<EnvelopedData, TreatmentError> {
    let plaintext = Zeroizing::new(crate::asn1::encode(t)?);
    envelope::seal(
        crypto,
        recipient,
        content_type,
        &plaintext,
        RawExtra::none(),
        false,
    )
}

/// Opens an envelope that holds a `T`.
///
/// # Errors
///
/// [`TreatmentError::Undecryptable`] whatever is wrong inside;
/// [`TreatmentError::ContentType`] and [`TreatmentError::Algorithm`] for what it says of
/// itself outside.
pub fn open<T: Wire>(
    crypto: &dyn CryptoProvider,
    key: &PrivateKey,
    content_type: ObjectIdentifier,
    envelope: &EnvelopedData,
) -> Result<Raw<T>, TreatmentError> {
    let (plaintext, _) = envelope::open(
        crypto,
        key,
        content_type,
        envelope,
        ContentKind::None,
        false,
    )?;
    Raw::from_octets(plaintext.to_vec()).map_err(|_| TreatmentError::Undecryptable)
}
