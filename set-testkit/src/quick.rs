//! A provider without RSA and DES, for tests of everything else.

use set_core::crypto::{
    CryptoError, CryptoProvider, DES_BLOCK_LEN, DesKey, PrivateKey, PrivateKeyOps, PublicKey,
    RustCrypto, SHA1_LEN,
};
use zeroize::Zeroizing;

use crate::Deterministic;

/// [`Deterministic`] with something quick in place of RSA and DES.
///
/// The private and the public operation of RSA are the same: the last octets of the block are changed
/// by a mask that depends on the modulus, and changed back by doing it again. So a signature
/// or an envelope of one key is none of another, and what was altered does not verify; but
/// anybody can do everything. DES is a mask of all octets. For histories by the thousand, in which nobody forges anything.
#[derive(Debug)]
pub struct Quick(Deterministic);

impl Quick {
    /// A provider at the start of the sequence that `seed` fixes.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Deterministic::seeded(seed))
    }

    /// The text under a mask of the key and the initialisation vector, or without it.
    fn streamed(&self, key: &DesKey, iv: &[u8; DES_BLOCK_LEN], mut text: Vec<u8>) -> Vec<u8> {
        let mask = self.sha1(&[key.expose(), iv]);
        for (octet, mask) in text.iter_mut().zip(mask.iter().cycle()) {
            *octet ^= mask;
        }
        text
    }
}

impl CryptoProvider for Quick {
    fn random(&self, out: &mut [u8]) -> Result<(), CryptoError> {
        self.0.random(out)
    }

    fn generate_rsa(&self, bits: usize) -> Result<PrivateKey, CryptoError> {
        let key = self.0.generate_rsa(bits)?;
        Ok(PrivateKey::new(QuickKey(key.public_key().clone())))
    }

    fn sha1(&self, parts: &[&[u8]]) -> [u8; SHA1_LEN] {
        RustCrypto.sha1(parts)
    }

    fn hmac_sha1(&self, key: &[u8], parts: &[&[u8]]) -> [u8; SHA1_LEN] {
        RustCrypto.hmac_sha1(key, parts)
    }

    fn des_cbc_encrypt(
        &self,
        key: &DesKey,
        iv: &[u8; DES_BLOCK_LEN],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        let filled = DES_BLOCK_LEN - plaintext.len() % DES_BLOCK_LEN;
        let padding = u8::try_from(filled).unwrap_or_default();
        let mut text = plaintext.to_vec();
        text.resize(plaintext.len() + filled, padding);
        Ok(self.streamed(key, iv, text))
    }

    fn des_cbc_decrypt(
        &self,
        key: &DesKey,
        iv: &[u8; DES_BLOCK_LEN],
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let mut text = self.streamed(key, iv, ciphertext.to_vec());
        let filled = text.last().copied().map_or(0, usize::from);
        let length = text.len().saturating_sub(filled);
        let padded = (1..=DES_BLOCK_LEN).contains(&filled)
            && text.len().is_multiple_of(DES_BLOCK_LEN)
            && text
                .iter()
                .skip(length)
                .all(|octet| usize::from(*octet) == filled);
        if !padded {
            return Err(CryptoError::Decryption);
        }
        text.truncate(length);
        Ok(Zeroizing::new(text))
    }

    fn rsa_public(&self, key: &PublicKey, block: &[u8]) -> Result<Vec<u8>, CryptoError> {
        masked(key, block)
    }
}

/// A key of which only the public half is needed.
#[derive(Debug)]
struct QuickKey(PublicKey);

impl PrivateKeyOps for QuickKey {
    fn public_key(&self) -> &PublicKey {
        &self.0
    }

    fn sign_sha1(
        &self,
        _: &dyn CryptoProvider,
        digest: &[u8; SHA1_LEN],
    ) -> Result<Vec<u8>, CryptoError> {
        // PKCS #1 v1.5: 00 01 FF … FF 00, and DigestInfo of SHA-1.
        let filled = self
            .0
            .octets()
            .saturating_sub(3 + DIGEST_INFO.len() + SHA1_LEN);
        let block = [
            [0, 1].as_slice(),
            &vec![0xff; filled],
            &[0],
            &DIGEST_INFO,
            digest,
        ]
        .concat();
        masked(&self.0, &block)
    }

    fn decrypt_raw(
        &self,
        _: &dyn CryptoProvider,
        block: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        masked(&self.0, block).map(Zeroizing::new)
    }

    fn to_pkcs8(&self) -> Option<Zeroizing<Vec<u8>>> {
        None
    }
}

/// The block with its last octets changed, or changed back.
fn masked(key: &PublicKey, block: &[u8]) -> Result<Vec<u8>, CryptoError> {
    if block.len() != key.octets() {
        return Err(CryptoError::Provider {
            operation: "RSA",
            reason: "the block is not as long as the modulus".to_owned(),
        });
    }
    let mask = RustCrypto.sha1(&[&key.to_spki_der()]);
    let mut block = block.to_vec();
    for (octet, mask) in block.iter_mut().rev().zip(mask) {
        *octet ^= mask;
    }
    Ok(block)
}

/// What stands before the digest in DigestInfo of SHA-1.
const DIGEST_INFO: [u8; 15] = [
    0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_verifies_under_its_own_key_and_no_other() {
        let provider = Quick::seeded(1);
        let (one, other) = (
            provider.generate_rsa(1024).unwrap(),
            provider.generate_rsa(1024).unwrap(),
        );
        let digest = provider.sha1(&[b"signed"]);
        let signature = one.sign_sha1(&provider, &digest).unwrap();
        let verify = |key: &PrivateKey, digest| {
            provider
                .verify_sha1(key.public_key(), &digest, &signature)
                .is_ok()
        };
        assert!(verify(&one, digest));
        assert!(!verify(&other, digest));
        assert!(!verify(&one, provider.sha1(&[b"another"])));
    }

    #[test]
    fn a_text_of_any_length_comes_back_under_its_own_key_only() {
        let provider = Quick::seeded(1);
        let (one, other) = (DesKey::from_octets(&[1; 8]), DesKey::from_octets(&[2; 8]));
        for length in 0..20 {
            let text = vec![b'x'; length];
            let sealed = provider.des_cbc_encrypt(&one, &[3; 8], &text).unwrap();
            assert!(sealed.len() > length && sealed.len().is_multiple_of(8));
            let opened = provider.des_cbc_decrypt(&one, &[3; 8], &sealed);
            assert_eq!(*opened.unwrap(), text);
            let opened = provider.des_cbc_decrypt(&other, &[3; 8], &sealed);
            assert!(opened.map_or(true, |opened| *opened != text));
        }
    }
}
