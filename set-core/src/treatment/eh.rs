//! EH(r, t): E with a hash of the plaintext in the OAEP block, where no signature protects t.

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
/// As [`super::e::e`].
pub fn eh<T: Wire>(
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
        true,
    )
}

/// Opens an envelope that holds a `T` and its hash.
///
/// # Errors
///
/// As [`super::e::open`].
pub fn open<T: Wire>(
    crypto: &dyn CryptoProvider,
    key: &PrivateKey,
    content_type: ObjectIdentifier,
    envelope: &EnvelopedData,
) -> Result<Raw<T>, TreatmentError> {
    let (plaintext, _) =
        envelope::open(crypto, key, content_type, envelope, ContentKind::None, true)?;
    Raw::from_octets(plaintext.to_vec()).map_err(|_| TreatmentError::Undecryptable)
}
