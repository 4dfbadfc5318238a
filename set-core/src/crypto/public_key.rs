//! RSA public keys and the rules that they must keep.

use core::fmt;
use core::hash::{Hash, Hasher};
use std::sync::Arc;

use der::asn1::{AnyRef, BitStringRef};
use der::{Decode, Encode};
use pkcs1::{RsaPublicKeyRef, UintRef};
use rsa::BoxedUint;
use spki::SubjectPublicKeyInfoRef;

use super::{CryptoError, KeyFault};

/// What an RSA key must be like to be used at all.
///
/// Besides the sizes given here: the modulus is odd and fills its octets; the public
/// exponent is odd, at least 3, and has at most 33 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyRules {
    /// Fewest bits that a modulus may have.
    pub min_bits: usize,
    /// Most bits that a modulus may have.
    pub max_bits: usize,
}

impl Default for KeyRules {
    /// 1024 to 4096 bits: SET uses 1024 everywhere but at the root, which has 2048.
    fn default() -> Self {
        Self {
            min_bits: 1024,
            max_bits: 4096,
        }
    }
}

impl KeyRules {
    /// Checks a modulus size that somebody asks for.
    ///
    /// # Errors
    ///
    /// The fault, if the size is out of range or not a whole number of octets.
    pub fn check_bits(&self, bits: usize) -> Result<(), KeyFault> {
        if bits < self.min_bits {
            Err(KeyFault::TooSmall {
                bits,
                min: self.min_bits,
            })
        } else if bits > self.max_bits {
            Err(KeyFault::TooLarge {
                bits,
                max: self.max_bits,
            })
        } else if !bits.is_multiple_of(8) {
            Err(KeyFault::PartialOctet { bits })
        } else {
            Ok(())
        }
    }
}

/// An RSA public key that keeps the [`KeyRules`].
///
/// Cheap to clone: the parts are shared.
#[derive(Clone)]
pub struct PublicKey(Arc<Parts>);

struct Parts {
    modulus: Vec<u8>,
    exponent: u64,
    spki: Vec<u8>,
    /// The same key prepared for modular arithmetic.
    arithmetic: rsa::RsaPublicKey,
}

impl PublicKey {
    /// Makes a key of its modulus and public exponent, most significant octet first.
    ///
    /// Leading zero octets are taken off.
    ///
    /// # Errors
    ///
    /// [`CryptoError::KeyRefused`] if the key breaks `rules`.
    pub fn new(modulus: &[u8], exponent: &[u8], rules: &KeyRules) -> Result<Self, CryptoError> {
        let modulus = without_leading_zeros(modulus);
        let exponent = checked_exponent(exponent).map_err(CryptoError::KeyRefused)?;
        check_modulus(modulus, rules).map_err(CryptoError::KeyRefused)?;
        let sizes = rules.min_bits..=rules.max_bits;
        let arithmetic = rsa::RsaPublicKey::new_with_size_limits(
            BoxedUint::from_be_slice_vartime(modulus),
            BoxedUint::from(exponent),
            sizes,
        )
        .map_err(|_| CryptoError::KeyRefused(KeyFault::Inconsistent))?;
        let spki = encode_spki(modulus, exponent)
            .map_err(|_| CryptoError::KeyFormat { format: FORMAT })?;
        Ok(Self(Arc::new(Parts {
            modulus: modulus.to_vec(),
            exponent,
            spki,
            arithmetic,
        })))
    }

    /// Reads the DER of a SubjectPublicKeyInfo: rsaEncryption with NULL parameters.
    ///
    /// # Errors
    ///
    /// [`CryptoError::KeyFormat`] if the octets are anything else,
    /// [`CryptoError::KeyRefused`] if the key breaks the default [`KeyRules`].
    pub fn from_spki_der(der: &[u8]) -> Result<Self, CryptoError> {
        Self::from_spki_der_with(der, &KeyRules::default())
    }

