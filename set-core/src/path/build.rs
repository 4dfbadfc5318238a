//! Finding the chain, within bounds.
//!
//! From the end entity upwards, each step looks for certificates whose subject is the
//! issuer and whose key may sign certificates, and takes the first whose key verifies the
//! one below; where there is none, the first that fits by name, so that the rules can say
//! what is wrong with it. No certificate is visited twice and no step goes back, so a
//! hostile bag costs at most `max_candidates` signature checks.

use super::{ChainError, Culprit, Material, Rule};
use crate::crypto::CryptoProvider;
use crate::policy::Policy;
use crate::x509::Certificate;
use crate::x509::ext::KeyUsage;

pub(super) fn build(
    crypto: &dyn CryptoProvider,
    policy: &Policy,
    material: &Material<'_>,
    end_entity: &Certificate,
) -> Result<Vec<Certificate>, ChainError> {
    let mut chain = vec![end_entity.clone()];
    let mut tried = 0;
    let mut current = end_entity;
    while !current.is_self_issued() {
        let refuse = |rule| ChainError {
            certificate: Box::new(Culprit::of(crypto, current)),
            rule,
        };
        if chain.len() >= policy.max_chain {
            return Err(refuse(Rule::TooLong(policy.max_chain)));
        }
        let mut by_name = None;
        let mut found = None;
        for candidate in candidates(material, current) {
            if chain.contains(candidate) {
                continue;
            }
            tried += 1;
            if tried > policy.max_candidates {
                return Err(refuse(Rule::TooManyCandidates(policy.max_candidates)));
            }
            by_name = by_name.or(Some(candidate));
            if current
                .verify_signature(candidate.public_key(), crypto)
                .is_ok()
            {
                found = Some(candidate);
                break;
            }
        }
        let issuer = found.or(by_name).ok_or_else(|| ChainError {
            certificate: Box::new(Culprit::issuer_of(current)),
            rule: Rule::Missing,
        })?;
        chain.push(issuer.clone());
        current = issuer;
    }
    Ok(chain)
}

/// Certificates that may have issued `subject`: first those that it points at.
fn candidates<'a>(
    material: &Material<'a>,
    subject: &'a Certificate,
) -> impl Iterator<Item = &'a Certificate> {
    let pointer = subject
        .extensions()
        .authority_key_identifier
        .as_ref()
        .and_then(|identifier| identifier.signer());
    let fits = move |candidate: &&'a Certificate| {
        candidate.subject() == subject.issuer()
            && candidate
                .extensions()
                .key_usage
                .contains(KeyUsage::KEY_CERT_SIGN)
    };
    let all = || {
        let held = material.certificates.iter();
        material.roots.roots().iter().chain(held)
    };
    let points_at = pointer.clone();
    let first = all()
        .filter(fits)
        .filter(move |candidate| points_at.as_ref() == Some(candidate.issuer_and_serial_number()));
    let rest = all()
        .filter(fits)
        .filter(move |candidate| pointer.as_ref() != Some(candidate.issuer_and_serial_number()));
    first.chain(rest)
}
