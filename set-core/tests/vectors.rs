//! Published figures, and independently computed ones, through the pure-Rust provider.
//!
//! `vectors/README.md` says where each file comes from.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::collections::VecDeque;
use std::sync::Mutex;

use serde_json::Value;
use set_core::crypto::oaep::{self, BlockContent, ContentKind, Expected};
use set_core::crypto::{
    CryptoError, CryptoProvider, DesKey, KeyRules, PrivateKey, PublicKey, RustCrypto,
};
use zeroize::Zeroizing;

#[test]
fn sha1_gives_the_digests_that_nist_published() {
    for file in [
        load(include_str!("vectors/crypto/sha1_short.json")),
        load(include_str!("vectors/crypto/sha1_long.json")),
    ] {
        for case in cases(&file) {
            let message = octets(case, "message");
            let (left, right) = message.split_at(message.len() / 3);
            assert_eq!(RustCrypto.sha1(&[&message])[..], octets(case, "digest"));
            assert_eq!(RustCrypto.sha1(&[left, right])[..], octets(case, "digest"));
        }
    }
}

#[test]
fn sha1_follows_the_monte_carlo_chain_of_nist() {
    let file = load(include_str!("vectors/crypto/sha1_monte_carlo.json"));
    let mut seed: [u8; 20] = octets(&file, "seed").try_into().unwrap();
    for case in cases(&file) {
        let mut last = [seed; 3];
        for _ in 0..1000 {
            let next = RustCrypto.sha1(&[&last[0], &last[1], &last[2]]);
            last = [last[1], last[2], next];
        }
        seed = last[2];
        assert_eq!(seed[..], octets(case, "digest"));
    }
}

#[test]
fn hmac_gives_the_codes_of_rfc_2202() {
    let file = load(include_str!("vectors/crypto/hmac_sha1.json"));
    for case in cases(&file) {
        let message = octets(case, "message");
        let (left, right) = message.split_at(message.len() / 2);
        let mac = RustCrypto.hmac_sha1(&octets(case, "key"), &[left, right]);
        assert_eq!(mac[..], octets(case, "mac"));
    }
}

#[test]
fn des_cbc_gives_the_blocks_that_nist_published_and_one_of_padding() {
    let file = load(include_str!("vectors/crypto/des_cbc.json"));
    for case in cases(&file) {
        let key = des_key(case, "key");
        let iv = octets(case, "iv").try_into().unwrap();
        let plaintext = octets(case, "plaintext");
        let ciphertext = RustCrypto.des_cbc_encrypt(&key, &iv, &plaintext).unwrap();
        let (published, padding) = ciphertext.split_at(plaintext.len());
        assert_eq!(published, octets(case, "ciphertext"));
        assert_eq!(padding.len(), 8);
        let again = RustCrypto.des_cbc_decrypt(&key, &iv, &ciphertext).unwrap();
        assert_eq!(*again, plaintext);
    }
}

#[test]
fn rsa_makes_the_signatures_that_rsa_laboratories_published() {
    let file = load(include_str!("vectors/crypto/rsa_sign.json"));
    for case in cases(&file) {
        let key = PrivateKey::from_pkcs8_der(&octets(case, "private_key")).unwrap();
        assert_eq!(Value::from(key.public_key().bits()), case["bits"]);
        for signed in case["signatures"].as_array().unwrap() {
            let digest = RustCrypto.sha1(&[&octets(signed, "message")]);
            let signature = key.sign_sha1(&RustCrypto, &digest).unwrap();
            assert_eq!(signature, octets(signed, "signature"));
            let verified = RustCrypto.verify_sha1(key.public_key(), &digest, &signature);
            assert_eq!(verified, Ok(()));
        }
    }
}

#[test]
fn rsa_takes_the_good_signatures_of_nist_and_refuses_the_altered_ones() {
    let file = load(include_str!("vectors/crypto/rsa_verify.json"));
    for case in cases(&file) {
        let key = PublicKey::new(
            &octets(case, "modulus"),
            &octets(case, "exponent"),
            &KeyRules::default(),
        )
        .unwrap();
        let digest = RustCrypto.sha1(&[&octets(case, "message")]);
        let result = RustCrypto.verify_sha1(&key, &digest, &octets(case, "signature"));
        let expected = match case["result"].as_str().unwrap() {
            "good" => Ok(()),
            _ => Err(CryptoError::Signature),
        };
        assert_eq!(result, expected, "{}", case["result"]);
    }
}

