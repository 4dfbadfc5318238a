//! The validity inside of the issuer's.

use super::examined::date;
use super::{Findings, Given, Lint};
use crate::asn1::Date;
use crate::asn1::oid::extension::PRIVATE_KEY_USAGE_PERIOD;
use crate::x509::ext::PrivateKeyUsagePeriod;

pub(super) const RULE: Lint = Lint {
    id: "validity-nesting",
    clause: "a certificate begins while its issuer's key signs, and does not outlive its issuer's certificate",
    check,
};

fn check(given: &Given<'_>, found: &mut Findings<'_>) {
    let Some(issuer) = given.issuer else { return };
    let subject = given.subject;
    if subject.not_after() > issuer.not_after() {
        found.error(format!(
            "it ends at {}, its issuer's at {}",
            date(subject.not_after()),
            date(issuer.not_after())
        ));
    }
    let period: Option<PrivateKeyUsagePeriod> = issuer.value(PRIVATE_KEY_USAGE_PERIOD);
    // An issuer that was certified anew for its old key has signed with it before.
    let signs_since = period
        .as_ref()
        .and_then(|period| period.not_before)
        .map_or(issuer.not_before(), |begin| {
            begin.unix().min(issuer.not_before())
        });
    if !(signs_since..=issuer.not_after()).contains(&subject.not_before()) {
        found.error(format!(
            "it begins at {}, when its issuer's does not hold",
            date(subject.not_before())
        ));
    }
    let begins = Date::from_unix(subject.not_before());
    if let (Some(period), Ok(begins)) = (period, begins)
        && !period.covers(begins)
    {
        found.error(format!(
            "it begins at {begins}, when its issuer's key does not sign"
        ));
    }
}
