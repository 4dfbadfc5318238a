//! Registrations that end with certificates.

use set_core::asn1::{self, Date, Limits};
use set_core::ca::Decision;
use set_core::cardholder::registration::KeptCard;
use set_core::msg::ids::Bin;
use set_core::path::Purpose;
use set_core::registration::{EndEntity, Verdict};
use set_core::secret::AcctIdentification;
use set_core::x509::name::unique_cardholder_id;

use crate::rig::{
    ACCOUNT, Applying, EXPIRY, Office, PAN, both_keys, gateway, good_answers, grant, key, merchant,
};

#[test]
fn a_merchant_gets_two_certificates_that_say_what_the_acquirer_vouches_for() {
    let office = Office::of(EndEntity::Merchant);
    let mut shop = Applying::new(10);
    let offered = shop.offered(&office, merchant());
    assert_eq!(offered.entity(), EndEntity::Merchant);
    assert!(offered.acct_data_field().is_some());
    let (state, request) = offered
        .file(
            &shop.tools.context(),
            both_keys(),
            good_answers(),
            None,
            &shop.trust,
        )
        .unwrap();
    let answer = office.answer(&request).unwrap();
    let verdict = state
        .handle(&shop.tools.context(), &answer, &mut shop.trust)
        .unwrap();
    let Verdict::Certified(certified) = verdict else {
        panic!("{verdict:?}");
    };
    let certificate = &certified.signature.certificate;
    let subject = certificate.subject_name().unwrap();
    assert_eq!(subject.country(), "US");
    assert_eq!(subject.organization(), "Orchard:Gold");
    assert_eq!(subject.organizational_units(), ["First Acquirer"]);
    assert_eq!(subject.common_name(), Some("Apple Shop"));
    let data = certificate.merchant_data().unwrap();
    assert_eq!(data.mer_id.as_str(), "SHOP-7");
    assert_eq!(data.mer_acquirer_bin, Bin::new("411111").unwrap());
    assert!(!data.mer_auth_flag);
    let encryption = certified.encryption.as_ref().unwrap();
    assert_eq!(encryption.certificate.subject(), certificate.subject());
    assert_ne!(
        encryption.certificate.serial_number(),
        certificate.serial_number()
    );
    // The issuer, the geopolitical CA, the brand CA and the root.
    assert_eq!(certified.signature.chain.len(), 4);
    assert_eq!(*office.asked.borrow(), ["merchant SHOP-7"]);
    let brand = certificate.brand().unwrap();
    for purpose in [Purpose::MerchantSignature, Purpose::MerchantEncryption] {
        shop.trust
            .held_for(&shop.tools.context(), purpose, &brand)
            .unwrap();
    }
}

#[test]
fn a_merchants_account_travels_in_the_oaep_block_when_the_form_asks_for_it() {
    let office = Office::of(EndEntity::Merchant);
    let mut shop = Applying::new(11);
    let offered = shop.offered(&office, merchant());
    let account = AcctIdentification::padded(ACCOUNT).unwrap();
    let (state, request) = offered
        .file(
            &shop.tools.context(),
            both_keys(),
            good_answers(),
            Some(account),
            &shop.trust,
        )
        .unwrap();
    let answer = office.answer(&request).unwrap();
    let verdict = state
        .handle(&shop.tools.context(), &answer, &mut shop.trust)
        .unwrap();
    assert!(matches!(verdict, Verdict::Certified(_)), "{verdict:?}");
}

#[test]
fn a_gateway_gets_certificates_that_say_what_it_demands() {
    let office = Office::of(EndEntity::Gateway);
    let mut node = Applying::new(12);
    let offered = node.offered(&office, gateway());
    let (state, request) = offered
        .file(
            &node.tools.context(),
            both_keys(),
            good_answers(),
            None,
            &node.trust,
        )
        .unwrap();
    let answer = office.answer(&request).unwrap();
    let verdict = state
        .handle(&node.tools.context(), &answer, &mut node.trust)
        .unwrap();
    let Verdict::Certified(certified) = verdict else {
        panic!("{verdict:?}");
    };
    let encryption = &certified.encryption.as_ref().unwrap().certificate;
    assert!(encryption.card_cert_required());
    let subject = encryption.subject_name().unwrap();
    assert_eq!(subject.common_name(), Some("GW-1"));
}

