//! basicConstraints.

use super::{Findings, Given, Lint};
use crate::asn1::oid::extension::BASIC_CONSTRAINTS;
use crate::x509::ext::BasicConstraints;

pub(super) const RULE: Lint = Lint {
    id: "basic-constraints",
    clause: "cA is TRUE exactly for keys that sign certificates, with a pathLenConstraint below the issuer's",
    check,
};

fn check(given: &Given<'_>, found: &mut Findings<'_>) {
    let constraints: BasicConstraints = match given.subject.decode(BASIC_CONSTRAINTS) {
        None => return,
        Some(Err(fault)) => return found.error(fault.to_string()),
        Some(Ok(constraints)) => constraints,
    };
    let certifies = given.subject.class().map(super::Class::certifies);
    match (constraints.ca, certifies) {
        (true, Some(false)) => found.error("cA is TRUE and the key signs no certificates"),
        (false, Some(true)) => found.error("cA is FALSE and the key signs certificates"),
        _ => {}
    }
    match (constraints.ca, constraints.path_len_constraint) {
        (true, None) => found.error("a CA has a pathLenConstraint"),
        (false, Some(_)) => found.error("there is a pathLenConstraint without cA"),
        _ => {}
    }
    if given.subject.is_self_issued() {
        return;
    }
    let above: Option<BasicConstraints> = given
        .issuer
        .and_then(|issuer| issuer.value(BASIC_CONSTRAINTS));
    let Some(above) = above else { return };
    if !above.ca {
        found.error("its issuer is no CA");
    }
    if let (Some(ours), Some(theirs)) = (constraints.path_len_constraint, above.path_len_constraint)
        && ours >= theirs
    {
        found.error(format!(
            "pathLenConstraint {ours} under an issuer with {theirs}"
        ));
    }
}
