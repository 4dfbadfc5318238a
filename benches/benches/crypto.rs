//! RSA, DES and SHA-1, alone and, with `vs-openssl`, beside OpenSSL.
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
        beside::rsa(&mut group, &key);
        group.finish();
    }
}

fn bulk(c: &mut Criterion) {
    let key = DesKey::from_octets(b"8 octets");
    for size in SIZES {
        let data = vec![0x5a; size];
        let sealed = RustCrypto.des_cbc_encrypt(&key, &[1; 8], &data).unwrap();
        let mut group = c.benchmark_group(format!("bulk-{size}"));
        group.throughput(Throughput::Bytes(size.try_into().unwrap()));
        group.bench_function("sha1", |b| b.iter(|| RustCrypto.sha1(&[black_box(&data)])));
        group.bench_function("hmac-sha1", |b| {
            b.iter(|| RustCrypto.hmac_sha1(&[3; 20], &[black_box(&data)]));
        });
        group.bench_function("des-cbc-encrypt", |b| {
            b.iter(|| {
                RustCrypto
                    .des_cbc_encrypt(&key, &[1; 8], black_box(&data))
                    .unwrap()
            });
        });
        group.bench_function("des-cbc-decrypt", |b| {
            b.iter(|| {
                RustCrypto
                    .des_cbc_decrypt(&key, &[1; 8], black_box(&sealed))
                    .unwrap()
            });
        });
        #[cfg(feature = "vs-openssl")]
        beside::bulk(&mut group, &data);
        group.finish();
    }
}

/// OpenSSL in the same process and run.
#[cfg(feature = "vs-openssl")]
mod beside {
    use std::hint::black_box;

    use criterion::BenchmarkGroup;
    use criterion::measurement::WallTime;
    use openssl::hash::MessageDigest;
    use openssl::pkey::PKey;
    use openssl::rsa::Padding;
    use openssl::sign::{Signer, Verifier};
    use set_core::crypto::PrivateKey;

    pub(super) fn rsa(group: &mut BenchmarkGroup<'_, WallTime>, key: &PrivateKey) {
        let pkcs8 = key.to_pkcs8().unwrap();
        let key = PKey::private_key_from_pkcs8(&pkcs8).unwrap();
        let data = [7; 20];
        let sign = || {
            let mut signer = Signer::new(MessageDigest::sha1(), &key).unwrap();
            signer.update(black_box(&data)).unwrap();
            signer.sign_to_vec().unwrap()
        };
        let signature = sign();
        group.bench_function("sign-openssl", |b| b.iter(sign));
        group.bench_function("verify-openssl", |b| {
            b.iter(|| {
                let mut verifier = Verifier::new(MessageDigest::sha1(), &key).unwrap();
                verifier.update(&data).unwrap();
                assert!(verifier.verify(black_box(&signature)).unwrap());
            });
        });
        let rsa = key.rsa().unwrap();
        let size = usize::try_from(rsa.size()).unwrap();
        let mut block = vec![0x11; size];
        block[0] = 0;
        let mut out = vec![0; size];
        group.bench_function("public-openssl", |b| {
            b.iter(|| {
                rsa.public_encrypt(black_box(&block), &mut out, Padding::NONE)
                    .unwrap()
            });
        });
        let mut back = vec![0; size];
        group.bench_function("private-openssl", |b| {
            b.iter(|| {
                rsa.private_decrypt(black_box(&block), &mut back, Padding::NONE)
                    .unwrap()
            });
        });
    }

    pub(super) fn bulk(group: &mut BenchmarkGroup<'_, WallTime>, data: &[u8]) {
        group.bench_function("sha1-openssl", |b| {
            b.iter(|| openssl::sha::sha1(black_box(data)));
        });
    }
}

criterion_group!(crypto, rsa, bulk);
criterion_main!(crypto);
