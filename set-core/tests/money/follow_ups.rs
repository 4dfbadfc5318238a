//! Authorizations after the first: split shipments, instalments, recurring payments.

use set_core::merchant::{Sale, authorize, reverse};
use set_core::msg::payment::auth_res::AuthCode;
use set_core::msg::payment::auth_rev::AuthRevCode;
use set_core::msg::payment::cap::CapCode;
use set_core::msg::recur::{
    InstallRecurData, InstallRecurInd, InstallTotalTrans, Recurring, RecurringFrequency,
};
use set_testkit::street::{Server, Street, amount};

use crate::shipment;

const DAY: u64 = 86_400;

fn terms(install_recur_ind: InstallRecurInd) -> InstallRecurData {
    InstallRecurData {
        install_recur_ind,
        ir_extensions: None,
    }
}

fn every_other_day(street: &Street, days: u64) -> InstallRecurData {
    // A wake-up names the day.
    let today = street.clock.now().unix() / DAY * DAY;
    let today = set_core::asn1::Date::from_unix(today).unwrap();
    terms(InstallRecurInd::Recurring(Recurring {
        recurring_frequency: RecurringFrequency::new(2).unwrap(),
        recurring_expiry: today.plus(days * DAY),
    }))
}

fn code(street: &mut Street, wish: authorize::Wish) -> AuthCode {
    street.authorize(wish).auth_code
}

#[test]
fn each_shipment_but_the_first_is_authorized_with_the_token_of_the_one_before() {
    let mut street = Street::new();
    street.placed();
    for cents in [5_000, 4_000] {
        assert_eq!(code(&mut street, shipment(cents)), AuthCode::Approved);
    }
    assert_eq!(code(&mut street, shipment(3_951)), AuthCode::AmountError);
    let last = street.authorize(authorize::Wish::of(amount(3_950)));
    assert_eq!(last.auth_code, AuthCode::Approved);
    assert_eq!(last.sale.authorized(), 12_950);
    assert_eq!(last.sale.auth_token, None);
    for payment in last.sale.payments.iter() {
        assert!(payment.cap_token.is_some());
    }
    let (sale, code) = street.capture(last.sale, 3_950);
    assert_eq!((code, sale.captured()), (CapCode::Success, 3_950));
}

#[test]
fn a_token_is_used_once_and_only_the_newest_works() {
    let mut street = Street::new();
    street.placed();
    let first = street.authorize(shipment(1_000)).sale;
    let second = street.authorize(shipment(1_000)).sale;
    street.shop.keep(first.clone().into());
    assert_eq!(
        code(&mut street, shipment(1_000)),
        AuthCode::PiPreviouslyUsed
    );
    // The merchant lowers the second: the token that came with it is replaced.
    let lowered = street.reverse(second.clone(), 500);
    assert_eq!(lowered.auth_rev_code, AuthRevCode::Approved);
    street.shop.keep(second.into());
    assert_eq!(
        code(&mut street, shipment(1_000)),
        AuthCode::InvalidTransaction
    );
    street.shop.keep(lowered.sale.into());
    assert_eq!(code(&mut street, shipment(1_000)), AuthCode::Approved);
}

/// Takes back the authorization at `index`, and lets the merchant forget those after it.
fn undo(street: &mut Street, mut sale: Sale, index: usize) -> Sale {
    let payments: Vec<_> = sale.payments.iter().take(index + 1).cloned().collect();
    sale.payments = payments.into();
    let undone = street.reverse(sale, 0);
    assert_eq!(undone.auth_rev_code, AuthRevCode::Approved);
    undone.sale
}

#[test]
fn the_payment_instruction_is_used_up_as_long_as_anything_of_the_order_is_authorized() {
    let mut street = Street::new();
    street.placed();
    street.authorize(shipment(6_000));
    let both = street.authorize(shipment(4_000)).sale;
    let second = both.payments[1].clone();
    let mut sale = undo(&mut street, both, 0);
    sale.auth_token = None;
    street.shop.keep(sale.clone().into());
    assert_eq!(
        code(&mut street, shipment(12_950)),
        AuthCode::PiPreviouslyUsed
    );
    // With nothing left of it, it serves again.
    sale.payments = vec![second].into();
    let mut sale = street.reverse(sale, 0).sale;
    sale.auth_token = None;
    street.shop.keep(sale.into());
    assert_eq!(code(&mut street, shipment(12_950)), AuthCode::Approved);
}

/// Lowers the authorization at `index`.
fn lower(street: &mut Street, sale: Sale, index: usize, cents: u64) -> Sale {
    let auth_rrpid = sale.payments[index].auth_rrpid;
    let context = street.shop.tools.context();
    let merchant = &street.shop.merchant;
    let (sale, request) =
        reverse::reverse(&context, merchant, sale, auth_rrpid, amount(cents)).unwrap();
    let answer = street.acquirer.answer(&request).unwrap();
    let shop = &mut street.shop;
    let context = shop.tools.context();
    let answer = reverse::handle(&context, &mut shop.merchant, sale, &answer).unwrap();
    assert_eq!(answer.auth_rev_code, AuthRevCode::Approved);
    shop.keep(answer.sale.clone().into());
    answer.sale
}

