//! The population, as somebody makes it who wants certificates to test with.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use set_core::crypto::RustCrypto;
use set_core::x509::lint;
use set_node::pem;

fn population(out: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_population"))
        .args(args)
        .args(["--format", "json", "--out"])
        .arg(out)
        .output()
        .unwrap()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found.sort();
    found
}

#[test]
fn every_cardholder_gets_one_certificate_that_keeps_the_profile() {
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("out");
    let args = [
        "--brands",
        "2",
        "--geopolitical",
        "1",
        "--cardholders",
        "25",
    ];
    let made = population(
        &out,
        &[&args[..], &["--keys", "2", "--batch", "10"]].concat(),
    );
    assert!(made.status.success(), "{made:?}");
    let summary: Value = serde_json::from_slice(&made.stdout).unwrap();
    assert_eq!(summary["distinct_keys"], 2);
    assert_eq!(summary["end_entity_cas"], 6);
    // Root, two brands, each a region and three CAs.
    assert_eq!(summary["crls"], 1 + 2 * (1 + 1 + 3));
    let holders = files(&out.join("cardholders"));
    assert_eq!(holders.len(), 25);
    for file in &holders {
        let ca = file.ancestors().nth(2).unwrap().file_name().unwrap();
        let ca = format!("{}.certificate-signing.pem", ca.to_str().unwrap());
        let read = |file: &Path| {
            let blocks = pem::decode("CERTIFICATE", &fs::read(file).unwrap()).unwrap();
            blocks.into_iter().next().unwrap()
        };
        let issuer = read(&out.join("cas").join(ca));
        let found = lint::lint(&read(file), Some(&issuer), &RustCrypto);
        assert_eq!(found, [], "{}", file.display());
    }
    let again = population(&out, &args);
    assert_eq!(again.status.code(), Some(1));
    assert_eq!(files(&out.join("cardholders")), holders);
}

#[test]
fn certificates_come_as_der_if_wanted_and_wrong_flags_are_refused() {
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("out");
    let args = ["--brands", "1", "--geopolitical", "0", "--cardholders", "2"];
    let made = population(
        &out,
        &[&args[..], &["--keys", "1", "--encoding", "der"]].concat(),
    );
    assert!(made.status.success(), "{made:?}");
    let holders = files(&out.join("cardholders"));
    assert!(
        holders
            .iter()
            .all(|file| fs::read(file).unwrap().starts_with(&[0x30]))
    );
    assert_eq!(population(&out, &["--brands", "0"]).status.code(), Some(2));
}
