//! Chains as JSON: certificates, lists, a moment and a purpose, with the verdict and the rule.
//!
//! The cases are made here with the keys of the test kit, and their verdicts are stated here;
//! `SET_BLESS=1` writes the files. The tests read the files, so that any other implementation
//! may do the same. `tests/vectors/chains/schema.json` says what is in them.

mod building;
mod draft;
mod extensions;
mod file;
mod keys;
mod line;
mod names;
mod revocation;
mod roles;
mod signature;
mod validity;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;

use set_testkit::externals;
use set_testkit::files::package_folder;

use self::draft::{Draft, Verdict};

fn groups() -> [(&'static str, Vec<Draft>); 10] {
    [
        ("signature", signature::drafts()),
        ("validity", validity::drafts()),
        ("name_chaining", names::chaining()),
        ("brand", names::brand()),
        ("basic_constraints", extensions::basic_constraints()),
        ("extensions", extensions::drafts()),
        ("roles", roles::drafts()),
        ("revocation", revocation::drafts()),
        ("building", building::drafts()),
        ("keys", keys::drafts()),
    ]
}

fn folder() -> PathBuf {
    package_folder().join("tests/vectors/chains")
}

#[test]
fn the_files_are_what_the_generator_makes() {
    for (name, drafts) in groups() {
        let path = folder().join(format!("{name}.json"));
        let made = file::write(&drafts);
        if std::env::var_os("SET_BLESS").is_some_and(|value| value == "1") {
            std::fs::write(&path, &made).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap();
        assert!(made == kept, "{name}.json is stale; SET_BLESS=1 writes it");
    }
}

#[test]
fn every_case_has_the_verdict_that_its_file_states() {
    let mut wrong = Vec::new();
    for (name, _) in groups() {
        let text = std::fs::read_to_string(folder().join(format!("{name}.json"))).unwrap();
        for case in file::read(&text) {
            let found = case.judge();
            if found != case.expected {
                wrong.push(format!(
                    "{name}/{}: {found:?} instead of {:?}",
                    case.id, case.expected
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_cases_are_many_and_break_every_rule() {
    let mut refusals: BTreeMap<String, u32> = BTreeMap::new();
    let (mut ids, mut accepted) = (BTreeSet::new(), 0);
    for (name, drafts) in groups() {
        let before = accepted;
        for draft in drafts {
            assert!(ids.insert(draft.id.clone()), "{} is there twice", draft.id);
            match draft.expected {
                Verdict::Accept => accepted += 1,
                Verdict::Refuse { rule, .. } => *refusals.entry(rule).or_default() += 1,
            }
        }
        assert!(accepted > before, "{name} accepts nothing");
    }
    assert!(ids.len() >= 150, "{}", ids.len());
    let broken: Vec<&str> = refusals.keys().map(String::as_str).collect();
    let mut all: Vec<&str> = file::RULES.to_vec();
    all.sort_unstable();
    assert_eq!(broken, all);
}

#[test]
fn the_files_keep_their_schema() {
    let Some(python) = externals::require("python3") else {
        return;
    };
    let run = Command::new(python)
        .arg(package_folder().join("tests/tools/check_schema.py"))
        .arg(folder())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    if run.status.code() == Some(3) {
        externals::missing(said.trim());
        return;
    }
    let complaint = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{said}{complaint}");
    let expected = format!("{} files keep the schema", groups().len());
    assert_eq!(said.lines().last(), Some(expected.as_str()));
}
