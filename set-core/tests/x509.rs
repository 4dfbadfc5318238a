//! Certificates as they are parsed, built, and named by thumbprints.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use der::asn1::ObjectIdentifier;
use set_core::asn1::{self, Raw, SeqOf, oid};
use set_core::crypto::{CryptoProvider, KeyRules, RustCrypto};
use set_core::pkcs7::AlgorithmIdentifier;
use set_core::x509::build::{EntityKey, Profile, issue};
use set_core::x509::certificate::{SignedCertificate, TbsCertificate};
use set_core::x509::ext::{CertificateType, KeyUsage};
use set_core::x509::extension::{Extension, Extensions};
use set_core::x509::{Certificate, Crl, X509Error, thumbs};
use set_testkit::hierarchy::{altered, brand_name, contents, hierarchy, merchant_data};
use set_testkit::keys::rsa_1024;

fn merchant() -> &'static Certificate {
    &hierarchy().merchant_signature.certificate
}

/// What the parser says of the merchant's certificate with something altered.
fn refused(alter: impl FnOnce(&mut TbsCertificate)) -> X509Error {
    altered(merchant(), &hierarchy().mca.cert_signing.key, alter).unwrap_err()
}

fn change(tbs: &mut TbsCertificate, alter: impl FnOnce(Vec<Extension>) -> Vec<Extension>) {
    tbs.extensions = Extensions::new(alter(tbs.extensions.clone().into_vec())).unwrap();
}

fn without(tbs: &mut TbsCertificate, extn_id: ObjectIdentifier) {
    change(tbs, |mut extensions| {
        extensions.retain(|extension| extension.extn_id != extn_id);
        extensions
    });
}

#[test]
fn a_parsed_certificate_keeps_its_octets_and_says_what_the_profile_asks() {
    let certificate = merchant();
    let again = Certificate::parse(certificate.octets(), &KeyRules::default()).unwrap();
    assert_eq!(again, *certificate);
    let extensions = again.extensions();
    assert_eq!(extensions.certificate_type, CertificateType::MER);
    assert_eq!(extensions.key_usage, KeyUsage::DIGITAL_SIGNATURE);
    assert_eq!(extensions.merchant_data, Some(merchant_data().unwrap()));
    assert!(extensions.private_key_usage_period.is_some());
    assert!(extensions.unknown_critical.is_empty());
    let tbs = asn1::encode(&again.wire().to_be_signed).unwrap();
    assert_eq!(tbs, again.tbs_octets());
    assert_eq!(
        *again.thumbprint(&RustCrypto).as_octets(),
        RustCrypto.sha1(&[&tbs])
    );
}

#[test]
fn the_extensions_of_every_certificate_must_be_there_and_critical() {
    for (extn_id, name) in [
        (oid::extension::KEY_USAGE, "keyUsage"),
        (oid::extension::CERTIFICATE_POLICIES, "certificatePolicies"),
        (oid::extension::BASIC_CONSTRAINTS, "basicConstraints"),
        (oid::extension::CERTIFICATE_TYPE, "CertificateType"),
    ] {
        let error = refused(|tbs| without(tbs, extn_id));
        assert_eq!(error, X509Error::MissingExtension(name));
        let error = refused(|tbs| {
            change(tbs, |mut extensions| {
                for extension in &mut extensions {
                    extension.critical &= extension.extn_id != extn_id;
                }
                extensions
            });
        });
        assert_eq!(error, X509Error::NotCritical(name));
    }
}

#[test]
fn doubled_and_malformed_extensions_are_refused() {
    let error = refused(|tbs| {
        change(tbs, |mut extensions| {
            extensions.push(extensions.first().unwrap().clone());
            extensions
        });
    });
    assert!(matches!(error, X509Error::DuplicateExtension(_)));
    let error = refused(|tbs| {
        without(tbs, oid::extension::MERCHANT_DATA);
        change(tbs, |mut extensions| {
            extensions.push(Extension::of(oid::extension::MERCHANT_DATA, false, &true).unwrap());
            extensions
        });
    });
    assert!(matches!(
        error,
        X509Error::Extension {
            name: "MerchantData",
            ..
        }
    ));
}

#[test]
fn other_algorithms_reversed_validities_and_nameless_parties_are_refused() {
    let error = refused(|tbs| {
        tbs.signature = AlgorithmIdentifier::with_null(oid::algorithm::RSA_ENCRYPTION).unwrap();
    });
    assert_eq!(error, X509Error::Algorithm);
    let error = refused(|tbs| tbs.validity.not_after = merchant().not_before().minus(1).into());
    assert_eq!(error, X509Error::Validity);
    let error = refused(|tbs| tbs.subject = set_core::pkcs7::Name::empty());
    assert!(matches!(error, X509Error::Name(_)));
}

