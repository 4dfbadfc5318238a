//! The issuer's name.

use super::examined::set_name;
use super::{Findings, Given, Lint};

pub(super) const RULE: Lint = Lint {
    id: "issuer-name",
    clause: "the issuer is named as in its own certificate, in SET's form",
    check,
};

fn check(given: &Given<'_>, found: &mut Findings<'_>) {
    let tbs = &given.subject.tbs;
    if let Err(fault) = set_name(&tbs.issuer) {
        found.error(fault);
    }
    if given
        .issuer
        .is_some_and(|issuer| issuer.tbs.subject != tbs.issuer)
    {
        found.error("the issuer's own certificate has another name");
    }
}
