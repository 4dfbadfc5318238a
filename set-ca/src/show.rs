//! `show`: the hierarchy, and the certificates issued.

use std::fmt;
use std::path::Path;

use serde::Serialize;
use set_core::crypto::KeyRules;
use set_core::x509::Certificate;
use set_node::cli::Exit;
use set_node::party::PartyFolder;
use set_node::program::Screen;
use set_node::store::Store;

use crate::config::Config;
use crate::desk::KINDS;
use crate::failure::Failure;
use crate::folder::{brand_folder, brand_labels};
use crate::serve::station;

/// Shows what the data folder holds; no passphrase is needed.
pub(crate) async fn show(
    data: &Path,
    config: &Config,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let station = station()?;
    let context = station.context();
    let roots = PartyFolder::new(data).load_trust(&context)?.roots;
    let mut cas: Vec<Shown> = roots
        .roots()
        .iter()
        .map(|root| Shown::of(root, "CA"))
        .collect();
    for label in brand_labels(data)? {
        let trust = brand_folder(data, &label).load_trust(&context)?;
        let certificates = trust.certificates().iter();
        cas.extend(certificates.map(|certificate| Shown::of(certificate, "CA")));
    }
    if cas.is_empty() {
        return Err(Failure::Missing {
            name: "hierarchy".to_owned(),
            data: data.to_owned(),
        });
    }
    let mut issued = Vec::new();
    let store = Store::open(data, &config.store).await?;
    let mut tx = store.begin().await?;
    for kind in KINDS {
        for stored in tx.certificates_for(kind).await? {
            if let Ok(certificate) = Certificate::parse(&stored.der, &KeyRules::default()) {
                issued.push(Shown::of(&certificate, kind));
            }
        }
    }
    drop(tx);
    store.close().await;
    screen.result(&Hierarchy { cas, issued });
    Ok(Exit::Success)
}

#[derive(Serialize)]
struct Hierarchy {
    cas: Vec<Shown>,
    issued: Vec<Shown>,
}

#[derive(Serialize)]
struct Shown {
    kind: String,
    subject: String,
    issuer: String,
    serial: String,
    types: String,
    usage: String,
    not_after: String,
}

impl Shown {
    fn of(certificate: &Certificate, kind: &str) -> Self {
        let extensions = certificate.extensions();
        Self {
            kind: kind.to_owned(),
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            serial: certificate.serial_number().to_string(),
            types: extensions.certificate_type.to_string(),
            usage: extensions.key_usage.to_string(),
            not_after: certificate.not_after().to_string(),
        }
    }
}

impl fmt::Display for Hierarchy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "CAs")?;
        for ca in &self.cas {
            writeln!(f, "  {ca}")?;
        }
        write!(f, "Issued: {}", self.issued.len())?;
        for certificate in &self.issued {
            write!(f, "\n  {certificate}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}  {} ({})  number {} of {}  until {}",
            self.subject, self.types, self.usage, self.serial, self.issuer, self.not_after
        )
    }
}
