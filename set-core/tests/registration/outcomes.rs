//! Requests that are in order for the protocol and still not granted.

use set_core::asn1::SeqOf;
use set_core::asn1::strings::SetString;
use set_core::ca::{Decision, Rejecter, form};
use set_core::msg::cert::cert_res::{CertStatusCode, FailedItem, ItemNumber};
use set_core::msg::error::ErrorCode;
use set_core::msg::ids::{Bin, Language};
use set_core::registration::{Answer, Application, EndEntity, Initiating, Refused, Verdict};
use set_core::secret::CardExpiry;

use crate::rig::{Applying, Office, both_keys, gateway, good_answers, grant, key, merchant};

fn merchant_verdict(decision: Decision) -> (CertStatusCode, Refused) {
    let office = Office::of(EndEntity::Merchant);
    office.decide(decision);
    let mut shop = Applying::new(20);
    let offered = shop.offered(&office, merchant());
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
    match state
        .handle(&shop.tools.context(), &answer, &mut shop.trust)
        .unwrap()
    {
        Verdict::Refused(refused) => (refused.code, *refused),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_acquirer_the_issuer_and_the_ca_each_reject_with_their_own_code() {
    let rejected = |by| Decision::Rejected {
        by,
        message: Some(SetString::new("Come in person.").unwrap()),
    };
    let (code, refused) = merchant_verdict(rejected(Rejecter::Institution));
    assert_eq!(code, CertStatusCode::RejectedByAquirer);
    assert!(refused.to_string().contains("Come in person."), "{refused}");
    let (code, _) = merchant_verdict(rejected(Rejecter::Ca));
    assert_eq!(code, CertStatusCode::RejectedByCa);

    let office = Office::of(EndEntity::Cardholder);
    office.decide(rejected(Rejecter::Institution));
    let mut wallet = Applying::new(21);
    let (state, request) = wallet.card_filed(&office, good_answers());
    let answer = office.answer(&request).unwrap();
    let verdict = state
        .handle(&wallet.tools.context(), &answer, &mut wallet.trust)
        .unwrap();
    assert!(
        matches!(&verdict, Verdict::Refused(refused) if refused.code == CertStatusCode::RejectedByIssuer),
        "{verdict:?}"
    );
}

#[test]
fn answers_that_do_not_fit_the_form_are_listed() {
    let office = Office::of(EndEntity::Cardholder);
    let mut wallet = Applying::new(22);
    let answers = vec![form::answer("address", &"x".repeat(128)).unwrap()];
    let (state, request) = wallet.card_filed(&office, answers);
    let answer = office.answer(&request).unwrap();
    let verdict = state
        .handle(&wallet.tools.context(), &answer, &mut wallet.trust)
        .unwrap();
    let Verdict::Refused(refused) = verdict else {
        panic!("{verdict:?}");
    };
    assert_eq!(refused.code, CertStatusCode::RegFormAnswerMalformed);
    let items: Vec<u8> = refused
        .failed_items
        .iter()
        .map(|item| item.item_number.value())
        .collect();
    assert_eq!(items, [1, 2]);
    assert!(office.asked.borrow().is_empty());
}

#[test]
fn the_institution_can_list_answers_too_and_the_form_can_be_sent_again() {
    let items = SeqOf::<_, 1>::one(FailedItem {
        item_number: ItemNumber::new(1).unwrap(),
        item_reason: SetString::new("not as on our books").unwrap(),
    });
    let office = Office::of(EndEntity::Merchant);
    office.decide(Decision::Malformed(items));
    let mut shop = Applying::new(23);
    let offered = shop.offered(&office, merchant());
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
    assert!(
        matches!(&verdict, Verdict::Refused(refused)
            if refused.code == CertStatusCode::RegFormAnswerMalformed && refused.failed_items.len() == 1),
        "{verdict:?}"
    );
    office.decide(Decision::Approved(Box::new(grant(EndEntity::Merchant))));
    assert!(office.answer(&request).is_ok());
}

#[test]
fn a_bank_or_language_without_a_form_gets_a_referral() {
    let office = Office::of(EndEntity::Gateway);
    let mut node = Applying::new(24);
    let mut elsewhere = gateway();
    elsewhere.language = Language::new("xx").unwrap();
    let (state, request) =
        Initiating::start(&node.tools.context(), elsewhere, &node.trust).unwrap();
    let answer = office.answer(&request).unwrap();
    let answer = state
        .handle(&node.tools.context(), &answer, &mut node.trust)
        .unwrap();
    assert!(matches!(answer, Answer::Referral(_)));
    let office = Office::of(EndEntity::Cardholder);
    let mut wallet = Applying::new(25);
    assert!(matches!(
        wallet.card_offered(&office, "fr"),
        Answer::Referral(_)
    ));
}

#[test]
fn whoever_files_in_spite_of_a_referral_is_told_why_there_was_none() {
    for (bin, language, code) in [
        ("999999", "en", CertStatusCode::InvalidBin),
        ("411111", "xx", CertStatusCode::InvalidLanguage),
    ] {
        let office = Office::of(EndEntity::Merchant);
        let mut shop = Applying::new(26);
        let mut application = merchant();
        application.language = Language::new(language).unwrap();
        if let set_core::msg::cert::id_data::IdData::MerchantAcquirerId(id) =
            &mut application.id_data
        {
            id.merchant_bin = Bin::new(bin).unwrap();
        }
        // The form comes from a CA that has one; the record says that there was none.
        let refused = refused_in_spite(&office, &mut shop, application);
        assert_eq!(refused, code);
    }
}

/// Gets a form in the ordinary way, has the CA's record say what it would for `application`,
/// and files.
fn refused_in_spite(
    office: &Office,
    shop: &mut Applying,
    application: Application,
) -> CertStatusCode {
    let offered = shop.offered(office, merchant());
    let (_, request) = Initiating::start(&shop.tools.context(), application, &shop.trust).unwrap();
    let before: Vec<Vec<u8>> = office.records.borrow().keys().cloned().collect();
    office.answer(&request).unwrap();
    let refusal = office
        .records
        .borrow()
        .iter()
        .find(|(lid, _)| !before.contains(lid))
        .and_then(|(_, record)| record.offered().refusal);
    for lid in before {
        let mut records = office.records.borrow_mut();
        if let Some(set_core::ca::Registration::Offered(record)) = records.get_mut(&lid) {
            record.refusal = refusal;
        }
    }
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
    match state
        .handle(&shop.tools.context(), &answer, &mut shop.trust)
        .unwrap()
    {
        Verdict::Refused(refused) => refused.code,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_second_request_while_the_first_is_pended_is_in_progress() {
    let office = Office::of(EndEntity::Merchant);
    office.decide(Decision::Pended { message: None });
    let mut shop = Applying::new(27);
    let offered = shop.offered(&office, merchant());
    let (state, request) = offered
        .file(
            &shop.tools.context(),
            both_keys(),
            good_answers(),
            None,
            &shop.trust,
        )
        .unwrap();
    office.answer(&request).unwrap();
    let answer = office.answer(&request).unwrap();
    let verdict = state
        .handle(&shop.tools.context(), &answer, &mut shop.trust)
        .unwrap();
    assert!(matches!(verdict, Verdict::Pended(_)), "{verdict:?}");
    assert_eq!(office.asked.borrow().len(), 1);
}

#[test]
fn a_challenge_is_good_for_one_certificate() {
    let office = Office::of(EndEntity::Merchant);
    let mut shop = Applying::new(28);
    let offered = shop.offered(&office, merchant());
    let (_, request) = offered
        .file(
            &shop.tools.context(),
            both_keys(),
            good_answers(),
            None,
            &shop.trust,
        )
        .unwrap();
    office.answer(&request).unwrap();
    assert_eq!(office.answer(&request), Err(ErrorCode::ChallengeMismatch));
}

#[test]
fn a_merchant_is_not_served_by_a_gateway_ca_nor_in_another_brand() {
    let office = Office::of(EndEntity::Gateway);
    let shop = Applying::new(29);
    let (_, request) = Initiating::start(&shop.tools.context(), merchant(), &shop.trust).unwrap();
    assert_eq!(office.answer(&request), Err(ErrorCode::UnspecifiedFailure));
    let mut other = gateway();
    other.brand_id = "Cherry".parse().unwrap();
    let (_, request) = Initiating::start(&shop.tools.context(), other, &shop.trust).unwrap();
    assert_eq!(office.answer(&request), Err(ErrorCode::UnspecifiedFailure));
}

#[test]
fn a_card_past_its_month_is_rejected() {
    let office = Office::of(EndEntity::Cardholder);
    let mut wallet = Applying::new(30);
    let Answer::Form(offered) = wallet.card_offered(&office, "en") else {
        panic!("no form");
    };
    let context = wallet.tools.context();
    let (state, request) = offered
        .file(
            &context,
            key(0),
            CardExpiry::new("199705").unwrap(),
            good_answers(),
            &wallet.trust,
        )
        .unwrap();
    let answer = office.answer(&request).unwrap();
    let verdict = state.handle(&context, &answer, &mut wallet.trust).unwrap();
    assert!(
        matches!(&verdict, Verdict::Refused(refused)
            if refused.code == CertStatusCode::RejectedByCa),
        "{verdict:?}"
    );
    assert!(office.asked.borrow().is_empty());
}
