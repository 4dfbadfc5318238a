//! The form and order of the validity.

use x509_cert::time::Time;

use super::examined::date;
use super::{Findings, Given, Lint};

pub(super) const RULE: Lint = Lint {
    id: "validity",
    clause: "the validity is UTCTime to the end of 2049, GeneralizedTime later, and ends after it begins",
    check,
};

fn check(given: &Given<'_>, found: &mut Findings<'_>) {
    let subject = given.subject;
    let period = &subject.tbs.validity;
    for (name, time) in [
        ("notBefore", period.not_before),
        ("notAfter", period.not_after),
    ] {
        let seconds = time.to_unix_duration().as_secs();
        if matches!(time, Time::GeneralTime(_)) && seconds < YEAR_2050 {
            found.error(format!("{name} is a GeneralizedTime before 2050"));
        }
    }
    if subject.not_after() < subject.not_before() {
        found.error(format!(
            "it ends at {}, before it begins at {}",
            date(subject.not_after()),
            date(subject.not_before())
        ));
    }
}

/// Seconds from 1970 to the beginning of 2050.
const YEAR_2050: u64 = 2_524_608_000;
