//! A provider whose randomness is the same in every run.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use set_core::crypto::{
    CryptoError, CryptoProvider, DES_BLOCK_LEN, DesKey, PrivateKey, PublicKey, RustCrypto,
    SHA1_LEN, generate_software_key,
};
use zeroize::Zeroizing;

use crate::keys;

/// [`RustCrypto`] with a seeded generator in place of the operating system's.
///
/// Two values with the same seed give the same octets as long as the same calls are made in
/// the same order; use one from one thread if the order matters.
///
/// [`CryptoProvider::generate_rsa`] hands out the keys of [`keys`] in their order, each of
/// them once per value, whatever the seed. When they are used up, or for another size, it
/// generates keys from the seed, which takes a while but stays the same in every run.
///
/// ```
/// use set_core::crypto::random_array;
/// use set_testkit::Deterministic;
///
/// let once: [u8; 20] = random_array(&Deterministic::seeded(7))?;
/// let again: [u8; 20] = random_array(&Deterministic::seeded(7))?;
/// assert_eq!(once, again);
/// # Ok::<(), set_core::crypto::CryptoError>(())
/// ```
#[derive(Debug)]
pub struct Deterministic {
    seed: u64,
    draws: AtomicU64,
    used_1024: AtomicUsize,
    used_2048: AtomicUsize,
    public_operations: AtomicUsize,
}

impl Deterministic {
    /// A provider at the start of the sequence that `seed` fixes.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self {
            seed,
            draws: AtomicU64::new(0),
            used_1024: AtomicUsize::new(0),
            used_2048: AtomicUsize::new(0),
            public_operations: AtomicUsize::new(0),
        }
    }

    /// How often it was asked for the RSA public operation: once for each signature that is
    /// verified and each envelope that is sealed.
    #[must_use]
    pub fn public_operations(&self) -> usize {
        self.public_operations.load(Ordering::SeqCst)
    }
}

impl CryptoProvider for Deterministic {
    /// Octets of SHA-1 over the seed, the number of the draw, and a counter.
    fn random(&self, out: &mut [u8]) -> Result<(), CryptoError> {
        let draw = self.draws.fetch_add(1, Ordering::SeqCst);
        for (counter, chunk) in (0_u64..).zip(out.chunks_mut(SHA1_LEN)) {
            let octets = RustCrypto.sha1(&[
                &self.seed.to_be_bytes(),
                &draw.to_be_bytes(),
                &counter.to_be_bytes(),
            ]);
            for (place, octet) in chunk.iter_mut().zip(octets) {
                *place = octet;
            }
        }
        Ok(())
    }

    fn generate_rsa(&self, bits: usize) -> Result<PrivateKey, CryptoError> {
        let kept = match bits {
            1024 => keys::rsa_1024(self.used_1024.fetch_add(1, Ordering::SeqCst)),
            2048 => keys::rsa_2048(self.used_2048.fetch_add(1, Ordering::SeqCst)),
            _ => None,
        };
        kept.map_or_else(|| generate_software_key(self, bits), Ok)
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
        RustCrypto.des_cbc_encrypt(key, iv, plaintext)
    }

    fn des_cbc_decrypt(
        &self,
        key: &DesKey,
        iv: &[u8; DES_BLOCK_LEN],
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        RustCrypto.des_cbc_decrypt(key, iv, ciphertext)
    }

    fn rsa_public(&self, key: &PublicKey, block: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.public_operations.fetch_add(1, Ordering::SeqCst);
        RustCrypto.rsa_public(key, block)
    }
}

#[cfg(test)]
mod tests {
    use set_core::crypto::random_array;

    use super::*;

    #[test]
    fn draws_differ_within_a_sequence_and_between_seeds_and_repeat_between_runs() {
        let one = Deterministic::seeded(1);
        let first: [u8; 50] = random_array(&one).unwrap();
        let second: [u8; 50] = random_array(&one).unwrap();
        let other: [u8; 50] = random_array(&Deterministic::seeded(2)).unwrap();
        assert_ne!(first, second);
        assert_ne!(first, other);
        assert_ne!(first[..20], first[20..40]);
        let again = Deterministic::seeded(1);
        assert_eq!(random_array(&again), Ok(first));
        assert_eq!(random_array(&again), Ok(second));
    }

    #[test]
    fn the_kept_keys_come_once_each_and_then_generated_ones() {
        let provider = Deterministic::seeded(3);
        let mut seen = Vec::new();
        for _ in 0..=keys::RSA_1024_COUNT {
            let key = provider.generate_rsa(1024).unwrap();
            assert!(!seen.contains(key.public_key()));
            seen.push(key.public_key().clone());
        }
        assert_eq!(
            provider.generate_rsa(512).err(),
            RustCrypto.generate_rsa(512).err()
        );
    }

    #[test]
    fn a_generated_key_is_the_same_for_the_same_seed() {
        let key = || Deterministic::seeded(4).generate_rsa(1032).unwrap();
        assert_eq!(key().public_key(), key().public_key());
    }
}
