//! The rules of the profile, each kept and each broken.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod extensions;
mod issue;

use std::collections::BTreeSet;

use der::asn1::{Any, BitString, ObjectIdentifier};
use der::{Decode, Encode};
use set_core::asn1::{self, Raw, SeqOf};
use set_core::crypto::{CryptoProvider, PrivateKey};
use set_core::pkcs7::SerialNumber;
use set_core::x509::certificate::{SignedCertificate, TbsCertificate};
use set_core::x509::ext::AuthorityKeyIdentifier;
use set_core::x509::extension::Extension;
use set_core::x509::lint::{self, RULES, Severity};
use set_core::x509::{Certificate, SetName};
use set_testkit::Deterministic;
use set_testkit::clock::noon;
use set_testkit::hierarchy::{Issued, brand_name, hierarchy};
use set_testkit::keys;

/// What is wrong with a certificate: the rules that object, by severity.
fn objections(octets: &[u8], issuer: Option<&Certificate>) -> Vec<(&'static str, Severity)> {
    let provider = Deterministic::seeded(0);
    lint::lint(octets, issuer.map(Certificate::octets), &provider)
        .into_iter()
        .map(|finding| (finding.rule, finding.severity))
        .collect()
}

fn errors(octets: &[u8], issuer: Option<&Certificate>) -> BTreeSet<&'static str> {
    let objections = objections(octets, issuer);
    let errors = objections
        .into_iter()
        .filter(|(_, severity)| *severity == Severity::Error);
    errors.map(|(rule, _)| rule).collect()
}

/// A certificate of the test hierarchy, altered and signed anew by its issuer.
fn altered(
    certificate: &Issued,
    issuer: &Issued,
    alter: impl FnOnce(&mut TbsCertificate),
) -> Vec<u8> {
    let mut tbs = certificate
        .certificate
        .wire()
        .to_be_signed
        .clone()
        .into_value();
    alter(&mut tbs);
    signed(&Raw::new(tbs).unwrap(), &issuer.key)
}

fn signed(tbs: &Raw<TbsCertificate>, key: &PrivateKey) -> Vec<u8> {
    let algorithm = tbs.signature.clone();
    asn1::encode(&SignedCertificate {
        to_be_signed: tbs.clone(),
        signature_algorithm: algorithm,
        signature: signature(tbs.octets(), key),
    })
    .unwrap()
}

fn signature(octets: &[u8], key: &PrivateKey) -> BitString {
    let provider = Deterministic::seeded(0);
    let digest = provider.sha1(&[octets]);
    BitString::from_bytes(&key.sign_sha1(&provider, &digest).unwrap()).unwrap()
}

/// A certificate whose tbsCertificate is altered as octets.
fn altered_octets(certificate: &Issued, issuer: &Issued, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let tbs = certificate.certificate.tbs_octets();
    let place = tbs
        .windows(from.len())
        .position(|window| window == from)
        .unwrap();
    let mut tbs = tbs.to_vec();
    tbs[place..place + from.len()].copy_from_slice(to);
    #[derive(der::Sequence)]
    struct Outer {
        tbs: Any,
        algorithm: Any,
        signature: BitString,
    }
    let outer = Outer::from_der(certificate.certificate.octets()).unwrap();
    Outer {
        signature: signature(&tbs, &issuer.key),
        tbs: Any::from_der(&tbs).unwrap(),
        algorithm: outer.algorithm,
    }
    .to_der()
    .unwrap()
}

/// Replaces, adds or (with none) takes out an extension.
fn set_extension(tbs: &mut TbsCertificate, id: ObjectIdentifier, with: Option<Extension>) {
    let mut all: Vec<Extension> = tbs.extensions.to_vec();
    match (all.iter().position(|one| one.extn_id == id), with) {
        (Some(place), Some(new)) => all[place] = new,
        (Some(place), None) => drop(all.remove(place)),
        (None, Some(new)) => all.push(new),
        (None, None) => {}
    }
    tbs.extensions = SeqOf::new(all).unwrap();
}

fn extension<T: asn1::Wire>(id: ObjectIdentifier, critical: bool, value: &T) -> Option<Extension> {
    Some(Extension::of(id, critical, value).unwrap())
}

