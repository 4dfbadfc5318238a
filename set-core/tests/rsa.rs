//! RSA keys and signatures: which keys are refused, and what is no signature.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::LazyLock;

use set_core::crypto::{
    CryptoError, CryptoProvider, DesKey, KeyFault, KeyRules, PrivateKey, PublicKey, RustCrypto,
    generate_software_key,
};
use zeroize::Zeroizing;

static KEY: LazyLock<PrivateKey> = LazyLock::new(|| RustCrypto.generate_rsa(1024).unwrap());

const DIGEST: [u8; 20] = [0x5A; 20];

#[test]
fn a_signature_verifies_under_its_own_key_and_digest_only() {
    let signature = KEY.sign_sha1(&RustCrypto, &DIGEST).unwrap();
    let other = RustCrypto.generate_rsa(1024).unwrap();
    let verify =
        |key: &PrivateKey, digest| RustCrypto.verify_sha1(key.public_key(), digest, &signature);
    assert_eq!(verify(&KEY, &DIGEST), Ok(()));
    assert_eq!(verify(&KEY, &[0x5B; 20]), Err(CryptoError::Signature));
    assert_eq!(verify(&other, &DIGEST), Err(CryptoError::Signature));
}

#[test]
fn a_signature_with_any_octet_altered_is_refused() {
    let signature = KEY.sign_sha1(&RustCrypto, &DIGEST).unwrap();
    for place in 0..signature.len() {
        let mut altered = signature.clone();
        altered[place] ^= 1;
        let result = RustCrypto.verify_sha1(KEY.public_key(), &DIGEST, &altered);
        assert_eq!(result, Err(CryptoError::Signature), "octet {place}");
    }
}

#[test]
fn a_signature_of_another_length_or_not_below_the_modulus_is_refused() {
    let signature = KEY.sign_sha1(&RustCrypto, &DIGEST).unwrap();
    let longer = [&[0], signature.as_slice()].concat();
    for wrong in [
        &[],
        &signature[1..],
        &signature[..127],
        &longer,
        KEY.public_key().modulus(),
        &[0xFF; 128],
    ] {
        let result = RustCrypto.verify_sha1(KEY.public_key(), &DIGEST, wrong);
        assert_eq!(result, Err(CryptoError::Signature));
    }
}

#[test]
fn padding_that_a_careless_reader_would_take_is_refused() {
    let sha1 = [
        0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 0x05, 0x00, 0x04, 0x14,
    ];
    let without_null = [
        0x30, 0x1F, 0x30, 0x07, 0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 0x04, 0x14,
    ];
    let long_length = [
        0x30, 0x81, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 0x05, 0x00, 0x04,
        0x14,
    ];
    let md5 = [
        0x30, 0x20, 0x30, 0x0C, 0x06, 0x08, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x02, 0x05, 0x05,
        0x00, 0x04, 0x10,
    ];
    let block = |kind: u8, fill: u8, info: &[u8], digest: &[u8], rest: &[u8]| {
        let tail = [&[0], info, digest, rest].concat();
        let mut block = vec![0, kind];
        block.resize(128 - tail.len(), fill);
        block.extend(tail);
        block
    };
    let signed = |block: &[u8]| {
        let signature = KEY.decrypt_raw(&RustCrypto, block).unwrap();
        RustCrypto.verify_sha1(KEY.public_key(), &DIGEST, &signature)
    };
    assert_eq!(signed(&block(1, 0xFF, &sha1, &DIGEST, &[])), Ok(()));
    for (what, wrong) in [
        ("block type 2", block(2, 0xFF, &sha1, &DIGEST, &[])),
        ("block type 0", block(0, 0x00, &sha1, &DIGEST, &[])),
        ("fill other than FF", block(1, 0xFE, &sha1, &DIGEST, &[])),
        (
            "octets after the digest",
            block(1, 0xFF, &sha1, &DIGEST, &[0; 40]),
        ),
        (
            "no NULL parameters",
            block(1, 0xFF, &without_null, &DIGEST, &[]),
        ),
        ("a long length", block(1, 0xFF, &long_length, &DIGEST, &[])),
        ("MD5", block(1, 0xFF, &md5, &DIGEST[..16], &[])),
        ("no DigestInfo", block(1, 0xFF, &[], &DIGEST, &[])),
    ] {
        assert_eq!(signed(&wrong), Err(CryptoError::Signature), "{what}");
    }
}

