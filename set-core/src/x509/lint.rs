//! Linting: what is wrong with a certificate by the letter of SET's profile.
//!
//! [`lint`] looks at the octets of a certificate, and of its issuer's where that is at hand,
//! through types of its own that take almost anything; so what [`build`](super::build) makes
//! is judged by other code than made it, and what others made can be told all that is wrong
//! with it at once.
//!
//! A CA lints before it signs: [`issue`] makes the certificate with a [`DraftKey`] that is
//! good for nothing else, lints that, and lets the real key sign only what has no error.
//!
//! Each rule is a file of this module and a line of [`RULES`].

mod authority_key_identifier;
mod basic_constraints;
mod brand;
mod cardholder_id;
mod certificate_policies;
mod certificate_type;
mod class;
mod criticality;
mod draft;
mod encoding;
mod examined;
mod extension_set;
mod gateway_extensions;
mod hashed_root_key;
mod issuer_name;
mod key_usage;
mod merchant_data;
mod modulus;
mod private_key_usage_period;
mod public_key;
mod serial_number;
mod signature;
mod signature_algorithm;
mod subject_name;
mod validity;
mod validity_nesting;
mod version;

pub use self::class::Class;
pub use self::draft::{DraftKey, Refused, issue, self_sign};

use core::fmt;

use self::examined::{Examined, Given};
use crate::crypto::CryptoProvider;

/// Something that a rule objects to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule, as [`RULES`] names it.
    pub rule: &'static str,
    /// What the profile says, in short.
    pub clause: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub what: String,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Allowed, and better otherwise.
    Warning,
    /// Outside of the profile: such a certificate is not issued.
    Error,
}

/// A rule of the profile.
#[derive(Clone, Copy, Debug)]
pub struct Lint {
    /// Its name.
    pub id: &'static str,
    /// What the profile says, in short.
    pub clause: &'static str,
    check: fn(&Given<'_>, &mut Findings<'_>),
}

/// All rules.
pub const RULES: &[Lint] = &[
    encoding::RULE,
    version::RULE,
    serial_number::RULE,
    signature_algorithm::RULE,
    signature::RULE,
    issuer_name::RULE,
    validity::RULE,
    validity_nesting::RULE,
    subject_name::RULE,
    brand::RULE,
    cardholder_id::RULE,
    public_key::RULE,
    modulus::RULE,
    extension_set::RULE,
    criticality::RULE,
    key_usage::RULE,
    basic_constraints::RULE,
    certificate_type::RULE,
    certificate_policies::RULE,
    authority_key_identifier::RULE,
    private_key_usage_period::RULE,
    hashed_root_key::RULE,
    merchant_data::RULE,
    gateway_extensions::RULE,
];

/// Applies every rule to the DER of a certificate; `issuer` is the DER of its issuer's, the
/// certificate itself for a root.
///
/// Without an issuer, or with one that is no certificate, the rules that compare the two
/// have nothing to say.
#[must_use]
pub fn lint(
    certificate: &[u8],
    issuer: Option<&[u8]>,
    provider: &dyn CryptoProvider,
) -> Vec<Finding> {
    let mut all = Vec::new();
    let subject = match Examined::read(certificate) {
        Ok(subject) => subject,
        Err(fault) => {
            Findings::of(&encoding::RULE, &mut all).error(fault.to_string());
            return all;
        }
    };
    let issuer = issuer.and_then(|octets| Examined::read(octets).ok());
    let given = Given {
        subject: &subject,
        issuer: issuer.as_ref(),
        drafted_by: None,
        provider,
    };
    apply(&given, &mut all);
    all
}

fn apply(given: &Given<'_>, all: &mut Vec<Finding>) {
    for rule in RULES {
        (rule.check)(given, &mut Findings::of(rule, all));
    }
}

/// Where a rule puts what it finds.
struct Findings<'a> {
    rule: &'a Lint,
    all: &'a mut Vec<Finding>,
}

impl<'a> Findings<'a> {
    const fn of(rule: &'a Lint, all: &'a mut Vec<Finding>) -> Self {
        Self { rule, all }
    }

    fn error(&mut self, what: impl Into<String>) {
        self.add(Severity::Error, what.into());
    }

    fn warning(&mut self, what: impl Into<String>) {
        self.add(Severity::Warning, what.into());
    }

    fn add(&mut self, severity: Severity, what: String) {
        self.all.push(Finding {
            rule: self.rule.id,
            clause: self.rule.clause,
            severity,
            what,
        });
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}: {} ({})",
            self.severity, self.rule, self.what, self.clause
        )
    }
}
