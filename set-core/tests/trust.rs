//! What a party comes to hold, and what it tells of it.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::sync::Arc;

use set_core::asn1;
use set_core::ca::circulation::distribution;
use set_core::ca::hierarchy::{BrandHierarchy, Hierarchy, Plan};
use set_core::ca::lists::next_bci;
use set_core::exchange::Context;
use set_core::msg::ids::BrandId;
use set_core::msg::message::Message;
use set_core::msg::wrapper::MessageWrapper;
use set_core::party::{Purpose, Trust};
use set_core::pkcs7::SignedData;
use set_core::x509::ext::SetQualifier;
use set_core::x509::{BrandCrlIdentifier, Certificate};
use set_testkit::clock::{Clock, noon};
use set_testkit::hierarchy::{Issued, hierarchy};
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
