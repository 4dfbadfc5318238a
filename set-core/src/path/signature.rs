//! Rule 1: every certificate is signed by the one above it, and the root is trusted.

use super::{ChainError, Links, Rule, TrustStore};

pub(super) fn check(links: &Links<'_>, roots: &TrustStore) -> Result<(), ChainError> {
    for (_, subject, issuer) in links.downwards() {
        if subject
            .verify_signature(issuer.public_key(), links.crypto)
            .is_err()
        {
            return Err(links.refuse(subject, Rule::Signature));
        }
        if subject.is_self_issued() && !roots.believes(links.crypto, subject) {
            return Err(links.refuse(subject, Rule::UntrustedRoot));
        }
    }
    Ok(())
}
