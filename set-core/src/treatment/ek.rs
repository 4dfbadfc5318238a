//! EK(k, t): a value under a key that both sides share.

use der::asn1::{ObjectIdentifier, OctetString};
use zeroize::Zeroizing;

use super::TreatmentError;
use crate::asn1::{Raw, Wire, oid};
use crate::crypto::{CryptoProvider, DesKey, random_array};
use crate::pkcs7::encrypted::Version0;
use crate::pkcs7::{AlgorithmIdentifier, EncryptedContentInfo, EncryptedData};
use crate::secret::BackKey;

/// The ciphers that EK can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cipher {
    /// DES in CBC mode.
    Des,
    /// CDMF in CBC mode: DES with 40 effective bits.
    Cdmf,
}

impl Cipher {
    /// The object identifier.
    #[must_use]
    pub const fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Des => oid::algorithm::DES_CBC,
            Self::Cdmf => oid::algorithm::CDMF_CBC,
        }
    }

    /// The cipher of an object identifier.
    ///
    /// # Errors
    ///
    /// [`TreatmentError::Algorithm`] for any other.
    pub fn from_oid(algorithm: ObjectIdentifier) -> Result<Self, TreatmentError> {
        match algorithm {
            oid::algorithm::DES_CBC => Ok(Self::Des),
            oid::algorithm::CDMF_CBC => Ok(Self::Cdmf),
            other => Err(TreatmentError::Algorithm(other)),
        }
    }

    fn key(self, crypto: &dyn CryptoProvider, secret: &BackKey) -> DesKey {
        let key = secret.des_key();
        match self {
            Self::Des => key,
            Self::Cdmf => crypto.cdmf_key(&key),
        }
    }
}

/// Encrypts `t`, whose type is `content_type`, under the leading 8 octets of `secret`.
///
/// # Errors
///
/// [`TreatmentError::Provider`]; [`TreatmentError::Encode`].
pub fn ek<T: Wire>(
    crypto: &dyn CryptoProvider,
    cipher: Cipher,
    secret: &BackKey,
    content_type: ObjectIdentifier,
    t: &T,
) -> Result<EncryptedData, TreatmentError> {
    let plaintext = Zeroizing::new(crate::asn1::encode(t)?);
    let iv = random_array(crypto)?;
    let ciphertext = crypto.des_cbc_encrypt(&cipher.key(crypto, secret), &iv, &plaintext)?;
    Ok(EncryptedData {
        enc_version: Version0::VER0,
        encrypted_content_info: EncryptedContentInfo {
            content_type,
            content_encryption_algorithm: AlgorithmIdentifier::cbc(cipher.oid(), &iv)?,
            encrypted_content: OctetString::new(ciphertext)?,
        },
    })
}

/// Opens what was encrypted under `secret` with `cipher`.
///
/// # Errors
///
/// [`TreatmentError::Undecryptable`] whatever is wrong inside;
/// [`TreatmentError::ContentType`] and [`TreatmentError::Algorithm`] outside.
pub fn open<T: Wire>(
    crypto: &dyn CryptoProvider,
    cipher: Cipher,
    secret: &BackKey,
    content_type: ObjectIdentifier,
    data: &EncryptedData,
) -> Result<Raw<T>, TreatmentError> {
    let info = &data.encrypted_content_info;
    if info.content_type != content_type {
        return Err(TreatmentError::ContentType {
            expected: content_type,
            found: info.content_type,
        });
    }
    let bulk = &info.content_encryption_algorithm;
    if bulk.algorithm != cipher.oid() {
        return Err(TreatmentError::Algorithm(bulk.algorithm));
    }
    let key = cipher.key(crypto, secret);
    let plaintext = crypto.des_cbc_decrypt(&key, &bulk.iv()?, info.encrypted_content.as_bytes())?;
    Raw::from_octets(plaintext.to_vec()).map_err(|_| TreatmentError::Undecryptable)
}
