//! Secrets of 20 octets.

use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::SecretError;
use crate::crypto::{CryptoError, CryptoProvider, DES_KEY_LEN, DesKey};

/// Octets of SET's Secret and Nonce.
pub const SECRET_LEN: usize = 20;

/// Declares one kind of secret; a kind is never taken for another.
macro_rules! secret {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Zeroize, ZeroizeOnDrop)]
        pub struct $name([u8; SECRET_LEN]);

        impl $name {
            /// Takes 20 octets.
            #[must_use]
            pub fn from_octets(octets: [u8; SECRET_LEN]) -> Self {
                Self(octets)
            }

            /// Draws 20 random octets.
            ///
            /// # Errors
            ///
            /// [`CryptoError::Provider`] if the generator gives nothing.
            pub fn random(provider: &dyn CryptoProvider) -> Result<Self, CryptoError> {
                let mut secret = Self([0; SECRET_LEN]);
                provider.random(&mut secret.0)?;
                Ok(secret)
            }

            /// The octets.
            #[must_use]
            pub fn expose(&self) -> &[u8; SECRET_LEN] {
                &self.0
            }

            /// A second copy, asked for by name.
            #[must_use]
            pub fn duplicate(&self) -> Self {
                Self(self.0)
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = SecretError;

            fn try_from(octets: &[u8]) -> Result<Self, SecretError> {
                octets
                    .try_into()
                    .map(Self)
                    .map_err(|_| SecretError::Length {
                        what: $what,
                        min: SECRET_LEN,
                        max: SECRET_LEN,
                        found: octets.len(),
                    })
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.0.ct_eq(&other.0).into()
            }
        }

        impl Eq for $name {}

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("[redacted]")
            }
        }
    };
}

secret! {
    /// A Secret that no narrower type names: 20 octets.
    Secret, "Secret"
}

secret! {
    /// What the cardholder and the CA share about a card: 20 octets.
    ///
    /// It blinds the account number in the cardholder's certificate and proves to the
    /// gateway that the payer holds the certificate's account.
    PanSecret, "PANSecret"
}

secret! {
    /// The cardholder's half of the [`PanSecret`]: 20 octets, made by the wallet.
    CardSecret, "CardSecret"
}

secret! {
    /// The nonce beside an account number in the OAEP block: 20 octets.
    ///
    /// It hides the number from whoever would guess it and compare digests.
    ExNonce, "ExNonce"
}

secret! {
    /// The key that an answer is to be encrypted under: 20 octets, of which the leading 8
    /// are the DES key.
    BackKey, "BackKey"
}

impl PanSecret {
    /// Joins the cardholder's half and the CA's half, which is the Nonce-CCA of CertRes.
    #[must_use]
    pub fn combine(cardholder: &CardSecret, nonce_cca: &[u8; SECRET_LEN]) -> Self {
        let mut joined = Self(cardholder.0);
        for (octet, other) in joined.0.iter_mut().zip(nonce_cca) {
            *octet ^= other;
        }
        joined
    }
}

impl BackKey {
    /// The leading 8 octets as a DES key; parity does not matter.
    #[must_use]
    pub fn des_key(&self) -> DesKey {
        let mut leading = [0; DES_KEY_LEN];
        for (octet, own) in leading.iter_mut().zip(self.0) {
            *octet = own;
        }
        let key = DesKey::from_octets(&leading);
        leading.zeroize();
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pan_secret_is_the_exclusive_or_of_its_halves() {
        let ours = CardSecret::from_octets([0b1100; SECRET_LEN]);
        let joined = PanSecret::combine(&ours, &[0b1010; SECRET_LEN]);
        assert_eq!(joined.expose(), &[0b0110; SECRET_LEN]);
    }

    #[test]
    fn a_back_key_gives_its_leading_octets_with_odd_parity() {
        let mut octets = [0x11; SECRET_LEN];
        octets[0] = 0xFF;
        octets[8] = 0x99;
        let key = BackKey::from_octets(octets).des_key();
        assert_eq!(
            key.expose(),
            &[0xFE, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10]
        );
    }

    #[test]
    fn a_secret_of_another_length_is_refused() {
        assert_eq!(
            Secret::try_from([0; 19].as_slice()),
            Err(SecretError::Length {
                what: "Secret",
                min: 20,
                max: 20,
                found: 19
            })
        );
        assert!(Secret::try_from([0; 20].as_slice()).is_ok());
    }

    #[test]
    fn secrets_print_as_redacted_and_compare_by_content() {
        let secret = ExNonce::from_octets([1; SECRET_LEN]);
        assert_eq!(format!("{secret:?}"), "[redacted]");
        assert_eq!(secret, secret.duplicate());
        assert_ne!(secret, ExNonce::from_octets([2; SECRET_LEN]));
    }
}
