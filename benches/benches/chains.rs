//! Chain validation: every signature verified, and from the cache of verified chains.
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that fails has nothing to measure"
)]

use std::hint::black_box;
use std::sync::Mutex;

use criterion::{Criterion, criterion_group, criterion_main};
use set_core::crypto::RustCrypto;
use set_core::path::cache::{self, ChainCache};
use set_core::path::{self, Material, Purpose, Question, TrustStore};
use set_core::policy::Policy;
use set_testkit::clock::noon;
use set_testkit::hierarchy::hierarchy;

/// A merchant below merchant CA, brand CA and root, with three CRLs and the BCI.
fn chains(c: &mut Criterion) {
    let brand = hierarchy();
    let roots = TrustStore::new(vec![brand.root.certificate.clone()]);
    let certificates = brand.certificates();
    let material = Material {
        roots: &roots,
        certificates: &certificates,
        crls: &brand.crls,
        bci: Some(&brand.bci),
    };
    let question = Question {
        certificate: &brand.merchant_signature.certificate,
        purpose: Purpose::MerchantSignature,
        brand: None,
        at: noon(),
    };
    let policy = Policy::default();
    let mut group = c.benchmark_group("chain");
    group.bench_function("cold", |b| {
        b.iter(|| path::verify(&RustCrypto, &policy, &material, black_box(&question)).unwrap());
    });
    let memory = Mutex::new(ChainCache::default());
    group.bench_function("cached", |b| {
        b.iter(|| {
            let question = black_box(&question);
            cache::verify(&memory, &RustCrypto, &policy, &material, question).unwrap()
        });
    });
    group.finish();
}

criterion_group!(benches, chains);
criterion_main!(benches);
