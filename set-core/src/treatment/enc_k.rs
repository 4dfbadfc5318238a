//! EncK(k, s, t): signed, then encrypted under a shared key.

use super::ek::{self, Cipher};
use super::enc::Types;
use super::{Attached, Signer, TreatmentError, s};
use crate::asn1::Raw;
use crate::crypto::CryptoProvider;
use crate::pkcs7::{EncryptedData, SignedData};
use crate::secret::BackKey;

/// Signs `t` and encrypts the SignedData under `secret`.
///
/// # Errors
///
/// As [`s::s`] and [`ek::ek`].
pub fn enc_k<T>(
    crypto: &dyn CryptoProvider,
    cipher: Cipher,
    secret: &BackKey,
    signers: &[Signer<'_>],
    types: Types,
    t: &Raw<T>,
    attached: &Attached,
) -> Result<EncryptedData, TreatmentError> {
    let signed = s::s(crypto, signers, types.tbs, t, attached)?;
    ek::ek(crypto, cipher, secret, types.tbe, &signed)
}

/// Opens it; the signature is still to be verified.
///
/// # Errors
///
/// As [`ek::open`].
pub fn open(
    crypto: &dyn CryptoProvider,
    cipher: Cipher,
    secret: &BackKey,
    types: Types,
    data: &EncryptedData,
) -> Result<SignedData, TreatmentError> {
    Ok(ek::open::<SignedData>(crypto, cipher, secret, types.tbe, data)?.into_value())
}