#[test]
fn the_outer_algorithm_must_be_the_inner_one() {
    let wire = merchant().wire();
    let octets = asn1::encode(&SignedCertificate {
        to_be_signed: Raw::new(wire.to_be_signed.clone().into_value()).unwrap(),
        signature_algorithm: AlgorithmIdentifier::sha1().unwrap(),
        signature: wire.signature.clone(),
    })
    .unwrap();
    assert_eq!(
        Certificate::parse(&octets, &KeyRules::default()).unwrap_err(),
        X509Error::Algorithm
    );
}

#[test]
fn a_key_below_the_rules_is_refused() {
    let rules = KeyRules {
        min_bits: 2048,
        max_bits: 4096,
    };
    let error = Certificate::parse(merchant().octets(), &rules).unwrap_err();
    assert!(matches!(error, X509Error::Key(_)));
}

#[test]
fn only_a_certificate_signer_with_its_own_key_issues() {
    let brand = hierarchy();
    let key = rsa_1024(31).unwrap();
    let data = merchant_data().unwrap();
    let profile = Profile::Merchant {
        key: EntityKey::Signature,
        data,
    };
    let contents = contents(1, brand_name(None).unwrap(), &key, profile).unwrap();
    let ca = &brand.mca;
    let wrong_key = issue(
        &contents,
        &ca.cert_signing.certificate,
        &ca.crl_signing.key,
        &RustCrypto,
    );
    assert_eq!(wrong_key.unwrap_err(), X509Error::WrongKey);
    let wrong_certificate = issue(
        &contents,
        &ca.crl_signing.certificate,
        &ca.crl_signing.key,
        &RustCrypto,
    );
    assert_eq!(
        wrong_certificate.unwrap_err(),
        X509Error::SignerUsage("certificate")
    );
}

#[test]
fn a_crl_tells_what_is_revoked_and_any_altered_octet_spoils_it() {
    let crl = &hierarchy().mca.crl;
    assert_eq!(crl.number(), 1);
    assert_eq!(crl.revoked_since(merchant().serial_number()), None);
    let key = hierarchy().mca.crl_signing.certificate.public_key();
    assert_eq!(crl.verify_signature(key, &RustCrypto), Ok(()));
    for place in 0..crl.octets().len() {
        let mut octets = crl.octets().to_vec();
        *octets.get_mut(place).unwrap() ^= 1 << (place % 8);
        if let Ok(crl) = Crl::parse(&octets) {
            assert!(crl.verify_signature(key, &RustCrypto).is_err(), "{place}");
        }
    }
}

#[test]
fn a_response_leaves_out_what_the_requester_holds() {
    let brand = hierarchy();
    let certificates = brand.certificates();
    let (held, lacking) = certificates.split_at(3);
    let all = thumbs::to_send(
        None,
        &certificates,
        &brand.crls,
        Some(&brand.bci),
        &RustCrypto,
    );
    assert_eq!(all.certificates, certificates);
    assert_eq!(all.crls, brand.crls);
    assert!(all.bci.is_some());
    let bcis = [brand.bci.clone()];
    let request = thumbs::thumbs_of(held, &brand.crls, &bcis, &RustCrypto).unwrap();
    let rest = thumbs::to_send(
        request.as_ref(),
        &certificates,
        &brand.crls,
        Some(&brand.bci),
        &RustCrypto,
    );
    assert_eq!(rest.certificates, lacking);
    assert!(rest.crls.is_empty());
    assert!(rest.bci.is_none());
    assert_eq!(thumbs::thumbs_of(&[], &[], &[], &RustCrypto).unwrap(), None);
}

#[test]
fn the_list_is_sent_again_to_who_still_holds_an_older_one() {
    let brand = hierarchy();
    let bcis = [brand.bci.clone()];
    let mut request = thumbs::thumbs_of(&[], &[], &bcis, &RustCrypto)
        .unwrap()
        .unwrap();
    let older = set_core::pkcs7::Digest::new([9; 20]);
    let current = brand.bci.thumbprint(&RustCrypto);
    request.brand_crl_id_thumbs = Some(SeqOf::new(vec![older, current]).unwrap());
    let sent = |request: &set_core::msg::thumbs::Thumbs| {
        thumbs::to_send(Some(request), &[], &[], Some(&brand.bci), &RustCrypto)
            .bci
            .is_some()
    };
    assert!(sent(&request));
    request.brand_crl_id_thumbs = Some(SeqOf::new(vec![current]).unwrap());
    assert!(!sent(&request));
}
