//! Many items, parts, shipments, with and without tokens.

use set_core::error::Error;
use set_core::gateway::CapTokens;
use set_core::merchant::{Sale, capture};
use set_core::msg::payment::cap::CapCode;
use set_core::msg::payment::tokens::CapToken;
use set_testkit::street::{Server, Street, amount};

use crate::numbered;

fn wish(sale: &Sale, cents: u64, number: &str) -> capture::Wish {
    capture::Wish {
        auth_rrpid: sale.payments[0].auth_rrpid,
        amount: amount(cents),
        sale_detail: numbered(number),
    }
}

fn ask(street: &mut Street, sales: Vec<(Sale, Vec<capture::Wish>)>) -> Vec<capture::Answer> {
    let (sales, request) = street.shop.cap_req(sales);
    let answer = street.acquirer.answer(&request).unwrap();
    let shop = &mut street.shop;
    capture::handle(&shop.tools.context(), &mut shop.merchant, sales, &answer).unwrap()
}

#[test]
fn shipments_are_captured_one_by_one_up_to_what_was_authorized() {
    let mut street = Street::new();
    let mut sale = street.authorized();
    for (cents, code, captured) in [
        (5_000, CapCode::Success, 5_000),
        (7_000, CapCode::Success, 12_000),
        (1_000, CapCode::InvalidAuthData, 12_000),
        (950, CapCode::Success, 12_950),
        (1, CapCode::DuplicateRequest, 12_950),
    ] {
        street.clock.advance(60);
        let (after, found) = street.capture(sale, cents);
        assert_eq!((found, after.captured()), (code, captured), "{cents}");
        sale = after;
    }
    let record = &street.acquirer.store().authorizations[0];
    assert_eq!(record.captured(), 12_950);
    assert_eq!(street.acquirer.store().captures(), 3);
}

#[test]
fn two_parts_that_the_gateway_could_not_tell_apart_are_not_asked_for() {
    let mut street = Street::new();
    let sale = street.authorized();
    let numbered = |number: &str| {
        let mut wish = wish(&sale, 5_000, "a");
        let detail = wish.sale_detail.as_mut().unwrap();
        detail.customer_reference_number = number.parse().ok();
        assert!(detail.customer_reference_number.is_some());
        wish
    };
    let asked = vec![(sale.clone(), vec![numbered("1"), numbered("2")])];
    let context = street.shop.tools.context();
    let refused = capture::capture(&context, &street.shop.merchant, asked, None);
    assert!(matches!(refused, Err(Error::Caller(_))), "{refused:?}");
    let parts = vec![wish(&sale, 5_000, "a"), wish(&sale, 5_000, "b")];
    let answers = ask(&mut street, vec![(sale, parts)]);
    assert_eq!(answers[0].cap_codes, [CapCode::Success, CapCode::Success]);
}

#[test]
fn several_parts_of_several_orders_go_in_one_message_each_with_its_code() {
    let mut street = Street::new();
    let sale = street.authorized();
    let parts = vec![
        wish(&sale, 5_000, "a"),
        wish(&sale, 5_000, "b"),
        wish(&sale, 5_000, "c"),
        wish(&sale, 2_950, "d"),
    ];
    let answers = ask(&mut street, vec![(sale, parts)]);
    let expected = [
        CapCode::Success,
        CapCode::Success,
        CapCode::InvalidAuthData,
        CapCode::Success,
    ];
    assert_eq!(answers[0].cap_codes, expected);
    assert_eq!(answers[0].sale.captured(), 12_950);
    let numbers: Vec<u64> = answers[0].sale.payments[0]
        .captures
        .iter()
        .map(|capture| capture.slot.unwrap().batch_sequence_num.value())
        .collect();
    assert_eq!(numbers, [1, 2, 3]);
}

#[test]
fn a_merchant_does_not_ask_for_two_captures_that_nothing_tells_apart() {
    let mut street = Street::new();
    let sale = street.authorized();
    let both = vec![wish(&sale, 100, "a"), wish(&sale, 100, "a")];
    let shop = &street.shop;
    let context = shop.tools.context();
    let asked = capture::capture(&context, &shop.merchant, vec![(sale.clone(), both)], None);
    assert!(asked.is_err());
    let one = vec![wish(&sale, 100, "a")];
    let answers = ask(&mut street, vec![(sale, one.clone())]);
    let sale = answers[0].sale.clone();
    let shop = &street.shop;
    let context = shop.tools.context();
    assert!(capture::capture(&context, &shop.merchant, vec![(sale, one)], None).is_err());
}

#[test]
fn a_gateway_that_keeps_the_account_needs_no_token_but_the_authorization_as_it_was() {
    for tokens in [CapTokens::WithoutAccount, CapTokens::None] {
        let mut street = Street::new();
        street.acquirer.gateway.cap_tokens = tokens;
        let sale = street.authorized();
        let token = sale.payments[0].cap_token.clone().unwrap();
        match tokens {
            CapTokens::None => assert!(matches!(token, CapToken::Null(_))),
            _ => assert!(matches!(token, CapToken::Enc(_))),
        }
        let (_, code) = street.capture(sale, 12_950);
        assert_eq!(code, CapCode::Success, "{tokens:?}");
    }
}

#[test]
fn without_a_token_details_that_lack_or_differ_are_refused() {
    let mut street = Street::new();
    street.acquirer.gateway.cap_tokens = CapTokens::None;
    let sale = street.authorized();
    let mut without = sale.clone();
    without.payments.as_mut_slice()[0].cap_token = None;
    assert_eq!(street.capture(without, 100).1, CapCode::AuthDataMissing);
    let mut wrong = sale.clone();
    let response = &mut wrong.payments.as_mut_slice()[0].response;
    response.auth_header.auth_amt = amount(99_999);
    assert_eq!(street.capture(wrong, 100).1, CapCode::InvalidAuthData);
    assert_eq!(street.capture(sale, 100).1, CapCode::Success);
}

#[test]
fn an_authorization_that_is_too_old_is_not_captured() {
    let mut street = Street::new();
    let sale = street.authorized();
    let record = &mut street.acquirer.books.authorizations[0];
    record.date = record.date.minus(31 * 86_400);
    assert_eq!(street.capture(sale, 100).1, CapCode::AuthExpired);
}

#[test]
fn a_capture_that_was_reversed_can_be_made_again() {
    let mut street = Street::new();
    let sale = street.authorized();
    let (sale, _) = street.capture(sale, 12_950);
    let wish = crate::first(&sale);
    let (sale, _) = street.correct(set_core::exchange::CapRevOrCred::CapRev, sale, wish);
    let (sale, code) = street.capture(sale, 12_950);
    assert_eq!((code, sale.captured()), (CapCode::Success, 12_950));
}
