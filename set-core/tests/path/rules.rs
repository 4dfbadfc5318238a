//! Each rule of chain validation, broken and kept.

use set_core::asn1::{Opaque, SeqOf, oid};
use set_core::crypto::PrivateKey;
use set_core::msg::error::ErrorCode;
use set_core::path::{Purpose, Rule, TrustStore};
use set_core::x509::build::{CaKey, Profile, issue, self_sign};
use set_core::x509::crl::CrlContents;
use set_core::x509::ext::{BasicConstraints, CertificateType};
use set_core::x509::extension::Extension;
use set_core::x509::{BrandCrlIdentifier, Certificate, SetName};
use set_testkit::Deterministic;
use set_testkit::clock::noon;
use set_testkit::hierarchy::{
    DAY, Issued, altered, bci_contents, brand_name, contents, crl_contents, hierarchy,
};
use set_testkit::keys::rsa_1024;

use crate::rig::{
    Holdings, altered_merchant, certify, merchant, merchant_profile, sign_bci, sign_crl, spare_key,
    with_extension,
};

#[test]
fn every_certificate_of_the_brand_verifies_for_its_purpose() {
    let brand = hierarchy();
    let holdings = Holdings::all();
    for (issued, purpose) in [
        (&brand.cardholder, Purpose::CardholderSignature),
        (&brand.merchant_signature, Purpose::MerchantSignature),
        (&brand.merchant_encryption, Purpose::MerchantEncryption),
        (&brand.gateway_signature, Purpose::GatewaySignature),
        (&brand.gateway_encryption, Purpose::GatewayEncryption),
        (&brand.cca.message_signing, Purpose::CardholderCaSignature),
        (&brand.cca.encryption, Purpose::CardholderCaEncryption),
        (&brand.mca.message_signing, Purpose::MerchantCaSignature),
        (&brand.pca.encryption, Purpose::GatewayCaEncryption),
        (&brand.brand_ca, Purpose::BrandCaCrl),
    ] {
        let wanted = brand.brand_ca.certificate.subject_name().unwrap().brand();
        let proof = holdings
            .verify_brand(&issued.certificate, purpose, Some(&wanted))
            .unwrap_or_else(|error| panic!("{purpose:?}: {error}"));
        assert_eq!(*proof.certificate(), issued.certificate);
        assert_eq!(proof.chain().last(), Some(&brand.root.certificate));
        assert_eq!(proof.brand(), Some(&wanted));
    }
}

#[test]
fn rule_1_a_certificate_that_its_issuer_did_not_sign_is_refused() {
    let forged = altered(merchant(), &spare_key(0), |_| ()).unwrap();
    let (rule, culprit) = Holdings::all().refused(&forged);
    assert_eq!(rule, Rule::Signature);
    assert_eq!(culprit, *forged.serial_number());
}

#[test]
fn rule_1_a_root_that_nobody_installed_is_refused() {
    let brand = hierarchy();
    let mut holdings = Holdings::all().with(&brand.root.certificate);
    holdings.roots = TrustStore::default();
    assert_eq!(holdings.rule(merchant()), Rule::UntrustedRoot);
    let mut holdings = Holdings::all();
    holdings.roots = TrustStore::default();
    let error = holdings
        .verify(merchant(), Purpose::MerchantSignature)
        .unwrap_err();
    assert_eq!(error.rule, Rule::Missing);
    assert_eq!(error.code(), ErrorCode::MissingCertificate);
}

#[test]
fn rule_1_a_missing_ca_certificate_is_named() {
    let brand = hierarchy();
    let ca = &brand.mca.cert_signing.certificate;
    let error = Holdings::all()
        .without(ca)
        .verify(merchant(), Purpose::MerchantSignature)
        .unwrap_err();
    assert_eq!(error.rule, Rule::Missing);
    assert_eq!(error.certificate.pointer, *ca.issuer_and_serial_number());
}

#[test]
fn rule_2_the_message_date_must_lie_in_every_validity() {
    let mut holdings = Holdings::all();
    holdings.at = merchant().not_before().minus(1);
    let before = Rule::NotYetValid(merchant().not_before());
    assert_eq!(holdings.rule(merchant()), before);
    holdings.at = merchant().not_after().plus(1);
    let error = holdings
        .verify(merchant(), Purpose::MerchantSignature)
        .unwrap_err();
    assert_eq!(error.rule, Rule::Expired(merchant().not_after()));
    assert_eq!(error.code(), ErrorCode::ExpiredCertificate);
}