    /// Reads the DER of a SubjectPublicKeyInfo under rules of the caller's.
    ///
    /// # Errors
    ///
    /// As [`PublicKey::from_spki_der`].
    pub fn from_spki_der_with(der: &[u8], rules: &KeyRules) -> Result<Self, CryptoError> {
        let malformed = CryptoError::KeyFormat { format: FORMAT };
        let info = SubjectPublicKeyInfoRef::from_der(der).map_err(|_| malformed.clone())?;
        if info.algorithm.oid != pkcs1::ALGORITHM_OID
            || info.algorithm.parameters != Some(AnyRef::NULL)
        {
            return Err(malformed);
        }
        let key = info
            .subject_public_key
            .as_bytes()
            .ok_or_else(|| malformed.clone())?;
        let key = RsaPublicKeyRef::from_der(key).map_err(|_| malformed)?;
        Self::new(
            key.modulus.as_bytes(),
            key.public_exponent.as_bytes(),
            rules,
        )
    }

    /// Writes the key as the DER of a SubjectPublicKeyInfo.
    #[must_use]
    pub fn to_spki_der(&self) -> Vec<u8> {
        self.0.spki.clone()
    }

    /// Bits of the modulus.
    #[must_use]
    pub fn bits(&self) -> usize {
        bit_length(&self.0.modulus)
    }

    /// Octets of the modulus, and of every block and signature: k in PKCS #1.
    #[must_use]
    pub fn octets(&self) -> usize {
        self.0.modulus.len()
    }

    /// The modulus, most significant octet first, without leading zeros.
    #[must_use]
    pub fn modulus(&self) -> &[u8] {
        &self.0.modulus
    }

    /// The public exponent.
    #[must_use]
    pub fn exponent(&self) -> u64 {
        self.0.exponent
    }

    pub(super) fn arithmetic(&self) -> &rsa::RsaPublicKey {
        &self.0.arithmetic
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.modulus == other.0.modulus && self.0.exponent == other.0.exponent
    }
}

impl Eq for PublicKey {}

impl Hash for PublicKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.modulus.hash(state);
        self.0.exponent.hash(state);
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKey")
            .field("bits", &self.bits())
            .field("exponent", &self.exponent())
            .finish_non_exhaustive()
    }
}

fn check_modulus(modulus: &[u8], rules: &KeyRules) -> Result<(), KeyFault> {
    rules.check_bits(bit_length(modulus))?;
    match modulus.last() {
        Some(last) if last & 1 == 1 => Ok(()),
        _ => Err(KeyFault::EvenModulus),
    }
}

fn checked_exponent(octets: &[u8]) -> Result<u64, KeyFault> {
    let mut exponent: u64 = 0;
    for octet in without_leading_zeros(octets) {
        exponent = (exponent << 8) | u64::from(*octet);
        if exponent >> EXPONENT_BITS != 0 {
            return Err(KeyFault::LongExponent);
        }
    }
    if exponent < 3 || exponent & 1 == 0 {
        return Err(KeyFault::WeakExponent);
    }
    Ok(exponent)
}

fn encode_spki(modulus: &[u8], exponent: u64) -> der::Result<Vec<u8>> {
    let key = RsaPublicKeyRef {
        modulus: UintRef::new(modulus)?,
        public_exponent: UintRef::new(&exponent.to_be_bytes())?,
    }
    .to_der()?;
    SubjectPublicKeyInfoRef {
        algorithm: pkcs1::ALGORITHM_ID,
        subject_public_key: BitStringRef::from_bytes(&key)?,
    }
    .to_der()
}

fn without_leading_zeros(octets: &[u8]) -> &[u8] {
    let zeros = octets.iter().take_while(|octet| **octet == 0).count();
    octets.get(zeros..).unwrap_or_default()
}

/// Bits of a number without leading zero octets.
fn bit_length(octets: &[u8]) -> usize {
    octets.first().map_or(0, |first| {
        // At most 7, so the narrow form is exact on every platform.
        let unused = usize::from(u8::try_from(first.leading_zeros()).unwrap_or_default());
        (octets.len() * 8).saturating_sub(unused)
    })
}

/// Longest public exponent: more makes every verification slow for whoever verifies.
const EXPONENT_BITS: u32 = 33;

const FORMAT: &str = "SubjectPublicKeyInfo";
