//! Rule 2: every certificate is valid at the date of the message; the end entity's private
//! key may sign then, and no issuer's signed after its time.
//!
//! Whether an issuer's key was in its time already is not asked: after a change of roots a
//! brand CA has a new certificate for its old key, younger than what it certified with it.

use super::{ChainError, Links, Purpose, Rule};
use crate::asn1::Date;
use crate::x509::Certificate;

pub(super) fn check(links: &Links<'_>, at: Date, purpose: Purpose) -> Result<(), ChainError> {
    for (below, subject, issuer) in links.downwards() {
        in_force(subject, at).map_err(|rule| links.refuse(subject, rule))?;
        // When it was signed is not told, but not long before it begins to hold.
        if !could_sign(issuer, subject.not_before()) {
            let rule = Rule::PrivateKeyUsagePeriod(subject.not_before());
            return Err(links.refuse(issuer, rule));
        }
        let period = &subject.extensions().private_key_usage_period;
        let outside = period.as_ref().is_some_and(|period| !period.covers(at));
        if below == 0 && purpose.signs() && outside {
            return Err(links.refuse(subject, Rule::PrivateKeyUsagePeriod(at)));
        }
    }
    Ok(())
}

/// Whether a certificate holds at `at`.
pub(super) fn in_force(certificate: &Certificate, at: Date) -> Result<(), Rule> {
    if at < certificate.not_before() {
        Err(Rule::NotYetValid(certificate.not_before()))
    } else if certificate.not_after() < at {
        Err(Rule::Expired(certificate.not_after()))
    } else {
        Ok(())
    }
}

/// Whether the usage period of a private key had not ended at `at`.
pub(crate) fn could_sign(signer: &Certificate, at: Date) -> bool {
    signer
        .extensions()
        .private_key_usage_period
        .and_then(|period| period.not_after)
        .is_none_or(|end| at <= end)
}
