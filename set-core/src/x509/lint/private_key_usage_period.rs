//! privateKeyUsagePeriod.

use super::class::Class;
use super::examined::date;
use super::{Findings, Given, Lint};
use crate::asn1::oid::extension::PRIVATE_KEY_USAGE_PERIOD;
use crate::x509::ext::PrivateKeyUsagePeriod;

pub(super) const RULE: Lint = Lint {
    id: "private-key-usage-period",
    clause: "privateKeyUsagePeriod has a beginning and an end, both within the validity; a CA's may begin before it",
    check,
};

fn check(given: &Given<'_>, found: &mut Findings<'_>) {
    let subject = given.subject;
    let period: PrivateKeyUsagePeriod = match subject.decode(PRIVATE_KEY_USAGE_PERIOD) {
        None => return,
        Some(Err(fault)) => return found.error(fault.to_string()),
        Some(Ok(period)) => period,
    };
    let (Some(from), Some(until)) = (period.not_before, period.not_after) else {
        return found.error("it lacks an end or a beginning");
    };
    let (from, until) = (from.unix(), until.unix());
    if until < from {
        found.error("it ends before it begins");
    }
    // A CA that is certified anew under a new root has used its key before.
    let early = from < subject.not_before() && !certifies(subject.class());
    if early || until > subject.not_after() {
        found.error(format!(
            "from {} until {} is not within the validity",
            date(from),
            date(until)
        ));
    }
}

/// Whether it is of a CA's key that signs certificates or CRLs.
const fn certifies(class: Option<Class>) -> bool {
    matches!(class, Some(Class::CaCertificates | Class::CaCrls))
}