#[test]
fn rule_2_a_private_key_signs_only_in_its_usage_period() {
    let brand = hierarchy();
    let key = spare_key(0);
    let name = brand_name(Some("Merchant Bank")).unwrap();
    let mut short = contents(900, name, &key, merchant_profile()).unwrap();
    short.private_key_not_after = Some(noon());
    let ca = &brand.mca.cert_signing;
    let provider = Deterministic::seeded(5);
    let certificate = issue(&short, &ca.certificate, &ca.key, &provider).unwrap();
    let mut holdings = Holdings::all();
    assert!(
        holdings
            .verify(&certificate, Purpose::MerchantSignature)
            .is_ok()
    );
    holdings.at = noon().plus(1);
    let rule = Rule::PrivateKeyUsagePeriod(noon().plus(1));
    assert_eq!(holdings.rule(&certificate), rule);
}

#[test]
fn rule_2_an_issuer_whose_key_was_past_its_time_is_refused() {
    let brand = hierarchy();
    let late = altered_merchant(|tbs| {
        let after = brand.mca.cert_signing.certificate.not_after().plus(1);
        tbs.validity.not_before = noon().into();
        tbs.validity.not_after = after.into();
    });
    // The altered end entity may outlive its CA as long as it was signed in time.
    assert!(
        Holdings::all()
            .verify(&late, Purpose::MerchantSignature)
            .is_ok()
    );
    let key = &brand.brand_ca.key;
    let retired = altered(&brand.mca.cert_signing.certificate, key, |tbs| {
        let period = set_core::x509::ext::PrivateKeyUsagePeriod {
            not_before: None,
            not_after: Some(noon().minus(DAY)),
        };
        let id = oid::extension::PRIVATE_KEY_USAGE_PERIOD;
        with_extension(tbs, Extension::of(id, false, &period).unwrap());
    })
    .unwrap();
    let holdings = Holdings::all()
        .without(&brand.mca.cert_signing.certificate)
        .with(&retired);
    let (rule, culprit) = holdings.refused(&late);
    assert_eq!(rule, Rule::PrivateKeyUsagePeriod(noon()));
    assert_eq!(culprit, *retired.serial_number());
}

#[test]
fn rule_3_the_key_identifier_must_name_the_issuer() {
    let other = hierarchy().pca.cert_signing.certificate.clone();
    let wrong = altered_merchant(|tbs| {
        let named =
            set_core::x509::ext::AuthorityKeyIdentifier::of(other.issuer_and_serial_number());
        let id = oid::extension::AUTHORITY_KEY_IDENTIFIER;
        with_extension(tbs, Extension::of(id, false, &named).unwrap());
    });
    assert_eq!(Holdings::all().rule(&wrong), Rule::NameChaining);
}

#[test]
fn rule_4_a_ca_has_no_more_cas_below_it_than_it_may() {
    let brand = hierarchy();
    let narrow = certify(
        &brand.root,
        901,
        brand_name(None).unwrap(),
        Profile::Ca {
            certificate_type: CertificateType::BCA,
            key: CaKey::CertAndCrlSigning { path_len: 0 },
        },
    );
    let ca = certify(
        &narrow,
        902,
        brand_name(Some("Narrow")).unwrap(),
        Profile::Ca {
            certificate_type: CertificateType::MCA,
            key: CaKey::CertAndCrlSigning { path_len: 0 },
        },
    );
    let name = brand_name(Some("Shop")).unwrap();
    let shop = certify(&ca, 903, name, merchant_profile());
    let holdings = Holdings::all()
        .with(&narrow.certificate)
        .with(&ca.certificate);
    let (rule, culprit) = holdings.refused(&shop.certificate);
    assert_eq!(rule, Rule::BasicConstraints);
    assert_eq!(culprit, *narrow.certificate.serial_number());
}

#[test]
fn rule_4_an_end_entity_is_no_ca() {
    let grown = altered_merchant(|tbs| {
        let id = oid::extension::BASIC_CONSTRAINTS;
        let value = BasicConstraints::ca(0);
        with_extension(tbs, Extension::of(id, true, &value).unwrap());
    });
    assert_eq!(Holdings::all().rule(&grown), Rule::BasicConstraints);
}

#[test]
fn rule_5_a_key_is_used_only_as_its_certificate_says() {
    let brand = hierarchy();
    let encryption = &brand.merchant_encryption.certificate;
    assert_eq!(Holdings::all().rule(encryption), Rule::KeyUsage);
    let error = Holdings::all()
        .verify(merchant(), Purpose::MerchantEncryption)
        .unwrap_err();
    assert_eq!(error.rule, Rule::KeyUsage);
}

