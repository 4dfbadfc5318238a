//! The provider in pure Rust.

use ::des::Des;
use cipher::block_padding::{NoPadding, Pkcs7};
use cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use hmac::{Hmac, KeyInit, Mac};
use rand::TryRng;
use rand::rngs::SysRng;
use rsa::BoxedUint;
use sha1::{Digest, Sha1};
use zeroize::Zeroizing;

use super::{CryptoError, CryptoProvider, DES_BLOCK_LEN, DesKey, PrivateKey, PublicKey, SHA1_LEN};

mod key;
mod padding;

pub(super) use self::key::SoftwareKey;
pub use self::key::generate_software_key;

/// The algorithms as the RustCrypto crates have them, with randomness from the operating
/// system. It has no state; any two values are the same.
#[derive(Clone, Copy, Debug, Default)]
pub struct RustCrypto;

impl CryptoProvider for RustCrypto {
    fn random(&self, out: &mut [u8]) -> Result<(), CryptoError> {
        SysRng
            .try_fill_bytes(out)
            .map_err(|error| CryptoError::Provider {
                operation: "draw random octets",
                reason: error.to_string(),
            })
    }

    fn generate_rsa(&self, bits: usize) -> Result<PrivateKey, CryptoError> {
        generate_software_key(self, bits)
    }

    fn sha1(&self, parts: &[&[u8]]) -> [u8; SHA1_LEN] {
        let mut hash = Sha1::new();
        for part in parts {
            hash.update(part);
        }
        hash.finalize().into()
    }

    fn hmac_sha1(&self, key: &[u8], parts: &[&[u8]]) -> [u8; SHA1_LEN] {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = <Hmac<Sha1> as KeyInit>::new_from_slice(key).expect("any length is a key");
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    fn des_cbc_encrypt(
        &self,
        key: &DesKey,
        iv: &[u8; DES_BLOCK_LEN],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        let cipher = cbc::Encryptor::<Des>::new(key.expose().into(), iv.into());
        Ok(cipher.encrypt_padded_vec::<Pkcs7>(plaintext))
    }

    fn des_cbc_decrypt(
        &self,
        key: &DesKey,
        iv: &[u8; DES_BLOCK_LEN],
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let cipher = cbc::Decryptor::<Des>::new(key.expose().into(), iv.into());
        let padded = cipher
            .decrypt_padded_vec::<NoPadding>(ciphertext)
            .map_err(|_| CryptoError::Decryption)?;
        padding::strip(Zeroizing::new(padded))
    }

    fn rsa_public(&self, key: &PublicKey, block: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let block = key::to_integer(key, block)?;
        let result = rsa::hazmat::rsa_encrypt(key.arithmetic(), &block)
            .map_err(|error| key::fault("compute with an RSA public key", &error))?;
        Ok(to_octets(&result, key.octets()))
    }
}

/// The integer as exactly `length` octets; it is below a modulus of as many.
fn to_octets(integer: &BoxedUint, length: usize) -> Vec<u8> {
    // It may be a decrypted block.
    let octets = Zeroizing::new(integer.to_be_bytes());
    let surplus = octets.len().saturating_sub(length);
    octets.get(surplus..).unwrap_or_default().to_vec()
}
