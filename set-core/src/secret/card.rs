//! What is embossed on a payment card.

use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::SecretError;

/// Most digits of a PAN (ISO/IEC 7812).
pub const PAN_MAX_DIGITS: usize = 19;

/// A primary account number: 1 to 19 decimal digits.
///
/// SET's PAN is a NumericString of 1 to 19 characters; a valid check digit is not part of
/// the type, see [`Pan::luhn_valid`].
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Pan {
    /// ASCII digits, then zero octets.
    padded: [u8; PAN_MAX_DIGITS],
    length: usize,
}

impl Pan {
    /// Takes digits as a PAN.
    ///
    /// # Errors
    ///
    /// [`SecretError`] unless there are 1 to 19 octets, all of them ASCII digits.
    pub fn new(digits: impl AsRef<[u8]>) -> Result<Self, SecretError> {
        let digits = digits.as_ref();
        if !(1..=PAN_MAX_DIGITS).contains(&digits.len()) {
            return Err(SecretError::Length {
                what: "PAN",
                min: 1,
                max: PAN_MAX_DIGITS,
                found: digits.len(),
            });
        }
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(SecretError::NotDigits { what: "PAN" });
        }
        let mut pan = Self {
            padded: [0; PAN_MAX_DIGITS],
            length: digits.len(),
        };
        for (place, digit) in pan.padded.iter_mut().zip(digits) {
            *place = *digit;
        }
        Ok(pan)
    }

    /// The digits, in ASCII.
    #[must_use]
    pub fn expose(&self) -> &str {
        let digits = self.padded.get(..self.length).unwrap_or_default();
        core::str::from_utf8(digits).unwrap_or_default()
    }

    /// The digits in ASCII, padded on the right with zero octets: the form in the OAEP block.
    #[must_use]
    pub fn expose_padded(&self) -> &[u8; PAN_MAX_DIGITS] {
        &self.padded
    }

    /// The bank identification number: the first six digits, or all if there are fewer.
    ///
    /// It is no secret: PInitReq carries it in the clear.
    #[must_use]
    pub fn bin(&self) -> &str {
        let digits = self.expose();
        digits.get(..BIN_DIGITS).unwrap_or(digits)
    }

    /// The number with all but the first six and the last four digits starred out. Of fewer
    /// than 13 digits these would be too large a part, and none is shown.
    ///
    /// Safe to print and to log.
    #[must_use]
    pub fn masked(&self) -> String {
        let digits = self.expose();
        let hidden = digits.len().saturating_sub(BIN_DIGITS + SHOWN_TAIL);
        let tail = digits.get(BIN_DIGITS + hidden..).unwrap_or_default();
        if digits.len() < SHORTEST_SHOWN {
            "*".repeat(digits.len())
        } else {
            format!("{}{}{tail}", self.bin(), "*".repeat(hidden))
        }
    }

    /// Whether the last digit is the check digit of the others (ISO/IEC 7812-1, Luhn).
    #[must_use]
    pub fn luhn_valid(&self) -> bool {
        let sum: u32 = self
            .expose()
            .bytes()
            .rev()
            .zip([false, true].into_iter().cycle())
            .map(|(digit, doubled)| {
                let digit = u32::from(digit.saturating_sub(b'0'));
                match (doubled, digit) {
                    (false, digit) => digit,
                    (true, 0..=4) => digit * 2,
                    (true, _) => digit * 2 - 9,
                }
            })
            .sum();
        sum.is_multiple_of(10)
    }

    /// A second copy, asked for by name.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self {
            padded: self.padded,
            length: self.length,
        }
    }
}

impl PartialEq for Pan {
    fn eq(&self, other: &Self) -> bool {
        self.padded.ct_eq(&other.padded).into()
    }
}

impl Eq for Pan {}

impl fmt::Debug for Pan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// The month after which a card is no longer good: six digits, YYYYMM.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct CardExpiry([u8; EXPIRY_DIGITS]);

impl CardExpiry {
    /// Takes six ASCII digits, YYYYMM.
    ///
    /// # Errors
    ///
    /// [`SecretError`] unless there are six digits, the last two of them 01 to 12.
    pub fn new(digits: impl AsRef<[u8]>) -> Result<Self, SecretError> {
        let digits = digits.as_ref();
        let octets: [u8; EXPIRY_DIGITS] = digits.try_into().map_err(|_| SecretError::Length {
            what: "CardExpiry",
            min: EXPIRY_DIGITS,
            max: EXPIRY_DIGITS,
            found: digits.len(),
        })?;
        if !octets.iter().all(u8::is_ascii_digit) {
            return Err(SecretError::NotDigits { what: "CardExpiry" });
        }
        let expiry = Self(octets);
        match expiry.month() {
            1..=12 => Ok(expiry),
            month => Err(SecretError::Month { month }),
        }
    }

