use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Where a node keeps its private keys, and how they are encrypted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KeyStoreConfig {
    /// The folder of encrypted PKCS #8 files; a relative path is within the data
    /// folder. Default `keys`.
    pub folder: PathBuf,
    /// A file whose first line is the passphrase; a relative path is within the
    /// data folder. Default: none.
    pub passphrase_file: Option<PathBuf>,
    /// The environment variable that holds the passphrase when there is no
    /// `passphrase_file`; when it is not set either, the terminal is asked.
    /// Default `SET_PASSPHRASE`.
    pub passphrase_variable: String,
    /// Iterations of PBKDF2 for keys that are written: what guessing one
    /// passphrase costs. Tests and demonstrations may use as few as 1000.
    /// Default 600000.
    pub iterations: u32,
}

impl Default for KeyStoreConfig {
    fn default() -> Self {
        Self {
            folder: PathBuf::from("keys"),
            passphrase_file: None,
            passphrase_variable: "SET_PASSPHRASE".to_owned(),
            iterations: 600_000,
        }
    }
}
