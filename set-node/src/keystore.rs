//! Private keys and other secrets in encrypted files.
//!
//! A [`KeyStore`] is a folder of PKCS #8 keys, each in a PEM file of its own,
//! encrypted under a passphrase with PBES2 (PBKDF2 with HMAC-SHA-256, AES-256 in
//! CBC mode), as `openssl pkcs8` reads and writes them. A [`SealedFile`] holds any
//! other secret in the same envelope.
//!
//! No secret is on disk in clear, not even for a moment; files appear whole or
//! not at all.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use pkcs8::{PrivateKeyInfoRef, der::Decode};
use set_core::crypto::{CryptoProvider, RustCrypto};
use zeroize::Zeroizing;

use crate::durable;

mod envelope;
mod passphrase;
mod sealed;

pub use envelope::{EnvelopeFault, Iterations};
pub use passphrase::{Passphrase, PassphraseError};
pub use sealed::SealedFile;

/// A folder of encrypted private keys.
///
/// ```
/// use set_node::keystore::{Iterations, KeyStore, Passphrase};
///
/// # let folder = tempfile::tempdir()?;
/// # let pkcs8_der = [0x30, 0x0e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x02, 0x04, 0x00];
/// let passphrase = Passphrase::new("correct horse battery staple")?;
/// let keys = KeyStore::open(folder.path(), passphrase, Iterations::LEAST)?;
/// keys.put("signature", &pkcs8_der)?;
/// assert_eq!(keys.load("signature")?.as_slice(), pkcs8_der);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct KeyStore {
    folder: PathBuf,
    passphrase: Passphrase,
    iterations: Iterations,
    crypto: Arc<dyn CryptoProvider>,
}

/// Why a key or secret cannot be had or kept.
#[derive(Debug, thiserror::Error)]
pub enum KeyStoreError {
    /// The file or folder cannot be read or written.
    #[error("{}: {source}", .file.display())]
    Io {
        /// The file or folder.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is no key of that name.
    #[error("there is no key \"{name}\" in {}", .folder.display())]
    NotFound {
        /// The name.
        name: String,
        /// The key store's folder.
        folder: PathBuf,
    },
    /// There is a key of that name already; keys are not overwritten.
    #[error("there is already a key \"{name}\" in {}", .folder.display())]
    Exists {
        /// The name.
        name: String,
        /// The key store's folder.
        folder: PathBuf,
    },
    /// A name has 1 to 64 characters `a-z`, `0-9`, `.`, `_`, `-` and begins with a
    /// letter or digit.
    #[error("\"{name}\" is not a name for a key: use a-z, 0-9, '.', '_' and '-', at most 64")]
    Name {
        /// The name.
        name: String,
    },
    /// The octets to be kept are no PKCS #8 PrivateKeyInfo.
    #[error("what is to be kept as key \"{name}\" is not PKCS #8")]
    NotPkcs8 {
        /// The name.
        name: String,
    },
    /// The file's envelope cannot be opened.
    #[error("{}: {fault}", .file.display())]
    Envelope {
        /// The file.
        file: PathBuf,
        /// Why.
        fault: EnvelopeFault,
    },
}

impl KeyStoreError {
    /// Whether it is the passphrase that is wrong.
    pub fn is_wrong_passphrase(&self) -> bool {
        matches!(
            self,
            Self::Envelope {
                fault: EnvelopeFault::WrongPassphrase,
                ..
            }
        )
    }
}

impl KeyStore {
    /// Opens another folder, under the same passphrase.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn beside(&self, folder: &Path) -> Result<Self, KeyStoreError> {
        let there = Self::open(folder, self.passphrase.clone(), self.iterations)?;
        Ok(there.used_by(Arc::clone(&self.crypto)))
    }

    /// The same folder; its keys are taken into use by this provider instead of the software's.
    #[must_use]
    pub fn used_by(mut self, crypto: Arc<dyn CryptoProvider>) -> Self {
        self.crypto = crypto;
        self
    }

    /// What takes its keys into use.
    pub(crate) fn crypto(&self) -> &dyn CryptoProvider {
        self.crypto.as_ref()
    }

    /// Opens the folder, which is made if there is none; keys are written with
    /// `iterations`.
    ///
    /// If the folder holds keys, one of them is opened as a trial, so that a wrong
    /// passphrase shows at once and no store comes to hold keys under two.
    ///
    /// # Errors
    ///
    /// The folder cannot be used, or the passphrase is not the one its keys have.
    pub fn open(
        folder: &Path,
        passphrase: Passphrase,
        iterations: Iterations,
    ) -> Result<Self, KeyStoreError> {
        durable::create_private_folder(folder).map_err(|source| io_fault(folder, source))?;
        let store = Self {
            folder: folder.to_owned(),
            passphrase,
            iterations,
            crypto: Arc::new(RustCrypto),
        };
        if let Some(name) = store.names()?.first() {
            store.load(name)?;
        }
        Ok(store)
    }

