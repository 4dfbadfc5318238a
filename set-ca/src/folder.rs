//! The data folder: the CAs' keys and certificates.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use set_core::ca::Ca;
use set_core::crypto::KeyRules;
use set_core::party::{Identity, Trust};
use set_core::registration::EndEntity;
use set_node::durable;
use set_node::keystore::{Iterations, KeyStore, Passphrase};
use set_node::party::PartyFolder;
use set_node::station::Station;

use crate::config::Config;
use crate::failure::Failure;

/// The private keys of the folder, opened with the passphrase.
#[derive(Debug)]
pub struct Keys {
    folder: PartyFolder,
    keys: KeyStore,
    data: PathBuf,
}

impl Keys {
    /// Opens the keys; the passphrase comes from where the configuration says.
    ///
    /// # Errors
    ///
    /// No passphrase, or a wrong one.
    pub fn open(data: &Path, config: &Config) -> Result<Self, Failure> {
        let passphrase = Passphrase::from_config(data, &config.keys)?;
        Self::open_with(data, config, passphrase)
    }

    /// As [`open`](Self::open), with a passphrase at hand.
    ///
    /// # Errors
    ///
    /// The passphrase is wrong.
    pub fn open_with(
        data: &Path,
        config: &Config,
        passphrase: Passphrase,
    ) -> Result<Self, Failure> {
        let iterations = Iterations::new(config.keys.iterations);
        let keys = KeyStore::open(&data.join(&config.keys.folder), passphrase, iterations)?;
        Ok(Self {
            folder: PartyFolder::new(data),
            keys,
            data: data.to_owned(),
        })
    }

    pub(crate) fn folder(&self) -> &PartyFolder {
        &self.folder
    }

    pub(crate) fn store(&self) -> &KeyStore {
        &self.keys
    }

    /// The three CAs for end entities, at work.
    pub(crate) fn cas(&self, station: &Station, config: &Config) -> Result<Vec<Ca>, Failure> {
        let trust = self.folder.load_trust(&station.context())?;
        let forms = config.form.forms().map_err(|fault| Failure::Value {
            what: "form",
            fault,
        })?;
        let rules = &station.policy().key_rules;
        [
            EndEntity::Cardholder,
            EndEntity::Merchant,
            EndEntity::Gateway,
        ]
        .into_iter()
        .map(|entity| {
            let name = ca_name(entity);
            Ok(Ca {
                certificate_signing: self
                    .identity(&format!("{name}-certificate-signing"), rules)?,
                message_signing: self.identity(&format!("{name}-message-signing"), rules)?,
                encryption: self.identity(&format!("{name}-encryption"), rules)?,
                trust: Trust::clone(&trust),
                forms: forms.clone(),
                validity: config.certificates.validity(),
            })
        })
        .collect()
    }

    fn identity(&self, name: &str, rules: &KeyRules) -> Result<Identity, Failure> {
        self.folder
            .load_identity(&self.keys, name, rules)?
            .ok_or_else(|| Failure::Missing {
                name: name.to_owned(),
                data: self.data.clone(),
            })
    }
}

/// The short name of the CA for an end entity.
pub(crate) const fn ca_name(entity: EndEntity) -> &'static str {
    match entity {
        EndEntity::Cardholder => "cca",
        EndEntity::Merchant => "mca",
        EndEntity::Gateway => "pca",
    }
}

/// Makes a folder that only its owner may enter.
pub(crate) fn private_folder(folder: &Path) -> Result<(), Failure> {
    durable::create_private_folder(folder).map_err(|source| Failure::File {
        file: folder.to_owned(),
        source,
    })
}

/// Writes a file unless there is one of that name.
pub(crate) fn write_new(file: PathBuf, content: &[u8]) -> Result<(), Failure> {
    match durable::create(&file, content) {
        Err(source) if source.kind() != io::ErrorKind::AlreadyExists => {
            Err(Failure::File { file, source })
        }
        _ => Ok(()),
    }
}

/// Whether there is any file in a folder.
pub(crate) fn occupied(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}
