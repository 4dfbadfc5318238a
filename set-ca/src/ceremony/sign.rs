//! `ceremony sign`: certificates for the keys of a CA.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use set_core::ca::hierarchy::{CERTIFICATE_SIGNING, certify, file_name};
use set_core::error::Error;
use set_core::party::{Identity, Trust};
use set_core::x509::Certificate;
use set_core::x509::ext::CertificateType;
use set_core::x509::lint::DraftKey;
use set_core::x509::pkcs10::CaRequest;
use set_node::party::PartyFolder;
use set_node::pem;
use set_node::program::{Screen, value};
use set_node::station::Station;

use super::args::SignArgs;
use super::bundle;
use super::fault::CeremonyFault;
use super::request::REQUEST_LABEL;
use crate::config::Config;
use crate::failure::{Failure, file_fault};
use crate::folder::{Keys, brand_folder};
use crate::serve::station;

pub(super) fn sign(
    data: &Path,
    config: &Config,
    args: &SignArgs,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let keys = Keys::open(data, config)?;
    let station = station()?;
    let requests = read(&station, &args.requests)?;
    let issuer = Issuer::find(data, &keys, &station, &requests, args.issuer.as_deref())?;
    let context = station.context();
    let mut trust = issuer.folder.load_trust(&context)?;
    for (file, request) in &requests {
        issuer.refuse_reuse(&trust, file, request)?;
    }
    let adds = args
        .policy
        .words()
        .map(|words| words.qualifier())
        .transpose()
        .map_err(value("--policy"))?;
    let bits = issuer.identity.key.public_key().bits();
    let draft_key = DraftKey::generate(station.crypto(), bits).map_err(Error::from)?;
    let validity = config
        .certificates
        .ca_validity()
        .map_err(value("certificates"))?;
    let mut issued = Vec::with_capacity(requests.len());
    for (_, request) in &requests {
        issued.push(certify(
            &context,
            &issuer.identity,
            &draft_key,
            request,
            adds.as_ref(),
            &validity,
        )?);
    }
    let mut certificates = issued.clone();
    certificates.push(issuer.identity.certificate.clone());
    certificates.extend(issuer.identity.chain.iter().cloned());
    if args.out.exists() {
        let source = io::ErrorKind::AlreadyExists.into();
        return Err(file_fault(&args.out)(source));
    }
    // Without a record of it no certificate may leave. One that is recorded and does not leave
    // does no harm: the same request can be signed again.
    for certificate in &issued {
        trust.hold(certificate.clone());
    }
    issuer.folder.save_trust(&trust, station.crypto())?;
    bundle::write(&args.out, &certificates, &trust)?;
    screen.result(&Signed::of(args, &issuer, &issued));
    Ok(())
}

/// The requests, all of one CA.
fn read(station: &Station, files: &[PathBuf]) -> Result<Vec<(PathBuf, CaRequest)>, Failure> {
    let rules = &station.policy().key_rules;
    let mut requests: Vec<(PathBuf, CaRequest)> = Vec::new();
    for file in files {
        let text = fs::read(file).map_err(file_fault(file))?;
        let blocks = pem::decode(REQUEST_LABEL, &text).map_err(|fault| {
            Failure::from(set_node::party::PartyError::Pem {
                file: file.clone(),
                fault,
            })
        })?;
        for octets in blocks {
            let request = CaRequest::read(&octets, rules, station.crypto()).map_err(|fault| {
                CeremonyFault::Request {
                    file: file.clone(),
                    fault: Box::new(fault),
                }
            })?;
            let same = requests.first().is_none_or(|(_, first)| {
                first.subject == request.subject
                    && first.certificate_type == request.certificate_type
            });
            if !same {
                return Err(CeremonyFault::Mixed(file.clone()).into());
            }
            requests.push((file.clone(), request));
        }
    }
    Ok(requests)
}

/// The CA that signs.
struct Issuer {
    name: String,
    identity: Identity,
    /// Where its certificates are recorded.
    folder: PartyFolder,
}

impl Issuer {
    /// The CA of the folder that may certify what is asked for.
    fn find(
        data: &Path,
        keys: &Keys,
        station: &Station,
        requests: &[(PathBuf, CaRequest)],
        wanted: Option<&str>,
    ) -> Result<Self, Failure> {
        let Some((_, request)) = requests.first() else {
            return Err(CeremonyFault::NotOurs.into());
        };
        let suffix = file_name("", CERTIFICATE_SIGNING);
        let mut found = Vec::new();
        for key in keys.store().names()? {
            let Some(name) = key
                .strip_suffix(&suffix)
                .or((key == "root").then_some("root"))
            else {
                continue;
            };
            let rules = &station.policy().key_rules;
            let identity = keys.folder().load_identity(keys.store(), &key, rules)?;
            if let Some(identity) = identity
                && wanted.is_none_or(|wanted| wanted == name)
                && may_certify(&identity.certificate, request)
            {
                found.push((name.to_owned(), identity));
            }
        }
        if found.len() > 1 {
            let names = found.into_iter().map(|(name, _)| name).collect();
            return Err(CeremonyFault::SeveralIssuers(names).into());
        }
        let (name, identity) = found.pop().ok_or_else(|| CeremonyFault::NoIssuer {
            types: request.certificate_type,
            brand: request.subject.organization().to_owned(),
        })?;
        let folder = match name.as_str() {
            "root" => PartyFolder::new(data),
            name => brand_folder(data, name.split('.').next().unwrap_or(name)),
        };
        Ok(Self {
            name,
            identity,
            folder,
        })
    }

    /// Refuses a key that was certified under another name.
    fn refuse_reuse(&self, trust: &Trust, file: &Path, request: &CaRequest) -> Result<(), Failure> {
        let subject = request.subject.to_name().map_err(Error::from)?;
        let known = trust
            .certificates()
            .iter()
            .chain([&self.identity.certificate]);
        let holder = known
            .filter(|held| *held.public_key() == request.public_key)
            .find(|held| *held.subject() != subject);
        match holder {
            None => Ok(()),
            Some(holder) => Err(CeremonyFault::KeyReused {
                file: file.to_owned(),
                holder: holder.subject().to_string(),
            }
            .into()),
        }
    }
}

fn may_certify(issuer: &Certificate, request: &CaRequest) -> bool {
    let types = issuer.extensions().certificate_type;
    let same_brand = types == CertificateType::RCA
        || issuer
            .brand()
            .is_ok_and(|brand| brand == request.subject.brand());
    same_brand && types.certifies().contains(request.certificate_type)
}

#[derive(Serialize)]
struct Signed {
    issuer: String,
    out: PathBuf,
    certificates: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    subject: String,
    types: String,
    usage: String,
    serial: String,
    not_after: String,
}

impl Signed {
    fn of(args: &SignArgs, issuer: &Issuer, issued: &[Certificate]) -> Self {
        let line = |certificate: &Certificate| Line {
            subject: certificate.subject().to_string(),
            types: certificate.extensions().certificate_type.to_string(),
            usage: certificate.extensions().key_usage.to_string(),
            serial: certificate.serial_number().to_string(),
            not_after: certificate.not_after().to_string(),
        };
        Self {
            issuer: issuer.name.clone(),
            out: args.out.clone(),
            certificates: issued.iter().map(line).collect(),
        }
    }
}

impl fmt::Display for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} signed, in {}:", self.issuer, self.out.display())?;
        for line in &self.certificates {
            write!(
                f,
                "\n  {} ({}, {}) until {}, number {}",
                line.subject, line.types, line.usage, line.not_after, line.serial
            )?;
        }
        Ok(())
    }
}
