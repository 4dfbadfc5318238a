//! RSA private keys, wherever they live.

use core::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::rustcrypto::SoftwareKey;
use super::{CryptoError, CryptoProvider, PublicKey, SHA1_LEN};

/// What a private key can do. Implemented by software keys and by keys inside of a token.
///
/// The provider is an argument because software draws its blinding from it.
pub trait PrivateKeyOps: Send + Sync + fmt::Debug {
    /// The public half.
    fn public_key(&self) -> &PublicKey;

    /// Signs a SHA-1 digest with PKCS #1 v1.5; the signature is as long as the modulus.
    ///
    /// # Errors
    ///
    /// [`CryptoError::Provider`] if the operation fails or a fault was found in its result.
    fn sign_sha1(
        &self,
        provider: &dyn CryptoProvider,
        digest: &[u8; SHA1_LEN],
    ) -> Result<Vec<u8>, CryptoError>;

    /// The raw RSA private operation, without padding, blinded: `block`^d mod n.
    ///
    /// `block` and the result are as many octets as the modulus has, most significant first.
    ///
    /// # Errors
    ///
    /// [`CryptoError::BlockOutOfRange`] if `block` has another length or is not below the
    /// modulus; [`CryptoError::Provider`] as for signing.
    fn decrypt_raw(
        &self,
        provider: &dyn CryptoProvider,
        block: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError>;

    /// The DER of a PKCS #8 PrivateKeyInfo, or `None` if the key cannot leave its token.
    fn to_pkcs8(&self) -> Option<Zeroizing<Vec<u8>>>;
}

/// A handle on an RSA private key. Cheap to clone: the key itself is shared.
#[derive(Clone)]
pub struct PrivateKey(Arc<dyn PrivateKeyOps>);

impl PrivateKey {
    /// Takes a key of any kind.
    #[must_use]
    pub fn new(key: impl PrivateKeyOps + 'static) -> Self {
        Self(Arc::new(key))
    }

    /// Reads the DER of a PKCS #8 PrivateKeyInfo (rsaEncryption, NULL parameters, two
    /// primes) as a software key.
    ///
    /// # Errors
    ///
    /// [`CryptoError::KeyFormat`] if the octets are anything else,
    /// [`CryptoError::KeyRefused`] if the key breaks the default
    /// [`KeyRules`](super::KeyRules) or its parts do not belong together.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, CryptoError> {
        SoftwareKey::from_pkcs8_der(der).map(Self::new)
    }

    /// The public half.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        self.0.public_key()
    }

    /// Signs a SHA-1 digest with PKCS #1 v1.5; the signature is as long as the modulus.
    ///
    /// # Errors
    ///
    /// As [`PrivateKeyOps::sign_sha1`].
    pub fn sign_sha1(
        &self,
        provider: &dyn CryptoProvider,
        digest: &[u8; SHA1_LEN],
    ) -> Result<Vec<u8>, CryptoError> {
        self.0.sign_sha1(provider, digest)
    }

    /// The raw RSA private operation, without padding, blinded.
    ///
    /// # Errors
    ///
    /// As [`PrivateKeyOps::decrypt_raw`].
    pub fn decrypt_raw(
        &self,
        provider: &dyn CryptoProvider,
        block: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        self.0.decrypt_raw(provider, block)
    }

    /// The DER of a PKCS #8 PrivateKeyInfo, or `None` if the key cannot leave its token.
    #[must_use]
    pub fn to_pkcs8(&self) -> Option<Zeroizing<Vec<u8>>> {
        self.0.to_pkcs8()
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey")
            .field("bits", &self.public_key().bits())
            .finish_non_exhaustive()
    }
}
