//! What a party comes to hold, and what it tells of it.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::sync::Arc;

use set_core::asn1::{self, Raw, oid};
use set_core::ca::circulation::distribution;
use set_core::ca::hierarchy::{BrandHierarchy, Hierarchy, Plan};
use set_core::ca::lists::next_bci;
use set_core::error::Error;
use set_core::exchange::Context;
use set_core::msg::error::ErrorCode;
use set_core::msg::ids::BrandId;
use set_core::msg::message::Message;
use set_core::msg::payment::p_cert::BrandAndBin;
use set_core::msg::wrapper::MessageWrapper;
use set_core::party::{Purpose, Trust};
use set_core::path::TrustStore;
use set_core::pkcs7::SignedData;
use set_core::treatment::{Attached, Signer, s};
use set_core::x509::build::{EntityKey, Profile, issue};
use set_core::x509::ext::SetQualifier;
use set_core::x509::{BrandCrlIdentifier, Certificate};
use set_testkit::clock::{Clock, noon};
use set_testkit::hierarchy::{Issued, brand_name, contents, hierarchy, merchant_data};
use set_testkit::keys;
use set_testkit::street::{Street, Tools};

fn simple(brand: &str) -> Plan {
    let policy = SetQualifier::terse("For tests.").unwrap();
    Plan::simple(BrandId::new(brand).unwrap(), "US", None, policy)
}

/// What the brand's CA hands out: all certificates, CRLs, and a BCI with this number.
fn distributed(
    context: &Context<'_>,
    brand: &BrandHierarchy,
    root: &Certificate,
    number: u64,
) -> (SignedData, BrandCrlIdentifier) {
    let mut trust = brand.trust(context, root);
    let signer = &brand.brand.crl_signing;
    let bci = next_bci(context, signer, trust.bci(), number, trust.crls(), 86_400).unwrap();
    trust.hold_bci(context, bci.clone());
    let octets = distribution::distribute(context, &trust, signer).unwrap();
    let limits = asn1::Limits::default();
    (asn1::decode(&octets, &limits).unwrap(), bci)
}

#[test]
fn a_certified_party_of_another_brand_does_not_push_out_the_bci() {
    let tools = Tools::new(60, Arc::new(Clock::at(noon())));
    let context = tools.context();
    let mut plan = simple("Orchard");
    plan.brands.extend(simple("Cherry").brands);
    let made = Hierarchy::make(&context, &plan).unwrap();
    let root = &made.root.certificate;
    let [orchard, cherry] = made.brands.as_slice() else {
        panic!("two brands were planned")
    };
    let mut ours: Trust = orchard.trust(&context, root);
    let held = ours.bci().cloned();

    let (message, foreign) = distributed(&context, cherry, root, 1_000);
    ours.learn(&context, &message, Some(&foreign)).unwrap();
    ours.signer(&context, &message, Purpose::BrandCaCrl)
        .unwrap();
    assert_eq!(ours.bci(), held.as_ref());
    let mut copy = cherry.trust(&context, root);
    copy.hold_bci(&context, foreign);
    ours.absorb(&copy);
    assert_eq!(ours.bci(), held.as_ref());
    let merchant_ca = &orchard.end_entity_cas[1].message_signing.certificate;
    ours.verify(&context, merchant_ca, Purpose::MerchantCaSignature, None)
        .unwrap();

    // A newer one of our own brand takes its place.
    let (message, newer) = distributed(&context, orchard, root, 5);
    ours.learn(&context, &message, Some(&newer)).unwrap();
    ours.signer(&context, &message, Purpose::BrandCaCrl)
        .unwrap();
    assert_eq!(ours.bci(), Some(&newer));
}

#[test]
fn a_wallet_does_not_tell_a_shop_where_it_bought_before() {
    let mut street = Street::new();
    street.placed();
    let (_, octets) = street.p_init_req();
    let wrapper: MessageWrapper = asn1::decode(&octets, &asn1::Limits::default()).unwrap();
    let Message::PInitReq(request) = wrapper.message else {
        panic!("{}", wrapper.message.name())
    };
    let thumbs = request.thumbs.unwrap().cert_thumbs.unwrap();
    let tells_of = |issued: &Issued| {
        let thumb = issued.certificate.thumbprint(&set_core::crypto::RustCrypto);
        thumbs.contains(&thumb)
    };
    let all = hierarchy();
    assert!(tells_of(&all.brand_ca), "what serves any shop is told");
    assert!(!tells_of(&all.merchant_signature));
    assert!(!tells_of(&all.merchant_encryption));
}

