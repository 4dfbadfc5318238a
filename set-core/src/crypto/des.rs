//! DES keys.

use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{CryptoError, CryptoProvider};

/// Octets of a DES key, parity bits included.
pub const DES_KEY_LEN: usize = 8;

/// Octets of a DES block and of an initialization vector.
pub const DES_BLOCK_LEN: usize = 8;

/// A DES key: 56 bits in 8 octets, the lowest bit of each being odd parity.
///
/// Parity is set, not checked, when a key is made from octets. Keys compare in constant
/// time, print as `[redacted]` and are wiped on drop.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct DesKey([u8; DES_KEY_LEN]);

impl DesKey {
    /// Takes 8 octets as a key; their parity bits do not matter and are set to odd.
    #[must_use]
    pub fn from_octets(octets: &[u8; DES_KEY_LEN]) -> Self {
        Self(octets.map(with_odd_parity))
    }

    /// Draws a fresh key that is none of the 16 weak and semi-weak keys of DES.
    ///
    /// # Errors
    ///
    /// [`CryptoError::Provider`] if the provider has no randomness, or gives nothing but
    /// weak keys.
    pub fn random(provider: &dyn CryptoProvider) -> Result<Self, CryptoError> {
        for _ in 0..DRAWS {
            let mut key = Self([0; DES_KEY_LEN]);
            provider.random(&mut key.0)?;
            key.0 = key.0.map(with_odd_parity);
            if !key.is_weak() {
                return Ok(key);
            }
        }
        Err(CryptoError::Provider {
            operation: "draw a DES key",
            reason: "the generator repeats itself".to_owned(),
        })
    }

    /// The octets, with odd parity.
    #[must_use]
    pub fn expose(&self) -> &[u8; DES_KEY_LEN] {
        &self.0
    }

    /// A second copy, asked for by name so that no copy is made by accident.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self(self.0)
    }

    /// Whether encryption under this key is undone by encryption under a listed one.
    fn is_weak(&self) -> bool {
        WEAK_KEYS.iter().fold(0, |found, weak| {
            found | self.0.ct_eq(&weak.to_be_bytes()).unwrap_u8()
        }) == 1
    }
}

impl PartialEq for DesKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for DesKey {}

impl fmt::Debug for DesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Sets the lowest bit so that the number of ones is odd, without a branch on the key.
fn with_odd_parity(octet: u8) -> u8 {
    let folded = octet ^ (octet >> 4);
    let folded = folded ^ (folded >> 2);
    let folded = folded ^ (folded >> 1);
    octet ^ (!folded & 1)
}

/// Draws after which a generator is taken for broken: one key in 2^52 is weak.
const DRAWS: usize = 4;

/// The weak and semi-weak keys of DES, with odd parity (FIPS 74, 3.6).
const WEAK_KEYS: [u64; 16] = [
    0x0101_0101_0101_0101,
    0xFEFE_FEFE_FEFE_FEFE,
    0xE0E0_E0E0_F1F1_F1F1,
    0x1F1F_1F1F_0E0E_0E0E,
    0x011F_011F_010E_010E,
    0x1F01_1F01_0E01_0E01,
    0x01E0_01E0_01F1_01F1,
    0xE001_E001_F101_F101,
    0x01FE_01FE_01FE_01FE,
    0xFE01_FE01_FE01_FE01,
    0x1FE0_1FE0_0EF1_0EF1,
    0xE01F_E01F_F10E_F10E,
    0x1FFE_1FFE_0EFE_0EFE,
    0xFE1F_FE1F_FE0E_FE0E,
    0xE0FE_E0FE_F1FE_F1FE,
    0xFEE0_FEE0_FEF1_FEF1,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_octet_of_a_key_gets_odd_parity_and_keeps_its_upper_bits() {
        for octet in 0..=u8::MAX {
            let fixed = with_odd_parity(octet);
            assert_eq!(fixed.count_ones() % 2, 1, "{octet:02x}");
            assert_eq!(fixed & 0xFE, octet & 0xFE, "{octet:02x}");
        }
    }

    #[test]
    fn weak_keys_are_recognized_and_others_are_not() {
        for weak in WEAK_KEYS {
            assert!(DesKey::from_octets(&weak.to_be_bytes()).is_weak());
            let other = (weak ^ 0x40).to_be_bytes();
            assert!(!DesKey::from_octets(&other).is_weak());
        }
    }

    #[test]
    fn a_key_prints_as_redacted() {
        let key = DesKey::from_octets(&[0x5A; 8]);
        assert_eq!(format!("{key:?}"), "[redacted]");
    }
}