#[test]
fn cdmf_keys_are_those_computed_from_the_definition() {
    let file = load(include_str!("vectors/crypto/cdmf.json"));
    for case in cases(&file) {
        let derived = RustCrypto.cdmf_key(&des_key(case, "key"));
        assert_eq!(derived.expose()[..], octets(case, "cdmf_key"));
    }
}

#[test]
fn oaep_blocks_are_those_computed_from_the_definition() {
    let signing = load(include_str!("vectors/crypto/rsa_sign.json"));
    let file = load(include_str!("vectors/crypto/oaep.json"));
    for case in cases(&file) {
        let recipient = cases(&signing)
            .iter()
            .find(|key| key["example"] == case["private_key_of_example"])
            .map(|key| PrivateKey::from_pkcs8_der(&octets(key, "private_key")).unwrap())
            .unwrap();
        let kind = kind(case["kind"].as_str().unwrap());
        let hd = <[u8; 20]>::try_from(octets(case, "hd")).ok();
        let key = des_key(case, "des_key");
        let extra = octets(case, "extra");
        let sealed = octets(case, "sealed_block");

        let provider = Scripted::new([octets(case, "salt"), octets(case, "first_octet")]);
        let content = BlockContent {
            kind,
            hd,
            extra: Zeroizing::new(extra.clone()),
        };
        let block = oaep::seal(&provider, recipient.public_key(), &key, &content).unwrap();
        assert_eq!(block, sealed);
        let plain = recipient.decrypt_raw(&RustCrypto, &block).unwrap();
        assert_eq!(*plain, octets(case, "plain_block"));

        let expected = Expected {
            kind,
            with_hd: hd.is_some(),
            extra_len: extra.len(),
        };
        let opened = oaep::open(&RustCrypto, &recipient, &sealed, &expected).unwrap();
        assert_eq!(opened.key, key);
        assert_eq!(opened.hd, hd);
        assert_eq!(*opened.extra, extra);
    }
}

/// A provider that draws what it was told, each time the next octets and then zeros.
#[derive(Debug)]
struct Scripted(Mutex<VecDeque<Vec<u8>>>);

impl Scripted {
    fn new(draws: impl Into<VecDeque<Vec<u8>>>) -> Self {
        Self(Mutex::new(draws.into()))
    }
}

impl CryptoProvider for Scripted {
    fn random(&self, out: &mut [u8]) -> Result<(), CryptoError> {
        let draw = self.0.lock().unwrap().pop_front().unwrap();
        out.fill(0);
        out[..draw.len()].copy_from_slice(&draw);
        Ok(())
    }

    fn generate_rsa(&self, bits: usize) -> Result<PrivateKey, CryptoError> {
        RustCrypto.generate_rsa(bits)
    }

    fn sha1(&self, parts: &[&[u8]]) -> [u8; 20] {
        RustCrypto.sha1(parts)
    }

    fn hmac_sha1(&self, key: &[u8], parts: &[&[u8]]) -> [u8; 20] {
        RustCrypto.hmac_sha1(key, parts)
    }

    fn des_cbc_encrypt(
        &self,
        key: &DesKey,
        iv: &[u8; 8],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        RustCrypto.des_cbc_encrypt(key, iv, plaintext)
    }

    fn des_cbc_decrypt(
        &self,
        key: &DesKey,
        iv: &[u8; 8],
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        RustCrypto.des_cbc_decrypt(key, iv, ciphertext)
    }

    fn rsa_public(&self, key: &PublicKey, block: &[u8]) -> Result<Vec<u8>, CryptoError> {
        RustCrypto.rsa_public(key, block)
    }
}

fn load(text: &str) -> Value {
    let file: Value = serde_json::from_str(text).unwrap();
    assert!(!cases(&file).is_empty());
    file
}

fn cases(file: &Value) -> &[Value] {
    file["cases"].as_array().unwrap()
}

fn octets(case: &Value, field: &str) -> Vec<u8> {
    let text = case[field].as_str().unwrap();
    (0..text.len())
        .step_by(2)
        .map(|place| u8::from_str_radix(&text[place..place + 2], 16).unwrap())
        .collect()
}

fn des_key(case: &Value, field: &str) -> DesKey {
    DesKey::from_octets(&octets(case, field).try_into().unwrap())
}

fn kind(name: &str) -> ContentKind {
    match name {
        "None" => ContentKind::None,
        "PanData" => ContentKind::PanData,
        "PanData0" => ContentKind::PanData0,
        "PanToken" => ContentKind::PanToken,
        "PanOnly" => ContentKind::PanOnly,
        "AcctData" => ContentKind::AcctData,
        other => panic!("{other}"),
    }
}
