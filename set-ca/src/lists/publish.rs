//! `publish` and `lists`: issuing lists on demand, and showing them.

use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use set_core::party::Trust;
use set_core::x509::Crl;
use set_node::pem;

use super::book::{Book, Terms, Which};
use super::fault::ListsFault;
use super::signers::Signers;
use crate::cli::PublishArgs;
use crate::config::Config;
use crate::failure::Failure;
use crate::folder::{Keys, brand_folder, brand_labels};
use crate::serve::station;

/// Takes CRLs of CAs that are kept elsewhere, and issues the lists that are due, or all.
pub(crate) fn publish(data: &Path, config: &Config, args: &PublishArgs) -> Result<Lists, Failure> {
    let station = station()?;
    let keys = Arc::new(Keys::open(data, config)?);
    let signers = Signers::find(keys, &station.policy().key_rules)?;
    let terms = Terms::of(config);
    let mut book = Book::open(station.context(), &signers, terms, data, args.adopt)?;
    for file in &args.crl {
        if !book.take(&read(file)?) {
            return Err(Failure::Lists(ListsFault::File {
                file: file.clone(),
                what: "a CRL that no CA known here signed, or older than the one held".to_owned(),
            }));
        }
    }
    book.issue(if args.all { Which::All } else { Which::Due })?;
    drop(book);
    lists(data)
}

/// Shows the lists in force; no passphrase is needed.
pub(crate) fn lists(data: &Path) -> Result<Lists, Failure> {
    let station = station()?;
    let mut brands = Vec::new();
    for label in brand_labels(data)? {
        let trust = brand_folder(data, &label).load_trust(&station.context())?;
        brands.push(Brand::of(label, &trust));
    }
    Ok(Lists { brands })
}

fn read(file: &Path) -> Result<Crl, Failure> {
    let fault = |what: String| {
        Failure::Lists(ListsFault::File {
            file: file.to_owned(),
            what,
        })
    };
    let octets = fs::read(file).map_err(|source| fault(source.to_string()))?;
    let der = pem::decode("X509 CRL", &octets)
        .ok()
        .and_then(|blocks| blocks.into_iter().next())
        .unwrap_or(octets);
    Crl::parse(&der).map_err(|error| fault(error.to_string()))
}

/// What `lists` tells.
#[derive(Debug, Serialize)]
pub(crate) struct Lists {
    brands: Vec<Brand>,
}

#[derive(Debug, Serialize)]
struct Brand {
    label: String,
    bci: Option<Bci>,
    crls: Vec<Shown>,
}

#[derive(Debug, Serialize)]
struct Bci {
    brand: String,
    number: u64,
    until: String,
}

#[derive(Debug, Serialize)]
struct Shown {
    issuer: String,
    number: u64,
    since: String,
    until: String,
    revoked: Vec<Revoked>,
}

#[derive(Debug, Serialize)]
struct Revoked {
    certificate: String,
    since: String,
    reason: &'static str,
}

impl Brand {
    fn of(label: String, trust: &Trust) -> Self {
        let mut crls: Vec<Shown> = trust.crls().iter().map(Shown::of).collect();
        crls.sort_by(|one, other| one.issuer.cmp(&other.issuer));
        Self {
            label,
            bci: trust.bci().map(|bci| Bci {
                brand: bci.to_be_signed.brand_id.to_string(),
                number: bci.to_be_signed.sequence_num,
                until: bci.to_be_signed.bci_not_after.to_string(),
            }),
            crls,
        }
    }
}

impl Shown {
    fn of(crl: &Crl) -> Self {
        let mut revoked: Vec<Revoked> = crl
            .revoked()
            .map(|revoked| Revoked {
                certificate: revoked.serial_number.to_string(),
                since: revoked.since.to_string(),
                reason: revoked.reason.name(),
            })
            .collect();
        revoked.sort_by(|one, other| one.certificate.cmp(&other.certificate));
        Self {
            issuer: crl.issuer().to_string(),
            number: crl.number(),
            since: crl.this_update().to_string(),
            until: crl.next_update().to_string(),
            revoked,
        }
    }
}

impl fmt::Display for Lists {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.brands.is_empty() {
            return f.write_str("no lists");
        }
        for (index, brand) in self.brands.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            match &brand.bci {
                Some(bci) => write!(f, "{}: BCI {} until {}", bci.brand, bci.number, bci.until)?,
                None => write!(f, "{}: no BCI", brand.label)?,
            }
            for crl in &brand.crls {
                let (number, until) = (crl.number, &crl.until);
                write!(f, "\n  CRL {number} of {}  until {until}", crl.issuer)?;
                for revoked in &crl.revoked {
                    let (certificate, since) = (&revoked.certificate, &revoked.since);
                    write!(f, "\n    {certificate}  since {since}  {}", revoked.reason)?;
                }
            }
        }
        Ok(())
    }
}
