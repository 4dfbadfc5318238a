//! keyUsage, by what the subject is.

use super::{Findings, Given, Lint};
use crate::asn1::oid::extension::KEY_USAGE;
use crate::x509::ext::KeyUsage;

pub(super) const RULE: Lint = Lint {
    id: "key-usage",
    clause: "a key is for certificates, or CRLs, or both; or for messages; or for envelopes; as its owner's type has such keys",
    check,
};

fn check(given: &Given<'_>, found: &mut Findings<'_>) {
    let usage: KeyUsage = match given.subject.decode(KEY_USAGE) {
        None => return,
        Some(Err(fault)) => return found.error(fault.to_string()),
        Some(Ok(usage)) => usage,
    };
    let types = given.subject.certificate_type();
    if !types.is_empty() && given.subject.class().is_none() {
        found.error(format!("no key of {types} is for {usage}"));
    }
    let certifies = given
        .issuer
        .is_none_or(|issuer| issuer.key_usage().contains(KeyUsage::KEY_CERT_SIGN));
    if !certifies {
        found.error("its issuer's key is not for certificates");
    }
}
