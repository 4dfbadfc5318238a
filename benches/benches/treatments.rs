//! Each treatment over 1 KiB, made and undone.
//!
//! `-open` takes the content out of an envelope and, where there is baggage, checks its digest.
//! A signature found in it is not verified by that: `S-verify` and `SO-verify` say what it costs.
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that fails has nothing to measure"
)]

use benches::test_key;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use der::asn1::{ObjectIdentifier, OctetString};
use set_core::asn1::{Opaque, Raw, SeqOf, oid::content};
use set_core::crypto::{PrivateKey, RustCrypto};
use set_core::msg::payment::account::PanToken;
use set_core::pkcs7::{DetachedDigest, EnvelopedData, IssuerAndSerialNumber, SignedData};
use set_core::secret::{BackKey, CardExpiry, ExNonce, Pan};
use set_core::treatment::ek::{self, Cipher};
use set_core::treatment::enc::Types;
use set_core::treatment::{
    Attached, Recipient, Signer, dd, e, eh, enc, enc_b, enc_bx, enc_k, enc_x, ex, exh, h, hmac, l,
    s, so,
};

fn treatments(c: &mut Criterion) {
    let (own, other) = (test_key(1024), test_key(1024));
    let work = Work {
        signers: [Signer {
            key: &own,
            certificate: IssuerAndSerialNumber::none(),
        }],
        recipient: Recipient {
            key: other.public_key(),
            certificate: IssuerAndSerialNumber::none(),
        },
        key: &other,
        secret: BackKey::from_octets([3; 20]),
        t: Raw::new(OctetString::new(vec![0x5a; 1024]).unwrap()).unwrap(),
        p: PanToken {
            pan: Pan::new("4111111111111111").unwrap(),
            card_expiry: CardExpiry::new("203012").unwrap(),
            ex_nonce: ExNonce::from_octets([9; 20]),
        },
        none: Attached::none(),
    };
    let mut group = c.benchmark_group("treatment");
    work.digests(&mut group);
    work.signatures(&mut group);
    work.envelopes(&mut group);
    work.envelopes_with_parameter(&mut group);
    work.shared_key(&mut group);
    work.signed_envelopes(&mut group);
    work.signed_envelopes_with_parameter(&mut group);
    group.finish();
}

/// The operands.
struct Work<'a> {
    signers: [Signer<'a>; 1],
    recipient: Recipient<'a>,
    key: &'a PrivateKey,
    secret: BackKey,
    t: Raw<OctetString>,
    p: PanToken,
    none: Attached,
}

type Group<'a> = BenchmarkGroup<'a, WallTime>;

/// A linkage of any two types.
type Link = SeqOf<Opaque, 0>;

