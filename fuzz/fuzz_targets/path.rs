//! Chains from a bag of genuine, altered and repeated certificates and lists: what verifies is
//! a genuine certificate, unrevoked, under our root.
#![no_main]

use libfuzzer_sys::fuzz_target;
use set_core::asn1::Asn1 as _;
use set_core::crypto::KeyRules;
use set_core::path::Purpose;
use set_core::x509::certificate::SignedCertificate;
use set_core::x509::crl::SignedCrl;
use set_core::x509::{Certificate, Crl};
use set_fuzz::{Input, altered, brand};
use set_testkit::hierarchy::hierarchy;

fuzz_target!(|octets: &[u8]| {
    let brand = hierarchy();
    let genuine = brand.certificates();
    let mut input = Input::new(octets);
    let mut certificates = genuine.clone();
    let mut crls = brand.crls.clone();
    let purpose = *input.one_of(&PURPOSES).unwrap();
    let mut end_entity = input.one_of(&genuine).unwrap().clone();
    while !input.is_empty() && certificates.len() + crls.len() < 64 {
        let place = input.below(certificates.len().max(1));
        match input.octet() % 6 {
            0 if !certificates.is_empty() => drop(certificates.remove(place)),
            1 if !crls.is_empty() => drop(crls.remove(place % crls.len())),
            2 => certificates.extend(certificates.get(place).cloned()),
            3 => crls.extend(
                crls.get(place % crls.len().max(1))
                    .map(|crl| altered(crl.octets(), SignedCrl::SCHEMA, &mut input))
                    .and_then(|octets| Crl::parse(&octets).ok()),
            ),
            4 => certificates.extend(
                genuine
                    .get(place % genuine.len())
                    .and_then(|it| forged(it, &mut input)),
            ),
            _ => {
                if let Some(forged) = forged(&end_entity, &mut input) {
                    end_entity = forged;
                }
            }
        }
    }
    let bci = (input.octet() % 8 != 7).then_some(&brand.bci);
    if let Ok(verified) = brand::verify(&certificates, &crls, bci, &end_entity, purpose) {
        for certificate in verified.chain() {
            let ours = genuine.contains(certificate) || *certificate == brand.root.certificate;
            assert!(ours, "a forged certificate is believed");
        }
    }
});

fn forged(certificate: &Certificate, input: &mut Input<'_>) -> Option<Certificate> {
    let octets = altered(certificate.octets(), SignedCertificate::SCHEMA, input);
    Certificate::parse(&octets, &KeyRules::default()).ok()
}

const PURPOSES: [Purpose; 6] = [
    Purpose::CardholderSignature,
    Purpose::MerchantSignature,
    Purpose::MerchantEncryption,
    Purpose::GatewaySignature,
    Purpose::GatewayEncryption,
    Purpose::BrandCaCrl,
];
