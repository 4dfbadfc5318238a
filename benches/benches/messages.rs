//! DER of every message: decoding with all checks, and encoding again.
//!
//! The octets are the golden vectors of set-core, so that figures of two versions compare.
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that fails has nothing to measure"
)]

use std::fs;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use set_core::asn1::{self, Limits};
use set_core::msg::message::Message;
use set_core::msg::wrapper::MessageWrapper;
use set_testkit::files::package_folder;

fn messages(c: &mut Criterion) {
    let limits = Limits::default();
    let vectors: Vec<_> = Message::NAMES
        .iter()
        .map(|name| (name, vector(name)))
        .collect();
    let mut decode = c.benchmark_group("decode");
    for (name, octets) in &vectors {
        decode.throughput(Throughput::Bytes(octets.len().try_into().unwrap()));
        decode.bench_with_input(BenchmarkId::from_parameter(name), octets, |b, octets| {
            b.iter(|| asn1::decode::<MessageWrapper>(black_box(octets), &limits).unwrap());
        });
    }
    decode.finish();
    let mut encode = c.benchmark_group("encode");
    for (name, octets) in &vectors {
        let wrapper: MessageWrapper = asn1::decode(octets, &limits).unwrap();
        encode.throughput(Throughput::Bytes(octets.len().try_into().unwrap()));
        encode.bench_with_input(BenchmarkId::from_parameter(name), &wrapper, |b, wrapper| {
            b.iter(|| asn1::encode(black_box(wrapper)).unwrap());
        });
    }
    encode.finish();
}

/// The wrapper with that message.
fn vector(name: &str) -> Vec<u8> {
    let file = format!("../set-core/tests/vectors/messages/MessageWrapper.{name}.der");
    fs::read(package_folder().join(file)).unwrap()
}

criterion_group!(benches, messages);
criterion_main!(benches);
