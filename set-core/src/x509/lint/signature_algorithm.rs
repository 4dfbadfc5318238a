//! The signature algorithm, inside and outside.

use der::Encode;

use super::{Findings, Given, Lint};
use crate::x509::signed;

pub(super) const RULE: Lint = Lint {
    id: "signature-algorithm",
    clause: "certificates are signed with sha1WithRSAEncryption, parameters NULL",
    check,
};

fn check(given: &Given<'_>, found: &mut Findings<'_>) {
    let subject = given.subject;
    if subject.tbs.signature != subject.outer_algorithm {
        found.error("the algorithm inside is not the one outside");
    }
    let expected = signed::algorithm()
        .ok()
        .and_then(|algorithm| crate::asn1::encode(&algorithm).ok());
    if subject.tbs.signature.to_der().ok() != expected {
        found.error("it is another algorithm, or its parameters are not NULL");
    }
}
