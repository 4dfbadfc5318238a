//! SubjectPublicKeyInfo: a public key on the wire.

use der::asn1::BitString;

use crate::asn1::{self, EncodeError, Limits};
use crate::crypto::{CryptoError, KeyRules, PublicKey};
use crate::pkcs7::AlgorithmIdentifier;
use crate::sequence;

sequence! {
    /// A public key and its algorithm, always rsaEncryption with NULL parameters in SET.
    ///
    /// ```text
    /// SubjectPublicKeyInfo ::= SEQUENCE {
    ///   algorithm         AlgorithmIdentifier,
    ///   subjectPublicKey  BIT STRING
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct SubjectPublicKeyInfo = "SubjectPublicKeyInfo" {
        /// rsaEncryption.
        algorithm: AlgorithmIdentifier = "algorithm",
        /// DER of RSAPublicKey.
        subject_public_key: BitString = "subjectPublicKey",
    }
}

impl SubjectPublicKeyInfo {
    /// The wire form of a key.
    ///
    /// # Errors
    ///
    /// Never in practice: a key always fits.
    pub fn of(key: &PublicKey) -> Result<Self, EncodeError> {
        Ok(asn1::decode(&key.to_spki_der(), &Limits::default())
            .map_err(|_| der::ErrorKind::Failed.to_error())?)
    }

    /// The key, if it is an RSA key that `rules` allow.
    ///
    /// # Errors
    ///
    /// As [`PublicKey::from_spki_der_with`].
    pub fn key(&self, rules: &KeyRules) -> Result<PublicKey, CryptoError> {
        let octets = asn1::encode(self).map_err(|_| CryptoError::KeyFormat {
            format: "SubjectPublicKeyInfo",
        })?;
        PublicKey::from_spki_der_with(&octets, rules)
    }
}