#[test]
fn a_bci_older_than_the_one_held_is_dropped() {
    let tools = Tools::new(61, Arc::new(Clock::at(noon())));
    let context = tools.context();
    let made = Hierarchy::make(&context, &simple("Orchard")).unwrap();
    let (root, orchard) = (&made.root.certificate, &made.brands[0]);
    let mut ours = orchard.trust(&context, root);
    let (message, newer) = distributed(&context, orchard, root, 9);
    ours.learn(&context, &message, Some(&newer)).unwrap();
    ours.signer(&context, &message, Purpose::BrandCaCrl)
        .unwrap();
    let (message, older) = distributed(&context, orchard, root, 5);
    assert!(!older.supersedes(Some(&newer)) && newer.supersedes(Some(&older)));
    ours.learn(&context, &message, Some(&older)).unwrap();
    ours.signer(&context, &message, Purpose::BrandCaCrl)
        .unwrap();
    assert_eq!(ours.bci(), Some(&newer));
    ours.hold_bci(&context, older);
    assert_eq!(ours.bci(), Some(&newer));
}

#[test]
fn of_two_certificates_with_one_issuer_and_number_none_stands_for_the_other() {
    let tools = Tools::new(62, Arc::new(Clock::at(noon())));
    let context = tools.context();
    let all = hierarchy();
    let shop = |name: &str, key: usize| -> Issued {
        let subject = brand_name(Some("Merchant Bank")).unwrap();
        let key = keys::rsa_1024(key).unwrap();
        let profile = Profile::Merchant {
            key: EntityKey::Signature,
            data: merchant_data().unwrap(),
        };
        let subject = subject.with_common_name(name).unwrap();
        let contents = contents(7_777, subject, &key, profile).unwrap();
        let ca = &all.mca.cert_signing;
        let certificate = issue(&contents, &ca.certificate, &ca.key, context.crypto).unwrap();
        Issued { certificate, key }
    };
    let (one, other) = (shop("One Shop", 3), shop("Other Shop", 4));
    let said = Raw::new(BrandAndBin {
        brand_id: BrandId::new("Orchard").unwrap(),
        bin: None,
    });
    let said = said.unwrap();
    let content = oid::content::P_CERT_REQ_DATA;
    let believes = |signer: &Issued, enclosed: [&Issued; 2]| {
        let attached = Attached {
            certificates: enclosed.map(|it| it.certificate.to_opaque()).to_vec(),
            crls: Vec::new(),
        };
        let signer = Signer {
            key: &signer.key,
            certificate: signer.certificate.issuer_and_serial_number().clone(),
        };
        let signed = s::s(context.crypto, &[signer], content, &said, &attached).unwrap();
        let mut trust = Trust::new(TrustStore::new(vec![all.root.certificate.clone()]));
        for certificate in all.certificates() {
            trust.hold(certificate);
        }
        for crl in &all.crls {
            trust.hold_crl(&context, crl.clone());
        }
        trust.hold_bci(&context, all.bci.clone());
        trust.learn(&context, &signed, None).unwrap();
        let proof = trust.signer(&context, &signed, Purpose::MerchantSignature);
        let proof = proof.unwrap();
        s::verify::<BrandAndBin>(context.crypto, &signed, content, &proof)
            .map(|verified| verified.signer().subject().to_string())
            .map_err(|fault| Error::from(fault).code())
    };
    let failed = Err(ErrorCode::SignatureFailure);
    for (signer, stranger) in [(&one, &other), (&other, &one)] {
        let own = signer.certificate.subject().to_string();
        assert_eq!(believes(signer, [signer, stranger]), Ok(own));
        assert_eq!(believes(signer, [stranger, signer]), failed);
    }
}
