//! A party's keys, certificates, CRLs and BCI as files in its data folder.
//!
//! | file | what |
//! |---|---|
//! | `roots/*.pem` | trusted roots |
//! | `certificates/*.pem` | certificates of others, each named by its thumbprint |
//! | `crls/*.pem` | CRLs, named likewise |
//! | `bci.der` | the BrandCRLIdentifier |
//! | `identities/NAME.pem` | a certificate of this party, followed by the CAs above it |
//! | `keys/NAME.pem` | its private key, encrypted, in the [`KeyStore`]; `NAME.HASH.pem` after a renewal |
//! | `identities/NAME.HASH.pem` | a certificate that was renewed; HASH is of the certificate |
//!
//! | `trust.lock` | locked while roots, certificates and lists are written |
//!
//! All but the keys are public. OpenSSL reads every PEM file here.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use set_core::asn1::{self, EncodeError, Limits};
use set_core::crypto::{CryptoError, CryptoProvider, KeyRules};
use set_core::party::{Identity, Trust};
use set_core::path::TrustStore;
use set_core::path::cache::ChainCache;
use set_core::x509::{BrandCrlIdentifier, Certificate, Crl, X509Error};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::durable;
use crate::keystore::{KeyStore, KeyStoreError};
use crate::pem::{self, PemFault};

/// The data folder of a party.
#[derive(Clone, Debug)]
pub struct PartyFolder {
    data: PathBuf,
}