type Change = fn(&mut TbsCertificate);

/// Each rule that an alteration breaks, besides what `also` names.
fn breaks(certificate: &Issued, issuer: &Issued, rules: &[&str], change: Change) {
    let octets = altered(certificate, issuer, change);
    let found = errors(&octets, Some(&issuer.certificate));
    assert_eq!(found, rules.iter().copied().collect(), "expected {rules:?}");
}

#[test]
fn every_certificate_of_a_proper_hierarchy_passes_every_rule() {
    let all = hierarchy();
    let root = &all.root.certificate;
    assert_eq!(objections(root.octets(), Some(root)), []);
    let everybody = all.certificates();
    for certificate in &everybody {
        let issuer = everybody.iter().chain([root]).find(|issuer| {
            issuer.subject() == certificate.issuer()
                && certificate
                    .extensions()
                    .authority_key_identifier
                    .as_ref()
                    .and_then(AuthorityKeyIdentifier::signer)
                    .is_some_and(|named| named == *issuer.issuer_and_serial_number())
        });
        let found = objections(certificate.octets(), issuer);
        assert_eq!(found, [], "{certificate:?}");
    }
}

#[test]
fn every_rule_has_its_own_name_and_says_what_the_profile_wants() {
    let names: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(names.len(), RULES.len());
    assert!(RULES.iter().all(|rule| rule.clause.len() > 10));
}

#[test]
fn what_is_no_certificate_is_said_to_be_none() {
    assert_eq!(objections(b"", None), [("encoding", Severity::Error)]);
    assert_eq!(
        objections(&[0x30, 0x80, 0, 0], None),
        [("encoding", Severity::Error)]
    );
    let good = hierarchy().brand_ca.certificate.octets();
    for end in 0..good.len() {
        assert_eq!(errors(&good[..end], None), BTreeSet::from(["encoding"]));
    }
}

#[test]
fn version_serial_number_and_algorithm_are_looked_at() {
    let all = hierarchy();
    let (ca, root) = (&all.brand_ca, &all.root);
    let check = |octets: Vec<u8>, rules: &[&str]| {
        let found = errors(&octets, Some(&root.certificate));
        assert_eq!(found, rules.iter().copied().collect());
    };
    let v1 = altered_octets(ca, root, &[0xa0, 3, 2, 1, 2], &[0xa0, 3, 2, 1, 1]);
    check(v1, &["version", "encoding"]);
    let negative = altered_octets(ca, root, &[2, 1, 100], &[2, 1, 200]);
    check(negative, &["serial-number", "encoding"]);
    let zero = altered(ca, root, |tbs| tbs.serial_number = SerialNumber::zero());
    let found = objections(&zero, Some(&root.certificate));
    assert_eq!(found, [("serial-number", Severity::Warning)]);
    let sha256 = [42, 134, 72, 134, 247, 13, 1, 1, 11];
    let other = altered_octets(ca, root, &[42, 134, 72, 134, 247, 13, 1, 1, 5], &sha256);
    check(other, &["signature-algorithm", "encoding"]);
}

#[test]
fn a_signature_by_another_key_is_found() {
    let all = hierarchy();
    let octets = altered(&all.cardholder, &all.mca.cert_signing, |_| {});
    let found = errors(&octets, Some(&all.cca.cert_signing.certificate));
    assert_eq!(found, BTreeSet::from(["signature"]));
}

