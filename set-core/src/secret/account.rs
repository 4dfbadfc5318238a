//! What identifies an account that is not a card's.

use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::SecretError;

/// Characters of an AcctIdentification.
pub const ACCT_IDENTIFICATION_LEN: usize = 74;

/// The account that a merchant or acquirer registers with: 74 printable ASCII characters,
/// padded on the right with spaces.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct AcctIdentification([u8; ACCT_IDENTIFICATION_LEN]);

impl AcctIdentification {
    /// Takes exactly 74 printable ASCII characters.
    ///
    /// # Errors
    ///
    /// [`SecretError`] for another length or another character.
    pub fn new(text: impl AsRef<[u8]>) -> Result<Self, SecretError> {
        let text = text.as_ref();
        if text.len() != ACCT_IDENTIFICATION_LEN {
            return Err(SecretError::Length {
                what: WHAT,
                min: ACCT_IDENTIFICATION_LEN,
                max: ACCT_IDENTIFICATION_LEN,
                found: text.len(),
            });
        }
        Self::padded(text)
    }

    /// Takes up to 74 printable ASCII characters and pads them with spaces.
    ///
    /// # Errors
    ///
    /// [`SecretError`] for more or for another character.
    pub fn padded(text: impl AsRef<[u8]>) -> Result<Self, SecretError> {
        let text = text.as_ref();
        if text.len() > ACCT_IDENTIFICATION_LEN {
            return Err(SecretError::Length {
                what: WHAT,
                min: 0,
                max: ACCT_IDENTIFICATION_LEN,
                found: text.len(),
            });
        }
        if !text.iter().all(|octet| matches!(octet, 0x20..=0x7e)) {
            return Err(SecretError::NotPrintable { what: WHAT });
        }
        let mut account = Self([b' '; ACCT_IDENTIFICATION_LEN]);
        for (place, octet) in account.0.iter_mut().zip(text) {
            *place = *octet;
        }
        Ok(account)
    }

    /// The characters with their padding.
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

impl PartialEq for AcctIdentification {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for AcctIdentification {}

impl fmt::Debug for AcctIdentification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

const WHAT: &str = "acctIdentification";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_padded_with_spaces_to_74_characters() {
        let account = AcctIdentification::padded("DE89 3704").unwrap();
        assert_eq!(account.expose().len(), 74);
        assert_eq!(account.expose().trim_end(), "DE89 3704");
        assert_eq!(account, AcctIdentification::new(account.expose()).unwrap());
        assert_eq!(format!("{account:?}"), "[redacted]");
    }

    #[test]
    fn an_account_of_another_length_or_alphabet_is_refused() {
        assert!(AcctIdentification::new("short").is_err());
        assert!(AcctIdentification::padded([b'1'; 75]).is_err());
        assert!(AcctIdentification::padded("caf\u{e9}").is_err());
    }
}