#[test]
fn a_cardholder_gets_a_certificate_named_by_a_hash_that_the_card_explains() {
    let office = Office::of(EndEntity::Cardholder);
    let mut wallet = Applying::new(13);
    let (state, request) = wallet.card_filed(&office, good_answers());
    let answer = office.answer(&request).unwrap();
    let verdict = state
        .handle(&wallet.tools.context(), &answer, &mut wallet.trust)
        .unwrap();
    let Verdict::Certified(card) = verdict else {
        panic!("{verdict:?}");
    };
    let subject = card.identity.certificate.subject_name().unwrap();
    let expected = unique_cardholder_id(
        &card.pan,
        &card.card_expiry,
        &card.pan_secret,
        &wallet.tools.crypto,
    )
    .unwrap();
    assert_eq!(subject.common_name(), Some(expected.as_str()));
    assert_eq!(subject.organizational_units(), ["First Bank"]);
    assert_eq!(card.pan.expose(), PAN);
    assert_eq!(card.card_expiry.expose(), EXPIRY);
    // A certificate does not outlive the card: December 1999.
    let end = card.identity.certificate.not_after();
    assert_eq!(end.to_string(), "1999-12-31T23:59:59Z");
    assert!(end < Date::EPOCH.plus(crate::rig::today().unix() + 3 * 365 * 86_400));
    assert_eq!(*office.asked.borrow(), ["cardholder 411111******1111"]);
}

#[test]
fn a_pended_request_is_granted_when_the_entity_asks_again() {
    let office = Office::of(EndEntity::Cardholder);
    office.decide(Decision::Pended { message: None });
    let mut wallet = Applying::new(14);
    let (state, request) = wallet.card_filed(&office, good_answers());
    let answer = office.answer(&request).unwrap();
    let verdict = state
        .handle(&wallet.tools.context(), &answer, &mut wallet.trust)
        .unwrap();
    let Verdict::Pended(pended) = verdict else {
        panic!("{verdict:?}");
    };
    wallet.tools.clock.advance(600);
    let (state, request) = pended
        .inquire(&wallet.tools.context(), &wallet.trust)
        .unwrap();
    let answer = office.answer(&request).unwrap();
    let verdict = state
        .handle(&wallet.tools.context(), &answer, &mut wallet.trust)
        .unwrap();
    let Verdict::Pended(pended) = verdict else {
        panic!("{verdict:?}");
    };
    // The program ends, and another run goes on.
    let kept = asn1::encode(&pended.kept()).unwrap();
    let kept: KeptCard = asn1::decode(&kept, &Limits::default()).unwrap();
    let pended = kept.resume(key(0));
    office.decide(Decision::Approved(Box::new(grant(EndEntity::Cardholder))));
    let (state, request) = pended
        .inquire(&wallet.tools.context(), &wallet.trust)
        .unwrap();
    let answer = office.answer(&request).unwrap();
    let verdict = state
        .handle(&wallet.tools.context(), &answer, &mut wallet.trust)
        .unwrap();
    assert!(matches!(verdict, Verdict::Certified(_)), "{verdict:?}");
}

#[test]
fn an_entity_that_holds_the_chain_already_is_sent_less() {
    let office = Office::of(EndEntity::Merchant);
    let mut shop = Applying::new(15);
    let octets = |shop: &mut Applying| {
        let (state, request) = set_core::registration::Initiating::start(
            &shop.tools.context(),
            merchant(),
            &shop.trust,
        )
        .unwrap();
        let answer = office.answer(&request).unwrap();
        state
            .handle(&shop.tools.context(), &answer, &mut shop.trust)
            .unwrap();
        answer.len()
    };
    let first = octets(&mut shop);
    let second = octets(&mut shop);
    assert!(second < first / 2, "{second} of {first} octets");
}
