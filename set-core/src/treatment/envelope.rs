//! What E, EH, EX, EXH and EncX share: one OAEP block and one DES encryption.

use der::asn1::{ObjectIdentifier, OctetString};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{Recipient, TreatmentError};
use crate::asn1::{SeqOf, oid};
use crate::crypto::oaep::{self, BlockContent, ContentKind, Expected};
use crate::crypto::{CryptoError, CryptoProvider, DesKey, PrivateKey, random_array};
use crate::pkcs7::encrypted::{EdVersion, Version0};
use crate::pkcs7::signed::EncryptedDigest;
use crate::pkcs7::{AlgorithmIdentifier, EncryptedContentInfo, EnvelopedData, RecipientInfo};

/// The extra data of an OAEP block, as octets.
pub(super) struct RawExtra {
    pub(super) kind: ContentKind,
    pub(super) octets: Zeroizing<Vec<u8>>,
}

impl RawExtra {
    pub(super) fn none() -> Self {
        Self {
            kind: ContentKind::None,
            octets: Zeroizing::default(),
        }
    }
}

/// What was under the DES key.
pub(super) type Plaintext = Zeroizing<Vec<u8>>;
/// What was in the OAEP block beside the DES key.
pub(super) type ExtraOctets = Zeroizing<Vec<u8>>;

/// Encrypts `plaintext` under a fresh DES key, and that key for `recipient`.
pub(super) fn seal(
    crypto: &dyn CryptoProvider,
    recipient: &Recipient<'_>,
    content_type: ObjectIdentifier,
    plaintext: &[u8],
    extra: RawExtra,
    with_hd: bool,
) -> Result<EnvelopedData, TreatmentError> {
    let key = DesKey::random(crypto)?;
    let content = BlockContent {
        kind: extra.kind,
        hd: with_hd.then(|| crypto.sha1(&[plaintext])),
        extra: extra.octets,
    };
    let block = oaep::seal(crypto, recipient.key, &key, &content)?;
    let iv = random_array(crypto)?;
    let ciphertext = crypto.des_cbc_encrypt(&key, &iv, plaintext)?;
    Ok(EnvelopedData {
        ed_version: EdVersion::VER1,
        recipient_infos: SeqOf::one(RecipientInfo {
            ri_version: Version0::VER0,
            issuer_and_serial_number: recipient.certificate.clone(),
            key_encryption_algorithm: AlgorithmIdentifier::with_null(oid::algorithm::RSA_OAEP_SET)?,
            encrypted_key: EncryptedDigest::new(block)
                .map_err(|_| TreatmentError::Undecryptable)?,
        }),
        encrypted_content_info: EncryptedContentInfo {
            content_type,
            content_encryption_algorithm: AlgorithmIdentifier::cbc(oid::algorithm::DES_CBC, &iv)?,
            encrypted_content: OctetString::new(ciphertext)?,
        },
    })
}

/// What of an envelope is to be decrypted.
pub(super) struct Parts<'a> {
    /// The OAEP block.
    pub(super) block: &'a [u8],
    /// The initialisation vector.
    pub(super) iv: [u8; 8],
    /// The content under the DES key.
    pub(super) ciphertext: &'a [u8],
}

impl<'a> Parts<'a> {
    /// Takes them out, if the algorithms are those of SET.
    pub(super) fn of(envelope: &'a EnvelopedData) -> Result<Self, TreatmentError> {
        let info = &envelope.encrypted_content_info;
        let recipient = envelope.recipient_infos.first();
        let transport = &recipient.key_encryption_algorithm;
        if !transport.is_plain(oid::algorithm::RSA_OAEP_SET) {
            return Err(TreatmentError::Algorithm(transport.algorithm));
        }
        let bulk = &info.content_encryption_algorithm;
        if bulk.algorithm != oid::algorithm::DES_CBC {
            return Err(TreatmentError::Algorithm(bulk.algorithm));
        }
        Ok(Self {
            block: recipient.encrypted_key.as_octets(),
            iv: bulk.iv()?,
            ciphertext: info.encrypted_content.as_bytes(),
        })
    }
}

/// Opens an envelope; all that can be wrong inside it is one error.
///
/// A block that does not open still costs the DES decryption, under a random key, and bad
/// padding still costs the digest.
pub(super) fn open(
    crypto: &dyn CryptoProvider,
    key: &PrivateKey,
    content_type: ObjectIdentifier,
    envelope: &EnvelopedData,
    kind: ContentKind,
    with_hd: bool,
) -> Result<(Plaintext, ExtraOctets), TreatmentError> {
    let info = &envelope.encrypted_content_info;
    if info.content_type != content_type {
        return Err(TreatmentError::ContentType {
            expected: content_type,
            found: info.content_type,
        });
    }
    let Parts {
        block,
        iv,
        ciphertext,
    } = Parts::of(envelope)?;

    let stand_in = DesKey::random(crypto)?;
    let expected = Expected::new(kind, with_hd);
    let (sound, des_key, hd, extra) = match oaep::open(crypto, key, block, &expected) {
        Ok(opened) => (true, opened.key, opened.hd, opened.extra),
        Err(CryptoError::Decryption) => (false, stand_in, None, Zeroizing::default()),
        Err(error) => return Err(error.into()),
    };
    let plaintext = crypto.des_cbc_decrypt(&des_key, &iv, ciphertext);
    let digested = plaintext.as_ref().map_or(ciphertext, |plaintext| plaintext);
    let intact = !with_hd || {
        let ours = crypto.sha1(&[digested]);
        hd.is_some_and(|hd| bool::from(ours.ct_eq(&hd)))
    };
    match plaintext {
        Ok(plaintext) if sound & intact => Ok((plaintext, extra)),
        _ => Err(TreatmentError::Undecryptable),
    }
}