#[test]
fn names_have_the_form_of_their_entity() {
    let all = hierarchy();
    let cca = &all.cca.cert_signing;
    breaks(&all.cardholder, cca, &["subject-name"], |tbs| {
        let name = SetName::new("US", "Orchard").unwrap();
        tbs.subject = name.with_unit("First Bank").unwrap().to_name().unwrap();
    });
    breaks(&all.cardholder, cca, &["cardholder-id"], |tbs| {
        let name = brand_name(Some("First Bank")).unwrap();
        let name = name.with_common_name("4111111111111111").unwrap();
        tbs.subject = name.to_name().unwrap();
    });
    breaks(&all.cardholder, cca, &["subject-name"], |tbs| {
        let id = SetName::parse(&tbs.subject).unwrap();
        let name = SetName::new("FR", "Orchard")
            .unwrap()
            .with_unit("First Bank")
            .unwrap();
        let name = name.with_common_name(id.common_name().unwrap()).unwrap();
        tbs.subject = name.to_name().unwrap();
    });
    breaks(
        &all.merchant_signature,
        &all.mca.cert_signing,
        &["brand"],
        |tbs| {
            let name = SetName::new("US", "Cherry")
                .unwrap()
                .with_unit("Merchant Bank")
                .unwrap();
            tbs.subject = name
                .with_common_name("Corner Books")
                .unwrap()
                .to_name()
                .unwrap();
        },
    );
    breaks(&all.brand_ca, &all.root, &["subject-name"], |tbs| {
        tbs.subject = brand_name(Some("a unit")).unwrap().to_name().unwrap();
    });
    breaks(
        &all.root,
        &all.root,
        &["basic-constraints", "certificate-type", "subject-name"],
        |tbs| {
            tbs.subject = brand_name(None).unwrap().to_name().unwrap();
        },
    );
    breaks(&all.brand_ca, &all.root, &["issuer-name"], |tbs| {
        tbs.issuer = brand_name(Some("Another Root")).unwrap().to_name().unwrap();
    });
    // A UTF8String of the same octets.
    let odd = altered_octets(
        &all.brand_ca,
        &all.root,
        b"\x13\x07Orchard",
        b"\x0c\x07Orchard",
    );
    let found = errors(&odd, Some(&all.root.certificate));
    assert_eq!(found, BTreeSet::from(["subject-name"]));
}

#[test]
fn the_validity_is_ordered_and_inside_of_the_issuers() {
    let all = hierarchy();
    let mca = &all.mca.cert_signing;
    let shop = &all.merchant_encryption;
    breaks(shop, mca, &["validity", "encoding"], |tbs| {
        tbs.validity.not_after = noon().minus(31 * DAY).into();
    });
    breaks(shop, mca, &["validity-nesting"], |tbs| {
        tbs.validity.not_after = noon().plus(366 * DAY).into();
    });
    breaks(shop, mca, &["validity-nesting"], |tbs| {
        tbs.validity.not_before = noon().minus(31 * DAY).into();
    });
}

#[test]
fn keys_are_of_the_right_kind_and_size_and_hard_to_factor() {
    let all = hierarchy();
    let mca = &all.mca.cert_signing;
    let shop = &all.merchant_encryption;
    let modulus = shop.certificate.public_key().modulus().to_vec();
    let with = |alter: &dyn Fn(&mut Vec<u8>)| {
        let mut other = modulus.clone();
        alter(&mut other);
        errors(
            &altered_octets(shop, mca, &modulus, &other),
            Some(&mca.certificate),
        )
    };
    let even = with(&|modulus| *modulus.last_mut().unwrap() &= 0xfe);
    assert_eq!(even, BTreeSet::from(["encoding", "modulus", "public-key"]));
    let multiple = with(&|modulus| {
        // 3 divides a number whose octets add up to a multiple of 3, as 256 is one above.
        let sum: u32 = modulus.iter().map(|octet| u32::from(*octet)).sum();
        let place = modulus.iter().position(|octet| *octet < 250).unwrap();
        modulus[place] += u8::try_from(3 - sum % 3).unwrap();
    });
    assert_eq!(multiple, BTreeSet::from(["modulus"]));
    let exponent = altered_octets(shop, mca, &[2, 3, 1, 0, 1], &[2, 3, 1, 0, 3]);
    let found = objections(&exponent, Some(&mca.certificate));
    assert_eq!(found, [("public-key", Severity::Warning)]);
    breaks(&all.root, &all.root, &["public-key"], |tbs| {
        let small = keys::rsa_1024(0).unwrap();
        let info = set_core::x509::spki::SubjectPublicKeyInfo::of(small.public_key());
        tbs.subject_public_key_info = info.unwrap();
    });
}

/// In seconds.
const DAY: u64 = 86_400;
