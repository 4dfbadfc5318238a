//! Bundles: PEM files with certificates, CRLs and a BCI.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use set_core::asn1::{self, Limits};
use set_core::crypto::KeyRules;
use set_core::error::Error;
use set_core::party::Trust;
use set_core::x509::{BrandCrlIdentifier, Certificate, Crl, X509Error};
use set_node::durable;
use set_node::party::{PartyError, PartyFolder};
use set_node::pem;
use set_node::program::Screen;

use super::args::BundleArgs;
use super::fault::CeremonyFault;
use crate::failure::{Failure, file_fault};
use crate::folder::{brand_folder, brand_labels};
use crate::serve::station;

/// What files brought.
#[derive(Debug, Default)]
pub(super) struct Bundle {
    pub(super) certificates: Vec<Certificate>,
    pub(super) crls: Vec<Crl>,
    pub(super) bcis: Vec<BrandCrlIdentifier>,
}

/// `ceremony bundle`: all that is public here.
pub(super) fn bundle(data: &Path, args: &BundleArgs, screen: &mut Screen) -> Result<(), Failure> {
    let station = station()?;
    let context = station.context();
    let mut text = Text::default();
    let mut folders = vec![PartyFolder::new(data)];
    for label in brand_labels(data)? {
        folders.push(brand_folder(data, &label));
    }
    for folder in folders {
        let trust = folder.load_trust(&context)?;
        let all = trust.roots.roots().iter().chain(trust.certificates());
        // What has ended is of no use to anybody.
        text.add(all.filter(|one| context.now <= one.not_after()), &trust)?;
    }
    text.create(&args.out)?;
    screen.result(&Written {
        out: args.out.clone(),
        parts: text.parts.len(),
    });
    Ok(())
}

/// Writes certificates and the lists of a folder to a new file.
pub(super) fn write(
    out: &Path,
    certificates: &[Certificate],
    lists: &Trust,
) -> Result<(), Failure> {
    let mut text = Text::default();
    text.add(certificates.iter(), lists)?;
    text.create(out)
}

impl Bundle {
    /// Reads files.
    pub(super) fn read(files: &[PathBuf]) -> Result<Self, Failure> {
        let mut bundle = Self::default();
        for file in files {
            let text = fs::read(file).map_err(file_fault(file))?;
            let blocks = pem::blocks(&text).map_err(|fault| PartyError::Pem {
                file: file.clone(),
                fault,
            })?;
            for (label, octets) in blocks {
                bundle.take(file, &label, &octets)?;
            }
        }
        Ok(bundle)
    }

    fn take(&mut self, file: &Path, label: &str, octets: &[u8]) -> Result<(), Failure> {
        let part = |what| {
            move |fault: X509Error| CeremonyFault::Part {
                file: file.to_owned(),
                what,
                fault: Box::new(fault),
            }
        };
        match label {
            CERTIFICATE => {
                let certificate = Certificate::parse(octets, &KeyRules::default())
                    .map_err(part("a certificate"))?;
                if !self.certificates.contains(&certificate) {
                    self.certificates.push(certificate);
                }
            }
            CRL => self.crls.push(Crl::parse(octets).map_err(part("a CRL"))?),
            BCI => {
                let bci = asn1::decode(octets, &Limits::default())
                    .map_err(X509Error::from)
                    .map_err(part("a BCI"))?;
                self.bcis.push(bci);
            }
            other => {
                return Err(CeremonyFault::Label {
                    file: file.to_owned(),
                    label: other.to_owned(),
                }
                .into());
            }
        }
        Ok(())
    }
}

/// A bundle on its way to a file; nothing is in it twice.
#[derive(Default)]
struct Text {
    parts: Vec<Vec<u8>>,
}

impl Text {
    fn add<'a>(
        &mut self,
        certificates: impl Iterator<Item = &'a Certificate>,
        lists: &Trust,
    ) -> Result<(), Failure> {
        for certificate in certificates {
            self.part(CERTIFICATE, certificate.octets());
        }
        for crl in lists.crls() {
            self.part(CRL, crl.octets());
        }
        if let Some(bci) = lists.bci() {
            self.part(BCI, &asn1::encode(bci).map_err(Error::from)?);
        }
        Ok(())
    }

    fn part(&mut self, label: &'static str, octets: &[u8]) {
        let part = pem::encode(label, octets);
        if !self.parts.contains(&part) {
            self.parts.push(part);
        }
    }

    fn create(&self, out: &Path) -> Result<(), Failure> {
        durable::create(out, &self.parts.concat()).map_err(file_fault(out))
    }
}

#[derive(Serialize)]
struct Written {
    out: PathBuf,
    parts: usize,
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} certificates and lists in {}",
            self.parts,
            self.out.display()
        )
    }
}

const CERTIFICATE: &str = "CERTIFICATE";
const CRL: &str = "X509 CRL";
const BCI: &str = "BRAND CRL IDENTIFIER";
