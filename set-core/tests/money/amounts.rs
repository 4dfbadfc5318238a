//! Amounts of every unit and size: nothing is rounded but the ratios, and those rightly.

use proptest::prelude::*;
use set_core::asn1::real::FloatingPoint;
use set_core::exchange::CapRevOrCred;
use set_core::merchant::{authorize, correct};
use set_core::msg::amount::{Currency, CurrencyAmount};
use set_core::msg::payment::auth_res::AuthCode;
use set_core::msg::payment::auth_rev::AuthRevCode;
use set_core::msg::payment::cap::CapCode;
use set_core::msg::payment::cap_rev_or_cred::CapRevOrCredCode;
use set_core::msg::payment::p_res::{CompletionCode, PResPayload};
use set_testkit::street::{Server, Street};

use crate::first;

/// A currency of each exponent of ISO 4217, in minor units, and units that are none of theirs:
/// the yen, the US dollar, the Bahraini dinar, the unidad de fomento; thousands of yen, tenths
/// of a millicent.
const UNITS: [(u16, i32); 6] = [
    (392, 0),
    (840, -2),
    (48, -3),
    (990, -4),
    (392, 3),
    (840, -6),
];

/// The largest amount that is booked.
const MOST: u64 = u64::MAX / 2;

fn money((currency, amt_exp10): (u16, i32), amount: u64) -> CurrencyAmount {
    CurrencyAmount {
        currency: Currency::new(currency).unwrap(),
        amount,
        amt_exp10,
    }
}

/// Whether `ratio` is the number nearest to `dividend`/`divisor` that has 53 bits, by integer
/// arithmetic alone.
fn is_nearest(ratio: f64, dividend: u64, divisor: u64) -> bool {
    let bits = ratio.to_bits();
    let exponent = i32::try_from(bits >> 52).unwrap() - 1075;
    let mantissa = u128::from(bits & ((1 << 52) - 1) | 1 << 52);
    // dividend/divisor = mantissa * 2^exponent, but for half of a unit of the mantissa.
    let (mut left, mut right) = (mantissa * u128::from(divisor), u128::from(dividend));
    let mut half = u128::from(divisor);
    if exponent < 0 {
        right <<= exponent.unsigned_abs();
    } else {
        left <<= exponent.unsigned_abs();
        half <<= exponent.unsigned_abs();
    }
    2 * left.abs_diff(right) <= half
}

/// Buys for `price`: all is authorized, captured in two parts, and some of the first given
/// back. Says what the cardholder is told at the end.
fn bought(price: CurrencyAmount, part: u64, back: u64) -> (Street, PResPayload) {
    let mut street = Street::new();
    street.shop.price = price;
    let placed = street.placed();
    let answer = street.authorize(authorize::Wish::of(price));
    assert_eq!(answer.auth_code, AuthCode::Approved);
    let (sale, code) = street.capture(answer.sale, part);
    assert_eq!(code, CapCode::Success);
    street.clock.advance(60);
    let (sale, code) = match price.amount - part {
        0 => (sale, CapCode::Success),
        rest => street.capture(sale, rest),
    };
    assert_eq!(code, CapCode::Success);
    let wish = correct::Wish {
        amount: Some(street.shop.amount(back)),
        ..first(&sale)
    };
    let (_, code) = street.correct(CapRevOrCred::Cred, sale, wish);
    assert_eq!(code, CapRevOrCredCode::Success);

    let (inquiring, request) = street.inq_req(placed);
    let answer = street.shop.answer(&request).unwrap();
    let wallet = &mut street.wallet;
    let context = wallet.tools.context();
    let outcome = inquiring
        .handle(&context, &answer, &mut wallet.trust)
        .unwrap();
    let payload = outcome.payloads()[0].clone();
    (street, payload)
}

fn check_bought(price: CurrencyAmount, part: u64, back: u64) {
    let (street, payload) = bought(price, part, back);
    let record = &street.acquirer.books.authorizations[0];
    assert_eq!(record.auth_amt, price);
    assert_eq!(record.captured(), u128::from(price.amount));
    assert_eq!(record.credited(), u128::from(back));
    assert!(record.balanced(0));
    let totals = &street.acquirer.books.batches[0].totals[0].batch_totals;
    assert_eq!(totals.transaction_total_amt_debit, price);
    assert_eq!(
        totals.transaction_total_amt_credit,
        street.shop.amount(back)
    );

    assert_eq!(payload.completion_code, CompletionCode::CreditPerformed);
    let results = payload.results.unwrap();
    let ratio = results.auth_status.unwrap().auth_ratio;
    assert_eq!(ratio.value().to_bits(), 1.0_f64.to_bits());
    let ratio = results.cap_status.unwrap().cap_ratio;
    assert_eq!(ratio.value().to_bits(), 1.0_f64.to_bits());
    let ratio = results.cred_status_seq.unwrap()[0].credit_ratio;
    assert!(is_nearest(ratio.value(), back, price.amount), "{ratio:?}");
}

