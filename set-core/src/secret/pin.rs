//! The cardholder's PIN.

use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::SecretError;

/// Fewest digits of a PIN (ISO 9564-1).
pub const PIN_MIN_DIGITS: usize = 4;

/// Most digits of a PIN (ISO 9564-1).
pub const PIN_MAX_DIGITS: usize = 12;

/// A personal identification number: 4 to 12 decimal digits.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Pin {
    /// ASCII digits, then zero octets.
    padded: [u8; PIN_MAX_DIGITS],
    length: usize,
}

impl Pin {
    /// Takes digits as a PIN.
    ///
    /// # Errors
    ///
    /// [`SecretError`] unless there are 4 to 12 octets, all of them ASCII digits.
    pub fn new(digits: impl AsRef<[u8]>) -> Result<Self, SecretError> {
        let digits = digits.as_ref();
        if !(PIN_MIN_DIGITS..=PIN_MAX_DIGITS).contains(&digits.len()) {
            return Err(SecretError::Length {
                what: "PIN",
                min: PIN_MIN_DIGITS,
                max: PIN_MAX_DIGITS,
                found: digits.len(),
            });
        }
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(SecretError::NotDigits { what: "PIN" });
        }
        let mut pin = Self {
            padded: [0; PIN_MAX_DIGITS],
            length: digits.len(),
        };
        for (place, digit) in pin.padded.iter_mut().zip(digits) {
            *place = *digit;
        }
        Ok(pin)
    }

    /// The digits, in ASCII.
    #[must_use]
    pub fn expose(&self) -> &str {
        let digits = self.padded.get(..self.length).unwrap_or_default();
        core::str::from_utf8(digits).unwrap_or_default()
    }
}

impl PartialEq for Pin {
    fn eq(&self, other: &Self) -> bool {
        self.padded.ct_eq(&other.padded).into()
    }
}

impl Eq for Pin {}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_has_four_to_twelve_digits_and_prints_as_redacted() {
        for good in ["0000", "123456789012"] {
            let pin = Pin::new(good).unwrap();
            assert_eq!(pin.expose(), good);
            assert_eq!(format!("{pin:?}"), "[redacted]");
        }
        for bad in ["123", "1234567890123", "12a4", ""] {
            assert!(Pin::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn pins_are_equal_when_all_digits_are() {
        assert_eq!(Pin::new("1234").unwrap(), Pin::new("1234").unwrap());
        assert_ne!(Pin::new("1234").unwrap(), Pin::new("12340").unwrap());
    }
}