/// Why a file of the data folder cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum PartyError {
    /// The file or folder cannot be read or written.
    #[error("{}: {source}", .file.display())]
    Io {
        /// The file or folder.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is not PEM of the kind that belongs there.
    #[error("{}: {fault}", .file.display())]
    Pem {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        fault: PemFault,
    },
    /// The certificate, CRL or BCI in the file is refused.
    #[error("{}: {fault}", .file.display())]
    X509 {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        fault: Box<X509Error>,
    },
    /// The private key cannot be had or kept.
    #[error(transparent)]
    Keys(#[from] KeyStoreError),
    /// The private key is refused.
    #[error("private key \"{name}\": {fault}")]
    Key {
        /// The key's name.
        name: String,
        /// What is wrong.
        fault: CryptoError,
    },
    /// The private key is not that of the certificate.
    #[error("private key \"{0}\" is not the one that its certificate certifies")]
    Mismatch(String),
    /// The private key lives in a token and cannot be written to a file.
    #[error("private key \"{0}\" cannot leave its token")]
    Confined(String),
    /// A value could not be encoded.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

impl PartyFolder {
    /// The party whose data lie in `data`. Folders are made when something is saved.
    #[must_use]
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self { data: data.into() }
    }

    /// Saves whom the party believes: roots, certificates, CRLs, BCI. Superseded CRLs go; what
    /// another process has saved meanwhile and is newer stays.
    ///
    /// # Errors
    ///
    /// The files cannot be written, or what is there cannot be read; another process is writing
    /// for longer than 10 s.
    pub fn save_trust(
        &self,
        trust: &Trust,
        provider: &dyn CryptoProvider,
    ) -> Result<(), PartyError> {
        let _turn = self.lock()?;
        for root in trust.roots.roots() {
            self.save_certificate("roots", root, provider)?;
        }
        for certificate in trust.certificates() {
            self.save_certificate("certificates", certificate, provider)?;
        }
        let there = self.crls()?;
        let replaces = |newer: &Crl, older: &Crl| {
            newer.issuer() == older.issuer() && newer.number() > older.number()
        };
        for crl in trust.crls() {
            if !there.iter().any(|(_, theirs)| replaces(theirs, crl)) {
                let name = format!("{}.pem", crl.thumbprint(provider));
                self.write("crls", &name, &pem::encode("X509 CRL", crl.octets()))?;
            }
        }
        for (file, theirs) in there {
            if trust.crls().iter().any(|crl| replaces(crl, &theirs)) {
                fs::remove_file(&file).map_err(|source| PartyError::Io { file, source })?;
            }
        }
        if let Some(bci) = trust.bci() {
            let number = |bci: &BrandCrlIdentifier| bci.to_be_signed.sequence_num;
            if self
                .bci()?
                .is_none_or(|there| number(&there) <= number(bci))
            {
                self.write("", "bci.der", &asn1::encode(bci)?)?;
            }
        }
        Ok(())
    }

    /// Has the roots, certificates and lists to itself among those that write.
    fn lock(&self) -> Result<fs::File, PartyError> {
        let made = durable::create_private_folder(&self.data);
        made.map_err(|source| io_fault(&self.data, source))?;
        let file = self.data.join("trust.lock");
        durable::lock(&file, LONGEST_WRITE).map_err(|source| io_fault(&file, source))
    }

    /// Loads whom the party believes.
    ///
    /// # Errors
    ///
    /// A file cannot be read or does not hold what belongs there.
    pub fn load_trust(
        &self,
        context: &set_core::exchange::Context<'_>,
    ) -> Result<Trust, PartyError> {
        for _ in 1..ATTEMPTS {
            match self.read_trust(context) {
                // A list was superseded since the folder was listed.
                Err(PartyError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
                read => return read,
            }
        }
        self.read_trust(context)
    }

    fn read_trust(&self, context: &set_core::exchange::Context<'_>) -> Result<Trust, PartyError> {
        let rules = &context.policy.key_rules;
        // Whoever writes puts the BCI last. Read first, it never names what the rest lacks; CRLs
        // that are newer than it are no harm.
        let bci = self.bci()?;
        let roots = TrustStore::new(self.certificates("roots", rules)?);
        let mut trust = Trust::new(roots).remembering(Arc::new(Mutex::new(ChainCache::default())));
        for certificate in self.certificates("certificates", rules)? {
            trust.hold(certificate);
        }
        for (_, crl) in self.crls()? {
            trust.hold_crl(context, crl);
        }
        if let Some(bci) = bci {
            trust.hold_bci(context, bci);
        }
        Ok(trust)
    }

    /// The CRLs with their files.
    fn crls(&self) -> Result<Vec<(PathBuf, Crl)>, PartyError> {
        let mut crls = Vec::new();
        for file in self.files("crls")? {
            for octets in read_pem(&file, "X509 CRL")? {
                let crl = Crl::parse(&octets).map_err(|fault| x509(&file, fault))?;
                crls.push((file.clone(), crl));
            }
        }
        Ok(crls)
    }

    fn bci(&self) -> Result<Option<BrandCrlIdentifier>, PartyError> {
        let file = self.data.join("bci.der");
        if !file.exists() {
            return Ok(None);
        }
        let octets = fs::read(&file).map_err(|source| io_fault(&file, source))?;
        let bci = asn1::decode(&octets, &Limits::default());
        Ok(Some(bci.map_err(|fault| x509(&file, fault.into()))?))
    }

    /// Saves a key with its certificate and chain under `name`. A key is not overwritten;
    /// the certificate is.
    ///
    /// # Errors
    ///
    /// The files cannot be written, or there is another key of that name.
    pub fn save_identity(
        &self,
        keys: &KeyStore,
        name: &str,
        identity: &Identity,
    ) -> Result<(), PartyError> {
        self.put_key(keys, name, identity)?;
        self.save_chain(name, &identity.certificate, &identity.chain)
    }

    /// Saves another certificate for the key of an identity, or other CAs above it, as when a CA
    /// was certified anew.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn save_chain(
        &self,
        name: &str,
        certificate: &Certificate,
        chain: &[Certificate],
    ) -> Result<(), PartyError> {
        let text = chain_pem(certificate, chain);
        self.write("identities", &format!("{name}.pem"), &text)
    }

    /// Saves a renewed key with its certificate and chain in place of those under `name`, in
    /// one step. What was there stays, as one of the [`former`](Self::former) identities.
    ///
    /// # Errors
    ///
    /// The files cannot be written.
    pub fn renew_identity(
        &self,
        keys: &KeyStore,
        name: &str,
        identity: &Identity,
    ) -> Result<(), PartyError> {
        self.put_key(keys, &successor(name, &identity.certificate), identity)?;
        let file = self.data.join("identities").join(format!("{name}.pem"));
        let before = match fs::read(&file) {
            Ok(before) => Some(before),
            Err(source) if source.kind() == io::ErrorKind::NotFound => None,
            Err(source) => return Err(io_fault(&file, source)),
        };
        let text = chain_pem(&identity.certificate, &identity.chain);
        if let Some(before) = before.filter(|before| *before != text) {
            let first = pem::decode("CERTIFICATE", &before).map_err(|fault| PartyError::Pem {
                file: file.clone(),
                fault,
            })?;
            let hash = hash(first.first().map(Vec::as_slice).unwrap_or_default());
            self.write("identities", &format!("{name}.{hash}.pem"), &before)?;
        }
        self.write("identities", &format!("{name}.pem"), &text)
    }

    /// The identities that were under `name` before it was renewed: messages under way may
    /// still be encrypted for them.
    ///
    /// # Errors
    ///
    /// As [`load_identity`](Self::load_identity).
    pub fn former(
        &self,
        keys: &KeyStore,
        name: &str,
        rules: &KeyRules,
    ) -> Result<Vec<Identity>, PartyError> {
        let prefix = format!("{name}.");
        let mut former = Vec::new();
        for file in self.files("identities")? {
            let stem = file.file_stem().and_then(|stem| stem.to_str());
            if let Some(stem) = stem.filter(|stem| stem.starts_with(&prefix)) {
                former.extend(self.load_identity(keys, stem, rules)?);
            }
        }
        Ok(former)
    }

    /// The names of all identities with their certificates; keys are not opened.
    ///
    /// # Errors
    ///
    /// A file cannot be read or does not hold a certificate.
    pub fn identities(&self, rules: &KeyRules) -> Result<Vec<(String, Certificate)>, PartyError> {
        let mut identities = Vec::new();
        for file in self.files("identities")? {
            let name = file.file_stem().and_then(|name| name.to_str());
            let first = read_pem(&file, "CERTIFICATE")?.into_iter().next();
            if let (Some(name), Some(octets)) = (name, first) {
                let certificate =
                    Certificate::parse(&octets, rules).map_err(|fault| x509(&file, fault))?;
                identities.push((name.to_owned(), certificate));
            }
        }
        Ok(identities)
    }

    /// Loads a key with its certificate and chain; none when there is no such identity.
    ///
    /// # Errors
    ///
    /// A file cannot be read, or key and certificate do not belong together.
    pub fn load_identity(
        &self,
        keys: &KeyStore,
        name: &str,
        rules: &KeyRules,
    ) -> Result<Option<Identity>, PartyError> {
        let Some((certificate, chain)) = self.load_chain(name, rules)? else {
            return Ok(None);
        };
        let pkcs8 = key_of(keys, name, &certificate)?;
        let key = keys
            .crypto()
            .load_rsa(&pkcs8)
            .map_err(|fault| PartyError::Key {
                name: name.to_owned(),
                fault,
            })?;
        if key.public_key() != certificate.public_key() {
            return Err(PartyError::Mismatch(name.to_owned()));
        }
        Ok(Some(Identity {
            key,
            certificate,
            chain,
        }))
    }

    /// Loads the certificate of an identity, for which no passphrase is needed; none when
    /// there is no such identity.
    ///
    /// # Errors
    ///
    /// The file cannot be read or does not hold a certificate.
    pub fn load_certificate(
        &self,
        name: &str,
        rules: &KeyRules,
    ) -> Result<Option<Certificate>, PartyError> {
        Ok(self.load_chain(name, rules)?.map(|(own, _)| own))
    }

    /// The certificate of an identity, and those of the CAs above it, for which no passphrase
    /// is needed; none when there is no such identity.
    ///
    /// # Errors
    ///
    /// The file cannot be read or does not hold certificates.
    pub fn load_chain(
        &self,
        name: &str,
        rules: &KeyRules,
    ) -> Result<Option<(Certificate, Vec<Certificate>)>, PartyError> {
        let file = self.data.join("identities").join(format!("{name}.pem"));
        if !file.exists() {
            return Ok(None);
        }
        let mut certificates = read_certificates(&file, rules)?.into_iter();
        match certificates.next() {
            Some(own) => Ok(Some((own, certificates.collect()))),
            None => Err(PartyError::Pem {
                file,
                fault: PemFault::Empty,
            }),
        }
    }

    /// A digest over all files here but the keys: another one says that something changed.
    ///
    /// # Errors
    ///
    /// A file cannot be read.
    pub fn digest(&self) -> Result<[u8; 32], PartyError> {
        let mut files = vec![self.data.join("bci.der")];
        for folder in ["roots", "certificates", "crls", "identities"] {
            files.extend(self.files(folder)?);
        }
        let mut digest = Sha256::new();
        for file in files {
            let content = match fs::read(&file) {
                // Lists that are superseded are removed.
                Err(source) if source.kind() == io::ErrorKind::NotFound => continue,
                content => content.map_err(|source| io_fault(&file, source))?,
            };
            digest.update(Sha256::digest(file.as_os_str().as_encoded_bytes()));
            digest.update(Sha256::digest(&content));
        }
        Ok(digest.finalize().into())
    }

    fn put_key(&self, keys: &KeyStore, name: &str, identity: &Identity) -> Result<(), PartyError> {
        let pkcs8 = identity
            .key
            .to_pkcs8()
            .ok_or_else(|| PartyError::Confined(name.to_owned()))?;
        match keys.put(name, &pkcs8) {
            Err(KeyStoreError::Exists { .. }) if *keys.load(name)? == *pkcs8 => Ok(()),
            outcome => Ok(outcome?),
        }
    }

    fn save_certificate(
        &self,
        folder: &str,
        certificate: &Certificate,
        provider: &dyn CryptoProvider,
    ) -> Result<(), PartyError> {
        let name = format!("{}.pem", certificate.thumbprint(provider));
        let text = pem::encode("CERTIFICATE", certificate.octets());
        self.write(folder, &name, &text)
    }

    fn certificates(&self, folder: &str, rules: &KeyRules) -> Result<Vec<Certificate>, PartyError> {
        let mut certificates = Vec::new();
        for file in self.files(folder)? {
            certificates.extend(read_certificates(&file, rules)?);
        }
        Ok(certificates)
    }

    /// The PEM files of a folder, in the order of their names.
    fn files(&self, folder: &str) -> Result<Vec<PathBuf>, PartyError> {
        let folder = self.data.join(folder);
        if !folder.exists() {
            return Ok(Vec::new());
        }
        let mut files = fs::read_dir(&folder)
            .and_then(|entries| {
                entries
                    .map(|entry| entry.map(|entry| entry.path()))
                    .collect::<Result<Vec<_>, _>>()
            })
            .map_err(|source| io_fault(&folder, source))?;
        files.retain(|file| file.extension().is_some_and(|extension| extension == "pem"));
        files.sort();
        Ok(files)
    }

    fn write(&self, folder: &str, name: &str, content: &[u8]) -> Result<(), PartyError> {
        let folder = self.data.join(folder);
        durable::create_private_folder(&folder).map_err(|source| io_fault(&folder, source))?;
        let file = folder.join(name);
        durable::replace(&file, content).map_err(|source| io_fault(&file, source))
    }
}

fn read_certificates(file: &Path, rules: &KeyRules) -> Result<Vec<Certificate>, PartyError> {
    read_pem(file, "CERTIFICATE")?
        .iter()
        .map(|octets| Certificate::parse(octets, rules).map_err(|fault| x509(file, fault)))
        .collect()
}

/// The certificate, followed by the CAs above it.
fn chain_pem(certificate: &Certificate, chain: &[Certificate]) -> Vec<u8> {
    std::iter::once(certificate)
        .chain(chain)
        .flat_map(|certificate| pem::encode("CERTIFICATE", certificate.octets()))
        .collect()
}

/// The key of a certificate under `name`: its own if it was renewed, else the first one.
fn key_of(
    keys: &KeyStore,
    name: &str,
    certificate: &Certificate,
) -> Result<Zeroizing<Vec<u8>>, KeyStoreError> {
    let hash = hash(certificate.octets());
    let stem = name.strip_suffix(&format!(".{hash}")).unwrap_or(name);
    match keys.load(&format!("{stem}.{hash}")) {
        Err(KeyStoreError::NotFound { .. }) => keys.load(stem),
        outcome => outcome,
    }
}

/// The name of a renewed key.
fn successor(name: &str, certificate: &Certificate) -> String {
    format!("{name}.{}", hash(certificate.octets()))
}

/// The leading 8 octets of a certificate's SHA-256, in hexadecimal.
fn hash(octets: &[u8]) -> String {
    Sha256::digest(octets)
        .iter()
        .take(8)
        .map(|octet| format!("{octet:02x}"))
        .collect()
}

fn read_pem(file: &Path, label: &str) -> Result<Vec<Vec<u8>>, PartyError> {
    let text = fs::read(file).map_err(|source| io_fault(file, source))?;
    pem::decode(label, &text).map_err(|fault| PartyError::Pem {
        file: file.to_owned(),
        fault,
    })
}

fn io_fault(file: &Path, source: io::Error) -> PartyError {
    PartyError::Io {
        file: file.to_owned(),
        source,
    }
}

fn x509(file: &Path, fault: X509Error) -> PartyError {
    PartyError::X509 {
        file: file.to_owned(),
        fault: Box::new(fault),
    }
}

/// How long another process may write roots, certificates and lists.
const LONGEST_WRITE: Duration = Duration::from_secs(10);

/// How often files are read that another process is replacing.
const ATTEMPTS: u32 = 8;

#[cfg(test)]
mod tests {
    use set_core::ca::lists::{next_bci, next_crl};
    use set_testkit::clock::noon;
    use set_testkit::hierarchy::{BRAND, Issued, hierarchy};

    use super::*;
    use crate::station::Station;

    fn identity(issued: &Issued) -> Identity {
        Identity {
            key: issued.key.clone(),
            certificate: issued.certificate.clone(),
            chain: Vec::new(),
        }
    }

    #[test]
    fn lists_that_another_process_saved_are_not_replaced_by_older_ones() {
        let brand = hierarchy();
        let station = Station::new("test", "1").unwrap().with_clock(noon);
        let context = station.context();
        let mut older = Trust::new(TrustStore::new(vec![brand.root.certificate.clone()]));
        for certificate in brand.certificates() {
            older.hold(certificate);
        }
        for crl in &brand.crls {
            older.hold_crl(&context, crl.clone());
        }
        older.hold_bci(&context, brand.bci.clone());
        assert!(older.bci().is_some(), "no BCI of {BRAND}");

        let ca = identity(&brand.brand_ca);
        let is_ours = |crl: &&Crl| crl.issuer() == ca.certificate.subject();
        let last = older.crls().iter().find(is_ours);
        let crl = next_crl(&context, &ca, last, 0, &[], 86_400).unwrap();
        let mut newer = older.clone();
        newer.hold_crl(&context, crl.clone());
        let bci = next_bci(&context, &ca, older.bci(), 0, newer.crls(), 86_400).unwrap();
        newer.hold_bci(&context, bci.clone());
        assert!(newer.crls().contains(&crl) && newer.bci() == Some(&bci));

        let data = tempfile::tempdir().unwrap();
        let folder = PartyFolder::new(data.path());
        for trust in [&older, &newer, &older] {
            folder.save_trust(trust, station.crypto()).unwrap();
        }
        let trust = folder.load_trust(&context).unwrap();
        assert!(trust.crls().contains(&crl));
        assert_eq!(trust.bci(), Some(&bci));
        // The one that was superseded is gone.
        assert_eq!(folder.crls().unwrap().len(), older.crls().len());
    }
}
