//! The CAs themselves.

use set_core::ca::hierarchy::{self, Hierarchy, Plan, Validity};
use set_core::error::{CallerFault, Error};
use set_core::msg::ids::BrandId;
use set_core::party::Trust;
use set_core::path::TrustStore;
use set_core::pkcs7::SerialNumber;
use set_core::registration::EndEntity;
use set_core::x509::build::CaKey;
use set_core::x509::ext::{CertificateType, KeyUsage, SetQualifier};
use set_core::x509::pkcs10::CaRequest;
use set_core::x509::{SetName, X509Error};

use crate::rig::{Tools, brand, hierarchy as test_hierarchy};

#[test]
fn every_key_of_every_ca_verifies_up_to_the_root() {
    let tools = Tools::new(40);
    verify_all(&tools, test_hierarchy());
}

fn verify_all(tools: &Tools, made: &Hierarchy) {
    let context = tools.context();
    for brand in &made.brands {
        let trust = brand.trust(&context, &made.root.certificate);
        assert_eq!(trust.crls().len(), brand.crls.len());
        assert!(trust.bci().is_some());
        for ca in &brand.end_entity_cas {
            let kinds = EndEntity::ALL.into_iter();
            for entity in kinds.filter(|kind| ca.certificate_type().contains(kind.ca_type())) {
                for (identity, purpose) in [
                    (&ca.message_signing, entity.ca_signature()),
                    (&ca.encryption, entity.ca_encryption()),
                ] {
                    trust
                        .verify(&context, &identity.certificate, purpose, None)
                        .unwrap();
                }
            }
        }
    }
}

#[test]
fn a_ca_has_a_key_for_each_purpose() {
    for ca in &brand().end_entity_cas {
        let usage =
            |identity: &set_core::party::Identity| identity.certificate.extensions().key_usage;
        assert_eq!(usage(&ca.certificate_signing), KeyUsage::KEY_CERT_SIGN);
        assert_eq!(usage(&ca.crl_signing), KeyUsage::CRL_SIGN);
        assert_eq!(usage(&ca.message_signing), KeyUsage::DIGITAL_SIGNATURE);
        let encryption = KeyUsage::KEY_ENCIPHERMENT.and(KeyUsage::DATA_ENCIPHERMENT);
        assert_eq!(usage(&ca.encryption), encryption);
    }
}

#[test]
fn the_root_has_2048_bits_and_all_others_1024() {
    let identities = test_hierarchy().identities();
    for (name, identity) in &identities {
        let bits = identity.certificate.public_key().bits();
        assert_eq!(bits, if name == "root" { 2048 } else { 1024 }, "{name}");
        assert_eq!(identity.key.public_key(), identity.certificate.public_key());
    }
    assert_eq!(identities.len(), 15);
}

#[test]
fn every_ca_has_a_crl_and_the_bci_names_them_all() {
    let brand = brand();
    assert_eq!(brand.crls.len(), 6);
    assert_eq!(brand.bci.crls().count(), brand.crls.len());
}

#[test]
fn several_brands_with_several_regions_and_a_shared_ca_share_one_root() {
    let tools = Tools::new(42);
    let plan = several();
    let made = Hierarchy::make(&tools.context(), &plan).unwrap();
    assert_eq!(made.brands.len(), 2);
    let orchard = &made.brands[0];
    assert_eq!(orchard.geopolitical.len(), 2);
    let names: Vec<&str> = orchard
        .end_entity_cas
        .iter()
        .map(|ca| ca.name.as_str())
        .collect();
    assert_eq!(
        names,
        ["orchard.all", "orchard.north.all", "orchard.south.all"]
    );
    for ca in &orchard.end_entity_cas {
        assert_eq!(ca.certificate_type().to_string(), "cca+mca+pca");
        assert_eq!(
            ca.crl_signing.certificate,
            ca.certificate_signing.certificate
        );
        assert_eq!(ca.identities().len(), 3);
    }
    assert_eq!(made.brands[1].end_entity_cas.len(), 3);
    verify_all(&tools, &made);
}

/// Orchard with two regions and shared CAs with one signing key, and Cherry.
fn several() -> Plan {
    let simple = |brand: &str| {
        let brand_id = BrandId::new(brand).unwrap();
        let policy = SetQualifier::terse("For tests.").unwrap();
        Plan::simple(brand_id, "US", Some("North"), policy)
    };
    let mut plan = simple("Orchard");
    let orchard = &mut plan.brands[0];
    let region = &mut orchard.geopolitical[0];
    let mut shared = region.end_entity_cas.remove(0);
    shared.certifies = EndEntity::ALL.to_vec();
    shared.ca.separate_crl_key = false;
    let mut named = |unit: &str| {
        shared.ca.label = "all".to_owned();
        shared.ca.unit = Some(unit.to_owned());
        shared.clone()
    };
    region.end_entity_cas = vec![named("North CA")];
    let mut south = region.clone();
    south.ca.label = "south".to_owned();
    south.ca.unit = Some("South".to_owned());
    south.end_entity_cas = vec![named("South CA")];
    orchard.geopolitical.push(south);
    orchard.end_entity_cas = vec![named("World CA")];
    plan.brands.extend(simple("Cherry").brands);
    plan
}

