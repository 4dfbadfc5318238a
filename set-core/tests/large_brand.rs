//! A brand with many CAs, and what strangers may add to what its CAs send.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::sync::Arc;

use set_core::asn1::{self, Opaque, SeqOf, oid};
use set_core::ca::circulation::distribution;
use set_core::cardholder::registration as cardholder;
use set_core::crypto::RustCrypto;
use set_core::error::Error;
use set_core::exchange::Context;
use set_core::msg::error::ErrorCode;
use set_core::msg::ids::Language;
use set_core::msg::payment::cap::CapCode;
use set_core::party::{Identity, Purpose, Trust};
use set_core::path::TrustStore;
use set_core::pkcs7::SignedData;
use set_core::registration::{Answer, Verdict};
use set_core::x509::build::{CaKey, Profile, issue};
use set_core::x509::ext::CertificateType;
use set_core::x509::extension::Extension;
use set_core::x509::{BrandCrlIdentifier, Certificate, Crl};
use set_testkit::clock::{Clock, noon};
use set_testkit::hierarchy::{
    BRAND, Issued, altered, bci_contents, brand_name, contents, crl_contents, forged, forged_crl,
    hierarchy,
};
use set_testkit::keys::rsa_1024;
use set_testkit::street::{Filing, Server, Street, Tools};

/// So many merchant CAs beside those of the test hierarchy, each with a key for certificates and
/// another for CRLs.
const FURTHER: u32 = 40;

struct Further {
    certificates: Vec<Certificate>,
    crls: Vec<Crl>,
    bci: BrandCrlIdentifier,
}

fn further() -> Further {
    let all = hierarchy();
    let mut certificates = Vec::new();
    let mut crls = Vec::new();
    let certify = |serial, name: &str, key: usize, use_of_key| {
        let key = rsa_1024(key).unwrap();
        let profile = Profile::Ca {
            certificate_type: CertificateType::MCA,
            key: use_of_key,
        };
        let contents = contents(serial, brand_name(Some(name)).unwrap(), &key, profile).unwrap();
        let issuer = &all.brand_ca;
        let certificate = issue(&contents, &issuer.certificate, &issuer.key, &RustCrypto).unwrap();
        Issued { certificate, key }
    };
    for number in 0..FURTHER {
        let name = format!("Region {number}");
        let signing = CaKey::CertSigning { path_len: 0 };
        let lists = certify(5_000 + number, &name, 1, CaKey::CrlSigning);
        certificates.push(certify(6_000 + number, &name, 0, signing).certificate);
        let list = crl_contents(1, Vec::new());
        crls.push(Crl::sign(&list, &lists.certificate, &lists.key, &RustCrypto).unwrap());
        certificates.push(lists.certificate);
    }
    let listed = [&*all.crls, &*crls].concat();
    let contents = bci_contents(2, &listed).unwrap();
    let ca = &all.brand_ca;
    Further {
        bci: BrandCrlIdentifier::sign(contents, &ca.certificate, &ca.key, &RustCrypto).unwrap(),
        certificates,
        crls,
    }
}

impl Further {
    fn hold(&self, context: &Context<'_>, trust: &mut Trust) {
        for certificate in &self.certificates {
            trust.hold(certificate.clone());
        }
        for crl in &self.crls {
            trust.hold_crl(context, crl.clone());
        }
        trust.hold_bci(context, self.bci.clone());
    }
}

#[test]
fn a_cardholder_of_a_brand_with_43_cas_registers_and_buys() {
    let further = further();
    let mut street = Street::new();
    let Street {
        shop,
        acquirer,
        cca,
        wallet,
        ..
    } = &mut street;
    further.hold(&shop.tools.context(), &mut shop.merchant.trust);
    further.hold(&acquirer.tools.context(), &mut acquirer.gateway.trust);
    further.hold(&cca.tools.context(), &mut cca.ca.trust);

    let (context, trust) = (wallet.tools.context(), &mut wallet.trust);
    let brand = BRAND.parse().unwrap();
    let (state, request) = cardholder::Initiating::start(&context, brand, trust).unwrap();
    let state = state
        .handle(&context, &cca.answer(&request).unwrap(), trust)
        .unwrap();
    assert_eq!(trust.bci(), Some(&further.bci));
    assert_eq!(trust.crls().len(), 44);
    let language = Language::new("en").unwrap();
    let pan = wallet.card.pan.duplicate();
    let (state, request) = state.ask(&context, pan, language, trust).unwrap();
    let answer = cca.answer(&request).unwrap();
    let Answer::Form(offered) = state.handle(&context, &answer, trust).unwrap() else {
        panic!("no form");
    };
    let expiry = wallet.card.card_expiry.duplicate();
    let (state, request) = offered
        .file(&context, Filing::key(0), expiry, Filing::answers(), trust)
        .unwrap();
    let answer = cca.answer(&request).unwrap();
    let Verdict::Certified(card) = state.handle(&context, &answer, trust).unwrap() else {
        panic!("not certified");
    };
    wallet.card = *card;

    let sale = street.authorized();
    let (_, code) = street.capture(sale, 12_950);
    assert_eq!(code, CapCode::Success);
}

