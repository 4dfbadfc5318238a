//! Rule 1: every certificate is signed by the one above it, and the root is trusted.

use super::{ChainError, Links, Rule, TrustStore};
use crate::x509::X509Error;

pub(super) fn check(links: &Links<'_>, roots: &TrustStore) -> Result<(), ChainError> {
    for (_, subject, issuer) in links.downwards() {
        let outcome = subject.verify_signature(issuer.public_key(), links.crypto);
        match holds(outcome) {
            Ok(true) => {}
            Ok(false) => return Err(links.refuse(subject, Rule::Signature)),
            Err(rule) => return Err(links.refuse(subject, rule)),
        }
        if subject.is_self_issued() && !roots.believes(links.crypto, subject) {
            return Err(links.refuse(subject, Rule::UntrustedRoot));
        }
    }
    Ok(())
}

/// Whether a signature holds; that our own provider failed is no verdict on it.
pub(super) fn holds(outcome: Result<(), X509Error>) -> Result<bool, Rule> {
    match outcome {
        Ok(()) => Ok(true),
        Err(X509Error::Provider(fault)) => Err(Rule::Provider(fault.to_string())),
        Err(_) => Ok(false),
    }
}
