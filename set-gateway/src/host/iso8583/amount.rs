//! Amounts in the smallest unit of their currency, as field 4 has them.

use set_core::msg::amount::CurrencyAmount;

/// The twelve digits of field 4; nothing when the amount has a part of the smallest unit or
/// too many digits.
pub(super) fn to_minor(amount: &CurrencyAmount) -> Option<String> {
    let shift = amount
        .amt_exp10
        .checked_add(places(amount.currency.value()))?;
    let minor = scaled(amount.amount, shift)?;
    (minor < LIMIT).then(|| format!("{minor:012}"))
}

/// What the twelve digits are in the unit of `unit`; nothing when that has no such amount.
pub(super) fn from_minor(digits: &str, unit: &CurrencyAmount) -> Option<CurrencyAmount> {
    let shift = unit.amt_exp10.checked_add(places(unit.currency.value()))?;
    Some(CurrencyAmount {
        amount: scaled(digits.parse().ok()?, shift.checked_neg()?)?,
        ..*unit
    })
}

/// `amount` × 10^`shift`, where that is a whole number.
fn scaled(amount: u64, shift: i32) -> Option<u64> {
    if amount == 0 {
        return Some(0);
    }
    let factor = 10_u64.checked_pow(shift.unsigned_abs())?;
    if shift >= 0 {
        amount.checked_mul(factor)
    } else {
        amount
            .is_multiple_of(factor)
            .then(|| amount.checked_div(factor))
            .flatten()
    }
}

/// Decimal places of a currency's smallest unit (ISO 4217): two but for these.
const fn places(currency: u16) -> i32 {
    match currency {
        // BIF, CLP, DJF, GNF, ISK, JPY, KMF, KRW, PYG, RWF, UGX, UYI, VND, VUV, XAF, XOF, XPF.
        108 | 152 | 262 | 324 | 352 | 392 | 174 | 410 | 600 | 646 | 800 | 940 | 704 | 548 | 950
        | 952 | 953 => 0,
        // BHD, IQD, JOD, KWD, LYD, OMR, TND.
        48 | 368 | 400 | 414 | 434 | 512 | 788 => 3,
        // CLF, UYW.
        990 | 927 => 4,
        _ => 2,
    }
}

const LIMIT: u64 = 1_000_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;
    use set_core::msg::amount::Currency;

    fn amount(number: u16, amount: u64, amt_exp10: i32) -> CurrencyAmount {
        CurrencyAmount {
            currency: Currency::new(number).unwrap(),
            amount,
            amt_exp10,
        }
    }

    #[test]
    fn amounts_are_written_in_the_smallest_unit_and_come_back_in_their_own() {
        for (number, count, exponent, minor) in [
            (840, 12_950, -2, Some("000000012950")),
            (840, 129, 0, Some("000000012900")),
            (840, 129_500, -3, Some("000000012950")),
            (840, 129_501, -3, None),
            (392, 700, 0, Some("000000000700")),
            (392, 7, 2, Some("000000000700")),
            (392, 700, -2, Some("000000000007")),
            (392, 701, -2, None),
            (414, 1, -3, Some("000000000001")),
            (990, 1, 0, Some("000000010000")),
            (840, 0, i32::MIN, None),
            (840, 0, -30, Some("000000000000")),
            (840, 999_999_999_999, -2, Some("999999999999")),
            (840, 1_000_000_000_000, -2, None),
            (840, u64::MAX, -2, None),
            (840, 1, i32::MAX, None),
            (840, 1, 30, None),
        ] {
            let whole = amount(number, count, exponent);
            let written = to_minor(&whole);
            if exponent == i32::MIN {
                // Nothing of any unit is nothing.
                assert_eq!(written.as_deref(), Some("000000000000"));
                continue;
            }
            assert_eq!(written.as_deref(), minor, "{count}e{exponent} {number}");
            if let Some(digits) = written {
                assert_eq!(from_minor(&digits, &whole), Some(whole));
            }
        }
    }

    #[test]
    fn a_part_that_the_unit_cannot_say_is_no_amount() {
        let dollars = amount(840, 100, 0);
        assert_eq!(
            from_minor("000000005000", &dollars),
            Some(amount(840, 50, 0))
        );
        assert_eq!(from_minor("000000005050", &dollars), None);
        assert_eq!(from_minor("x", &dollars), None);
    }
}
