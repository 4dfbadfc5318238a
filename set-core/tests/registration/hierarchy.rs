//! The CAs themselves.

use set_core::ca::hierarchy;
use set_core::party::Trust;
use set_core::path::{Purpose, TrustStore};
use set_core::pkcs7::SerialNumber;
use set_core::x509::ext::{CertificateType, KeyUsage};

use crate::rig::{Tools, brand};

#[test]
fn every_key_of_every_ca_verifies_up_to_the_root() {
    let tools = Tools::new(40);
    let context = tools.context();
    let brand = brand();
    let trust = brand.trust(&context);
    for (ca, signature, encryption) in [
        (
            &brand.cca,
            Purpose::CardholderCaSignature,
            Purpose::CardholderCaEncryption,
        ),
        (
            &brand.mca,
            Purpose::MerchantCaSignature,
            Purpose::MerchantCaEncryption,
        ),
        (
            &brand.pca,
            Purpose::GatewayCaSignature,
            Purpose::GatewayCaEncryption,
        ),
    ] {
        for (identity, purpose) in [
            (&ca.message_signing, signature),
            (&ca.encryption, encryption),
        ] {
            let verified = trust
                .verify(&context, &identity.certificate, purpose, None)
                .unwrap();
            assert_eq!(verified.chain().len(), 4);
        }
        let signing = ca.certificate_signing.certificate.extensions();
        assert_eq!(signing.key_usage, KeyUsage::KEY_CERT_SIGN);
        let lists = ca.crl_signing.certificate.extensions();
        assert_eq!(lists.key_usage, KeyUsage::CRL_SIGN);
    }
}

#[test]
fn the_root_has_2048_bits_and_all_others_1024() {
    for (name, identity) in brand().identities() {
        let bits = identity.certificate.public_key().bits();
        assert_eq!(bits, if name == "root" { 2048 } else { 1024 }, "{name}");
        assert_eq!(identity.key.public_key(), identity.certificate.public_key());
    }
    assert_eq!(brand().identities().len(), 15);
}

#[test]
fn every_ca_has_a_crl_and_the_bci_names_them_all() {
    let brand = brand();
    assert_eq!(brand.crls.len(), 6);
    let named = brand.bci.crls().count();
    assert_eq!(named, brand.crls.len());
    let types: Vec<CertificateType> = [&brand.brand, &brand.cca.crl_signing]
        .map(|identity| identity.certificate.extensions().certificate_type)
        .to_vec();
    assert_eq!(types, [CertificateType::BCA, CertificateType::CCA]);
}

#[test]
fn a_successor_root_is_believed_by_whoever_believes_the_old_root() {
    let tools = Tools::new(41);
    let context = tools.context();
    let brand = brand();
    let next = set_testkit::keys::rsa_2048(3).unwrap();
    let serial = SerialNumber::new(&[2]).unwrap();
    let old = &brand.root.certificate;
    let year = 365 * 86_400;
    let successor = hierarchy::succeed(
        &context,
        old,
        &brand.next_root_key,
        &next,
        serial.clone(),
        year,
    )
    .unwrap();
    let store = TrustStore::new(vec![old.clone()]);
    assert!(store.believes(&tools.crypto, &successor));
    let usurper =
        hierarchy::succeed(&context, old, &next, &brand.next_root_key, serial, year).unwrap();
    assert!(!store.believes(&tools.crypto, &usurper));
    assert!(Trust::new(store).certificates().is_empty());
}
