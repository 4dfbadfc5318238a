//! Enc(s, r, t): signed, then encrypted.

use der::asn1::ObjectIdentifier;

use super::{Attached, Recipient, Signer, TreatmentError, e, s};
use crate::asn1::Raw;
use crate::crypto::{CryptoProvider, PrivateKey};
use crate::pkcs7::{EnvelopedData, SignedData};

/// The content types of the envelope and of what is signed in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Types {
    /// What the envelope holds, for instance `CapResTBE`.
    pub tbe: ObjectIdentifier,
    /// What is signed, for instance `CapResData`.
    pub tbs: ObjectIdentifier,
}

/// Signs `t` and encrypts the SignedData for `recipient`.
///
/// # Errors
///
/// As [`s::s`] and [`e::e`].
pub fn enc<T>(
    crypto: &dyn CryptoProvider,
    signers: &[Signer<'_>],
    recipient: &Recipient<'_>,
    types: Types,
    t: &Raw<T>,
    attached: &Attached,
) -> Result<EnvelopedData, TreatmentError> {
    let signed = s::s(crypto, signers, types.tbs, t, attached)?;
    e::e(crypto, recipient, types.tbe, &signed)
}

/// Opens the envelope; the signature is still to be verified.
///
/// # Errors
///
/// As [`e::open`].
pub fn open(
    crypto: &dyn CryptoProvider,
    key: &PrivateKey,
    types: Types,
    envelope: &EnvelopedData,
) -> Result<SignedData, TreatmentError> {
    Ok(e::open::<SignedData>(crypto, key, types.tbe, envelope)?.into_value())
}