    /// Keeps a key (PKCS #8 PrivateKeyInfo, DER) under a new name.
    ///
    /// # Errors
    ///
    /// The name is taken or not a name, the octets are not PKCS #8, or the file
    /// cannot be written.
    pub fn put(&self, name: &str, pkcs8_der: &[u8]) -> Result<(), KeyStoreError> {
        let file = self.file(name)?;
        if PrivateKeyInfoRef::from_der(pkcs8_der).is_err() {
            return Err(KeyStoreError::NotPkcs8 {
                name: name.to_owned(),
            });
        }
        let pem = envelope::seal(KEY_LABEL, &self.passphrase, self.iterations, pkcs8_der).map_err(
            |fault| KeyStoreError::Envelope {
                file: file.clone(),
                fault,
            },
        )?;
        durable::create(&file, pem.as_bytes()).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => KeyStoreError::Exists {
                name: name.to_owned(),
                folder: self.folder.clone(),
            },
            _ => io_fault(&file, source),
        })
    }

    /// The key of that name: PKCS #8 PrivateKeyInfo, DER.
    ///
    /// # Errors
    ///
    /// There is none, it cannot be read, or the passphrase is wrong.
    pub fn load(&self, name: &str) -> Result<Zeroizing<Vec<u8>>, KeyStoreError> {
        let file = self.file(name)?;
        let pem = fs::read(&file).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => KeyStoreError::NotFound {
                name: name.to_owned(),
                folder: self.folder.clone(),
            },
            _ => io_fault(&file, source),
        })?;
        open_pem(&self.passphrase, file, &pem)
    }

    /// Removes the key of that name, if there is one.
    ///
    /// # Errors
    ///
    /// The file cannot be removed.
    pub fn remove(&self, name: &str) -> Result<(), KeyStoreError> {
        let file = self.file(name)?;
        match fs::remove_file(&file) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(io_fault(&file, source)),
            _ => Ok(()),
        }
    }

    /// Writes a sealed file under the passphrase of the keys.
    ///
    /// # Errors
    ///
    /// As [`SealedFile::write`].
    pub fn seal(&self, file: &SealedFile, content: &[u8]) -> Result<(), KeyStoreError> {
        file.write(&self.passphrase, self.iterations, content)
    }

    /// Reads a sealed file with the passphrase of the keys.
    ///
    /// # Errors
    ///
    /// As [`SealedFile::read`].
    pub fn unseal(&self, file: &SealedFile) -> Result<Zeroizing<Vec<u8>>, KeyStoreError> {
        file.read(&self.passphrase)
    }

    /// The names of the keys, in order.
    ///
    /// # Errors
    ///
    /// The folder cannot be read.
    pub fn names(&self) -> Result<Vec<String>, KeyStoreError> {
        let read = || -> io::Result<Vec<String>> {
            let mut names = Vec::new();
            for entry in fs::read_dir(&self.folder)? {
                let file = entry?.file_name();
                let name = file.to_str().and_then(|file| file.strip_suffix(SUFFIX));
                names.extend(name.filter(|name| is_name(name)).map(str::to_owned));
            }
            names.sort();
            Ok(names)
        };
        read().map_err(|source| io_fault(&self.folder, source))
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn file(&self, name: &str) -> Result<PathBuf, KeyStoreError> {
        if is_name(name) {
            Ok(self.folder.join(format!("{name}{SUFFIX}")))
        } else {
            Err(KeyStoreError::Name {
                name: name.chars().take(80).collect(),
            })
        }
    }
}

/// The key in any file that this store, or `openssl pkcs8`, has encrypted: PKCS #8
/// PrivateKeyInfo, DER.
///
/// # Errors
///
/// The file cannot be read, or the passphrase is wrong.
pub fn open_key(passphrase: &Passphrase, file: &Path) -> Result<Zeroizing<Vec<u8>>, KeyStoreError> {
    let pem = fs::read(file).map_err(|source| io_fault(file, source))?;
    open_pem(passphrase, file.to_owned(), &pem)
}

fn open_pem(
    passphrase: &Passphrase,
    file: PathBuf,
    pem: &[u8],
) -> Result<Zeroizing<Vec<u8>>, KeyStoreError> {
    let open = || {
        let key = envelope::open(KEY_LABEL, passphrase, pem)?;
        // One wrong passphrase in 256 leaves padding that looks right.
        match PrivateKeyInfoRef::from_der(&key) {
            Ok(_) => Ok(key),
            Err(_) => Err(EnvelopeFault::WrongPassphrase),
        }
    };
    open().map_err(|fault| KeyStoreError::Envelope { file, fault })
}

fn is_name(name: &str) -> bool {
    let letter_or_digit = |octet: u8| octet.is_ascii_lowercase() || octet.is_ascii_digit();
    (1..=64).contains(&name.len())
        && name.bytes().next().is_some_and(letter_or_digit)
        && name
            .bytes()
            .all(|octet| letter_or_digit(octet) || b"._-".contains(&octet))
}

fn io_fault(file: &Path, source: io::Error) -> KeyStoreError {
    KeyStoreError::Io {
        file: file.to_owned(),
        source,
    }
}

const KEY_LABEL: &str = "ENCRYPTED PRIVATE KEY";

const SUFFIX: &str = ".pem";