/// What a brand CA hands out, and what it is verified with by who has the root alone.
fn handed_out(context: &Context<'_>) -> (SignedData, Trust) {
    let all = hierarchy();
    let stranger = Trust::new(TrustStore::new(vec![all.root.certificate.clone()]));
    let mut held = stranger.clone();
    for certificate in all.certificates() {
        held.hold(certificate);
    }
    for crl in &all.crls {
        held.hold_crl(context, crl.clone());
    }
    held.hold_bci(context, all.bci.clone());
    let signer = Identity {
        key: all.brand_ca.key.clone(),
        certificate: all.brand_ca.certificate.clone(),
        chain: Vec::new(),
    };
    let octets = distribution::distribute(context, &held, &signer).unwrap();
    let message = asn1::decode(&octets, &asn1::Limits::default()).unwrap();
    (message, stranger)
}

fn in_front(bag: Option<SeqOf<Opaque, 0>>, added: Vec<Opaque>) -> Option<SeqOf<Opaque, 0>> {
    let genuine = bag.map(SeqOf::into_vec).unwrap_or_default();
    SeqOf::new([added, genuine].concat()).ok()
}

/// Root CRLs, forged, with numbers above the true one's.
fn forged_lists(count: u64) -> Vec<Opaque> {
    let id = oid::extension::CRL_NUMBER;
    (0..count)
        .map(|number| {
            let forged = forged_crl(&hierarchy().crls[0], |contents| {
                let mut extensions = contents.crl_extensions.clone().into_vec();
                extensions.retain(|extension| extension.extn_id != id);
                extensions.push(Extension::of(id, false, &(number + 2)).unwrap());
                contents.crl_extensions = SeqOf::new(extensions).unwrap();
            });
            forged.unwrap().to_opaque()
        })
        .collect()
}

#[test]
fn what_strangers_put_in_front_does_not_hide_what_the_cas_signed() {
    let tools = Tools::new(70, Arc::new(Clock::at(noon())));
    let context = tools.context();
    let (message, stranger) = handed_out(&context);
    let brand_ca = &hierarchy().brand_ca.certificate;
    let certificates: Vec<Opaque> = (0..400)
        .map(|number: u32| {
            // Of the brand CA's very name and number, so that the signer seems to be meant.
            let end = noon().plus(86_400 + u64::from(number));
            let like = forged(brand_ca, |tbs| tbs.validity.not_after = end.into());
            like.unwrap().to_opaque()
        })
        .collect();
    let mut crowded = message.clone();
    crowded.certificates = in_front(crowded.certificates, certificates);
    crowded.crls = in_front(crowded.crls, forged_lists(400));
    let bci = &hierarchy().bci;

    let mut trust = stranger.clone();
    let before = tools.crypto.public_operations();
    trust.learn(&context, &crowded, Some(bci)).unwrap();
    let proof = trust.signer(&context, &crowded, Purpose::BrandCaCrl);
    assert_eq!(proof.unwrap().certificate(), brand_ca);
    let cost = tools.crypto.public_operations() - before;
    assert!(cost < 1_000, "{cost} signatures");
    // What is held is what an undisturbed message would have brought.
    let mut undisturbed = stranger;
    undisturbed.learn(&context, &message, Some(bci)).unwrap();
    undisturbed
        .signer(&context, &message, Purpose::BrandCaCrl)
        .unwrap();
    assert_eq!(trust.crls(), undisturbed.crls());
    assert_eq!(trust.certificates().len(), undisturbed.certificates().len());
}

#[test]
fn cas_made_up_under_a_name_and_key_of_their_own_do_not_hide_the_true_one() {
    let tools = Tools::new(71, Arc::new(Clock::at(noon())));
    let context = tools.context();
    let (message, mut trust) = handed_out(&context);
    let mca = &hierarchy().mca.cert_signing.certificate;
    let key = rsa_1024(2).unwrap();
    let made_up = (0..100)
        .map(|number: u8| {
            let like = altered(mca, &key, |tbs| {
                tbs.serial_number = set_core::pkcs7::SerialNumber::new(&[9, number]).unwrap();
            });
            like.unwrap().to_opaque()
        })
        .collect();
    let mut crowded = message;
    crowded.certificates = in_front(crowded.certificates, vec![mca.to_opaque()]);
    crowded.certificates = in_front(crowded.certificates, made_up);
    let bci = &hierarchy().bci;
    trust.learn(&context, &crowded, Some(bci)).unwrap();
    let merchant = &hierarchy().merchant_signature.certificate;
    trust
        .verify(&context, merchant, Purpose::MerchantSignature, None)
        .unwrap();
}

#[test]
fn a_message_that_encloses_more_than_the_policy_takes_is_refused_at_no_cost() {
    let tools = Tools::new(72, Arc::new(Clock::at(noon())));
    let context = tools.context();
    let (message, mut trust) = handed_out(&context);
    let one = hierarchy().brand_ca.certificate.to_opaque();
    let list = hierarchy().crls[0].to_opaque();
    let mut bags = [message.clone(), message.clone(), message.clone(), message];
    bags[0].certificates = SeqOf::new(vec![one.clone(); 512]).ok();
    bags[1].certificates = SeqOf::new(vec![one.clone(); 513]).ok();
    bags[2].certificates = SeqOf::new(vec![one; 10_000]).ok();
    bags[3].crls = SeqOf::new(vec![list; 10_000]).ok();
    let before = tools.crypto.public_operations();
    trust.learn(&context, &bags[0], None).unwrap();
    for bag in &bags[1..] {
        let refused = trust.learn(&context, bag, None);
        assert_eq!(
            refused.map_err(|error: Error| error.code()),
            Err(ErrorCode::UnspecifiedFailure)
        );
    }
    assert_eq!(tools.crypto.public_operations(), before);
}
