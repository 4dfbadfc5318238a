//! HMAC(t, k): the keyed hash of a value.

use crate::asn1::Wire;
use crate::crypto::CryptoProvider;
use crate::pkcs7::Digest;

use super::TreatmentError;

/// HMAC-SHA-1 over the DER of `t` under a secret of 20 octets.
///
/// # Errors
///
/// [`TreatmentError::Encode`] when `t` is too long.
pub fn hmac<T: Wire>(
    crypto: &dyn CryptoProvider,
    t: &T,
    k: &[u8; 20],
) -> Result<Digest, TreatmentError> {
    let octets = zeroize::Zeroizing::new(crate::asn1::encode(t)?);
    Ok(Digest::new(crypto.hmac_sha1(k, &[&octets])))
}
