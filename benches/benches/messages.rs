//! DER of every message: decoding with all checks, and encoding again.
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that fails has nothing to measure"
)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use set_core::asn1::{self, Asn1 as _, Limits, Shape};
use set_core::msg::message::Message;
use set_core::msg::wrapper::MessageWrapper;
use set_testkit::generate::{Fullness, Generator};

fn messages(c: &mut Criterion) {
    let Shape::Choice(alternatives) = &Message::SCHEMA.shape else {
        return;
    };
    let limits = Limits::default();
    let mut decode = c.benchmark_group("decode");
    for alternative in *alternatives {
        let octets = sample(alternative.name);
        decode.throughput(Throughput::Bytes(octets.len().try_into().unwrap()));
        decode.bench_with_input(
            BenchmarkId::from_parameter(alternative.name),
            &octets,
            |b, octets| {
                b.iter(|| asn1::decode::<MessageWrapper>(black_box(octets), &limits).unwrap());
            },
        );
    }
    decode.finish();
    let mut encode = c.benchmark_group("encode");
    for alternative in *alternatives {
        let octets = sample(alternative.name);
        let wrapper: MessageWrapper = asn1::decode(&octets, &limits).unwrap();
        encode.throughput(Throughput::Bytes(octets.len().try_into().unwrap()));
        encode.bench_with_input(
            BenchmarkId::from_parameter(alternative.name),
            &wrapper,
            |b, wrapper| b.iter(|| asn1::encode(black_box(wrapper)).unwrap()),
        );
    }
    encode.finish();
}

/// A wrapper with a message of the named alternative, generated from a seed until one is.
fn sample(name: &str) -> Vec<u8> {
    (0..100_000)
        .map(|seed| Generator::new(seed, Fullness::Most).value(MessageWrapper::SCHEMA))
        .find(|octets| {
            asn1::decode::<MessageWrapper>(octets, &Limits::default())
                .is_ok_and(|wrapper| alternative(&wrapper.message) == name)
        })
        .unwrap()
}

/// The name of the alternative in the contract, such as `purchaseInitRequest`.
fn alternative(message: &Message) -> &'static str {
    let Shape::Choice(alternatives) = &Message::SCHEMA.shape else {
        return "";
    };
    let octets = asn1::encode(message).unwrap();
    let element = asn1::limits::Element::parse(&octets, 0, octets.len()).unwrap();
    alternatives
        .iter()
        .find(|field| field.tagging == asn1::Tagging::Explicit(element.number))
        .map_or("", |field| field.name)
}

criterion_group!(benches, messages);
criterion_main!(benches);
