//! What the cardholder is told of all that.

use set_core::asn1::oid;
use set_core::cardholder::inquiry::Inquiring;
use set_core::cardholder::{Account, Outcome, card_message};
use set_core::exchange::CapRevOrCred;
use set_core::merchant::{authorize, correct};
use set_core::msg::payment::acq_card::{AcqCardCode, AcqCardCodeMsg, AcqCardMsgData};
use set_core::msg::payment::auth_res::AuthCode;
use set_core::msg::payment::p_res::CompletionCode;
use set_core::secret::PanSecret;
use set_testkit::street::{Server, Street, amount};

use crate::{first, shipment};

fn inquire(street: &mut Street, placed: &set_core::cardholder::inquiry::Placed) -> Outcome {
    let (state, request) = street.inq_req(placed.clone());
    let answer = street.shop.answer(&request).unwrap();
    let wallet = &mut street.wallet;
    let context = wallet.tools.context();
    state.handle(&context, &answer, &mut wallet.trust).unwrap()
}

#[test]
fn every_part_of_an_order_has_a_payload_with_its_ratios() {
    let mut street = Street::new();
    let placed = street.placed();
    street.authorize(shipment(6_475));
    let sale = street.authorize(authorize::Wish::of(amount(6_475))).sale;
    let (sale, _) = street.capture(sale, 2_590);
    let last = correct::Wish {
        auth_rrpid: sale.payments[1].auth_rrpid,
        amount: Some(amount(1_295)),
        ..first(&sale)
    };
    let (sale, _) = street.correct(CapRevOrCred::Cred, sale, last.clone());
    street.clock.advance(1);
    let (sale, _) = street.correct(CapRevOrCred::Cred, sale, last.clone());
    let undo = correct::Wish {
        credit: Some(0),
        ..last
    };
    street.correct(CapRevOrCred::CredRev, sale, undo);
    let outcome = inquire(&mut street, &placed);
    let [one, other] = outcome.payloads() else {
        panic!("{:?}", outcome.payloads());
    };
    assert_eq!(one.completion_code, CompletionCode::AuthorizationPerformed);
    assert_eq!(other.completion_code, CompletionCode::CreditPerformed);
    let results = one.results.as_ref().unwrap();
    assert_eq!(
        results.auth_status.as_ref().unwrap().auth_ratio.value(),
        0.5
    );
    assert_eq!(results.cap_status, None);
    let results = other.results.as_ref().unwrap();
    assert_eq!(results.cap_status.as_ref().unwrap().cap_ratio.value(), 0.2);
    let credits = results.cred_status_seq.as_ref().unwrap();
    let ratios: Vec<f64> = credits.iter().map(|one| one.credit_ratio.value()).collect();
    assert_eq!(ratios, [0.1], "the credit that was reversed is left out");
}

#[test]
fn an_order_whose_authorization_was_taken_back_is_rejected() {
    let mut street = Street::new();
    let placed = street.placed();
    let sale = street.authorize(authorize::Wish::of(amount(12_950))).sale;
    street.reverse(sale, 0);
    let outcome = inquire(&mut street, &placed);
    let payload = &outcome.payloads()[0];
    assert_eq!(payload.completion_code, CompletionCode::OrderRejected);
}

#[test]
fn the_acquirers_message_is_read_by_the_wallet_at_once_or_weeks_later_and_by_nobody_else() {
    for algorithm in [oid::algorithm::DES_CBC, oid::algorithm::CDMF_CBC] {
        let mut street = Street::new();
        street.recertify_gateway(true, Some(algorithm));
        let words = AcqCardCodeMsg {
            acq_card_code: AcqCardCode::MessageOfDay,
            acq_card_msg_data: AcqCardMsgData {
                acq_card_text: "Thank you.".parse().ok(),
                acq_card_url: None,
                acq_card_phone: None,
            },
        };
        street.acquirer.card_message = Some(words.clone());
        let placed = street.placed();
        street.authorize(authorize::Wish::of(amount(12_950)));
        let outcome = inquire(&mut street, &placed);
        let results = outcome.payloads()[0].results.as_ref().unwrap();
        let sealed = results.acq_card_msg.as_ref().unwrap();
        let bulk = &sealed.encrypted_content_info.content_encryption_algorithm;
        assert_eq!(bulk.algorithm, algorithm);
        let wallet = &mut street.wallet;
        let context = wallet.tools.context();
        let mut read = |secret: &PanSecret| {
            card_message::read(&context, &mut wallet.trust, &placed, secret, sealed)
        };
        assert_eq!(read(&wallet.card.pan_secret).unwrap(), words);
        assert!(read(&PanSecret::from_octets([9; 20])).is_err());
    }
}

#[test]
fn a_gateway_that_sends_no_messages_is_offered_no_key() {
    let mut street = Street::new();
    street.recertify_gateway(true, None);
    let message = AcqCardCodeMsg {
        acq_card_code: AcqCardCode::AccountInfo,
        acq_card_msg_data: AcqCardMsgData {
            acq_card_text: None,
            acq_card_url: None,
            acq_card_phone: None,
        },
    };
    street.acquirer.card_message = Some(message);
    let placed = street.placed();
    street.authorize(authorize::Wish::of(amount(12_950)));
    let outcome = inquire(&mut street, &placed);
    let results = outcome.payloads()[0].results.as_ref().unwrap();
    assert_eq!(results.acq_card_msg, None);
}

#[test]
fn a_cardholder_without_a_certificate_pays_and_inquires_where_the_gateway_allows_it() {
    let mut street = Street::new();
    let account = Account {
        pan: street.wallet.card.pan.duplicate(),
        card_expiry: street.wallet.card.card_expiry.duplicate(),
        secret: PanSecret::from_octets([7; 20]),
    };
    let offered = street.offered();
    let context = street.wallet.tools.context();
    assert!(offered.pay_unsigned(&context, &account).is_err());

    let mut street = Street::new();
    street.recertify_gateway(false, None);
    let offered = street.offered();
    let context = street.wallet.tools.context();
    let (state, request) = offered.pay_unsigned(&context, &account).unwrap();
    let answer = street.shop.answer(&request).unwrap();
    let wallet = &mut street.wallet;
    let context = wallet.tools.context();
    let (placed, _) = state.handle(&context, &answer, &mut wallet.trust).unwrap();
    let answer = street.authorize(authorize::Wish::of(amount(12_950)));
    assert_eq!(answer.auth_code, AuthCode::Approved);
    let context = street.wallet.tools.context();
    let (state, request) = Inquiring::start_unsigned(&context, placed).unwrap();
    let answer = street.shop.answer(&request).unwrap();
    let wallet = &mut street.wallet;
    let context = wallet.tools.context();
    let outcome = state.handle(&context, &answer, &mut wallet.trust).unwrap();
    let payload = &outcome.payloads()[0];
    assert_eq!(
        payload.completion_code,
        CompletionCode::AuthorizationPerformed
    );
}