#[test]
fn after_the_last_shipment_was_taken_back_another_follows_by_the_token_of_the_one_before() {
    let mut street = Street::new();
    street.placed();
    street.authorize(shipment(6_000));
    let last = street.authorize(authorize::Wish::of(amount(4_000))).sale;
    assert_eq!(last.auth_token, None);
    let undone = street.reverse(last, 0);
    assert_eq!(undone.auth_rev_code, AuthRevCode::Approved);
    let again = street.authorize(shipment(5_000));
    assert_eq!(again.auth_code, AuthCode::Approved);
    // The first is lowered while one follows: once that is taken back, the new token works.
    let mut first = again.sale;
    first = lower(&mut street, first, 0, 3_000);
    let newest = first.payments.len() - 1;
    first = lower(&mut street, first, newest, 0);
    assert_eq!(first.authorized(), 3_000);
    let last = street.authorize(authorize::Wish::of(amount(9_950)));
    assert_eq!(last.auth_code, AuthCode::Approved);
    assert_eq!(last.sale.authorized(), 12_950);
    // Without any in force, the cardholder's own instruction works again.
    let mut sale = last.sale;
    for number in 0..sale.payments.len() {
        if sale.payments[number].amount.amount > 0 {
            sale = lower(&mut street, sale, number, 0);
        }
    }
    assert_eq!(code(&mut street, shipment(12_950)), AuthCode::Approved);
}

#[test]
fn a_token_serves_only_its_merchant_and_transaction() {
    let mut street = Street::new();
    street.placed();
    let mut sale = street.authorize(shipment(1_000)).sale;
    let genuine = sale.clone();
    sale.ordered.initiated.trans_ids.lid_c =
        set_core::msg::ids::LocalId::new([9].as_slice()).unwrap();
    let (sale, request) = street.shop.auth_req(sale, shipment(1));
    let answer = street.acquirer.answer(&request).unwrap();
    let shop = &mut street.shop;
    let context = shop.tools.context();
    let answer = authorize::handle(&context, &mut shop.merchant, sale, &answer).unwrap();
    assert_eq!(answer.auth_code, AuthCode::PiAuthMismatch);

    street.shop.keep(genuine.into());
    street.acquirer.books.authorizations.clear();
    assert_eq!(code(&mut street, shipment(1)), AuthCode::InvalidTransaction);
}

#[test]
fn a_token_of_another_gateway_does_not_open() {
    let mut street = Street::new();
    street.placed();
    street.authorize(shipment(1_000));
    street.acquirer.gateway.encryption.key = set_testkit::keys::rsa_1024(0).unwrap();
    let sale = street.shop.sale(1);
    let (_, request) = street.shop.auth_req(sale, shipment(1_000));
    assert!(street.acquirer.answer(&request).is_err());
}

#[test]
fn a_recurring_payment_is_neither_too_soon_nor_too_late_and_each_may_be_of_the_whole_amount() {
    let mut street = Street::new();
    street.shop.install_recur_data = Some(every_other_day(&street, 5));
    street.placed();
    assert_eq!(code(&mut street, shipment(12_950)), AuthCode::Approved);
    street.clock.advance(DAY);
    assert_eq!(
        code(&mut street, shipment(12_950)),
        AuthCode::RecurringTooSoon
    );
    street.clock.advance(DAY);
    assert_eq!(code(&mut street, shipment(12_950)), AuthCode::Approved);
    street.clock.advance(4 * DAY);
    assert_eq!(
        code(&mut street, shipment(12_950)),
        AuthCode::RecurringExpired
    );
}

#[test]
fn a_token_that_works_again_does_not_forget_what_came_after_it() {
    let mut street = Street::new();
    street.shop.install_recur_data = Some(every_other_day(&street, 9));
    street.placed();
    let first = street.authorize(shipment(12_950)).sale;
    street.clock.advance(2 * DAY);
    street.authorize(shipment(12_950));
    street.clock.advance(2 * DAY);
    let third = street.authorize(shipment(12_950)).sale;
    undo(&mut street, third, 1);
    street.shop.keep(first.into());
    assert_eq!(
        code(&mut street, shipment(12_950)),
        AuthCode::RecurringTooSoon
    );
    street.clock.advance(2 * DAY);
    assert_eq!(code(&mut street, shipment(12_950)), AuthCode::Approved);

    let mut street = Street::new();
    let three = InstallTotalTrans::new(3).unwrap();
    street.shop.install_recur_data = Some(terms(InstallRecurInd::InstallTotalTrans(three)));
    street.placed();
    let first = street.authorize(shipment(1_000)).sale;
    street.authorize(shipment(1_000));
    let third = street.authorize(shipment(1_000)).sale;
    undo(&mut street, third, 1);
    street.shop.keep(first.into());
    assert_eq!(code(&mut street, shipment(1_000)), AuthCode::Approved);
    assert_eq!(
        code(&mut street, shipment(1_000)),
        AuthCode::InstallRecurMismatch
    );
}

#[test]
fn a_recurring_payment_that_has_ended_does_not_begin() {
    let mut street = Street::new();
    street.shop.install_recur_data = Some(every_other_day(&street, 0));
    street.placed();
    street.clock.advance(60);
    assert_eq!(code(&mut street, shipment(1)), AuthCode::RecurringExpired);
}

#[test]
fn there_are_no_more_instalments_than_agreed_and_they_add_up_to_the_purchase() {
    let mut street = Street::new();
    let three = InstallTotalTrans::new(3).unwrap();
    street.shop.install_recur_data = Some(terms(InstallRecurInd::InstallTotalTrans(three)));
    street.placed();
    for _ in 0..3 {
        assert_eq!(code(&mut street, shipment(4_000)), AuthCode::Approved);
    }
    let fourth = code(&mut street, shipment(900));
    assert_eq!(fourth, AuthCode::InstallRecurMismatch);
}

#[test]
fn terms_that_the_cardholder_did_not_agree_to_are_refused() {
    let mut street = Street::new();
    street.placed();
    let mut sale: Sale = street.shop.sale(1);
    sale.ordered.initiated.offer.install_recur_data = Some(every_other_day(&street, 5));
    street.shop.keep(sale.into());
    assert_eq!(
        code(&mut street, shipment(1)),
        AuthCode::InstallRecurMismatch
    );
}
