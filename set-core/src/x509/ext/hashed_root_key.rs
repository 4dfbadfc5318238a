//! HashedRootKey.

use crate::asn1::{EncodeError, oid};
use crate::crypto::{CryptoProvider, PublicKey};
use crate::pkcs7::encrypted::Version0;
use crate::pkcs7::{AlgorithmIdentifier, ContentInfo, DetachedDigest, Digest};
use crate::sequence;

sequence! {
    /// The hash of the next root's key, so that the next root is known before it is needed.
    ///
    /// ```text
    /// HashedRootKey ::= SEQUENCE {
    ///   rootKeyThumb  DetachedDigest      -- content type set-rootKeyThumb 2.23.42.3.0.0
    /// }
    /// ```
    ///
    /// Critical; in root certificates. The digest is over the DER of SubjectPublicKeyInfo.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct HashedRootKey = "HashedRootKey" {
        /// The digest.
        root_key_thumb: DetachedDigest = "rootKeyThumb",
    }
}

impl HashedRootKey {
    /// The extension that announces `next`.
    ///
    /// # Errors
    ///
    /// Never in practice: its 49 octets always fit.
    pub fn announcing(
        next: &PublicKey,
        provider: &dyn CryptoProvider,
    ) -> Result<Self, EncodeError> {
        Ok(Self {
            root_key_thumb: DetachedDigest {
                dd_version: Version0::VER0,
                digest_algorithm: AlgorithmIdentifier::sha1()?,
                content_info: ContentInfo {
                    content_type: oid::content::ROOT_KEY_THUMB,
                    content: None,
                },
                digest: Digest::new(provider.sha1(&[&next.to_spki_der()])),
            },
        })
    }

    /// Whether `key` is the one announced.
    #[must_use]
    pub fn announces(&self, key: &PublicKey, provider: &dyn CryptoProvider) -> bool {
        Self::announcing(key, provider).is_ok_and(|expected| expected == *self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::{self, Limits};
    use crate::crypto::{KeyRules, RustCrypto};

    #[test]
    fn the_extension_has_the_octets_that_others_agree_on() {
        let key = PublicKey::new(&[0xc1; 256], &[1, 0, 1], &KeyRules::default()).unwrap();
        let extension = HashedRootKey::announcing(&key, &RustCrypto).unwrap();
        let mut expected = vec![
            0x30, 0x2f, 0x30, 0x2d, 0x02, 0x01, 0x00, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03,
            0x02, 0x1a, 0x05, 0x00, 0x30, 0x07, 0x06, 0x05, 0x67, 0x2a, 0x03, 0x00, 0x00, 0x04,
            0x14,
        ];
        expected.extend(RustCrypto.sha1(&[&key.to_spki_der()]));
        assert_eq!(asn1::encode(&extension).unwrap(), expected);
        let back: HashedRootKey = asn1::decode(&expected, &Limits::default()).unwrap();
        assert!(back.announces(&key, &RustCrypto));
        let other = PublicKey::new(&[0xc3; 256], &[1, 0, 1], &KeyRules::default()).unwrap();
        assert!(!back.announces(&other, &RustCrypto));
    }
}
