//! The interface to whatever computes: software, a token, a test's seeded generator.

use core::fmt;

use zeroize::Zeroizing;

use super::{CryptoError, DesKey, PrivateKey, PublicKey, cdmf, pkcs1};

/// Octets of a SHA-1 digest, and of an HMAC-SHA-1.
pub const SHA1_LEN: usize = 20;

/// Everything that SET asks of cryptography, as an argument to whatever needs it.
///
/// There is no global provider and no default one. Providers are shared between threads.
pub trait CryptoProvider: Send + Sync + fmt::Debug {
    /// Fills `out` with random octets that nobody else can predict.
    ///
    /// # Errors
    ///
    /// [`CryptoError::Provider`] if the generator gives nothing.
    fn random(&self, out: &mut [u8]) -> Result<(), CryptoError>;

    /// Makes a new RSA key with a modulus of `bits` bits and the public exponent 65537.
    ///
    /// # Errors
    ///
    /// [`CryptoError::KeyRefused`] for a size outside of the default
    /// [`KeyRules`](super::KeyRules), [`CryptoError::Provider`] if the provider fails.
    fn generate_rsa(&self, bits: usize) -> Result<PrivateKey, CryptoError>;

    /// Takes a kept key (PKCS #8 PrivateKeyInfo, DER) into use; as a software key, unless the
    /// provider has something of its own to compute with.
    ///
    /// # Errors
    ///
    /// As [`PrivateKey::from_pkcs8_der`].
    fn load_rsa(&self, pkcs8: &[u8]) -> Result<PrivateKey, CryptoError> {
        PrivateKey::from_pkcs8_der(pkcs8)
    }

    /// SHA-1 over the concatenation of `parts`.
    fn sha1(&self, parts: &[&[u8]]) -> [u8; SHA1_LEN];

    /// HMAC-SHA-1 (RFC 2104) under `key`, of any length, over the concatenation of `parts`.
    fn hmac_sha1(&self, key: &[u8], parts: &[&[u8]]) -> [u8; SHA1_LEN];

    /// DES in CBC mode; 1 to 8 octets of PKCS padding are always added.
    ///
    /// For CDMF give the key that [`CryptoProvider::cdmf_key`] derives.
    ///
    /// # Errors
    ///
    /// [`CryptoError::Provider`] if the provider fails; software never does.
    fn des_cbc_encrypt(
        &self,
        key: &DesKey,
        iv: &[u8; 8],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, CryptoError>;

    /// Undoes [`CryptoProvider::des_cbc_encrypt`] and takes the padding off.
    ///
    /// # Errors
    ///
    /// [`CryptoError::Decryption`] if the length is not a positive multiple of 8 or the
    /// padding is wrong; where in the padding, neither the error nor the time tells.
    fn des_cbc_decrypt(
        &self,
        key: &DesKey,
        iv: &[u8; 8],
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError>;

    /// Cuts a DES key down to the 40 effective bits of CDMF.
    ///
    /// The result is used with DES-CBC as any other DES key.
    fn cdmf_key(&self, key: &DesKey) -> DesKey {
        cdmf::derive(key)
    }

    /// The raw RSA public operation, without padding: `block`^e mod n.
    ///
    /// `block` and the result are as many octets as the modulus has, most significant first.
    ///
    /// # Errors
    ///
    /// [`CryptoError::BlockOutOfRange`] if `block` has another length or is not below the
    /// modulus; [`CryptoError::Provider`] if the provider fails.
    fn rsa_public(&self, key: &PublicKey, block: &[u8]) -> Result<Vec<u8>, CryptoError>;

    /// Verifies a PKCS #1 v1.5 signature over a SHA-1 digest.
    ///
    /// The padding is built and compared as a whole, never parsed, so nothing can hide in it.
    ///
    /// # Errors
    ///
    /// [`CryptoError::Signature`] if the signature has the wrong length, is not below the
    /// modulus, or does not verify; [`CryptoError::Provider`] if the provider fails.
    fn verify_sha1(
        &self,
        key: &PublicKey,
        digest: &[u8; SHA1_LEN],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        let block = self
            .rsa_public(key, signature)
            .map_err(|error| match error {
                CryptoError::BlockOutOfRange { .. } => CryptoError::Signature,
                other => other,
            })?;
        if block == pkcs1::signature_block(key.octets(), digest) {
            Ok(())
        } else {
            Err(CryptoError::Signature)
        }
    }
}

/// Draws `N` random octets.
///
/// # Errors
///
/// [`CryptoError::Provider`] if the generator gives nothing.
pub fn random_array<const N: usize>(provider: &dyn CryptoProvider) -> Result<[u8; N], CryptoError> {
    let mut octets = [0; N];
    provider.random(&mut octets)?;
    Ok(octets)
}