#[test]
fn what_a_ca_says_of_its_policy_is_added_to_the_roots_words() {
    let tools = Tools::new(43);
    let mut plan = several();
    plan.brands.truncate(1);
    let brand = &mut plan.brands[0];
    brand.ca.policy = Some(SetQualifier::terse("The brand's word.").unwrap());
    brand.end_entity_cas[0].ca.policy = Some(SetQualifier::terse("The CA's word.").unwrap());
    brand.geopolitical.clear();
    let made = Hierarchy::make(&tools.context(), &plan).unwrap();
    let ca = &made.brands[0].end_entity_cas[0].certificate_signing;
    let policies = &ca.certificate.extensions().certificate_policies;
    assert_eq!(policies.len(), 1);
    let qualifier = policies.first().set_qualifier().unwrap().unwrap();
    let added: Vec<(String, String)> = qualifier
        .additional_policies
        .iter()
        .flatten()
        .map(|policy| {
            let words = policy.policy_qualifier.as_ref().unwrap();
            let words = words.terse_statement.as_ref().unwrap();
            (policy.policy_added_by.to_string(), words.to_string())
        })
        .collect();
    assert_eq!(added[0], ("bca".into(), "The brand's word.".into()));
    assert_eq!(added[1], ("cca+mca+pca".into(), "The CA's word.".into()));
    verify_all(&tools, &made);
}

#[test]
fn a_plan_in_which_two_cas_cannot_be_told_apart_is_refused() {
    let refused = |change: &dyn Fn(&mut Plan)| {
        let mut plan = several();
        change(&mut plan);
        let made = Hierarchy::make(&Tools::new(44).context(), &plan);
        matches!(made, Err(Error::Caller(CallerFault::State(_))))
    };
    assert!(refused(&|plan| {
        plan.brands[0].geopolitical[1].ca.label = "north".to_owned();
    }));
    assert!(refused(&|plan| {
        plan.brands[0].geopolitical[1].ca.unit = Some("North".to_owned());
    }));
    assert!(refused(&|plan| plan.brands[1].ca.label = "root".to_owned()));
    assert!(refused(&|plan| plan.brands[1].ca.label = "../x".to_owned()));
    assert!(refused(&|plan| {
        plan.brands[0].end_entity_cas[0].certifies.clear();
    }));
    assert!(refused(
        &|plan| plan.brands[0].ca.unit = Some("x".to_owned())
    ));
}

#[test]
fn a_ca_certifies_no_type_that_its_own_does_not_permit() {
    let tools = Tools::new(45);
    let brand = brand();
    let region = &brand.geopolitical[0].certificate_signing;
    let leaf = &brand.end_entity_cas[0].certificate_signing;
    let root = &test_hierarchy().root;
    let certified = |issuer, certificate_type| {
        let name = SetName::new("US", "Orchard:Gold").unwrap();
        let asked = CaRequest {
            subject: match certificate_type == CertificateType::BCA {
                true => name,
                false => name.with_unit("A CA").unwrap(),
            },
            public_key: crate::rig::key(5).public_key().clone(),
            certificate_type,
            key: CaKey::CrlSigning,
        };
        let context = tools.context();
        let draft_key = set_testkit::keys::rsa_1024(31).unwrap().into();
        let validity = Validity::default();
        match hierarchy::certify(&context, issuer, &draft_key, &asked, None, &validity) {
            Ok(_) => true,
            Err(Error::X509(X509Error::Refused(refused))) => {
                assert!(
                    refused.to_string().contains("certificate-type"),
                    "{refused}"
                );
                false
            }
            Err(error) => panic!("{error}"),
        }
    };
    type T = CertificateType;
    assert!(certified(root, T::BCA));
    assert!(!certified(root, T::GCA));
    assert!(certified(region, T::CCA.and(T::PCA)));
    assert!(!certified(region, T::GCA));
    assert!(!certified(region, T::CCA.and(T::BCA)));
    assert!(!certified(leaf, T::CCA));
    assert!(!certified(region, T::empty()));
}

#[test]
fn a_key_for_certificates_alone_signs_for_its_share_of_the_validity() {
    let ca = brand().ca_for(EndEntity::Merchant).unwrap();
    let end = |identity: &set_core::party::Identity| {
        let certificate = &identity.certificate;
        let period = certificate.extensions().private_key_usage_period.unwrap();
        let span = certificate.not_after().unix() - certificate.not_before().unix();
        (period.not_after.unwrap().unix() - certificate.not_before().unix()) * 100 / span
    };
    assert_eq!(end(&ca.certificate_signing), 60);
    assert_eq!(end(&ca.crl_signing), 100);
    assert_eq!(end(&ca.message_signing), 100);
    let region = &brand().geopolitical[0].certificate_signing;
    assert_eq!(end(region), 100, "it signs CRLs as well");
    let usage = ca.encryption.certificate.extensions();
    assert_eq!(usage.private_key_usage_period, None);
}

#[test]
fn a_successor_root_is_believed_by_whoever_believes_the_old_root() {
    let tools = Tools::new(41);
    let context = tools.context();
    let made = test_hierarchy();
    let next = set_testkit::keys::rsa_2048(3).unwrap();
    let serial = SerialNumber::new(&[2]).unwrap();
    let old = &made.root.certificate;
    let announced = &made.next_root_key;
    let year = hierarchy::Validity {
        root: 365 * 86_400,
        ..hierarchy::Validity::default()
    };
    let successor =
        hierarchy::succeed(&context, old, announced, &next, serial.clone(), &year).unwrap();
    let store = TrustStore::new(vec![old.clone()]);
    assert!(store.believes(&tools.crypto, &successor));
    let usurper = hierarchy::succeed(&context, old, &next, announced, serial, &year).unwrap();
    assert!(!store.believes(&tools.crypto, &usurper));
    assert!(Trust::new(store).certificates().is_empty());
}
