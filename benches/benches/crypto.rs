//! RSA, DES and SHA-1, alone and, with `vs-openssl`, beside OpenSSL.
//!
//! A partner has the name of ours with `-openssl` after it, and computes the same, which is
//! compared once before anything is measured. OpenSSL has no SET OAEP: the partner of that is its
//! PKCS #1 OAEP with SHA-1 around as many octets, which hashes about as much. How the RSA operation
//! itself compares, `public` and `private` say, without any padding. For DES OpenSSL needs its legacy
//! provider; where that is missing one line says so, and DES has no partner.
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that fails has nothing to measure"
)]

use std::hint::black_box;

use benches::test_key;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use set_core::crypto::oaep::{self, BlockContent, ContentKind, Expected};
use set_core::crypto::{CryptoProvider, DesKey, RustCrypto};

const SIZES: [usize; 3] = [64, 1024, 16 * 1024];

fn rsa(c: &mut Criterion) {
    for bits in [1024, 2048] {
        let key = test_key(bits);
        let digest = [7; 20];
        let signature = key.sign_sha1(&RustCrypto, &digest).unwrap();
        let mut group = c.benchmark_group(format!("rsa-{bits}"));
        group.bench_function("sign", |b| {
            b.iter(|| key.sign_sha1(&RustCrypto, black_box(&digest)).unwrap());
        });
        group.bench_function("verify", |b| {
            b.iter(|| {
                RustCrypto
                    .verify_sha1(key.public_key(), &digest, black_box(&signature))
                    .unwrap();
            });
        });
        let block = raw_block(bits);
        group.bench_function("public", |b| {
            b.iter(|| {
                RustCrypto
                    .rsa_public(key.public_key(), black_box(&block))
                    .unwrap()
            });
        });
        group.bench_function("private", |b| {
            b.iter(|| key.decrypt_raw(&RustCrypto, black_box(&block)).unwrap());
        });
        let des = DesKey::random(&RustCrypto).unwrap();
        let content = BlockContent {
            kind: ContentKind::None,
            hd: None,
            extra: Vec::new().into(),
        };
        let block = oaep::seal(&RustCrypto, key.public_key(), &des, &content).unwrap();
        group.bench_function("oaep-seal", |b| {
            b.iter(|| {
                oaep::seal(&RustCrypto, key.public_key(), black_box(&des), &content).unwrap()
            });
        });
        let expected = Expected::new(ContentKind::None, false);
        group.bench_function("oaep-open", |b| {
            b.iter(|| oaep::open(&RustCrypto, &key, black_box(&block), &expected).unwrap());
        });
        #[cfg(feature = "vs-openssl")]
        beside::rsa(&mut group, &key, &digest);
        group.finish();
    }
}

/// As many octets as the modulus, and less than it.
fn raw_block(bits: usize) -> Vec<u8> {
    let mut block = vec![0; 1];
    block.resize(bits / 8, 0x11);
    block
}

fn bulk(c: &mut Criterion) {
    let key = DesKey::from_octets(b"8 octets");
    for size in SIZES {
        let data = vec![0x5a; size];
        let sealed = RustCrypto.des_cbc_encrypt(&key, &IV, &data).unwrap();
        let mut group = c.benchmark_group(format!("bulk-{size}"));
        group.throughput(Throughput::Bytes(size.try_into().unwrap()));
        group.bench_function("sha1", |b| b.iter(|| RustCrypto.sha1(&[black_box(&data)])));
        group.bench_function("hmac-sha1", |b| {
            b.iter(|| RustCrypto.hmac_sha1(&MAC_KEY, &[black_box(&data)]));
        });
        group.bench_function("des-cbc-encrypt", |b| {
            b.iter(|| {
                RustCrypto
                    .des_cbc_encrypt(&key, &IV, black_box(&data))
                    .unwrap()
            });
        });
        group.bench_function("des-cbc-decrypt", |b| {
            b.iter(|| {
                RustCrypto
                    .des_cbc_decrypt(&key, &IV, black_box(&sealed))
                    .unwrap()
            });
        });
        #[cfg(feature = "vs-openssl")]
        {
            beside::hashes(&mut group, &data);
            beside::des(&mut group, &key, &data);
        }
        group.finish();
    }
}

/// OpenSSL in the same process and run.
#[cfg(feature = "vs-openssl")]
mod beside {
    use std::hint::black_box;
    use std::sync::LazyLock;

    use criterion::BenchmarkGroup;
    use criterion::measurement::WallTime;
    use openssl::error::ErrorStack;
    use openssl::hash::MessageDigest;
    use openssl::md::Md;
    use openssl::pkey::{PKey, Private};
    use openssl::pkey_ctx::PkeyCtx;
    use openssl::provider::Provider;
    use openssl::rsa::Padding;
    use openssl::sign::Signer;
    use openssl::symm::{self, Cipher};
    use set_core::crypto::{CryptoProvider, DesKey, PrivateKey, RustCrypto};

    use super::{IV, MAC_KEY, raw_block};

    pub(super) fn rsa(
        group: &mut BenchmarkGroup<'_, WallTime>,
        ours: &PrivateKey,
        digest: &[u8; 20],
    ) {
        let pkcs8 = ours.to_pkcs8().unwrap();
        let key = PKey::private_key_from_pkcs8(&pkcs8).unwrap();
        signature(group, ours, &key, digest);
        raw(group, ours, &key);
        oaep(group, &key);
    }

