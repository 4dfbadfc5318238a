//! Rule 2: every certificate is valid at the date of the message, and the end entity's
//! private key may still sign.

use super::{ChainError, Links, Purpose, Rule};
use crate::asn1::Date;

pub(super) fn check(links: &Links<'_>, at: Date, purpose: Purpose) -> Result<(), ChainError> {
    for (below, subject, _) in links.downwards() {
        if at < subject.not_before() {
            let rule = Rule::NotYetValid(subject.not_before());
            return Err(links.refuse(subject, rule));
        }
        if subject.not_after() < at {
            return Err(links.refuse(subject, Rule::Expired(subject.not_after())));
        }
        let period = &subject.extensions().private_key_usage_period;
        let outside = period.as_ref().is_some_and(|period| !period.covers(at));
        if below == 0 && purpose.signs() && outside {
            return Err(links.refuse(subject, Rule::PrivateKeyUsagePeriod(at)));
        }
    }
    Ok(())
}
