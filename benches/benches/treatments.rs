//! Each treatment over 1 KiB, sealed and opened.
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that fails has nothing to measure"
)]

use benches::test_key;
use criterion::{Criterion, criterion_group, criterion_main};
use der::asn1::OctetString;
use set_core::asn1::{Opaque, Raw, oid::content};
use set_core::crypto::RustCrypto;
use set_core::msg::payment::account::PanToken;
use set_core::pkcs7::{EnvelopedData, IssuerAndSerialNumber};
use set_core::secret::{BackKey, CardExpiry, ExNonce, Pan};
use set_core::treatment::ek::Cipher;
use set_core::treatment::enc::Types;
use set_core::treatment::{
    Attached, Recipient, Signer, dd, e, eh, ek, enc, enc_b, enc_bx, enc_k, enc_x, ex, exh, h, hmac,
    l, s, so,
};

fn treatments(c: &mut Criterion) {
    let crypto = &RustCrypto;
    let (own, other) = (test_key(1024), test_key(1024));
    let signers = [Signer {
        key: &own,
        certificate: IssuerAndSerialNumber::none(),
    }];
    let recipient = Recipient {
        key: other.public_key(),
        certificate: IssuerAndSerialNumber::none(),
    };
    let t = Raw::new(OctetString::new(vec![0x5a; 1024]).unwrap()).unwrap();
    let p = PanToken {
        pan: Pan::new("4111111111111111").unwrap(),
        card_expiry: CardExpiry::new("203012").unwrap(),
        ex_nonce: ExNonce::from_octets([9; 20]),
    };
    let secret = BackKey::from_octets([3; 20]);
    let types = Types {
        tbe: content::CAP_RES_TBE,
        tbs: content::CAP_RES_DATA,
    };
    let none = Attached::none();
    let mut group = c.benchmark_group("treatment");

    group.bench_function("H", |b| b.iter(|| h::h(crypto, &t)));
    group.bench_function("HMAC", |b| {
        b.iter(|| hmac::hmac(crypto, &*t, &[3; 20]).unwrap());
    });
    group.bench_function("DD", |b| {
        b.iter(|| dd::dd(crypto, content::PI, &t).unwrap());
    });
    group.bench_function("L", |b| {
        b.iter(|| l::l::<Opaque, _, _>(crypto, &t, content::PI, &t).unwrap());
    });
    group.bench_function("S", |b| {
        b.iter(|| s::s(crypto, &signers, content::CAP_RES_DATA, &t, &none).unwrap());
    });
    group.bench_function("SO", |b| {
        b.iter(|| so::so(crypto, &signers, content::CAP_RES_DATA, t.octets(), &none).unwrap());
    });

    let sealed = e::e(crypto, &recipient, content::CAP_RES_TBE, &*t).unwrap();
    group.bench_function("E", |b| {
        b.iter(|| e::e(crypto, &recipient, content::CAP_RES_TBE, &*t).unwrap());
    });
    group.bench_function("E-open", |b| {
        b.iter(|| e::open::<OctetString>(crypto, &other, content::CAP_RES_TBE, &sealed).unwrap());
    });
    group.bench_function("EH", |b| {
        b.iter(|| eh::eh(crypto, &recipient, content::CAP_RES_TBE, &*t).unwrap());
    });
    let sealed = eh::eh(crypto, &recipient, content::CAP_RES_TBE, &*t).unwrap();
    group.bench_function("EH-open", |b| {
        b.iter(|| eh::open::<OctetString>(crypto, &other, content::CAP_RES_TBE, &sealed).unwrap());
    });

    let opens = |sealed: &EnvelopedData| {
        ex::open::<OctetString, PanToken>(crypto, &other, content::PI_UNSIGNED_TBE, sealed).unwrap()
    };
    let sealed = ex::ex(crypto, &recipient, content::PI_UNSIGNED_TBE, &t, &p).unwrap();
    group.bench_function("EX", |b| {
        b.iter(|| ex::ex(crypto, &recipient, content::PI_UNSIGNED_TBE, &t, &p).unwrap());
    });
    group.bench_function("EX-open", |b| b.iter(|| opens(&sealed)));
    group.bench_function("EXH", |b| {
        b.iter(|| exh::exh(crypto, &recipient, content::PI_UNSIGNED_TBE, &t, &p).unwrap());
    });
    let sealed = exh::exh(crypto, &recipient, content::PI_UNSIGNED_TBE, &t, &p).unwrap();
    group.bench_function("EXH-open", |b| {
        b.iter(|| {
            let content_type = content::PI_UNSIGNED_TBE;
            exh::open::<OctetString, PanToken>(crypto, &other, content_type, &sealed).unwrap()
        });
    });

    group.bench_function("EK", |b| {
        b.iter(|| ek::ek(crypto, Cipher::Des, &secret, content::CAP_RES_TBE, &*t).unwrap());
    });
    let sealed = ek::ek(crypto, Cipher::Des, &secret, content::CAP_RES_TBE, &*t).unwrap();
    group.bench_function("EK-open", |b| {
        b.iter(|| {
            let content_type = content::CAP_RES_TBE;
            ek::open::<OctetString>(crypto, Cipher::Des, &secret, content_type, &sealed).unwrap()
        });
    });
    group.bench_function("EK-CDMF", |b| {
        b.iter(|| ek::ek(crypto, Cipher::Cdmf, &secret, content::CAP_RES_TBE, &*t).unwrap());
    });
    group.bench_function("Enc", |b| {
        b.iter(|| enc::enc(crypto, &signers, &recipient, types, &t, &none).unwrap());
    });
    group.bench_function("EncB", |b| {
        b.iter(|| {
            let baggage = content::PI;
            enc_b::enc_b::<Opaque, _, _>(
                crypto, &signers, &recipient, types, &t, baggage, &t, &none,
            )
            .unwrap()
        });
    });
    group.bench_function("EncK", |b| {
        b.iter(|| enc_k::enc_k(crypto, Cipher::Des, &secret, &signers, types, &t, &none).unwrap());
    });
    group.bench_function("EncX", |b| {
        b.iter(|| enc_x::enc_x(crypto, &signers, &recipient, types, &t, &p, &none).unwrap());
    });
    group.bench_function("EncBX", |b| {
        b.iter(|| {
            let baggage = content::PI;
            enc_bx::enc_bx::<Opaque, _, _, _>(
                crypto, &signers, &recipient, types, &t, baggage, &t, &p, &none,
            )
            .unwrap()
        });
    });
    group.finish();
}

criterion_group!(benches, treatments);
criterion_main!(benches);
