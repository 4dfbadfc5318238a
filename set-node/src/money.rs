//! Amounts of money as people read them.

use std::fmt;

use set_core::msg::amount::CurrencyAmount;

/// Shows an amount as `129.50 USD`; a currency without a well-known code by its number, as
/// `5 (ISO 4217: 999)`.
///
/// ```
/// use set_core::msg::amount::{Currency, CurrencyAmount};
/// use set_node::money::Money;
///
/// let price = CurrencyAmount { currency: Currency::new(840)?, amount: 12_950, amt_exp10: -2 };
/// assert_eq!(Money(price).to_string(), "129.50 USD");
/// # Ok::<(), set_core::asn1::error::OutOfRange>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Money(pub CurrencyAmount);

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(amount) = self;
        let digits = amount.amount.to_string();
        let places = usize::try_from(amount.amt_exp10.unsigned_abs()).unwrap_or(usize::MAX);
        if amount.amt_exp10 == 0 || amount.amount == 0 && amount.amt_exp10 > 0 {
            f.write_str(&digits)?;
        } else if places > MOST_PLACES {
            write!(f, "{digits}e{}", amount.amt_exp10)?;
        } else if amount.amt_exp10 > 0 {
            write!(f, "{digits}{}", "0".repeat(places))?;
        } else {
            let padded = format!("{digits:0>width$}", width = places + 1);
            let (whole, part) = padded.split_at(padded.len() - places);
            write!(f, "{whole}.{part}")?;
        }
        match code(amount.currency.value()) {
            Some(code) => write!(f, " {code}"),
            None => write!(f, " (ISO 4217: {:03})", amount.currency.value()),
        }
    }
}

/// The letters of the currencies most often met.
const fn code(number: u16) -> Option<&'static str> {
    Some(match number {
        36 => "AUD",
        124 => "CAD",
        156 => "CNY",
        208 => "DKK",
        344 => "HKD",
        356 => "INR",
        392 => "JPY",
        410 => "KRW",
        578 => "NOK",
        702 => "SGD",
        752 => "SEK",
        756 => "CHF",
        826 => "GBP",
        840 => "USD",
        978 => "EUR",
        _ => return None,
    })
}

/// Decimal places that are written out; beyond, the exponent is shown.
const MOST_PLACES: usize = 18;

#[cfg(test)]
mod tests {
    use set_core::msg::amount::Currency;

    use super::*;

    #[test]
    fn the_point_stands_where_the_exponent_says() {
        for (number, amount, amt_exp10, shown) in [
            (840, 12_950, -2, "129.50 USD"),
            (840, 5, -2, "0.05 USD"),
            (840, 0, -2, "0.00 USD"),
            (392, 700, 0, "700 JPY"),
            (392, 7, 2, "700 JPY"),
            (392, 0, 2, "0 JPY"),
            (999, 1, -3, "0.001 (ISO 4217: 999)"),
            (978, 1, i32::MIN, "1e-2147483648 EUR"),
            (978, 1, i32::MAX, "1e2147483647 EUR"),
            (978, u64::MAX, -2, "184467440737095516.15 EUR"),
        ] {
            let amount = CurrencyAmount {
                currency: Currency::new(number).unwrap(),
                amount,
                amt_exp10,
            };
            assert_eq!(Money(amount).to_string(), shown);
        }
    }
}
