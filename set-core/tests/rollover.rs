//! A root follows another, and no end entity is touched.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::sync::Arc;

use set_core::asn1::{Opaque, SeqOf};
use set_core::ca::circulation::{Circulated, distribution};
use set_core::ca::hierarchy::{Validity, recertify, succeed};
use set_core::ca::lists::{next_bci, next_crl};
use set_core::party::{Identity, Purpose, Trust};
use set_core::path::TrustStore;
use set_core::pkcs7::{SerialNumber, SignedData};
use set_core::x509::{Brand, Certificate};
use set_testkit::clock::{Clock, noon};
use set_testkit::hierarchy::{altered, hierarchy};
use set_testkit::keys;
use set_testkit::street::Tools;

const YEAR: u64 = 365 * 86_400;

fn tools() -> Tools {
    Tools::new(7, Arc::new(Clock::at(noon())))
}

/// Who knows the brand from before the change of roots.
fn before(tools: &Tools) -> Trust {
    let all = hierarchy();
    let mut trust = Trust::new(TrustStore::new(vec![all.root.certificate.clone()]));
    for certificate in all.certificates() {
        trust.hold(certificate);
    }
    for crl in &all.crls {
        trust.hold_crl(&tools.context(), crl.clone());
    }
    trust.hold_bci(&tools.context(), all.bci.clone());
    trust
}

/// The successor that the root announces, or one with another key.
fn successor(tools: &Tools, announced: bool) -> Identity {
    let all = hierarchy();
    let (key, next) = match announced {
        true => (&all.next_root_key, &all.root.key),
        false => (&all.root.key, &all.next_root_key),
    };
    let number = SerialNumber::new(&[2]).unwrap();
    let old = &all.root.certificate;
    let validity = Validity {
        root: 10 * YEAR,
        ..Validity::default()
    };
    Identity {
        certificate: succeed(&tools.context(), old, key, next, number, &validity).unwrap(),
        key: key.clone(),
        chain: Vec::new(),
    }
}

/// Who has been told of the new root by its brand CA: the brand CA's certificate is issued
/// anew, with the same name, number and key, and the root's CRL is signed by the new root.
fn after(tools: &Tools, root: &Identity) -> (Trust, Identity) {
    let all = hierarchy();
    let draft_key = keys::rsa_2048(0).unwrap().into();
    let old = &all.brand_ca.certificate;
    let validity = Validity::default();
    let brand_ca = recertify(&tools.context(), root, &draft_key, old, &validity).unwrap();
    // What was certified before names it as before; its key is no younger than that.
    assert_eq!(
        brand_ca.issuer_and_serial_number(),
        old.issuer_and_serial_number()
    );
    let begin = |of: &Certificate| {
        let period = of.extensions().private_key_usage_period;
        period.unwrap().not_before.unwrap()
    };
    assert_eq!(begin(&brand_ca), begin(old).min(noon()));
    let context = tools.context();
    let held = before(tools);
    let mut trust = Trust::new(TrustStore::new(vec![
        all.root.certificate.clone(),
        root.certificate.clone(),
    ]));
    for certificate in held.certificates() {
        trust.hold(certificate.clone());
    }
    trust.hold(brand_ca.clone());
    let old_crl = held
        .crls()
        .iter()
        .find(|crl| crl.issuer() == root.certificate.subject());
    let crl = next_crl(&context, root, old_crl, 0, &[], YEAR).unwrap();
    trust.hold_crl(&context, crl.clone());
    for crl in held.crls() {
        trust.hold_crl(&context, crl.clone());
    }
    assert!(trust.crls().contains(&crl) && trust.crls().len() == held.crls().len());
    let brand_ca = Identity {
        key: all.brand_ca.key.clone(),
        certificate: brand_ca,
        chain: Vec::new(),
    };
    let bci = next_bci(&context, &brand_ca, held.bci(), 0, trust.crls(), YEAR).unwrap();
    trust.hold_bci(&context, bci);
    (trust, brand_ca)
}

fn distributed(tools: &Tools, trust: &Trust, brand_ca: &Identity) -> SignedData {
    let octets = distribution::distribute(&tools.context(), trust, brand_ca).unwrap();
    match Circulated::read(&tools.context(), &octets).unwrap() {
        Circulated::BciDistribution(message) => *message,
        other => panic!("{other:?}"),
    }
}

fn brand() -> Brand {
    Brand::of(&hierarchy().bci.to_be_signed.brand_id)
}

