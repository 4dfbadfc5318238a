//! Keys, certificates, CRLs and roots from files.

use std::fs;
use std::path::{Path, PathBuf};

use set_core::asn1::{self, Limits};
use set_core::crypto::{CryptoProvider, KeyRules, PrivateKey};
use set_core::x509::{BrandCrlIdentifier, Certificate, Crl};
use set_node::keystore::{self, Passphrase};
use set_node::pem;

use crate::evidence::Evidence;
use crate::failure::Failure;

/// Adds a private key: PKCS #8 in PEM, encrypted or (for keys of test vectors) in clear.
/// `passphrase` is asked only where one is needed.
///
/// # Errors
///
/// The file cannot be read, is not PEM, or its key is refused.
pub fn key(
    evidence: &mut Evidence,
    file: &Path,
    passphrase: &dyn Fn() -> Result<Passphrase, Failure>,
) -> Result<(), Failure> {
    let text = read(file)?;
    let blocks = pem::blocks(&text).map_err(|fault| Failure::pem(file, fault))?;
    for (label, octets) in blocks {
        let key = match label.as_str() {
            "ENCRYPTED PRIVATE KEY" => {
                let key = keystore::open_key(&passphrase()?, file)?;
                PrivateKey::from_pkcs8_der(&key)
            }
            "PRIVATE KEY" => PrivateKey::from_pkcs8_der(&octets),
            // A file of a key often holds its certificate too.
            _ => continue,
        };
        let key = key.map_err(|fault| Failure::Key {
            file: file.to_owned(),
            fault,
        })?;
        evidence.add_key(file.display().to_string(), key);
    }
    Ok(())
}

/// Adds certificates, CRLs and BCIs: PEM with any number of them, or the DER of one.
///
/// # Errors
///
/// The file cannot be read, or holds something else.
pub fn public(
    evidence: &mut Evidence,
    crypto: &dyn CryptoProvider,
    file: &Path,
) -> Result<(), Failure> {
    for octets in blocks(file)? {
        if let Ok(certificate) = Certificate::parse(&octets, &KeyRules::default()) {
            evidence.add_certificate(crypto, certificate);
        } else if let Ok(crl) = Crl::parse(&octets) {
            evidence.add_crl(crypto, crl);
        } else if let Ok(bci) = asn1::decode::<BrandCrlIdentifier>(&octets, &Limits::default()) {
            evidence.add_bci(crypto, bci);
        } else {
            return Err(Failure::Unusable {
                file: file.to_owned(),
                expected: "a certificate, CRL or BrandCRLIdentifier",
            });
        }
    }
    Ok(())
}

/// Adds roots that are believed.
///
/// # Errors
///
/// The file cannot be read, or holds something else than certificates.
pub fn root(evidence: &mut Evidence, file: &Path) -> Result<(), Failure> {
    for octets in blocks(file)? {
        let root =
            Certificate::parse(&octets, &KeyRules::default()).map_err(|_| Failure::Unusable {
                file: file.to_owned(),
                expected: "a certificate",
            })?;
        evidence.add_root(root);
    }
    Ok(())
}

/// Adds all that a role's data folder holds.
///
/// # Errors
///
/// There is no such folder, a file of it cannot be used, or there is no passphrase.
pub fn folder(
    evidence: &mut Evidence,
    crypto: &dyn CryptoProvider,
    data: &Path,
    passphrase: &dyn Fn() -> Result<Passphrase, Failure>,
) -> Result<(), Failure> {
    if !data.is_dir() {
        return Err(Failure::Unusable {
            file: data.to_owned(),
            expected: "a folder",
        });
    }
    for file in files(&data.join("roots"))? {
        root(evidence, &file)?;
    }
    for part in ["certificates", "crls", "identities"] {
        for file in files(&data.join(part))? {
            public(evidence, crypto, &file)?;
        }
    }
    let brands = data.join("brands");
    for brand in entries(&brands)?.into_iter().filter(|path| path.is_dir()) {
        for file in files(&brand)? {
            public(evidence, crypto, &file)?;
        }
    }
    let bci = data.join("bci.der");
    if bci.is_file() {
        public(evidence, crypto, &bci)?;
    }
    for file in files(&data.join("keys"))? {
        key(evidence, &file, passphrase)?;
    }
    Ok(())
}

/// The DER in a file.
fn blocks(file: &Path) -> Result<Vec<Vec<u8>>, Failure> {
    let octets = read(file)?;
    if octets.starts_with(&[0x30]) {
        return Ok(vec![octets]);
    }
    let blocks = pem::blocks(&octets).map_err(|fault| Failure::pem(file, fault))?;
    Ok(blocks.into_iter().map(|(_, octets)| octets).collect())
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(file).map_err(|source| Failure::file(file, source))
}

/// The PEM and DER files of a folder, in order; none if there is no such folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = entries(folder)?;
    files.retain(|file| {
        file.extension()
            .is_some_and(|suffix| suffix == "pem" || suffix == "der")
    });
    Ok(files)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let fault = |source| Failure::file(folder, source);
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(fault)? {
        entries.push(entry.map_err(fault)?.path());
    }
    entries.sort();
    Ok(entries)
}
