//! A provider of our own that fails.

use std::sync::atomic::{AtomicUsize, Ordering};

use set_core::crypto::{CryptoError, CryptoProvider, DesKey, PrivateKey, PublicKey, RustCrypto};
use set_core::msg::error::ErrorCode;
use set_core::path::{Purpose, Rule, verify};
use zeroize::Zeroizing;

use crate::rig::{Holdings, merchant};

#[test]
fn a_provider_that_fails_at_any_signature_is_not_blamed_on_a_certificate() {
    let holdings = Holdings::all();
    let question = holdings.question(merchant(), Purpose::MerchantSignature, None);
    let mut works = 0;
    loop {
        let provider = Failing(AtomicUsize::new(works));
        let material = holdings.material();
        match verify(&provider, &holdings.policy, &material, &question) {
            Ok(_) => break,
            Err(error) => {
                assert!(matches!(error.rule, Rule::Provider(_)), "{error}");
                assert_eq!(error.code(), ErrorCode::UnspecifiedFailure);
            }
        }
        works += 1;
    }
    // Five certificates, three CRLs and the BCI.
    assert_eq!(works, 9);
}

/// Verifies so many signatures, and then no more.
#[derive(Debug)]
struct Failing(AtomicUsize);

impl Failing {
    fn fault() -> CryptoError {
        CryptoError::Provider {
            operation: "verify a signature",
            reason: "the token was pulled out".to_owned(),
        }
    }
}

impl CryptoProvider for Failing {
    fn random(&self, _: &mut [u8]) -> Result<(), CryptoError> {
        Err(Self::fault())
    }

    fn generate_rsa(&self, _: usize) -> Result<PrivateKey, CryptoError> {
        Err(Self::fault())
    }

    fn sha1(&self, parts: &[&[u8]]) -> [u8; 20] {
        RustCrypto.sha1(parts)
    }

    fn hmac_sha1(&self, key: &[u8], parts: &[&[u8]]) -> [u8; 20] {
        RustCrypto.hmac_sha1(key, parts)
    }

    fn des_cbc_encrypt(&self, _: &DesKey, _: &[u8; 8], _: &[u8]) -> Result<Vec<u8>, CryptoError> {
        Err(Self::fault())
    }

    fn des_cbc_decrypt(
        &self,
        _: &DesKey,
        _: &[u8; 8],
        _: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        Err(Self::fault())
    }

    fn rsa_public(&self, key: &PublicKey, block: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let left = |left: usize| left.checked_sub(1);
        match self
            .0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, left)
        {
            Ok(_) => RustCrypto.rsa_public(key, block),
            Err(_) => Err(Self::fault()),
        }
    }
}
