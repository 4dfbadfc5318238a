//! Version 3.

use super::{Findings, Given, Lint};

pub(super) const RULE: Lint = Lint {
    id: "version",
    clause: "the version is v3, which is written 2",
    check,
};

fn check(given: &Given<'_>, found: &mut Findings<'_>) {
    match &given.subject.tbs.version {
        None => found.error("there is no version, which means v1"),
        Some(version) if version.value() != [2] => {
            found.error("the version is another than v3");
        }
        Some(_) => {}
    }
}
