//! What a node spends most of its time with, counted.

use std::sync::Arc;

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family},
    registry::Registry,
};
use set_core::crypto::{
    CryptoError, CryptoProvider, DES_BLOCK_LEN, DesKey, PrivateKey, PrivateKeyOps, PublicKey,
    SHA1_LEN,
};
use zeroize::Zeroizing;

/// The RSA operations of a program; clones count together.
///
/// They are what limits a node: their number, times what one takes on the machine at hand, is
/// the time that nothing but other hardware can save.
#[derive(Clone, Debug, Default)]
pub struct RsaMetrics {
    operations: Family<Labels, Counter>,
}

/// The half of the key that is used, and the length of its modulus.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    key: &'static str,
    bits: u32,
}

impl RsaMetrics {
    /// Shows what is counted among the counters in `registry`.
    pub fn register(&self, registry: &mut Registry) {
        registry.register(
            "set_rsa_operations",
            "RSA operations by the half of the key (private: signing and opening; public: \
             verifying and sealing) and bits of the modulus",
            self.operations.clone(),
        );
    }

    /// The same provider, whose RSA operations are counted: those with private keys where it
    /// has made or loaded them.
    pub fn count(&self, provider: Arc<dyn CryptoProvider>) -> Arc<dyn CryptoProvider> {
        Arc::new(CountingProvider {
            provider,
            metrics: self.clone(),
        })
    }

    fn done(&self, key: &'static str, public: &PublicKey) {
        let bits = u32::try_from(public.bits()).unwrap_or(u32::MAX);
        self.operations.get_or_create(&Labels { key, bits }).inc();
    }
}

#[derive(Debug)]
struct CountingProvider {
    provider: Arc<dyn CryptoProvider>,
    metrics: RsaMetrics,
}

impl CountingProvider {
    fn counted(&self, key: PrivateKey) -> PrivateKey {
        PrivateKey::new(CountingKey {
            key,
            metrics: self.metrics.clone(),
        })
    }
}

impl CryptoProvider for CountingProvider {
    fn random(&self, out: &mut [u8]) -> Result<(), CryptoError> {
        self.provider.random(out)
    }

    fn generate_rsa(&self, bits: usize) -> Result<PrivateKey, CryptoError> {
        let key = self.provider.generate_rsa(bits)?;
        Ok(self.counted(key))
    }

    fn load_rsa(&self, pkcs8: &[u8]) -> Result<PrivateKey, CryptoError> {
        let key = self.provider.load_rsa(pkcs8)?;
        Ok(self.counted(key))
    }

    fn sha1(&self, parts: &[&[u8]]) -> [u8; SHA1_LEN] {
        self.provider.sha1(parts)
    }

    fn hmac_sha1(&self, key: &[u8], parts: &[&[u8]]) -> [u8; SHA1_LEN] {
        self.provider.hmac_sha1(key, parts)
    }

    fn des_cbc_encrypt(
        &self,
        key: &DesKey,
        iv: &[u8; DES_BLOCK_LEN],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        self.provider.des_cbc_encrypt(key, iv, plaintext)
    }

    fn des_cbc_decrypt(
        &self,
        key: &DesKey,
        iv: &[u8; DES_BLOCK_LEN],
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        self.provider.des_cbc_decrypt(key, iv, ciphertext)
    }

    fn cdmf_key(&self, key: &DesKey) -> DesKey {
        self.provider.cdmf_key(key)
    }

    fn rsa_public(&self, key: &PublicKey, block: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.metrics.done("public", key);
        self.provider.rsa_public(key, block)
    }
}

#[derive(Debug)]
struct CountingKey {
    key: PrivateKey,
    metrics: RsaMetrics,
}

impl PrivateKeyOps for CountingKey {
    fn public_key(&self) -> &PublicKey {
        self.key.public_key()
    }

    fn sign_sha1(
        &self,
        provider: &dyn CryptoProvider,
        digest: &[u8; SHA1_LEN],
    ) -> Result<Vec<u8>, CryptoError> {
        self.metrics.done("private", self.public_key());
        self.key.sign_sha1(provider, digest)
    }

    fn decrypt_raw(
        &self,
        provider: &dyn CryptoProvider,
        block: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        self.metrics.done("private", self.public_key());
        self.key.decrypt_raw(provider, block)
    }

    fn to_pkcs8(&self) -> Option<Zeroizing<Vec<u8>>> {
        self.key.to_pkcs8()
    }
}

#[cfg(test)]
mod tests {
    use prometheus_client::encoding::text::encode;
    use set_core::crypto::RustCrypto;

    use super::*;

    #[test]
    fn each_operation_is_counted_with_a_key_that_was_made_and_with_one_that_was_loaded() {
        let metrics = RsaMetrics::default();
        let mut registry = Registry::default();
        metrics.register(&mut registry);
        let provider = metrics.count(Arc::new(RustCrypto));
        let made = provider.generate_rsa(1024).unwrap();
        let digest = provider.sha1(&[b"signed"]);
        let signature = made.sign_sha1(provider.as_ref(), &digest).unwrap();
        provider
            .verify_sha1(made.public_key(), &digest, &signature)
            .unwrap();
        let loaded = provider.load_rsa(&made.to_pkcs8().unwrap()).unwrap();
        loaded.decrypt_raw(provider.as_ref(), &signature).unwrap();
        let mut text = String::new();
        encode(&mut text, &registry).unwrap();
        for line in [
            "set_rsa_operations_total{key=\"private\",bits=\"1024\"} 2\n",
            "set_rsa_operations_total{key=\"public\",bits=\"1024\"} 1\n",
        ] {
            assert!(text.contains(line), "{text}");
        }
    }
}