impl Work<'_> {
    fn digests(&self, group: &mut Group<'_>) {
        let t = &self.t;
        group.bench_function("H", |b| b.iter(|| h::h(CRYPTO, t)));
        group.bench_function("HMAC", |b| {
            b.iter(|| hmac::hmac(CRYPTO, &**t, &[3; 20]).unwrap());
        });
        let dd = || dd::dd(CRYPTO, BAGGAGE, t).unwrap();
        group.bench_function("DD", |b| b.iter(dd));
        let digest = dd();
        group.bench_function("DD-check", |b| {
            b.iter(|| dd::check(CRYPTO, &digest, BAGGAGE, t).unwrap());
        });
        let l = || l::l::<Link, _, _>(CRYPTO, t, BAGGAGE, t).unwrap();
        group.bench_function("L", |b| b.iter(l));
        let link = l();
        group.bench_function("L-check", |b| b.iter(|| self.check_baggage(&link)));
    }

    fn signatures(&self, group: &mut Group<'_>) {
        let Self { signers, t, .. } = self;
        let s = || s::s(CRYPTO, signers, TYPES.tbs, t, &self.none).unwrap();
        group.bench_function("S", |b| b.iter(s));
        let signed = s();
        group.bench_function("S-verify", |b| {
            b.iter(|| {
                let content: Raw<OctetString> = s::unverified(&signed, TYPES.tbs).unwrap();
                self.verify(&signed, content.octets());
            });
        });
        let so = || so::so(CRYPTO, signers, TYPES.tbs, t.octets(), &self.none).unwrap();
        group.bench_function("SO", |b| b.iter(so));
        let signed = so();
        group.bench_function("SO-verify", |b| {
            b.iter(|| self.verify(&signed, t.octets()));
        });
    }

    fn envelopes(&self, group: &mut Group<'_>) {
        let Self { recipient, t, .. } = self;
        let e = || e::e(CRYPTO, recipient, TYPES.tbe, &**t).unwrap();
        group.bench_function("E", |b| b.iter(e));
        let sealed = e();
        group.bench_function("E-open", |b| {
            b.iter(|| e::open::<OctetString>(CRYPTO, self.key, TYPES.tbe, &sealed).unwrap());
        });
        let eh = || eh::eh(CRYPTO, recipient, TYPES.tbe, &**t).unwrap();
        group.bench_function("EH", |b| b.iter(eh));
        let sealed = eh();
        group.bench_function("EH-open", |b| {
            b.iter(|| eh::open::<OctetString>(CRYPTO, self.key, TYPES.tbe, &sealed).unwrap());
        });
    }

    fn envelopes_with_parameter(&self, group: &mut Group<'_>) {
        const TYPE: ObjectIdentifier = content::PI_UNSIGNED_TBE;
        let Self {
            recipient, t, p, ..
        } = self;
        let ex = || ex::ex(CRYPTO, recipient, TYPE, t, p).unwrap();
        group.bench_function("EX", |b| b.iter(ex));
        let sealed = ex();
        group.bench_function("EX-open", |b| {
            b.iter(|| ex::open::<OctetString, PanToken>(CRYPTO, self.key, TYPE, &sealed).unwrap());
        });
        let exh = || exh::exh(CRYPTO, recipient, TYPE, t, p).unwrap();
        group.bench_function("EXH", |b| b.iter(exh));
        let sealed = exh();
        group.bench_function("EXH-open", |b| {
            b.iter(|| exh::open::<OctetString, PanToken>(CRYPTO, self.key, TYPE, &sealed).unwrap());
        });
    }

    fn shared_key(&self, group: &mut Group<'_>) {
        let Self { secret, t, .. } = self;
        for (name, cipher) in [("EK", Cipher::Des), ("EK-CDMF", Cipher::Cdmf)] {
            let ek = || ek::ek(CRYPTO, cipher, secret, TYPES.tbe, &**t).unwrap();
            group.bench_function(name, |b| b.iter(ek));
            let sealed = ek();
            group.bench_function(format!("{name}-open"), |b| {
                b.iter(|| {
                    ek::open::<OctetString>(CRYPTO, cipher, secret, TYPES.tbe, &sealed).unwrap()
                });
            });
        }
        let cipher = Cipher::Des;
        let enc_k =
            || enc_k::enc_k(CRYPTO, cipher, secret, &self.signers, TYPES, t, &self.none).unwrap();
        group.bench_function("EncK", |b| b.iter(enc_k));
        let sealed = enc_k();
        group.bench_function("EncK-open", |b| {
            b.iter(|| enc_k::open(CRYPTO, cipher, secret, TYPES, &sealed).unwrap());
        });
    }

    fn signed_envelopes(&self, group: &mut Group<'_>) {
        let Self {
            signers,
            recipient,
            t,
            none,
            ..
        } = self;
        let enc = || enc::enc(CRYPTO, signers, recipient, TYPES, t, none).unwrap();
        group.bench_function("Enc", |b| b.iter(enc));
        let sealed = enc();
        let open = |sealed: &EnvelopedData| enc::open(CRYPTO, self.key, TYPES, sealed).unwrap();
        group.bench_function("Enc-open", |b| b.iter(|| open(&sealed)));

        let enc_b = || {
            enc_b::enc_b::<Link, _, _>(CRYPTO, signers, recipient, TYPES, t, BAGGAGE, t, none)
                .unwrap()
        };
        group.bench_function("EncB", |b| b.iter(enc_b));
        let sealed = enc_b();
        group.bench_function("EncB-open", |b| {
            b.iter(|| {
                let signed = open(&sealed);
                self.check_baggage(&s::unverified(&signed, TYPES.tbs).unwrap());
                signed
            });
        });
    }

    fn signed_envelopes_with_parameter(&self, group: &mut Group<'_>) {
        let Self {
            signers,
            recipient,
            t,
            p,
            none,
            ..
        } = self;
        let enc_x = || enc_x::enc_x(CRYPTO, signers, recipient, TYPES, t, p, none).unwrap();
        group.bench_function("EncX", |b| b.iter(enc_x));
        let sealed = enc_x();
        group.bench_function("EncX-open", |b| {
            b.iter(|| {
                enc_x::open::<OctetString, PanToken>(CRYPTO, self.key, TYPES, &sealed).unwrap()
            });
        });

        let enc_bx = || {
            enc_bx::enc_bx::<Link, _, _, _>(
                CRYPTO, signers, recipient, TYPES, t, BAGGAGE, t, p, none,
            )
            .unwrap()
        };
        group.bench_function("EncBX", |b| b.iter(enc_bx));
        let sealed = enc_bx();
        group.bench_function("EncBX-open", |b| {
            b.iter(|| {
                let opened =
                    enc_x::open::<Link, PanToken>(CRYPTO, self.key, TYPES, &sealed).unwrap();
                self.check_baggage(&opened.t);
                opened
            });
        });
    }

    /// The baggage, which is t again, against the digest in the linkage.
    fn check_baggage(&self, link: &Raw<Link>) {
        let digest: DetachedDigest = link.get(1).unwrap().decode_as().unwrap();
        dd::check(CRYPTO, &digest, BAGGAGE, &self.t).unwrap();
    }

    fn verify(&self, signed: &SignedData, octets: &[u8]) {
        let [signer] = &self.signers;
        let (certificate, key) = (&signer.certificate, signer.key.public_key());
        so::verify_with_key(CRYPTO, signed, TYPES.tbs, octets, certificate, key).unwrap();
    }
}

const CRYPTO: &RustCrypto = &RustCrypto;

const BAGGAGE: ObjectIdentifier = content::PI;

const TYPES: Types = Types {
    tbe: content::CAP_RES_TBE,
    tbs: content::CAP_RES_DATA,
};

criterion_group!(benches, treatments);
criterion_main!(benches);