#[test]
fn rule_6_a_certificate_serves_only_its_own_role() {
    let error = Holdings::all()
        .verify(merchant(), Purpose::GatewaySignature)
        .unwrap_err();
    assert!(matches!(error.rule, Rule::CertificateType(_)));
    assert_eq!(error.code(), ErrorCode::InvalidCertificate);
}

#[test]
fn rule_6_a_ca_certifies_only_its_own_kind() {
    let brand = hierarchy();
    let name = brand_name(Some("Shop")).unwrap();
    let shop = certify(&brand.cca.cert_signing, 904, name, merchant_profile());
    let (rule, culprit) = Holdings::all().refused(&shop.certificate);
    assert!(matches!(rule, Rule::CertificateType(_)));
    assert_eq!(culprit, *shop.certificate.serial_number());
}

#[test]
fn rule_7_policies_come_from_the_root_and_are_not_mapped() {
    let other = altered_merchant(|tbs| {
        let policy = set_core::x509::ext::PolicyInformation {
            policy_identifier: "2.23.42.5.99".parse().unwrap(),
            policy_qualifiers: None,
        };
        let policies = SeqOf::<_, 1>::one(policy);
        let id = oid::extension::CERTIFICATE_POLICIES;
        with_extension(tbs, Extension::of(id, true, &policies).unwrap());
    });
    assert_eq!(Holdings::all().rule(&other), Rule::Policies);
    let mapped = altered_merchant(|tbs| {
        let id = oid::extension::POLICY_MAPPINGS;
        let nothing = SeqOf::<Opaque, 0>::new(Vec::new()).unwrap();
        with_extension(tbs, Extension::of(id, true, &nothing).unwrap());
    });
    assert_eq!(Holdings::all().rule(&mapped), Rule::Policies);
}

#[test]
fn rule_8_the_brand_is_one_and_the_wanted_one() {
    let brand = hierarchy();
    let name = |brand: &str| SetName::new("US", brand).unwrap();
    let stranger = certify(
        &brand.mca.cert_signing,
        905,
        name("Vineyard"),
        merchant_profile(),
    );
    assert_eq!(Holdings::all().rule(&stranger.certificate), Rule::Brand);
    let product = certify(
        &brand.mca.cert_signing,
        906,
        name("ORCHARD:Gold"),
        merchant_profile(),
    );
    assert!(
        Holdings::all()
            .verify(&product.certificate, Purpose::MerchantSignature)
            .is_ok()
    );
    let error = Holdings::all()
        .verify_brand(
            merchant(),
            Purpose::MerchantSignature,
            Some(&name("Vineyard").brand()),
        )
        .unwrap_err();
    assert_eq!(error.rule, Rule::Brand);
}

#[test]
fn rule_9_an_unknown_critical_extension_is_refused_and_an_uncritical_one_is_not() {
    let id: der::asn1::ObjectIdentifier = "1.2.3.4".parse().unwrap();
    let marked = |critical| {
        altered_merchant(|tbs| {
            with_extension(tbs, Extension::of(id, critical, &true).unwrap());
        })
    };
    assert_eq!(
        Holdings::all().rule(&marked(true)),
        Rule::CriticalExtension(id)
    );
    assert!(
        Holdings::all()
            .verify(&marked(false), Purpose::MerchantSignature)
            .is_ok()
    );
}

#[test]
fn rule_10_a_revoked_certificate_is_refused_wherever_it_stands() {
    let brand = hierarchy();
    let since = noon().minus(60);
    let revoke = |certificate: &Certificate| {
        crl_contents(2, vec![(certificate.serial_number().clone(), since)])
    };
    for (certificate, signer) in [
        (merchant(), &brand.mca.crl_signing),
        (&brand.mca.cert_signing.certificate, &brand.brand_ca),
        (&brand.brand_ca.certificate, &brand.root),
        (&brand.root.certificate, &brand.root),
    ] {
        let crl = sign_crl(&revoke(certificate), signer);
        let error = Holdings::all()
            .with_crl(crl)
            .verify(merchant(), Purpose::MerchantSignature)
            .unwrap_err();
        assert_eq!(error.rule, Rule::Revoked(since));
        assert_eq!(error.code(), ErrorCode::RevokedCertificate);
        let culprit = &error.certificate.pointer;
        assert_eq!(culprit, certificate.issuer_and_serial_number());
    }
}