#[test]
fn the_raw_operations_undo_each_other_and_keep_leading_zeros() {
    for block in [
        [&[0; 127][..], &[1]].concat(),
        [&[0; 3][..], &[0x77; 125]].concat(),
    ] {
        let sealed = RustCrypto.rsa_public(KEY.public_key(), &block).unwrap();
        assert_eq!(*KEY.decrypt_raw(&RustCrypto, &sealed).unwrap(), block);
    }
    let out_of_range = CryptoError::BlockOutOfRange {
        modulus: 128,
        block: 127,
    };
    let short = [1; 127];
    let refused = RustCrypto.rsa_public(KEY.public_key(), &short);
    assert_eq!(refused, Err(out_of_range.clone()));
    assert_eq!(KEY.decrypt_raw(&RustCrypto, &short), Err(out_of_range));
}

#[test]
fn a_modulus_that_is_no_whole_number_of_machine_words_works_like_any_other() {
    let key = RustCrypto.generate_rsa(1032).unwrap();
    assert_eq!(key.public_key().octets(), 129);
    let signature = key.sign_sha1(&RustCrypto, &DIGEST).unwrap();
    assert_eq!(signature.len(), 129);
    let verified = RustCrypto.verify_sha1(key.public_key(), &DIGEST, &signature);
    assert_eq!(verified, Ok(()));
    let again = PrivateKey::from_pkcs8_der(&key.to_pkcs8().unwrap()).unwrap();
    assert_eq!(again.sign_sha1(&RustCrypto, &DIGEST), Ok(signature));
}

#[test]
fn keys_that_break_the_rules_are_refused_with_the_rule_named() {
    let rules = KeyRules::default();
    let good = KEY.public_key().modulus();
    let with = |modulus: &[u8], exponent: &[u8]| match PublicKey::new(modulus, exponent, &rules) {
        Ok(_) => None,
        Err(CryptoError::KeyRefused(fault)) => Some(fault),
        Err(other) => panic!("{other}"),
    };
    assert_eq!(with(good, &[3]), None);
    assert_eq!(with(good, &[0, 0, 0, 1, 0, 1]), None);
    assert_eq!(with(good, &[1, 0xFF, 0xFF, 0xFF, 0xFF]), None);

    for weak in [&[][..], &[0], &[1], &[2], &[0, 1], &[1, 0, 0]] {
        assert_eq!(with(good, weak), Some(KeyFault::WeakExponent));
    }
    for long in [&[2, 0, 0, 0, 1][..], &[1; 9], &[0xFF; 128]] {
        assert_eq!(with(good, long), Some(KeyFault::LongExponent));
    }
    let mut even = good.to_vec();
    even[127] &= 0xFE;
    assert_eq!(with(&even, &[3]), Some(KeyFault::EvenModulus));
    let fault = |bits: usize| with(&vec![0xFF; bits / 8], &[3]);
    assert_eq!(fault(0), Some(KeyFault::TooSmall { bits: 0, min: 1024 }));
    assert_eq!(
        fault(1016),
        Some(KeyFault::TooSmall {
            bits: 1016,
            min: 1024
        })
    );
    assert_eq!(
        fault(4104),
        Some(KeyFault::TooLarge {
            bits: 4104,
            max: 4096
        })
    );
    let partial = [&[1], good].concat();
    assert_eq!(
        with(&partial, &[3]),
        Some(KeyFault::PartialOctet { bits: 1025 })
    );
}

#[test]
fn a_caller_may_have_narrower_rules() {
    let der = KEY.public_key().to_spki_der();
    let rules = KeyRules {
        min_bits: 2048,
        max_bits: 2048,
    };
    assert_eq!(
        PublicKey::from_spki_der_with(&der, &rules),
        Err(CryptoError::KeyRefused(KeyFault::TooSmall {
            bits: 1024,
            min: 2048
        }))
    );
}

