//! Comparing amounts. Integers only; amounts in different units are never compared.

use crate::msg::amount::CurrencyAmount;

/// Whether `amount` is more than nothing, in the unit of `limit`, and at most `limit` plus
/// `margin_percent` of it, rounded down.
pub(super) fn within(amount: &CurrencyAmount, limit: &CurrencyAmount, margin_percent: u8) -> bool {
    same_unit(amount, limit)
        && amount.amount > 0
        && u128::from(amount.amount) <= most(limit, margin_percent)
}

/// `limit` plus `margin_percent` of it, rounded down, in its unit; no more than is
/// [`BOOKABLE`].
pub(super) fn most(limit: &CurrencyAmount, margin_percent: u8) -> u128 {
    let most = u128::from(limit.amount) * (100 + u128::from(margin_percent)) / 100;
    most.min(u128::from(BOOKABLE))
}

/// Whether both count the same unit of the same currency.
pub(super) fn same_unit(one: &CurrencyAmount, other: &CurrencyAmount) -> bool {
    one.currency == other.currency && one.amt_exp10 == other.amt_exp10
}

/// Nothing, in the unit of `amount`.
pub(super) fn zero(amount: &CurrencyAmount) -> CurrencyAmount {
    CurrencyAmount {
        amount: 0,
        ..*amount
    }
}

/// The largest amount, and the largest sum, that a gateway books: 2⁶³ − 1 of its unit. The
/// books of most stores and hosts count in signed numbers of 64 bits; what they cannot hold is
/// refused before anybody is asked.
pub(super) const BOOKABLE: u64 = u64::MAX >> 1;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::msg::amount::Currency;

    fn cents(amount: u64) -> CurrencyAmount {
        CurrencyAmount {
            currency: Currency::new(840).unwrap(),
            amount,
            amt_exp10: -2,
        }
    }

    #[test]
    fn the_margin_is_a_percentage_of_the_limit_rounded_down() {
        for (amount, limit, margin, fits) in [
            (100, 100, 0, true),
            (101, 100, 0, false),
            (115, 100, 15, true),
            (116, 100, 15, false),
            (11, 10, 15, true),
            (12, 10, 15, false),
            (BOOKABLE, BOOKABLE, 255, true),
            (BOOKABLE, u64::MAX, 255, true),
            (BOOKABLE + 1, u64::MAX, 255, false),
            (u64::MAX, u64::MAX, 0, false),
            (0, 100, 0, false),
            (1, 0, 100, false),
        ] {
            assert_eq!(
                within(&cents(amount), &cents(limit), margin),
                fits,
                "{amount} of {limit} with {margin} %"
            );
        }
    }

    #[test]
    fn amounts_in_other_units_never_fit() {
        let yen = CurrencyAmount {
            currency: Currency::new(392).unwrap(),
            ..cents(1)
        };
        let dollars = CurrencyAmount {
            amt_exp10: 0,
            ..cents(1)
        };
        assert!(!within(&yen, &cents(100), 0));
        assert!(!within(&dollars, &cents(100), 0));
        assert!(within(&cents(1), &cents(100), 0));
    }
}
