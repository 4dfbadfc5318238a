//! Authorizations lowered and taken back.

use set_core::gateway::host::HostEvent;
use set_core::merchant::{authorize, reverse};
use set_core::msg::amount::Currency;
use set_core::msg::payment::auth_res::AuthCode;
use set_core::msg::payment::auth_rev::AuthRevCode as Code;
use set_core::msg::payment::cap::CapCode;
use set_testkit::street::{Server, Street, amount};

#[test]
fn a_lowered_authorization_has_a_new_token_and_the_old_one_stops_working() {
    let mut street = Street::new();
    let old = street.authorized();
    let answer = street.reverse(old.clone(), 5_000);
    assert_eq!(answer.auth_rev_code, Code::Approved);
    let new = answer.sale;
    assert_eq!(new.authorized(), 5_000);
    assert_ne!(
        new.payments[0].cap_token, old.payments[0].cap_token,
        "the token is a new one"
    );
    assert_eq!(street.capture(old, 1_000).1, CapCode::InvalidCapToken);
    assert_eq!(
        street.capture(new.clone(), 5_001).1,
        CapCode::InvalidAuthData
    );
    assert_eq!(street.capture(new, 5_000).1, CapCode::Success);
    let events = &street.acquirer.store().events;
    assert_eq!(
        *events,
        [HostEvent::AuthorizationReversal, HostEvent::Capture]
    );
}

#[test]
fn an_authorization_taken_back_holds_nothing_and_frees_the_payment_instruction() {
    let mut street = Street::new();
    let sale = street.authorized();
    let answer = street.reverse(sale.clone(), 0);
    assert_eq!(answer.auth_rev_code, Code::Approved);
    assert_eq!(answer.sale.state(), "reversed");
    assert_eq!(answer.sale.payments[0].cap_token, None);
    assert_eq!(street.capture(sale, 100).1, CapCode::InvalidAuthData);
    street.shop.keep(answer.sale.into());
    let again = street.authorize(authorize::Wish::of(amount(12_950)));
    assert_eq!(again.auth_code, AuthCode::Approved);
    assert_eq!(again.sale.payments.len(), 2);
}

#[test]
fn an_amount_that_is_not_less_or_in_another_unit_is_refused() {
    let mut street = Street::new();
    let sale = street.authorized();
    for cents in [12_950, 12_951] {
        let answer = street.reverse(sale.clone(), cents);
        assert_eq!(answer.auth_rev_code, Code::InvalidAmount, "{cents}");
    }
    let mut euros = amount(5_000);
    euros.currency = Currency::new(978).unwrap();
    let shop = &mut street.shop;
    let context = shop.tools.context();
    let auth_rrpid = sale.payments[0].auth_rrpid;
    let (sale, request) =
        reverse::reverse(&context, &shop.merchant, sale, auth_rrpid, euros).unwrap();
    let answer = street.acquirer.answer(&request).unwrap();
    let shop = &mut street.shop;
    let context = shop.tools.context();
    let answer = reverse::handle(&context, &mut shop.merchant, sale, &answer).unwrap();
    assert_eq!(answer.auth_rev_code, Code::AmountError);
    assert_eq!(answer.sale.authorized(), 12_950);
}

#[test]
fn what_is_captured_cannot_be_taken_back() {
    let mut street = Street::new();
    let sale = street.authorized();
    let (sale, _) = street.capture(sale, 5_000);
    let refused = street.reverse(sale.clone(), 4_999);
    assert_eq!(refused.auth_rev_code, Code::InvalidAmount);
    let answer = street.reverse(sale, 5_000);
    assert_eq!(answer.auth_rev_code, Code::Approved);
}

#[test]
fn only_what_is_in_force_young_and_the_merchants_is_lowered() {
    let mut street = Street::new();
    let sale = street.authorized();
    let genuine = street.acquirer.books.clone();
    let date = &mut street.acquirer.books.authorizations[0].date;
    *date = date.minus(31 * 86_400);
    let answer = street.reverse(sale.clone(), 100);
    assert_eq!(answer.auth_rev_code, Code::ExpiredTransaction);

    street.acquirer.books = genuine.clone();
    street.acquirer.books.authorizations[0].merchant_id = "MER-0002".parse().unwrap();
    let answer = street.reverse(sale.clone(), 100);
    assert_eq!(answer.auth_rev_code, Code::InvalidTransaction);

    street.acquirer.books.authorizations.clear();
    let answer = street.reverse(sale.clone(), 100);
    assert_eq!(answer.auth_rev_code, Code::InvalidTransaction);
    assert_eq!(answer.sale.authorized(), 12_950);
}

#[test]
fn a_token_is_needed_but_for_taking_all_of_it_back() {
    let mut street = Street::new();
    let mut sale = street.authorized();
    let token = sale.payments.as_mut_slice()[0].cap_token.take();
    let answer = street.reverse(sale.clone(), 100);
    assert_eq!(answer.auth_rev_code, Code::MissingCapToken);
    let lowered = {
        sale.payments.as_mut_slice()[0].cap_token = token;
        street.reverse(sale.clone(), 5_000).sale
    };
    let answer = street.reverse(sale, 100);
    assert_eq!(answer.auth_rev_code, Code::InvalidCapToken);
    let mut lowered = lowered;
    lowered.payments.as_mut_slice()[0].cap_token = None;
    let answer = street.reverse(lowered, 0);
    assert_eq!(answer.auth_rev_code, Code::Approved);
}
