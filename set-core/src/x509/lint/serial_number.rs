//! The serial number.

use super::{Findings, Given, Lint};

pub(super) const RULE: Lint = Lint {
    id: "serial-number",
    clause: "the serial number is a non-negative INTEGER of at most 20 octets",
    check,
};

fn check(given: &Given<'_>, found: &mut Findings<'_>) {
    let octets = given.subject.tbs.serial_number.as_bytes();
    if octets.first().is_none_or(|first| first & 0x80 != 0) {
        found.error("it is negative");
    }
    if octets.len() > 20 {
        found.error(format!("it has {} octets", octets.len()));
    }
    if octets == [0] {
        found.warning("it is zero, which in SET points at no certificate");
    }
}
