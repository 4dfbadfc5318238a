//! Amounts of money.

use crate::sequence;

crate::integer! {
    /// ISO 4217 number of a currency.
    ///
    /// ```text
    /// Currency ::= INTEGER (1..999)
    /// ```
    pub struct Currency(u16) = "Currency", 1..=999, "INTEGER (1..999)";
}

impl Currency {
    /// ISO 4217's code for no currency at all: that of an empty batch's totals.
    pub const NONE: Self = Self(999);
}

sequence! {
    /// `amount` × 10^`amtExp10` units of `currency`: 840, 12950, −2 is 129.50 US dollars.
    ///
    /// ```text
    /// CurrencyAmount ::= SEQUENCE {
    ///   currency  Currency,
    ///   amount    INTEGER (0..MAX),
    ///   amtExp10  INTEGER (MIN..MAX)
    /// }
    /// ```
    ///
    /// Here `amount` goes up to 2⁶⁴ − 1 and `amtExp10` is a 32-bit integer.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct CurrencyAmount = "CurrencyAmount" {
        /// ISO 4217 number.
        currency: Currency = "currency",
        /// Count of the unit that `amt_exp10` sets.
        amount: u64 = "amount",
        /// Power of ten of that unit; −2 for cents.
        amt_exp10: i32 = "amtExp10",
    }
}
