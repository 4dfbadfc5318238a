//! Opens what any treatment has encrypted, for looking into messages.
//!
//! A role knows what an envelope of its message holds, and opens it by the treatment's own
//! function, in the same time whatever is wrong. Here the block says what it holds, and where
//! the octets stop to make sense is nobody's secret: whoever calls has the key. **Never answer
//! a peer by what this finds.**

use zeroize::Zeroizing;

use super::TreatmentError;
use super::ek::{self, Cipher};
use super::envelope::Parts;
use crate::asn1::Opaque;
use crate::crypto::oaep::{self, ContentKind};
use crate::crypto::{CryptoProvider, PrivateKey};
use crate::pkcs7::{EncryptedData, EnvelopedData};
use crate::secret::BackKey;

/// What an envelope holds.
pub struct Unsealed {
    /// What was under the DES key: the DER of a value, as far as one can know.
    pub plaintext: Zeroizing<Vec<u8>>,
    /// What the OAEP block says that its extra data is.
    pub kind: ContentKind,
    /// The extra data of the block.
    pub extra: Zeroizing<Vec<u8>>,
    /// Whether the hash of the plaintext in the block fits; none where there is none.
    pub hash_fits: Option<bool>,
}

impl core::fmt::Debug for Unsealed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Unsealed")
            .field("kind", &self.kind)
            .field("hash_fits", &self.hash_fits)
            .finish_non_exhaustive()
    }
}

/// Opens an envelope of E, EH, EX, EXH or EncX.
///
/// # Errors
///
/// [`TreatmentError::Undecryptable`] when the key does not fit or the octets were altered,
/// [`TreatmentError::Algorithm`] for an algorithm that is not SET's,
/// [`TreatmentError::Content`] for a malformed initialisation vector.
pub fn envelope(
    crypto: &dyn CryptoProvider,
    key: &PrivateKey,
    envelope: &EnvelopedData,
) -> Result<Unsealed, TreatmentError> {
    let parts = Parts::of(envelope)?;
    let (kind, opened) = oaep::open_any(crypto, key, parts.block)?;
    let plaintext = crypto.des_cbc_decrypt(&opened.key, &parts.iv, parts.ciphertext)?;
    let hash_fits = opened.hd.map(|hd| crypto.sha1(&[&plaintext]) == hd);
    Ok(Unsealed {
        plaintext,
        kind,
        extra: opened.extra,
        hash_fits,
    })
}

/// Opens what EK has encrypted under `secret`, with the cipher that it names.
///
/// # Errors
///
/// As [`ek::open`].
pub fn encrypted(
    crypto: &dyn CryptoProvider,
    secret: &BackKey,
    data: &EncryptedData,
) -> Result<Zeroizing<Vec<u8>>, TreatmentError> {
    let info = &data.encrypted_content_info;
    let cipher = Cipher::from_oid(info.content_encryption_algorithm.algorithm)?;
    let content = ek::open::<Opaque>(crypto, cipher, secret, info.content_type, data)?;
    Ok(Zeroizing::new(content.octets().to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::{Raw, oid};
    use crate::crypto::RustCrypto;
    use crate::msg::payment::account::{PanData, PanToken};
    use crate::pkcs7::IssuerAndSerialNumber;
    use crate::secret::{CardExpiry, Pan, PanSecret};
    use crate::treatment::{Recipient, e, eh, ex, exh};

    fn key() -> PrivateKey {
        RustCrypto.generate_rsa(1024).unwrap()
    }

    fn token() -> PanToken {
        PanToken {
            pan: Pan::new("4111111111111111").unwrap(),
            card_expiry: CardExpiry::new("203012").unwrap(),
            ex_nonce: crate::secret::ExNonce::from_octets([7; 20]),
        }
    }

    fn data() -> PanData {
        PanData {
            pan: Pan::new("4111111111111111").unwrap(),
            card_expiry: CardExpiry::new("203012").unwrap(),
            pan_secret: PanSecret::from_octets([9; 20]),
            ex_nonce: crate::secret::ExNonce::from_octets([7; 20]),
        }
    }

    #[test]
    fn whatever_a_block_holds_is_found() {
        let crypto = &RustCrypto;
        let key = key();
        let to = Recipient {
            key: key.public_key(),
            certificate: IssuerAndSerialNumber::none(),
        };
        let kind = oid::content::OI_DATA;
        let t = Raw::new(true).unwrap();
        let sealed = [
            (e::e(crypto, &to, kind, &true), ContentKind::None, None),
            (
                eh::eh(crypto, &to, kind, &true),
                ContentKind::None,
                Some(true),
            ),
            (
                ex::ex(crypto, &to, kind, &t, &data()),
                ContentKind::PanData,
                None,
            ),
            (
                exh::exh(crypto, &to, kind, &t, &token()),
                ContentKind::PanToken,
                Some(true),
            ),
        ];
        for (sealed, kind, hash_fits) in sealed {
            let unsealed = envelope(crypto, &key, &sealed.unwrap()).unwrap();
            assert_eq!((unsealed.kind, unsealed.hash_fits), (kind, hash_fits));
            assert_eq!(unsealed.extra.len(), kind.extra_len());
        }
    }

    #[test]
    fn another_key_and_altered_octets_do_not_open() {
        let crypto = &RustCrypto;
        let (key, other) = (key(), key());
        let to = Recipient {
            key: key.public_key(),
            certificate: IssuerAndSerialNumber::none(),
        };
        let sealed = e::e(crypto, &to, oid::content::OI_DATA, &true).unwrap();
        assert_eq!(
            envelope(crypto, &other, &sealed).unwrap_err(),
            TreatmentError::Undecryptable
        );
    }

    #[test]
    fn a_shared_key_opens_what_was_encrypted_under_it() {
        let crypto = &RustCrypto;
        let secret = BackKey::from_octets([3; 20]);
        for cipher in [Cipher::Des, Cipher::Cdmf] {
            let kind = oid::content::ACQ_CARD_CODE_MSG_TBE;
            let data = ek::ek(crypto, cipher, &secret, kind, &true).unwrap();
            assert_eq!(*encrypted(crypto, &secret, &data).unwrap(), [1, 1, 0xff]);
        }
    }
}
