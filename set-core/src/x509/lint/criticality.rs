//! Which extensions are critical.

use super::extension_set::TABLE;
use super::{Findings, Given, Lint};

pub(super) const RULE: Lint = Lint {
    id: "criticality",
    clause: "keyUsage, certificatePolicies, basicConstraints, CertificateType and HashedRootKey are critical, no others",
    check,
};

fn check(given: &Given<'_>, found: &mut Findings<'_>) {
    for extension in given.subject.extensions() {
        let known = TABLE.iter().find(|row| row.id == extension.id);
        match (known, extension.critical) {
            (Some(row), false) if row.critical => {
                found.error(format!("{} is not critical", row.name));
            }
            (Some(row), true) if !row.critical => {
                found.error(format!("{} is critical", row.name));
            }
            (None, true) => found.error(format!("{} is critical and unknown", extension.id)),
            _ => {}
        }
    }
}
