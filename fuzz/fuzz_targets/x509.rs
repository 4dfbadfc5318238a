//! Certificates, CRLs and BCIs: as they come, and genuine ones altered.
#![no_main]

use libfuzzer_sys::fuzz_target;
use set_core::asn1::{self, Asn1 as _, Limits};
use set_core::crypto::{KeyRules, RustCrypto};
use set_core::x509::certificate::SignedCertificate;
use set_core::x509::crl::SignedCrl;
use set_core::x509::{BrandCrlIdentifier, Certificate, Crl, thumbs};
use set_fuzz::{Input, altered};
use set_testkit::hierarchy::hierarchy;

fuzz_target!(|octets: &[u8]| {
    let brand = hierarchy();
    let mut input = Input::new(octets);
    match input.octet() % 6 {
        0 => certificate(input.rest()),
        1 => crl(input.rest()),
        2 => bci(input.rest()),
        3 => {
            let all = brand.certificates();
            if let Some(one) = input.one_of(&all) {
                certificate(&altered(one.octets(), SignedCertificate::SCHEMA, &mut input));
            }
        }
        4 => {
            if let Some(one) = input.one_of(&brand.crls) {
                crl(&altered(one.octets(), SignedCrl::SCHEMA, &mut input));
            }
        }
        _ => {
            let genuine = asn1::encode(&brand.bci).unwrap();
            bci(&altered(&genuine, BrandCrlIdentifier::SCHEMA, &mut input));
        }
    }
});

fn certificate(octets: &[u8]) {
    let Ok(parsed) = Certificate::parse(octets, &KeyRules::default()) else {
        return;
    };
    assert_eq!(parsed.octets(), octets);
    let _ = format!("{parsed:?}");
    let _ = parsed.subject_name();
    let _ = parsed.brand();
    let _ = thumbs::cert_thumb(&parsed, &RustCrypto);
}

fn crl(octets: &[u8]) {
    let Ok(parsed) = Crl::parse(octets) else {
        return;
    };
    assert_eq!(parsed.octets(), octets);
    for revoked in parsed.revoked() {
        assert!(parsed.revoked_since(&revoked.serial_number).is_some());
    }
    let signer = &hierarchy().mca.crl_signing.certificate;
    let verified = parsed.verify_signature(signer.public_key(), &RustCrypto);
    let genuine = hierarchy().crls.iter().any(|crl| crl.octets() == octets);
    assert!(verified.is_err() || genuine);
}

fn bci(octets: &[u8]) {
    let Ok(parsed) = asn1::decode::<BrandCrlIdentifier>(octets, &Limits::default()) else {
        return;
    };
    assert_eq!(asn1::encode(&parsed).as_deref(), Ok(octets));
    let _ = (parsed.authority_key_identifier(), parsed.has_unknown_critical());
    let signer = &hierarchy().brand_ca.certificate;
    if parsed.verify_signature(signer, &RustCrypto).is_ok() {
        assert_eq!(parsed.to_be_signed, hierarchy().bci.to_be_signed);
    }
}
