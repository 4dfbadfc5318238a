//! Every CertStatusCode has a way to it.

use set_core::asn1::strings::SetString;
use set_core::asn1::{self, Limits, SeqOf};
use set_core::ca::{Decision, Registration, Rejecter, form};
use set_core::msg::cert::cert_res::{CertStatusCode, FailedItem, ItemNumber};
use set_core::registration::{EndEntity, Offered, Pended, Verdict};
use set_core::secret::BackKey;

use crate::rig::{Applying, Office, both_keys, good_answers, key, merchant};

/// All codes that the enumeration has.
fn all() -> impl Iterator<Item = CertStatusCode> {
    // As DER, an ENUMERATED of one octet.
    (0..=127).filter_map(|number| asn1::decode(&[0x0a, 1, number], &Limits::default()).ok())
}

fn merchant_before(office: &Office) -> (Applying, Offered) {
    let mut shop = Applying::new(90);
    let offered = shop.offered(office, merchant());
    (shop, offered)
}

fn file(
    office: &Office,
    shop: &mut Applying,
    offered: Offered,
) -> (CertStatusCode, Option<Pended>) {
    let context = shop.tools.context();
    let (state, request) = offered
        .file(&context, both_keys(), good_answers(), None, &shop.trust)
        .unwrap();
    let answer = office.answer(&request).unwrap();
    outcome(state.handle(&context, &answer, &mut shop.trust).unwrap())
}

fn outcome<C>(verdict: Verdict<C, Pended>) -> (CertStatusCode, Option<Pended>) {
    match verdict {
        Verdict::Certified(_) => (CertStatusCode::RequestComplete, None),
        Verdict::Pended(pended) => (CertStatusCode::RequestPended, Some(*pended)),
        Verdict::Refused(refused) => (refused.code, None),
    }
}

/// What the institution's decision gives a merchant.
fn decided(decision: Decision) -> CertStatusCode {
    let office = Office::of(EndEntity::Merchant);
    office.decide(decision);
    let (mut shop, offered) = merchant_before(&office);
    file(&office, &mut shop, offered).0
}

/// What a merchant gets whose form was refused.
fn referred(refusal: CertStatusCode) -> CertStatusCode {
    let office = Office::of(EndEntity::Merchant);
    let (mut shop, offered) = merchant_before(&office);
    for record in office.records.borrow_mut().values_mut() {
        if let Registration::Offered(record) = record {
            record.refusal = Some(refusal);
        }
    }
    file(&office, &mut shop, offered).0
}

fn rejected(by: Rejecter) -> Decision {
    Decision::Rejected { by, message: None }
}

/// Brings about one code, as the entity sees it in a signed answer.
fn bring_about(code: CertStatusCode) -> CertStatusCode {
    match code {
        CertStatusCode::RequestComplete => {
            let office = Office::of(EndEntity::Merchant);
            let (mut shop, offered) = merchant_before(&office);
            let offered = offered.answered_under(BackKey::from_octets([7; 20]));
            file(&office, &mut shop, offered).0
        }
        CertStatusCode::InvalidLanguage | CertStatusCode::InvalidBin => referred(code),
        CertStatusCode::SigValidationFail => anothers_signature(),
        CertStatusCode::DecryptionError => after_a_change_of_keys(),
        CertStatusCode::RequestInProgress => sent_twice(),
        CertStatusCode::RequestPended => decided(Decision::Pended { message: None }),
        CertStatusCode::RejectedByIssuer => {
            let office = Office::of(EndEntity::Cardholder);
            office.decide(rejected(Rejecter::Institution));
            let mut wallet = Applying::new(91);
            let (state, request) = wallet.card_filed(&office, good_answers());
            let answer = office.answer(&request).unwrap();
            let context = wallet.tools.context();
            match state.handle(&context, &answer, &mut wallet.trust).unwrap() {
                Verdict::Refused(refused) => refused.code,
                other => panic!("{other:?}"),
            }
        }
        CertStatusCode::RejectedByAquirer => decided(rejected(Rejecter::Institution)),
        CertStatusCode::RegFormAnswerMalformed => {
            decided(Decision::Malformed(SeqOf::<_, 1>::one(FailedItem {
                item_number: ItemNumber::new(1).unwrap(),
                item_reason: SetString::new("not as on our books").unwrap(),
            })))
        }
        CertStatusCode::RejectedByCa => decided(rejected(Rejecter::Ca)),
        CertStatusCode::UnableToEncryptCertRes => crate::altered::unknown_cipher(),
    }
}

#[test]
fn every_code_of_the_enumeration_is_reached() {
    assert_eq!(all().count(), 12);
    for code in all() {
        assert_eq!(bring_about(code), code);
    }
}

/// The answers are those of another request than the one that was signed.
fn anothers_signature() -> CertStatusCode {
    let office = Office::of(EndEntity::Merchant);
    let (mut shop, offered) = merchant_before(&office);
    let context = shop.tools.context();
    let (state, request) = offered
        .file(&context, both_keys(), good_answers(), None, &shop.trust)
        .unwrap();
    let request = crate::altered::with_other_answers(
        &office,
        &request,
        vec![form::answer("name", "Somebody Else").unwrap()],
    );
    let answer = office.answer(&request).unwrap();
    outcome(state.handle(&context, &answer, &mut shop.trust).unwrap()).0
}

/// The CA's encryption key is changed while a request waits.
fn after_a_change_of_keys() -> CertStatusCode {
    let mut office = Office::of(EndEntity::Merchant);
    office.decide(Decision::Pended { message: None });
    let (mut shop, offered) = merchant_before(&office);
    let (_, pended) = file(&office, &mut shop, offered);
    office.ca.encryption.key = key(9);
    let context = shop.tools.context();
    let (state, request) = pended.unwrap().inquire(&context, &shop.trust).unwrap();
    let answer = office.answer(&request).unwrap();
    outcome(state.handle(&context, &answer, &mut shop.trust).unwrap()).0
}

/// The code itself is looked at, since the entity takes it for pended.
fn sent_twice() -> CertStatusCode {
    let office = Office::of(EndEntity::Merchant);
    office.decide(Decision::Pended { message: None });
    let (shop, offered) = merchant_before(&office);
    let context = shop.tools.context();
    let (_, request) = offered
        .file(&context, both_keys(), good_answers(), None, &shop.trust)
        .unwrap();
    office.answer(&request).unwrap();
    office.answer(&request).unwrap();
    office.last.get().unwrap()
}