fn believes(tools: &Tools, trust: &Trust, certificate: &Certificate, purpose: Purpose) -> bool {
    trust
        .verify(&tools.context(), certificate, purpose, Some(&brand()))
        .is_ok()
}

#[test]
fn the_root_announced_is_taken_over_with_a_message_and_the_end_entities_stay_as_they_are() {
    let tools = tools();
    let all = hierarchy();
    let root = successor(&tools, true);
    let (told, brand_ca) = after(&tools, &root);
    let message = distributed(&tools, &told, &brand_ca);
    let mut party = before(&tools);
    assert!(distribution::take(&tools.context(), &mut party, &brand(), &message).unwrap());
    assert!(party.roots.roots().contains(&root.certificate));
    let entities = [
        (&all.merchant_signature, Purpose::MerchantSignature),
        (&all.merchant_encryption, Purpose::MerchantEncryption),
        (&all.gateway_signature, Purpose::GatewaySignature),
        (&all.gateway_encryption, Purpose::GatewayEncryption),
        (&all.cardholder, Purpose::CardholderSignature),
    ];
    for (entity, purpose) in entities {
        assert!(
            believes(&tools, &party, &entity.certificate, purpose),
            "{purpose:?}"
        );
        // The new root alone is enough from now on, as the old one will expire.
        let mut later = Trust::new(TrustStore::new(vec![root.certificate.clone()]));
        for certificate in party.certificates() {
            later.hold(certificate.clone());
        }
        for crl in party.crls() {
            later.hold_crl(&tools.context(), crl.clone());
        }
        later.hold_bci(&tools.context(), party.bci().unwrap().clone());
        assert!(
            believes(&tools, &later, &entity.certificate, purpose),
            "{purpose:?}"
        );
    }
}

#[test]
fn who_was_told_tells_others_and_does_not_send_the_root_to_who_shows_that_it_has_it() {
    let tools = tools();
    let root = successor(&tools, true);
    let (told, brand_ca) = after(&tools, &root);
    let mut party = before(&tools);
    let octets = root.certificate.to_opaque();
    let sent = |trust: &Trust, to: &Trust| -> bool {
        let thumbs = to.thumbs(&tools.context()).unwrap();
        let merchant = &hierarchy().merchant_signature.certificate;
        let (attached, _) = trust
            .attach(&tools.context(), &[merchant], thumbs.as_ref())
            .unwrap();
        attached.certificates.contains(&octets)
    };
    assert!(!sent(&party, &party), "it does not know of it");
    assert!(sent(&told, &party));
    let message = distributed(&tools, &told, &brand_ca);
    distribution::take(&tools.context(), &mut party, &brand(), &message).unwrap();
    assert!(!sent(&told, &party), "it has it now");
    assert!(sent(&party, &before(&tools)));
}

#[test]
fn a_root_with_another_key_or_a_broken_signature_is_not_taken_over() {
    let tools = tools();
    let all = hierarchy();
    let announced = successor(&tools, true);
    let usurper = successor(&tools, false).certificate;
    let unsigned = altered(&announced.certificate, &all.root.key, |_| ()).unwrap();
    let stranger = altered(&announced.certificate, &keys::rsa_1024(0).unwrap(), |_| ());
    let bag: Vec<Opaque> = [Some(usurper), Some(unsigned), stranger.ok()]
        .iter()
        .flatten()
        .map(Certificate::to_opaque)
        .collect();
    let (told, brand_ca) = after(&tools, &announced);
    let mut message = distributed(&tools, &told, &brand_ca);
    message.certificates = Some(SeqOf::new(bag).unwrap());
    let mut party = before(&tools);
    let roots = party.roots.roots().to_vec();
    // The BCI is the brand CA's. It names a CRL of a root that nobody here has, so nothing is
    // believed any more until that root comes.
    let _taken = distribution::take(&tools.context(), &mut party, &brand(), &message);
    assert_eq!(party.roots.roots(), roots);
    let merchant = &all.merchant_signature.certificate;
    assert!(!believes(
        &tools,
        &party,
        merchant,
        Purpose::MerchantSignature
    ));
    let message = distributed(&tools, &told, &brand_ca);
    distribution::take(&tools.context(), &mut party, &brand(), &message).unwrap();
    assert!(believes(
        &tools,
        &party,
        merchant,
        Purpose::MerchantSignature
    ));
}