    fn signature(
        group: &mut BenchmarkGroup<'_, WallTime>,
        ours: &PrivateKey,
        key: &PKey<Private>,
        digest: &[u8; 20],
    ) {
        let sign = || {
            let mut context = PkeyCtx::new(key).unwrap();
            context.sign_init().unwrap();
            context.set_rsa_padding(Padding::PKCS1).unwrap();
            context.set_signature_md(Md::sha1()).unwrap();
            let mut signature = Vec::new();
            context
                .sign_to_vec(black_box(digest), &mut signature)
                .unwrap();
            signature
        };
        let signature = sign();
        assert_eq!(signature, ours.sign_sha1(&RustCrypto, digest).unwrap());
        group.bench_function("sign-openssl", |b| b.iter(sign));
        group.bench_function("verify-openssl", |b| {
            b.iter(|| {
                let mut context = PkeyCtx::new(key).unwrap();
                context.verify_init().unwrap();
                context.set_rsa_padding(Padding::PKCS1).unwrap();
                context.set_signature_md(Md::sha1()).unwrap();
                assert!(context.verify(digest, black_box(&signature)).unwrap());
            });
        });
    }

    fn raw(group: &mut BenchmarkGroup<'_, WallTime>, ours: &PrivateKey, key: &PKey<Private>) {
        let rsa = key.rsa().unwrap();
        let block = raw_block(ours.public_key().bits());
        let public = || {
            let mut out = vec![0; block.len()];
            rsa.public_encrypt(black_box(&block), &mut out, Padding::NONE)
                .unwrap();
            out
        };
        let private = || {
            let mut out = vec![0; block.len()];
            rsa.private_decrypt(black_box(&block), &mut out, Padding::NONE)
                .unwrap();
            out
        };
        assert_eq!(
            public(),
            RustCrypto.rsa_public(ours.public_key(), &block).unwrap()
        );
        assert_eq!(
            private(),
            ours.decrypt_raw(&RustCrypto, &block).unwrap().as_slice()
        );
        group.bench_function("public-openssl", |b| b.iter(public));
        group.bench_function("private-openssl", |b| b.iter(private));
    }

    /// PKCS #1 OAEP with SHA-1, around what SET's block holds: BT, BC, V and the DES key.
    fn oaep(group: &mut BenchmarkGroup<'_, WallTime>, key: &PKey<Private>) {
        let content = [3; 1 + 1 + 7 + 8];
        let seal = || {
            let mut context = PkeyCtx::new(key).unwrap();
            context.encrypt_init().unwrap();
            context.set_rsa_padding(Padding::PKCS1_OAEP).unwrap();
            let mut block = Vec::new();
            context
                .encrypt_to_vec(black_box(&content), &mut block)
                .unwrap();
            block
        };
        let block = seal();
        let open = || {
            let mut context = PkeyCtx::new(key).unwrap();
            context.decrypt_init().unwrap();
            context.set_rsa_padding(Padding::PKCS1_OAEP).unwrap();
            let mut content = Vec::new();
            context
                .decrypt_to_vec(black_box(&block), &mut content)
                .unwrap();
            content
        };
        assert_eq!(open(), content);
        group.bench_function("oaep-seal-openssl", |b| b.iter(seal));
        group.bench_function("oaep-open-openssl", |b| b.iter(open));
    }

    pub(super) fn hashes(group: &mut BenchmarkGroup<'_, WallTime>, data: &[u8]) {
        let sha1 = || openssl::sha::sha1(black_box(data));
        assert_eq!(sha1(), RustCrypto.sha1(&[data]));
        group.bench_function("sha1-openssl", |b| b.iter(sha1));

        let hmac = || {
            let key = PKey::hmac(&MAC_KEY).unwrap();
            let mut signer = Signer::new(MessageDigest::sha1(), &key).unwrap();
            signer.update(black_box(data)).unwrap();
            signer.sign_to_vec().unwrap()
        };
        assert_eq!(hmac(), RustCrypto.hmac_sha1(&MAC_KEY, &[data]));
        group.bench_function("hmac-sha1-openssl", |b| b.iter(hmac));
    }

    pub(super) fn des(group: &mut BenchmarkGroup<'_, WallTime>, key: &DesKey, data: &[u8]) {
        if LEGACY.is_err() {
            return;
        }
        let des = Cipher::des_cbc();
        let encrypt = || symm::encrypt(des, key.expose(), Some(&IV), black_box(data)).unwrap();
        let sealed = encrypt();
        assert_eq!(sealed, RustCrypto.des_cbc_encrypt(key, &IV, data).unwrap());
        group.bench_function("des-cbc-encrypt-openssl", |b| b.iter(encrypt));
        group.bench_function("des-cbc-decrypt-openssl", |b| {
            b.iter(|| symm::decrypt(des, key.expose(), Some(&IV), black_box(&sealed)).unwrap());
        });
    }

    /// OpenSSL's provider of single DES, from when it is first asked for.
    static LEGACY: LazyLock<Result<Provider, ErrorStack>> = LazyLock::new(|| {
        let legacy = Provider::try_load(None, "legacy", true);
        if let Err(error) = &legacy {
            eprintln!("skipped: DES of OpenSSL, whose legacy provider cannot be loaded: {error}");
        }
        legacy
    });
}

const IV: [u8; 8] = [1; 8];
const MAC_KEY: [u8; 20] = [3; 20];

criterion_group!(crypto, rsa, bulk);
criterion_main!(crypto);