#[test]
fn rule_10_a_missing_or_stale_crl_or_list_fails_closed() {
    let brand = hierarchy();
    for issuer in [
        &brand.root.certificate,
        &brand.brand_ca.certificate,
        &brand.mca.cert_signing.certificate,
    ] {
        let mut holdings = Holdings::all();
        holdings.crls.retain(|crl| crl.issuer() != issuer.subject());
        assert_eq!(holdings.rule(merchant()), Rule::CrlMissing);
    }
    let mut holdings = Holdings::all();
    holdings.bci = None;
    assert_eq!(holdings.rule(merchant()), Rule::BciMissing);
    let mut holdings = Holdings::all();
    holdings.at = noon().plus(31 * DAY);
    let end = noon().plus(30 * DAY);
    assert_eq!(holdings.rule(merchant()), Rule::Stale(end));
    let early = CrlContents {
        this_update: noon().plus(7_200),
        ..crl_contents(2, Vec::new())
    };
    let holdings = Holdings::all().with_crl(sign_crl(&early, &brand.mca.crl_signing));
    let rule = Rule::NotYetValid(noon().plus(7_200));
    assert_eq!(holdings.rule(merchant()), rule);
}

#[test]
fn rule_10_an_older_crl_than_the_list_names_is_not_enough() {
    let brand = hierarchy();
    let newer = sign_crl(&crl_contents(7, Vec::new()), &brand.mca.crl_signing);
    let mut holdings = Holdings::all();
    holdings.bci = Some(sign_bci(2, std::slice::from_ref(&newer), brand));
    assert_eq!(holdings.rule(merchant()), Rule::CrlMissing);
    assert!(
        holdings
            .with_crl(newer)
            .verify(merchant(), Purpose::MerchantSignature)
            .is_ok()
    );
}

#[test]
fn rule_10_a_forged_crl_neither_counts_nor_hides_the_true_one() {
    let brand = hierarchy();
    let forger = Issued {
        key: spare_key(0),
        certificate: altered(&brand.mca.crl_signing.certificate, &spare_key(0), |tbs| {
            let key = spare_key(0);
            tbs.subject_public_key_info =
                set_core::x509::spki::SubjectPublicKeyInfo::of(key.public_key()).unwrap();
        })
        .unwrap(),
    };
    let forged = sign_crl(&crl_contents(99, Vec::new()), &forger);
    let mut holdings = Holdings::all().with(&forger.certificate);
    holdings.crls.push(forged.clone());
    assert!(
        holdings
            .verify(merchant(), Purpose::MerchantSignature)
            .is_ok()
    );
    let holdings = holdings.with_crl(forged);
    assert_eq!(holdings.rule(merchant()), Rule::RevocationSignature);
}

#[test]
fn rule_10_a_revoked_crl_signing_key_is_not_believed() {
    let brand = hierarchy();
    let signer = &brand.mca.crl_signing.certificate;
    let crl = sign_crl(
        &crl_contents(2, vec![(signer.serial_number().clone(), noon())]),
        &brand.brand_ca,
    );
    let holdings = Holdings::all().with_crl(crl);
    assert_eq!(holdings.rule(merchant()), Rule::RevocationSignature);
}

#[test]
fn rule_10_a_list_of_another_signer_or_brand_is_refused() {
    let brand = hierarchy();
    let mut holdings = Holdings::all();
    let mut contents = bci_contents(2, &brand.crls).unwrap();
    contents.brand_id = set_core::msg::ids::BrandId::new("Vineyard").unwrap();
    let provider = Deterministic::seeded(6);
    let signer = &brand.brand_ca;
    let other =
        BrandCrlIdentifier::sign(contents, &signer.certificate, &signer.key, &provider).unwrap();
    holdings.bci = Some(other);
    assert_eq!(holdings.rule(merchant()), Rule::RevocationSignature);
    let contents = bci_contents(2, &brand.crls).unwrap();
    let signer = &brand.mca.crl_signing;
    let other =
        BrandCrlIdentifier::sign(contents, &signer.certificate, &signer.key, &provider).unwrap();
    holdings.bci = Some(other);
    assert_eq!(holdings.rule(merchant()), Rule::RevocationSignature);
}

