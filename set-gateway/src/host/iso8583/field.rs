//! The fields of ISO 8583:1987 in ASCII.

use core::fmt;

/// The number of a field, 2 to 128; 1 and 65 are bitmaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Field(u8);

impl Field {
    /// Primary account number.
    pub const PAN: Self = Self(2);
    /// Processing code.
    pub const PROCESSING_CODE: Self = Self(3);
    /// Amount of the transaction, in the smallest unit of its currency.
    pub const AMOUNT: Self = Self(4);
    /// Transmission date and time, MMDDhhmmss, UTC.
    pub const TRANSMISSION: Self = Self(7);
    /// System trace audit number.
    pub const TRACE: Self = Self(11);
    /// Local time of the transaction, hhmmss.
    pub const LOCAL_TIME: Self = Self(12);
    /// Local date of the transaction, MMDD.
    pub const LOCAL_DATE: Self = Self(13);
    /// Expiry of the card, YYMM.
    pub const EXPIRY: Self = Self(14);
    /// The merchant's line of business.
    pub const MERCHANT_TYPE: Self = Self(18);
    /// How the account number was entered.
    pub const ENTRY_MODE: Self = Self(22);
    /// Condition at the point of service.
    pub const CONDITION: Self = Self(25);
    /// Acquiring institution.
    pub const ACQUIRER: Self = Self(32);
    /// Retrieval reference number.
    pub const REFERENCE: Self = Self(37);
    /// Approval code.
    pub const APPROVAL_CODE: Self = Self(38);
    /// Response code.
    pub const RESPONSE_CODE: Self = Self(39);
    /// Terminal of the card acceptor.
    pub const TERMINAL: Self = Self(41);
    /// Card acceptor: the merchant.
    pub const CARD_ACCEPTOR: Self = Self(42);
    /// Additional response data.
    pub const RESPONSE_DATA: Self = Self(44);
    /// Additional data, private.
    pub const PRIVATE: Self = Self(48);
    /// Currency of the transaction, ISO 4217.
    pub const CURRENCY: Self = Self(49);
    /// What network management wants.
    pub const NETWORK_CODE: Self = Self(70);
    /// Which message is reversed.
    pub const ORIGINAL: Self = Self(90);
    /// The amounts that remain.
    pub const REPLACEMENT: Self = Self(95);

    /// The field of that number.
    #[must_use]
    pub const fn new(number: u8) -> Option<Self> {
        match number {
            2..=64 | 66..=128 => Some(Self(number)),
            _ => None,
        }
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }

    /// What it may hold.
    #[must_use]
    pub const fn content(self) -> Content {
        match self.0 {
            2 => Content::Pan,
            3..=27 | 32 | 33 | 49..=51 | 53 | 66..=90 | 99 | 100 => Content::Digits,
            28..=31 | 97 => Content::Signed,
            52 | 64 | 96 | 128 => Content::Octets,
            _ => Content::Text,
        }
    }

    /// How long it may be, in characters; [`Content::Octets`] in octets.
    #[must_use]
    pub const fn size(self) -> Size {
        match self.0 {
            2 => Size::Two(19),
            4..=6 | 37 | 82..=85 => Size::Fixed(12),
            7 | 74..=81 => Size::Fixed(10),
            8..=10 | 41 | 52 | 64 | 96 | 128 => Size::Fixed(8),
            3 | 11 | 12 | 38 | 73 => Size::Fixed(6),
            13..=18 | 71 | 72 => Size::Fixed(4),
            19..=24 | 40 | 49..=51 | 68..=70 => Size::Fixed(3),
            25 | 26 | 39 | 67 | 92 => Size::Fixed(2),
            27 | 66 | 91 => Size::Fixed(1),
            28..=31 => Size::Fixed(9),
            32 | 33 | 99 | 100 => Size::Two(11),
            34 | 102 | 103 => Size::Two(28),
            35 => Size::Two(37),
            36 => Size::Three(104),
            42 => Size::Fixed(15),
            43 => Size::Fixed(40),
            44 => Size::Two(25),
            45 => Size::Two(76),
            53 | 86..=89 => Size::Fixed(16),
            54 => Size::Three(240),
            90 | 95 => Size::Fixed(42),
            93 => Size::Fixed(5),
            94 => Size::Fixed(7),
            97 => Size::Fixed(17),
            98 => Size::Fixed(25),
            101 => Size::Two(17),
            104 => Size::Three(100),
            _ => Size::Three(999),
        }
    }

    /// Whether its content may be printed: nothing of an account, a track or a PIN, and no
    /// text that somebody else composed.
    #[must_use]
    pub const fn printable(self) -> bool {
        matches!(
            self.0,
            3..=13 | 15..=33 | 37..=39 | 41 | 42 | 49..=51 | 66..=90 | 95
        )
    }
}

/// What a field may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// An account number.
    Pan,
    /// The digits 0 to 9.
    Digits,
    /// C or D, then digits.
    Signed,
    /// Printable ASCII.
    Text,
    /// Octets; in hexadecimal where the bitmaps are.
    Octets,
}

/// How long a field may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Exactly that.
    Fixed(usize),
    /// At most that, after a length of two digits (LLVAR).
    Two(usize),
    /// At most that, after a length of three digits (LLLVAR).
    Three(usize),
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "field {}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bitmaps_are_no_fields() {
        for number in [0, 1, 65, 129, 255] {
            assert_eq!(Field::new(number), None);
        }
        assert_eq!((2..=128).filter_map(Field::new).count(), 126);
    }

    #[test]
    fn what_tells_of_an_account_is_not_printed() {
        for number in [2, 14, 34, 35, 36, 45, 48, 52, 55, 102, 103, 120] {
            assert!(!Field::new(number).unwrap().printable(), "{number}");
        }
    }
}
