use std::path::Path;

use set_core::asn1::{self, Limits, Wire};
use set_core::crypto::PrivateKey;
use set_core::registration::NewKeys;
use zeroize::Zeroizing;

use crate::keystore::{KeyStore, KeyStoreError, SealedFile};
use crate::party::PartyError;
use crate::program::Failure;

/// A request that was sent to the CA and whose outcome is not known, in the data folder: so
/// that a later run asks what became of it.
///
/// The file `waiting-NAME.pem` is sealed under the key store's passphrase; the keys of the
/// request lie in the key store as `waiting-NAME-signature` and `waiting-NAME-encryption`.
#[derive(Clone, Debug)]
pub struct Waiting {
    file: SealedFile,
    name: String,
}

impl Waiting {
    /// The one of that name in `data`: `enrollment` or `renewal`.
    #[must_use]
    pub fn new(data: &Path, name: &str) -> Self {
        Self {
            file: SealedFile::new(data.join(format!("waiting-{name}.pem"))),
            name: name.to_owned(),
        }
    }

    /// Whether there is one.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.file.path().exists()
    }

    /// Keeps a request with its keys, in place of any before; called before it is sent.
    ///
    /// # Errors
    ///
    /// The files cannot be written, or a key cannot leave its token.
    pub fn keep<T: Wire>(&self, keys: &KeyStore, kept: &T, new: &NewKeys) -> Result<(), Failure> {
        self.clear(keys)?;
        for (use_of, key) in [(SIGNATURE, &new.signature), (ENCRYPTION, &new.encryption)] {
            if let Some(key) = key {
                let name = self.key_name(use_of);
                let pkcs8 = key
                    .to_pkcs8()
                    .ok_or_else(|| PartyError::Confined(name.clone()))?;
                keys.put(&name, &pkcs8)?;
            }
        }
        // The file comes last: until it is there, nothing waits.
        let octets = Zeroizing::new(asn1::encode(kept).map_err(|_| DAMAGED)?);
        Ok(keys.seal(&self.file, &octets)?)
    }

    /// The request and its keys; none when nothing waits.
    ///
    /// # Errors
    ///
    /// A file cannot be read or does not hold what belongs there.
    pub fn load<T: Wire>(&self, keys: &KeyStore) -> Result<Option<(T, NewKeys)>, Failure> {
        if !self.exists() {
            return Ok(None);
        }
        let octets = keys.unseal(&self.file)?;
        let kept = asn1::decode(&octets, &Limits::default()).map_err(|_| DAMAGED)?;
        let key = |use_of| match keys.load(&self.key_name(use_of)) {
            Ok(pkcs8) => PrivateKey::from_pkcs8_der(&pkcs8)
                .map(Some)
                .map_err(|_| DAMAGED),
            Err(KeyStoreError::NotFound { .. }) => Ok(None),
            Err(fault) => Err(fault.into()),
        };
        let new = NewKeys {
            signature: key(SIGNATURE)?,
            encryption: key(ENCRYPTION)?,
        };
        Ok(Some((kept, new)))
    }

    /// Forgets the request and its keys, if there is one.
    ///
    /// # Errors
    ///
    /// A file cannot be removed.
    pub fn clear(&self, keys: &KeyStore) -> Result<(), Failure> {
        let file = self.file.path();
        match std::fs::remove_file(file) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(KeyStoreError::Io {
                    file: file.to_owned(),
                    source,
                }
                .into());
            }
            _ => {}
        }
        for use_of in [SIGNATURE, ENCRYPTION] {
            keys.remove(&self.key_name(use_of))?;
        }
        Ok(())
    }

    fn key_name(&self, use_of: &str) -> String {
        format!("waiting-{}-{use_of}", self.name)
    }
}

const SIGNATURE: &str = "signature";
const ENCRYPTION: &str = "encryption";

const DAMAGED: Failure = Failure::Damaged {
    what: "the request that waits for the CA's decision",
};

#[cfg(test)]
mod tests {
    use set_core::msg::cert::request_type::RequestType;
    use set_core::registration::Kept;
    use set_core::secret::BackKey;

    use super::*;
    use crate::keystore::{Iterations, Passphrase};

    #[test]
    fn what_waits_comes_back_with_its_keys_and_shows_no_secret_on_disk() {
        let data = tempfile::tempdir().unwrap();
        let passphrase = Passphrase::new("open sesame").unwrap();
        let keys =
            KeyStore::open(&data.path().join("keys"), passphrase, Iterations::LEAST).unwrap();
        let waiting = Waiting::new(data.path(), "enrollment");
        assert!(waiting.load::<Kept>(&keys).unwrap().is_none());
        let kept = Kept {
            brand_id: "Orchard".parse().unwrap(),
            request_type: RequestType::CardInitialSig,
            lid_ee: set_core::msg::ids::LocalId::new([1; 20]).unwrap(),
            lid_ca: set_core::msg::ids::LocalId::new([2; 20]).unwrap(),
            id_data: None,
            back_key: Some(BackKey::from_octets([0xab; 20])),
        };
        let new = NewKeys {
            signature: set_testkit::keys::rsa_1024(0),
            encryption: None,
        };
        waiting.keep(&keys, &kept, &new).unwrap();
        // Kept again, it takes the place of the first.
        waiting.keep(&keys, &kept, &new).unwrap();
        let (again, with) = waiting.load::<Kept>(&keys).unwrap().unwrap();
        assert_eq!(again, kept);
        assert!(with.encryption.is_none());
        assert_eq!(
            with.signature.unwrap().public_key(),
            new.signature.as_ref().unwrap().public_key()
        );
        let octets = std::fs::read(data.path().join("waiting-enrollment.pem")).unwrap();
        assert!(!octets.windows(20).any(|window| window == [0xab; 20]));
        waiting.clear(&keys).unwrap();
        assert!(!waiting.exists());
        assert!(keys.names().unwrap().is_empty());
    }
}