    /// The year, 0 to 9999.
    #[must_use]
    pub fn year(&self) -> u16 {
        let [a, b, c, d, _, _] = self.0.map(|digit| u16::from(digit.saturating_sub(b'0')));
        a * 1000 + b * 100 + c * 10 + d
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(&self) -> u8 {
        let [_, _, _, _, tens, ones] = self.0.map(|digit| digit.saturating_sub(b'0'));
        tens * 10 + ones
    }

    /// The six digits, in ASCII.
    #[must_use]
    pub fn expose(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// A second copy, asked for by name.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self(self.0)
    }
}

impl PartialEq for CardExpiry {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for CardExpiry {}

impl fmt::Debug for CardExpiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

const BIN_DIGITS: usize = 6;
const SHOWN_TAIL: usize = 4;
const SHORTEST_SHOWN: usize = 13;
const EXPIRY_DIGITS: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pan_has_one_to_nineteen_digits_and_nothing_else() {
        assert!(Pan::new("1").is_ok());
        assert!(Pan::new("1234567890123456789").is_ok());
        assert!(matches!(
            Pan::new(""),
            Err(SecretError::Length { found: 0, .. })
        ));
        assert!(matches!(
            Pan::new("12345678901234567890"),
            Err(SecretError::Length { found: 20, .. })
        ));
        for bad in ["4111 1111", "411111111111111x", "٤١١", "4111\0"] {
            assert_eq!(
                Pan::new(bad),
                Err(SecretError::NotDigits { what: "PAN" }),
                "{bad}"
            );
        }
    }

    #[test]
    fn a_pan_is_padded_on_the_right_with_zero_octets() {
        let pan = Pan::new("4111111111111111").unwrap();
        assert_eq!(pan.expose_padded(), b"4111111111111111\0\0\0");
        assert_eq!(pan.expose(), "4111111111111111");
        assert_eq!(pan.bin(), "411111");
    }

    #[test]
    fn masking_shows_six_and_four_digits_of_a_long_number_and_none_of_a_short_one() {
        for (digits, masked) in [
            ("4111111111111111", "411111******1111"),
            ("4222222222222", "422222***2222"),
            ("123456789012", "************"),
            ("1", "*"),
        ] {
            assert_eq!(Pan::new(digits).unwrap().masked(), masked);
        }
    }

    #[test]
    fn the_check_digit_catches_every_single_wrong_digit() {
        for digits in ["4111111111111111", "5500000000000004", "378282246310005"] {
            assert!(Pan::new(digits).unwrap().luhn_valid());
            for place in 0..digits.len() {
                for wrong in b'0'..=b'9' {
                    let mut altered = digits.as_bytes().to_vec();
                    let same = altered[place] == wrong;
                    altered[place] = wrong;
                    assert_eq!(Pan::new(&altered).unwrap().luhn_valid(), same);
                }
            }
        }
    }

    #[test]
    fn pans_are_equal_when_their_digits_and_their_length_are() {
        let pan = Pan::new("4111111111111111").unwrap();
        assert_eq!(pan, pan.duplicate());
        assert_ne!(pan, Pan::new("411111111111111").unwrap());
        assert_ne!(pan, Pan::new("4111111111111112").unwrap());
    }

    #[test]
    fn an_expiry_is_six_digits_with_a_real_month() {
        let expiry = CardExpiry::new("199912").unwrap();
        assert_eq!((expiry.year(), expiry.month()), (1999, 12));
        assert_eq!(expiry.expose(), "199912");
        assert_eq!(
            CardExpiry::new("199913"),
            Err(SecretError::Month { month: 13 })
        );
        assert_eq!(
            CardExpiry::new("200000"),
            Err(SecretError::Month { month: 0 })
        );
        assert!(matches!(
            CardExpiry::new("9912"),
            Err(SecretError::Length { found: 4, .. })
        ));
        assert!(matches!(
            CardExpiry::new("1999-1"),
            Err(SecretError::NotDigits { .. })
        ));
    }

    #[test]
    fn card_data_prints_as_redacted() {
        let pan = Pan::new("4111111111111111").unwrap();
        let expiry = CardExpiry::new("199912").unwrap();
        assert_eq!(format!("{pan:?} {expiry:?}"), "[redacted] [redacted]");
    }
}
