//! The whole is DER of a certificate that SET's own decoder takes.

use super::{Findings, Given, Lint};
use crate::crypto::KeyRules;
use crate::x509::Certificate;

pub(super) const RULE: Lint = Lint {
    id: "encoding",
    clause: "a certificate is canonical DER of at most 64 KiB, without unique identifiers",
    check,
};

fn check(given: &Given<'_>, found: &mut Findings<'_>) {
    let tbs = &given.subject.tbs;
    if tbs.issuer_unique_id.is_some() || tbs.subject_unique_id.is_some() {
        found.error("there is a unique identifier");
    }
    if let Err(fault) = Certificate::parse(&given.subject.octets, &KeyRules::default()) {
        found.error(fault.to_string());
    }
}
