//! `lint`: what is wrong with certificates by the letter of the profile.

use std::fmt;
use std::fs;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use set_core::crypto::{KeyRules, RustCrypto};
use set_core::x509::Certificate;
use set_core::x509::lint::{self, Finding, Severity};
use set_node::party::PartyError;
use set_node::pem;
use set_node::program::Screen;

use crate::failure::{Failure, file_fault};

/// Arguments of `lint`.
#[derive(Clone, Debug, Args)]
pub struct LintArgs {
    /// Certificates, PEM with any number of them, or DER
    #[arg(value_name = "CERT", required = true)]
    pub certificates: Vec<PathBuf>,
    /// Certificates above them, PEM or DER; those among CERT count as well
    #[arg(long, value_name = "FILE")]
    pub issuer: Vec<PathBuf>,
    /// Count warnings as errors
    #[arg(long)]
    pub strict: bool,
}

/// Lints certificates; fails when one has an error.
pub(crate) fn run(args: &LintArgs, screen: &mut Screen) -> Result<(), Failure> {
    let mut subjects = Vec::new();
    for file in &args.certificates {
        for (number, octets) in read(file)?.into_iter().enumerate() {
            subjects.push((file, number, octets));
        }
    }
    let mut issuers: Vec<Certificate> = Vec::new();
    let mut above = Vec::new();
    for file in &args.issuer {
        above.extend(read(file)?);
    }
    for octets in subjects.iter().map(|(.., octets)| octets).chain(&above) {
        issuers.extend(Certificate::parse(octets, &KeyRules::default()));
    }
    let mut outcome = Outcome {
        certificates: subjects.len(),
        failed: 0,
        findings: Vec::new(),
    };
    for (file, number, octets) in &subjects {
        let issuer = issuer(octets, &issuers);
        let issuer = issuer.map(Certificate::octets);
        let findings = lint::lint(octets, issuer, &RustCrypto);
        let bad = |finding: &Finding| args.strict || finding.severity == Severity::Error;
        outcome.failed += usize::from(findings.iter().any(bad));
        let place = Place {
            file,
            number: *number,
        };
        outcome
            .findings
            .extend(findings.iter().map(|finding| Line::of(&place, finding)));
    }
    screen.result(&outcome);
    match outcome.failed {
        0 => Ok(()),
        failed => Err(Failure::Linted { failed }),
    }
}

/// The certificates of a file, as DER.
fn read(file: &PathBuf) -> Result<Vec<Vec<u8>>, Failure> {
    let octets = fs::read(file).map_err(file_fault(file))?;
    if octets.starts_with(&[0x30]) {
        return Ok(vec![octets]);
    }
    pem::decode("CERTIFICATE", &octets).map_err(|fault| {
        PartyError::Pem {
            file: file.clone(),
            fault,
        }
        .into()
    })
}

/// The issuer's certificate: the one whose key signed, or else one of its name.
fn issuer<'a>(octets: &[u8], candidates: &'a [Certificate]) -> Option<&'a Certificate> {
    let certificate = Certificate::parse(octets, &KeyRules::default()).ok()?;
    let named = || {
        candidates
            .iter()
            .filter(|one| one.subject() == certificate.issuer())
    };
    named()
        .find(|one| {
            certificate
                .verify_signature(one.public_key(), &RustCrypto)
                .is_ok()
        })
        .or_else(|| named().next())
}

struct Place<'a> {
    file: &'a PathBuf,
    number: usize,
}

#[derive(Serialize)]
struct Outcome {
    certificates: usize,
    failed: usize,
    findings: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    file: PathBuf,
    /// Which certificate of the file, from 0.
    number: usize,
    severity: String,
    rule: &'static str,
    clause: &'static str,
    what: String,
}

impl Line {
    fn of(place: &Place<'_>, finding: &Finding) -> Self {
        Self {
            file: place.file.clone(),
            number: place.number,
            severity: finding.severity.to_string(),
            rule: finding.rule,
            clause: finding.clause,
            what: finding.what.clone(),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.findings {
            writeln!(
                f,
                "{}:{}: {} {}: {}\n    {}",
                line.file.display(),
                line.number,
                line.severity,
                line.rule,
                line.what,
                line.clause
            )?;
        }
        write!(
            f,
            "{} certificates, {} outside of the profile",
            self.certificates, self.failed
        )
    }
}
