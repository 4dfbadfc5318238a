//! Rule 1: signatures, and the root.

use set_core::x509::Certificate;
use set_testkit::hierarchy::{forged, forged_signature, hierarchy};
use set_testkit::keys::rsa_2048;

use super::draft::{Draft, Verdict};
use super::line::{Level, Line};
use crate::rig::spare_key;

pub(crate) fn drafts() -> Vec<Draft> {
    let mut all = vec![Line::honest().accept("signature-honest", "An honest chain.")];
    for level in Level::ALL {
        let name = level.name();
        let honest = &level.honest().certificate;
        let mut put = |id: &str, what: &str, certificate: &Certificate| {
            let line = Line::honest().put(level, certificate.octets().to_vec());
            let id = format!("signature-{name}-{id}");
            all.push(line.refuse(&id, &format!("The {name}'s {what}"), "signature", level));
        };
        put(
            "last-octet",
            "signature differs in its last bit.",
            &forged_signature(honest).unwrap(),
        );
        let longer = forged(honest, |tbs| {
            tbs.validity.not_after = honest.not_after().plus(1).into();
        });
        put(
            "contents",
            "contents were altered after they were signed.",
            &longer.unwrap(),
        );
        for (id, octets, what) in [
            ("zero", vec![0; 128], "signature is zero."),
            ("empty", Vec::new(), "signature is empty."),
            (
                "too-large",
                vec![0xff; 256],
                "signature is not below the modulus.",
            ),
        ] {
            put(id, what, &signed_with(honest, &octets));
        }
        let key = match level {
            Level::Root => rsa_2048(1).unwrap(),
            _ => spare_key(0),
        };
        let line = Line::honest().alter_under(level, &key, |_| ());
        let what = format!("The {name}'s certificate is signed with a key of nobody in the chain.");
        all.push(line.refuse(
            &format!("signature-{name}-other-key"),
            &what,
            "signature",
            level,
        ));
    }
    all.extend(roots());
    all
}

/// The certificate with another signature.
fn signed_with(certificate: &Certificate, signature: &[u8]) -> Certificate {
    let mut wire = certificate.wire().clone();
    wire.signature = der::asn1::BitString::from_bytes(signature).unwrap();
    let octets = set_core::asn1::encode(&wire).unwrap();
    Certificate::parse(&octets, &Default::default()).unwrap()
}

fn roots() -> Vec<Draft> {
    let all = hierarchy();
    let root = &all.root.certificate;
    vec![
        Line::honest().roots(Vec::new()).with(&[root]).refuse(
            "root-not-trusted",
            "The root came with the chain, and nobody installed it.",
            "untrustedRoot",
            Level::Root,
        ),
        Line::honest().roots(Vec::new()).draft(
            "root-missing",
            "The root is nowhere.",
            Verdict::blame("missing", root),
        ),
        Line::honest().without(Level::MerchantCa).refuse(
            "merchant-ca-missing",
            "The merchant CA's certificate is nowhere; authorityKeyIdentifier says which it is.",
            "missing",
            Level::MerchantCa,
        ),
        Line::honest().without(Level::BrandCa).refuse(
            "brand-ca-missing",
            "The brand CA's certificate is nowhere.",
            "missing",
            Level::BrandCa,
        ),
        Line::honest().with(&[root, root]).accept(
            "root-sent-along",
            "The trusted root came with the chain as well, twice.",
        ),
    ]
}
