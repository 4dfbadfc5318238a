//! The fakes' provider: it remembers what it encrypted, so that a case can change what is
//! inside an envelope that is for somebody else.

use std::sync::{Mutex, MutexGuard, PoisonError};

use set_core::crypto::{
    CryptoError, CryptoProvider, DES_BLOCK_LEN, DesKey, PrivateKey, PublicKey, SHA1_LEN,
    generate_software_key,
};
use set_testkit::Deterministic;
use zeroize::Zeroizing;

/// A provider with seeded randomness that remembers what it encrypted.
#[derive(Debug)]
pub(crate) struct Recorder {
    inner: Deterministic,
    sealed: Mutex<Vec<Sealed>>,
}

/// Something that was encrypted.
struct Sealed {
    key: DesKey,
    iv: [u8; DES_BLOCK_LEN],
    plaintext: Zeroizing<Vec<u8>>,
    ciphertext: Vec<u8>,
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealed")
            .field("octets", &self.ciphertext.len())
            .finish_non_exhaustive()
    }
}

/// A key and an initialisation vector that were used.
pub(crate) type Used = (DesKey, [u8; DES_BLOCK_LEN]);

impl Recorder {
    /// A provider at the start of the sequence that `seed` fixes.
    pub(crate) fn seeded(seed: u64) -> Self {
        Self {
            inner: Deterministic::seeded(seed),
            sealed: Mutex::new(Vec::new()),
        }
    }

    /// What is inside `ciphertext`, and what it was encrypted with, if this provider did it.
    pub(crate) fn opened(&self, ciphertext: &[u8]) -> Option<(Zeroizing<Vec<u8>>, Used)> {
        let sealed = self.lock();
        let found = sealed.iter().find(|one| one.ciphertext == ciphertext)?;
        Some((found.plaintext.clone(), (found.key.duplicate(), found.iv)))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Sealed>> {
        // What is in there is whole, whoever panicked meanwhile.
        self.sealed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CryptoProvider for Recorder {
    fn random(&self, out: &mut [u8]) -> Result<(), CryptoError> {
        self.inner.random(out)
    }

    /// A key of its own: those of the test kit are in the test hierarchy.
    fn generate_rsa(&self, bits: usize) -> Result<PrivateKey, CryptoError> {
        generate_software_key(self, bits)
    }

    fn sha1(&self, parts: &[&[u8]]) -> [u8; SHA1_LEN] {
        self.inner.sha1(parts)
    }

    fn hmac_sha1(&self, key: &[u8], parts: &[&[u8]]) -> [u8; SHA1_LEN] {
        self.inner.hmac_sha1(key, parts)
    }

    fn des_cbc_encrypt(
        &self,
        key: &DesKey,
        iv: &[u8; DES_BLOCK_LEN],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        let ciphertext = self.inner.des_cbc_encrypt(key, iv, plaintext)?;
        self.lock().push(Sealed {
            key: key.duplicate(),
            iv: *iv,
            plaintext: plaintext.to_vec().into(),
            ciphertext: ciphertext.clone(),
        });
        Ok(ciphertext)
    }

    fn des_cbc_decrypt(
        &self,
        key: &DesKey,
        iv: &[u8; DES_BLOCK_LEN],
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        self.inner.des_cbc_decrypt(key, iv, ciphertext)
    }

    fn rsa_public(&self, key: &PublicKey, block: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.inner.rsa_public(key, block)
    }
}