#[test]
fn a_public_key_is_read_from_what_it_was_written_as_and_from_nothing_else() {
    let key = KEY.public_key();
    let der = key.to_spki_der();
    assert_eq!(PublicKey::from_spki_der(&der).as_ref(), Ok(key));

    let longer = [&der[..], &[0]].concat();
    let mut wrong = vec![
        ("an octet more", longer),
        ("an octet less", der[..der.len() - 1].to_vec()),
    ];
    let mut altered = |what, place: usize, from: u8, to: u8| {
        let mut octets = der.clone();
        assert_eq!(octets[place], from, "{what}");
        octets[place] = to;
        wrong.push((what, octets));
    };
    altered("sha1WithRSAEncryption", 15, 0x01, 0x05);
    altered("parameters that are not NULL", 16, 0x05, 0x04);
    altered("unused bits", 21, 0x00, 0x01);
    altered("a negative modulus", 28, 0x00, 0x80);
    altered("a SET in place of a SEQUENCE", 22, 0x30, 0x31);
    for (what, octets) in wrong {
        let malformed = CryptoError::KeyFormat {
            format: "SubjectPublicKeyInfo",
        };
        assert_eq!(PublicKey::from_spki_der(&octets), Err(malformed), "{what}");
    }
}

#[test]
fn every_prefix_and_every_altered_octet_of_a_private_key_is_refused_or_harmless() {
    let der = KEY.to_pkcs8().unwrap();
    let again = PrivateKey::from_pkcs8_der(&der).unwrap();
    assert_eq!(again.public_key(), KEY.public_key());
    assert_eq!(again.to_pkcs8().unwrap(), der);
    for length in 0..der.len() {
        assert!(PrivateKey::from_pkcs8_der(&der[..length]).is_err());
    }
    for place in 0..der.len() {
        let mut altered = der.clone();
        altered[place] ^= 0x04;
        // dP, dQ and the coefficient are computed anew: what is left works.
        if let Ok(key) = PrivateKey::from_pkcs8_der(&altered) {
            assert_eq!(key.public_key(), KEY.public_key(), "octet {place}");
            let signature = key.sign_sha1(&RustCrypto, &DIGEST).unwrap();
            let verified = RustCrypto.verify_sha1(KEY.public_key(), &DIGEST, &signature);
            assert_eq!(verified, Ok(()), "octet {place}");
        }
    }
}

#[test]
fn a_private_key_prints_its_size_and_nothing_else() {
    assert_eq!(format!("{:?}", *KEY), "PrivateKey { bits: 1024, .. }");
    assert_eq!(
        format!("{:?}", KEY.public_key()),
        "PublicKey { bits: 1024, exponent: 65537, .. }"
    );
}

#[test]
fn sizes_outside_of_the_rules_are_not_generated() {
    for (bits, fault) in [
        (
            512,
            KeyFault::TooSmall {
                bits: 512,
                min: 1024,
            },
        ),
        (
            8192,
            KeyFault::TooLarge {
                bits: 8192,
                max: 4096,
            },
        ),
        (1025, KeyFault::PartialOctet { bits: 1025 }),
    ] {
        let refused = RustCrypto.generate_rsa(bits).err();
        assert_eq!(refused, Some(CryptoError::KeyRefused(fault)));
    }
}

#[test]
fn nothing_secret_is_done_without_randomness() {
    let exhausted = CryptoError::Provider {
        operation: "draw random octets",
        reason: "exhausted".to_owned(),
    };
    let signed = KEY.sign_sha1(&Exhausted, &DIGEST);
    assert_eq!(signed, Err(exhausted.clone()), "there is no blinding");
    let block = RustCrypto.rsa_public(KEY.public_key(), &[1; 128]).unwrap();
    let opened = KEY.decrypt_raw(&Exhausted, &block);
    assert_eq!(opened.err(), Some(exhausted.clone()));
    assert_eq!(DesKey::random(&Exhausted).err(), Some(exhausted.clone()));
    let generated = generate_software_key(&Exhausted, 1024);
    assert_eq!(generated.err(), Some(exhausted));
}

/// A provider whose generator gives nothing.
#[derive(Debug)]
struct Exhausted;

impl CryptoProvider for Exhausted {
    fn random(&self, _: &mut [u8]) -> Result<(), CryptoError> {
        Err(CryptoError::Provider {
            operation: "draw random octets",
            reason: "exhausted".to_owned(),
        })
    }

    fn generate_rsa(&self, bits: usize) -> Result<PrivateKey, CryptoError> {
        generate_software_key(self, bits)
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
