//! One brand below the root.

use super::{Findings, Given, Lint};
use crate::x509::ext::CertificateType;

pub(super) const RULE: Lint = Lint {
    id: "brand",
    clause: "below the root, organizationName is the brand, the same all the way down",
    check,
};

fn check(given: &Given<'_>, found: &mut Findings<'_>) {
    let Some(issuer) = given.issuer else { return };
    if issuer.certificate_type().contains(CertificateType::RCA) {
        return;
    }
    let (Some(ours), Some(theirs)) = (given.subject.subject_name(), issuer.subject_name()) else {
        return;
    };
    if ours.brand() != theirs.brand() {
        found.error(format!(
            "it is of the brand {}, its issuer of {}",
            ours.brand(),
            theirs.brand()
        ));
    }
}
