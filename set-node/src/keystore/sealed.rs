use std::{
    fs,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{EnvelopeFault, Iterations, KeyStoreError, Passphrase, envelope, io_fault};
use crate::durable;

/// A file that holds a secret other than a key, such as card data, encrypted.
///
/// It is a PEM file with label `SET SEALED DATA`, around the same structure as an
/// encrypted key. What is encrypted is the SHA-256 digest of the content, 32
/// octets, and then the content: so a wrong passphrase or an altered file is
/// noticed whatever the content is.
///
/// ```
/// use set_node::keystore::{Iterations, Passphrase, SealedFile};
///
/// # let folder = tempfile::tempdir()?;
/// let passphrase = Passphrase::new("correct horse battery staple")?;
/// let cards = SealedFile::new(folder.path().join("cards.pem"));
/// cards.write(&passphrase, Iterations::LEAST, b"secret")?;
/// assert_eq!(cards.read(&passphrase)?.as_slice(), b"secret");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedFile {
    file: PathBuf,
}

impl SealedFile {
    /// The file of that path, which need not exist yet.
    pub fn new(file: impl Into<PathBuf>) -> Self {
        Self { file: file.into() }
    }

    /// The path.
    pub fn path(&self) -> &Path {
        &self.file
    }

    /// Writes the content in place of any before.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn write(
        &self,
        passphrase: &Passphrase,
        iterations: Iterations,
        content: &[u8],
    ) -> Result<(), KeyStoreError> {
        // Room for all at once: growing would leave copies behind.
        let mut checked = Zeroizing::new(Vec::with_capacity(DIGEST + content.len()));
        checked.extend_from_slice(Sha256::digest(content).as_slice());
        checked.extend_from_slice(content);
        let pem = envelope::seal(LABEL, passphrase, iterations, &checked)
            .map_err(|fault| self.fault(fault))?;
        durable::replace(&self.file, pem.as_bytes()).map_err(|source| io_fault(&self.file, source))
    }

    /// Reads the content.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or the passphrase is wrong.
    pub fn read(&self, passphrase: &Passphrase) -> Result<Zeroizing<Vec<u8>>, KeyStoreError> {
        let pem = fs::read(&self.file).map_err(|source| io_fault(&self.file, source))?;
        let checked = envelope::open(LABEL, passphrase, &pem).map_err(|fault| self.fault(fault))?;
        match checked.split_at_checked(DIGEST) {
            Some((digest, content)) if digest == Sha256::digest(content).as_slice() => {
                Ok(Zeroizing::new(content.to_vec()))
            }
            _ => Err(self.fault(EnvelopeFault::WrongPassphrase)),
        }
    }

    fn fault(&self, fault: EnvelopeFault) -> KeyStoreError {
        KeyStoreError::Envelope {
            file: self.file.clone(),
            fault,
        }
    }
}

const LABEL: &str = "SET SEALED DATA";

/// Octets of a SHA-256 digest.
const DIGEST: usize = 32;