#[test]
fn rule_10_a_cardholder_needs_its_cas_crl_only_when_the_list_names_it() {
    let brand = hierarchy();
    let cardholder = &brand.cardholder.certificate;
    let mut holdings = Holdings::all();
    assert!(
        holdings
            .verify(cardholder, Purpose::CardholderSignature)
            .is_ok()
    );
    let mut crls = brand.crls.clone();
    crls.push(brand.cca.crl.clone());
    holdings.bci = Some(sign_bci(2, &crls, brand));
    let error = holdings
        .verify(cardholder, Purpose::CardholderSignature)
        .unwrap_err();
    assert_eq!(error.rule, Rule::CrlMissing);
    holdings.crls = crls;
    assert!(
        holdings
            .verify(cardholder, Purpose::CardholderSignature)
            .is_ok()
    );
}

#[test]
fn rule_10_a_policy_may_ask_for_every_crl_that_the_list_names() {
    let brand = hierarchy();
    let mut holdings = Holdings::all();
    let gateway_ca = brand.pca.cert_signing.certificate.subject();
    holdings.crls.retain(|crl| crl.issuer() != gateway_ca);
    assert_eq!(holdings.rule(merchant()), Rule::CrlMissing);
    holdings.policy.require_every_listed_crl = false;
    assert!(
        holdings
            .verify(merchant(), Purpose::MerchantSignature)
            .is_ok()
    );
}

#[test]
fn an_announced_root_takes_over_without_new_end_entities() {
    let brand = hierarchy();
    let provider = Deterministic::seeded(7);
    let root = |key: &PrivateKey, serial| {
        let profile = Profile::Root {
            next: spare_key(0).public_key().clone(),
            path_len: 3,
        };
        let name = SetName::new("US", "SET Root").unwrap();
        let contents = contents(serial, name, key, profile).unwrap();
        Issued {
            certificate: self_sign(&contents, key, &provider).unwrap(),
            key: key.clone(),
        }
    };
    // The brand CA keeps its name, number and key; only who certifies it changes.
    let move_below = |root: &Issued| {
        let named = root.certificate.issuer_and_serial_number().clone();
        altered(&brand.brand_ca.certificate, &root.key, |tbs| {
            let value = set_core::x509::ext::AuthorityKeyIdentifier::of(&named);
            let id = oid::extension::AUTHORITY_KEY_IDENTIFIER;
            with_extension(tbs, Extension::of(id, false, &value).unwrap());
        })
        .unwrap()
    };
    let successor = root(&brand.next_root_key, 2);
    let usurper = root(&rsa_1024(20).unwrap(), 3);
    for (new_root, accepted) in [(&successor, true), (&usurper, false)] {
        let brand_ca = move_below(new_root);
        let crl = sign_crl(&crl_contents(1, Vec::new()), new_root);
        let holdings = Holdings::all()
            .without(&brand.brand_ca.certificate)
            .with(&brand_ca)
            .with(&new_root.certificate)
            .with_crl(crl);
        let result = holdings.verify(merchant(), Purpose::MerchantSignature);
        assert_eq!(result.is_ok(), accepted);
        if !accepted {
            // Of the two roots of this name at hand, the trusted one did not sign it.
            assert_eq!(result.unwrap_err().rule, Rule::Signature);
        }
    }
    // Both brand CA certificates at hand, the old root on its own CRL: the other chain is found.
    let revoked = vec![(brand.root.certificate.serial_number().clone(), noon())];
    let brand_ca = move_below(&successor);
    let mut holdings = Holdings::all()
        .with(&brand_ca)
        .with(&successor.certificate)
        .with_crl(sign_crl(&crl_contents(2, revoked), &brand.root));
    let crl = sign_crl(&crl_contents(3, Vec::new()), &successor);
    holdings.crls.push(crl);
    let proof = holdings
        .verify(merchant(), Purpose::MerchantSignature)
        .unwrap();
    assert_eq!(proof.chain().last(), Some(&successor.certificate));
}

#[test]
fn a_certificate_with_any_octet_altered_never_verifies() {
    let holdings = Holdings::all();
    let rules = set_core::crypto::KeyRules::default();
    let octets = merchant().octets();
    for place in 0..octets.len() {
        let mut altered = octets.to_vec();
        altered[place] ^= 1 << (place % 8);
        if let Ok(certificate) = Certificate::parse(&altered, &rules) {
            assert!(
                holdings
                    .verify(&certificate, Purpose::MerchantSignature)
                    .is_err(),
                "octet {place}"
            );
        }
        assert!(Certificate::parse(&octets[..place], &rules).is_err());
    }
}
