//! What must not be seen is not seen.

use set_core::asn1;
use set_core::ca::{Decision, cert_req};
use set_core::exchange;
use set_core::msg::message::Message;
use set_core::registration::{EndEntity, Verdict};
use set_core::secret::AcctIdentification;

use crate::rig::{ACCOUNT, Applying, Office, PAN, both_keys, good_answers, merchant};

fn assert_hidden(what: &str, text: &str) {
    assert!(!text.contains(PAN), "{what}: {text}");
    assert!(!text.contains(ACCOUNT), "{what}: {text}");
    assert!(!text.contains("A. N. Applicant"), "{what}: {text}");
}

fn assert_not_in_octets(what: &str, octets: &[u8]) {
    for secret in [PAN, ACCOUNT] {
        let found = octets
            .windows(secret.len())
            .any(|window| window == secret.as_bytes());
        assert!(!found, "{what} holds {secret}");
    }
}

#[test]
fn no_state_record_or_message_of_a_cardholders_registration_shows_the_card() {
    let office = Office::of(EndEntity::Cardholder);
    office.decide(Decision::Pended { message: None });
    let mut wallet = Applying::new(50);
    let (state, request) = wallet.card_filed(&office, good_answers());
    assert_hidden("Filed", &format!("{state:?}"));
    assert_not_in_octets("CertReq", &request);
    let context = office.tools.context();
    let received = exchange::receive(&context, &request, set_core::ca::serves).unwrap();
    assert_hidden("wrapper", &format!("{received:?}"));
    let Message::CertReq(message) = &received.message else {
        panic!("no CertReq");
    };
    let opened = cert_req::open(&context, &office.ca, &received.header, message).unwrap();
    assert_hidden("Opened", &format!("{opened:?}"));
    let record = office.records.borrow().values().next().cloned();
    let judged = opened.judge(&context, &office.ca, record).unwrap();
    assert_hidden("Judged", &format!("{judged:?}"));
    let answer = office.answer(&request).unwrap();
    for record in office.records.borrow().values() {
        assert_hidden("record", &format!("{record:?}"));
        assert_not_in_octets("record", &asn1::encode(record).unwrap());
    }
    let verdict = state
        .handle(&wallet.tools.context(), &answer, &mut wallet.trust)
        .unwrap();
    assert_hidden("Verdict", &format!("{verdict:?}"));
    assert!(matches!(verdict, Verdict::Pended(_)));
}

#[test]
fn no_state_or_message_of_a_merchants_registration_shows_the_account() {
    let office = Office::of(EndEntity::Merchant);
    let mut shop = Applying::new(51);
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
    assert_hidden("Filed", &format!("{state:?}"));
    assert_not_in_octets("CertReq", &request);
    let answer = office.answer(&request).unwrap();
    let verdict = state
        .handle(&shop.tools.context(), &answer, &mut shop.trust)
        .unwrap();
    assert_hidden("Verdict", &format!("{verdict:?}"));
}
