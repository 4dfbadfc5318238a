//! RSA keys held in memory.

use core::fmt;

use der::Decode;
use der::asn1::AnyRef;
use pkcs1::RsaPrivateKeyRef;
use pkcs8::{EncodePrivateKey, PrivateKeyInfoRef};
use rand::rngs::ChaCha20Rng;
use rand::{SeedableRng, TryCryptoRng, TryRng};
use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use rsa::{BoxedUint, RsaPrivateKey};
use zeroize::{Zeroize, Zeroizing};

use super::to_octets;
use crate::crypto::{
    CryptoError, CryptoProvider, KeyFault, KeyRules, PrivateKey, PrivateKeyOps, PublicKey,
    SHA1_LEN, pkcs1 as signature,
};

/// Makes an RSA key in memory, with the public exponent 65537, from 256 random bits of
/// `provider`, which ChaCha20 stretches.
///
/// A provider that keeps its keys in memory calls this from
/// [`CryptoProvider::generate_rsa`].
///
/// # Errors
///
/// [`CryptoError::KeyRefused`] for a size outside of the default [`KeyRules`],
/// [`CryptoError::Provider`] if there is no randomness or no prime is found.
pub fn generate_software_key(
    provider: &dyn CryptoProvider,
    bits: usize,
) -> Result<PrivateKey, CryptoError> {
    KeyRules::default()
        .check_bits(bits)
        .map_err(CryptoError::KeyRefused)?;
    let mut seed = Zeroizing::new([0; 32]);
    provider.random(seed.as_mut())?;
    let mut generator = ChaCha20Rng::from_seed(*seed);
    let key = RsaPrivateKey::new(&mut generator, bits)
        .map_err(|error| fault("generate an RSA key", &error))?;
    SoftwareKey::new(key).map(PrivateKey::new)
}

/// An RSA key in memory, prepared for the Chinese remainder theorem, wiped on drop.
pub(in crate::crypto) struct SoftwareKey {
    public: PublicKey,
    private: RsaPrivateKey,
}

impl SoftwareKey {
    fn new(private: RsaPrivateKey) -> Result<Self, CryptoError> {
        let public = PublicKey::new(
            &private.n().to_be_bytes(),
            &private.e().to_be_bytes(),
            &KeyRules::default(),
        )?;
        // Without them the arithmetic would silently be four times as slow.
        if private.qinv().is_none() {
            return Err(CryptoError::KeyRefused(KeyFault::Inconsistent));
        }
        Ok(Self { public, private })
    }

    pub(in crate::crypto) fn from_pkcs8_der(der: &[u8]) -> Result<Self, CryptoError> {
        let malformed = CryptoError::KeyFormat {
            format: "PrivateKeyInfo",
        };
        let info = PrivateKeyInfoRef::from_der(der).map_err(|_| malformed.clone())?;
        if info.algorithm.oid != pkcs1::ALGORITHM_OID
            || info.algorithm.parameters != Some(AnyRef::NULL)
        {
            return Err(malformed);
        }
        let parts = RsaPrivateKeyRef::from_der(info.private_key.as_bytes())
            .map_err(|_| malformed.clone())?;
        // Judged first, so that the arithmetic below only meets numbers of a sane size.
        PublicKey::new(
            parts.modulus.as_bytes(),
            parts.public_exponent.as_bytes(),
            &KeyRules::default(),
        )?;
        RsaPrivateKey::try_from(parts)
            .map_err(|_| CryptoError::KeyRefused(KeyFault::Inconsistent))
            .and_then(Self::new)
    }

    /// `block`^d mod n with blinding; the result is checked against faults.
    fn private_operation(
        &self,
        provider: &dyn CryptoProvider,
        block: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let block = to_integer(&self.public, block)?;
        let mut blinding = Blinding {
            provider,
            failure: None,
        };
        let result = rsa::hazmat::rsa_decrypt_and_check(&self.private, Some(&mut blinding), &block);
        let mut integer = result.map_err(|error| {
            blinding
                .failure
                .take()
                .unwrap_or_else(|| fault("compute with an RSA private key", &error))
        })?;
        let octets = Zeroizing::new(to_octets(&integer, self.public.octets()));
        integer.zeroize();
        Ok(octets)
    }
}

impl PrivateKeyOps for SoftwareKey {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign_sha1(
        &self,
        provider: &dyn CryptoProvider,
        digest: &[u8; SHA1_LEN],
    ) -> Result<Vec<u8>, CryptoError> {
        let block = signature::signature_block(self.public.octets(), digest);
        let signature = self.private_operation(provider, &block)?;
        Ok(signature.to_vec())
    }

    fn decrypt_raw(
        &self,
        provider: &dyn CryptoProvider,
        block: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        self.private_operation(provider, block)
    }

    fn to_pkcs8(&self) -> Option<Zeroizing<Vec<u8>>> {
        let document = self.private.to_pkcs8_der().ok()?;
        Some(document.to_bytes())
    }
}

impl fmt::Debug for SoftwareKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SoftwareKey")
            .field("bits", &self.public.bits())
            .finish_non_exhaustive()
    }
}

/// A block as an integer below the modulus, in the storage width of the key's arithmetic.
pub(super) fn to_integer(key: &PublicKey, block: &[u8]) -> Result<BoxedUint, CryptoError> {
    let out_of_range = || CryptoError::BlockOutOfRange {
        modulus: key.octets(),
        block: block.len(),
    };
    let modulus = key.arithmetic().n();
    if block.len() != key.octets() {
        return Err(out_of_range());
    }
    let integer =
        BoxedUint::from_be_slice(block, modulus.bits_precision()).map_err(|_| out_of_range())?;
    if integer >= **modulus {
        return Err(out_of_range());
    }
    Ok(integer)
}

pub(super) fn fault(operation: &'static str, error: &rsa::Error) -> CryptoError {
    CryptoError::Provider {
        operation,
        reason: error.to_string(),
    }
}

/// The provider's randomness in the form that the `rsa` crate takes blinding factors from.
struct Blinding<'a> {
    provider: &'a dyn CryptoProvider,
    /// What the provider said, which the `rsa` crate does not pass on.
    failure: Option<CryptoError>,
}

impl TryRng for Blinding<'_> {
    type Error = CryptoError;

    fn try_next_u32(&mut self) -> Result<u32, CryptoError> {
        let mut octets = [0; 4];
        self.try_fill_bytes(&mut octets)?;
        Ok(u32::from_le_bytes(octets))
    }

    fn try_next_u64(&mut self) -> Result<u64, CryptoError> {
        let mut octets = [0; 8];
        self.try_fill_bytes(&mut octets)?;
        Ok(u64::from_le_bytes(octets))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), CryptoError> {
        self.provider.random(out).inspect_err(|error| {
            self.failure = Some(error.clone());
        })
    }
}

impl TryCryptoRng for Blinding<'_> {}
