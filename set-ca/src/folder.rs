//! The data folder: the CAs' keys and certificates.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use set_core::ca::Ca;
use set_core::ca::hierarchy::{CERTIFICATE_SIGNING, ENCRYPTION, MESSAGE_SIGNING, file_name};
use set_core::crypto::KeyRules;
use set_core::error::Error;
use set_core::exchange::Context;
use set_core::party::Identity;
use set_core::x509::lint::DraftKey;
use set_node::keystore::{Iterations, KeyStore, Passphrase};
use set_node::party::PartyFolder;
use set_node::program::{self, value};
use set_node::station::Station;

use crate::cas::{Cas, Served};
use crate::config::Config;
use crate::failure::Failure;
use crate::forms::FormsFile;

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

    /// The same, with the keys used by the station's provider.
    pub(crate) fn used_by(mut self, station: &Station) -> Self {
        self.keys = self.keys.used_by(station.shared_crypto());
        self
    }

    pub(crate) fn folder(&self) -> &PartyFolder {
        &self.folder
    }

    pub(crate) fn store(&self) -> &KeyStore {
        &self.keys
    }

    /// Where the key of that name lies.
    pub(crate) fn key_file(&self, name: &str) -> PathBuf {
        self.keys.folder().join(format!("{name}.pem"))
    }

    /// Where the certificate of the key of that name lies.
    pub(crate) fn identity_file(&self, name: &str) -> PathBuf {
        self.data.join("identities").join(format!("{name}.pem"))
    }

    /// All keys that have a certificate.
    pub(crate) fn identities(&self, context: &Context<'_>) -> Result<Vec<Identity>, Failure> {
        let rules = &context.policy.key_rules;
        let mut all = Vec::new();
        for name in self.keys.names()? {
            all.extend(self.folder.load_identity(&self.keys, &name, rules)?);
        }
        Ok(all)
    }

    /// What the members of a brand hold, by the brand's label.
    pub(crate) fn brand(&self, label: &str) -> PartyFolder {
        brand_folder(&self.data, label)
    }

    /// The CAs for end entities, at work: of all brands, or those that the configuration
    /// names.
    pub(crate) fn cas(&self, station: &Station, config: &Config) -> Result<Cas, Failure> {
        let forms = match &config.form.file {
            Some(file) => FormsFile::read(&self.data.join(file))?,
            None => config.form.forms().map_err(value("form"))?,
        };
        let rules = &station.policy().key_rules;
        let validity = config
            .certificates
            .validity()
            .map_err(value("certificates"))?;
        let mut served = Vec::new();
        let mut draft_keys: BTreeMap<usize, DraftKey> = BTreeMap::new();
        for name in self.end_entity_cas()? {
            if !config.serves(&name) {
                continue;
            }
            let label = name.split('.').next().unwrap_or(&name);
            let identity = |key| self.identity(&file_name(&name, key), rules);
            let certificate_signing = identity(CERTIFICATE_SIGNING)?;
            let bits = certificate_signing.key.public_key().bits();
            let draft_key = match draft_keys.entry(bits) {
                Entry::Occupied(made) => made.get().clone(),
                Entry::Vacant(place) => place
                    .insert(DraftKey::generate(station.crypto(), bits).map_err(Error::from)?)
                    .clone(),
            };
            let ca = Ca {
                certificate_signing,
                draft_key,
                message_signing: identity(MESSAGE_SIGNING)?,
                encryption: identity(ENCRYPTION)?,
                trust: self.brand(label).load_trust(&station.context())?,
                forms: forms.clone(),
                validity,
            };
            served.push(Arc::new(Served { name, ca }));
        }
        Ok(Cas::new(served))
    }

    /// The names of the CAs for end entities: they alone have a key for messages.
    fn end_entity_cas(&self) -> Result<Vec<String>, Failure> {
        let suffix = file_name("", MESSAGE_SIGNING);
        let names = self.keys.names()?;
        Ok(names
            .iter()
            .filter_map(|name| name.strip_suffix(&suffix))
            .map(str::to_owned)
            .collect())
    }

    /// The identity of that name.
    pub(crate) fn identity(&self, name: &str, rules: &KeyRules) -> Result<Identity, Failure> {
        self.folder
            .load_identity(&self.keys, name, rules)?
            .ok_or_else(|| self.missing(name))
    }

    /// Says that something is not in the folder.
    pub(crate) fn missing(&self, name: &str) -> Failure {
        Failure::Missing {
            name: name.to_owned(),
            data: self.data.clone(),
        }
    }
}

/// The folder with what the members of a brand hold.
pub(crate) fn brand_folder(data: &Path, label: &str) -> PartyFolder {
    PartyFolder::new(data.join(BRANDS).join(label))
}

/// The labels of the brands of a data folder, in order.
pub(crate) fn brand_labels(data: &Path) -> Result<Vec<String>, Failure> {
    let folder = data.join(BRANDS);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let read = || -> io::Result<Vec<String>> {
        let mut labels = Vec::new();
        for entry in fs::read_dir(&folder)? {
            labels.extend(entry?.file_name().into_string());
        }
        labels.sort();
        Ok(labels)
    };
    let labels = read().map_err(|source| program::Failure::File {
        file: folder.clone(),
        source,
    })?;
    Ok(labels)
}

const BRANDS: &str = "brands";

/// Whether there is any file in a folder.
pub(crate) fn occupied(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}