#[test]
fn the_smallest_and_the_largest_amount_of_every_unit_are_paid_exactly() {
    for unit in UNITS {
        for amount in [1, MOST] {
            check_bought(money(unit, amount), amount.div_ceil(3), amount.div_ceil(7));
        }
    }
}

#[test]
fn what_cannot_be_booked_and_nothing_at_all_are_refused_before_the_host_is_asked() {
    for unit in UNITS {
        for amount in [0, MOST + 1, u64::MAX] {
            let mut street = Street::new();
            street.shop.price = money(unit, amount);
            street.placed();
            let answer = street.authorize(authorize::Wish::of(street.shop.price));
            assert_eq!(answer.auth_code, AuthCode::AmountError, "{amount}");
            assert_eq!(street.acquirer.books.questions, 0);
            assert!(street.acquirer.books.authorizations.is_empty());
        }
    }
}

#[test]
fn what_the_policy_adds_to_the_largest_amount_is_not_booked() {
    let mut street = Street::new();
    street.acquirer.tools.policy.amount_margin_percent = 15;
    street.shop.price = money((840, -2), MOST);
    street.placed();
    let answer = street.authorize(authorize::Wish::of(street.shop.price));
    assert_eq!(answer.auth_code, AuthCode::Approved);
    let (sale, code) = street.capture(answer.sale, MOST + 1);
    assert_eq!(code, CapCode::InvalidAuthData);
    let (_, code) = street.capture(sale, MOST);
    assert_eq!(code, CapCode::Success);
}

#[test]
fn an_amount_in_another_unit_is_refused_even_where_it_is_the_same_money() {
    // 129.50, as 12950 hundredths; others write the same, or the same digits.
    for (unit, amount) in [
        ((840, -3), 129_500),
        ((840, -3), 12_950),
        ((840, 0), 129),
        ((978, -2), 12_950),
        ((999, -2), 12_950),
        ((840, i32::MIN), 12_950),
        ((840, i32::MAX), 1),
    ] {
        let other = money(unit, amount);
        let mut street = Street::new();
        street.placed();
        let answer = street.authorize(authorize::Wish::of(other));
        assert_eq!(answer.auth_code, AuthCode::AmountError, "{other:?}");
        assert_eq!(street.acquirer.books.questions, 0);

        let mut street = Street::new();
        let sale = street.authorized();
        let before = street.acquirer.books.clone();
        street.shop.price = other;
        let (_, code) = street.capture(sale.clone(), 1);
        assert_eq!(code, CapCode::InvalidAuthData, "{other:?}");
        let answer = street.reverse(sale, 1);
        assert_eq!(answer.auth_rev_code, AuthRevCode::AmountError, "{other:?}");
        assert_eq!(street.acquirer.books, before);

        let mut street = Street::new();
        let sale = street.authorized();
        let (sale, _) = street.capture(sale, 12_950);
        let before = street.acquirer.books.clone();
        let wish = correct::Wish {
            amount: Some(other),
            ..first(&sale)
        };
        let (_, code) = street.correct(CapRevOrCred::Cred, sale, wish);
        assert_eq!(code, CapRevOrCredCode::UnspecifiedFailure, "{other:?}");
        assert_eq!(street.acquirer.books, before);
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 12,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(4217),
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_amount_is_paid_and_given_back_to_the_last_unit(
        unit in proptest::sample::select(UNITS.as_slice()),
        amount in 1..=MOST,
        part in any::<u64>(),
        back in any::<u64>(),
    ) {
        let part = part % amount + 1;
        check_bought(money(unit, amount), part, back % part + 1);
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 5_000,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(754),
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_ratio_is_the_nearest_that_there_is(
        (dividend, shift) in (1..=u64::MAX, 0..63_u32),
        (divisor, other) in (1..=u64::MAX, 0..63_u32),
    ) {
        let (dividend, divisor) = ((dividend >> shift).max(1), (divisor >> other).max(1));
        let ratio = FloatingPoint::ratio(dividend, divisor).value();
        prop_assert!(is_nearest(ratio, dividend, divisor), "{ratio}");
        prop_assert_eq!(
            FloatingPoint::ratio(dividend, dividend).value().to_bits(),
            1.0_f64.to_bits()
        );
        // Never more for less money.
        let less = FloatingPoint::ratio(dividend - 1, divisor).value();
        prop_assert!(less <= ratio);
    }
}
