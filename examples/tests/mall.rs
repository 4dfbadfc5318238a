//! The main job, as a newcomer runs it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use set_core::asn1::{self, Limits};
use set_core::crypto::RustCrypto;
use set_core::dump::Showing;
use set_core::msg::wrapper::MessageWrapper;
use set_inspect::report::{self, Colour};
use set_inspect::{Desk, Evidence, Finding, Verdict, keyring};
use set_node::clock;
use set_node::keystore::Passphrase;

/// Messages of the path, requests and responses.
const PATH: &[&str] = &[
    "Me-AqCInitReq",
    "Me-AqCInitRes",
    "CardCInitReq",
    "CardCInitRes",
    "RegFormReq",
    "RegFormRes",
    "CertReq",
    "CertRes",
    "PCertReq",
    "PCertRes",
    "PInitReq",
    "PInitRes",
    "PReq",
    "PRes",
    "AuthReq",
    "AuthRes",
    "CapReq",
    "CapRes",
    "InqReq",
    "InqRes",
];

fn mall(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mall"))
        .args(args)
        .output()
        .unwrap()
}

#[test]
fn the_mall_plays_the_whole_path_and_records_every_message() {
    let place = tempfile::tempdir().unwrap();
    let (record, data) = (place.path().join("record"), place.path().join("data"));
    let output = mall(&[
        "--orders",
        "2",
        "--format",
        "json",
        "--record",
        record.to_str().unwrap(),
        "--data",
        data.to_str().unwrap(),
    ]);
    let told = String::from_utf8(output.stdout).unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}\n{said}");
    let summary = told
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .find(|line| line["event"] == "summary")
        .unwrap();
    assert_eq!(summary["ok"], true);

    let index = fs::read_to_string(record.join("index.jsonl")).unwrap();
    let mut seen = BTreeSet::new();
    for (line, number) in index.lines().zip(1..) {
        let entry: Value = serde_json::from_str(line).unwrap();
        assert_eq!(entry["sequence"], number);
        let time = entry["time"].as_str().unwrap();
        assert!(time.len() == 24 && time.ends_with('Z'), "{time}");
        let octets = fs::read(record.join(entry["file"].as_str().unwrap())).unwrap();
        assert_eq!(entry["octets"], octets.len());
        let wrapper: MessageWrapper = asn1::decode(&octets, &Limits::default()).unwrap();
        assert_eq!(entry["message"], wrapper.message.name());
        seen.insert(wrapper.message.name());
    }
    assert_eq!(seen, PATH.iter().copied().collect());
    assert!(!told.contains("9999010000000003"), "the PAN is told");

    let unsound = inspected(&record, &data);
    assert!(unsound.is_empty(), "{unsound}");

    // What the processes said was kept, and searched with everything else.
    let said = |name: &str| fs::read_to_string(data.join("said").join(name)).unwrap();
    let names: Vec<String> = fs::read_dir(data.join("said"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    for process in ["cardholder-enroll", "cardholder-pay", "merchant-capture"] {
        for (stream, traced) in [(".out", true), (".err", false)] {
            let name = names
                .iter()
                .find(|name| name.contains(process) && name.ends_with(stream))
                .unwrap();
            let text = said(name);
            assert_eq!(text.contains(r#""event":"exchange""#), traced, "{name}");
            assert!(!text.contains("9999010000000003"), "{name} shows the PAN");
        }
    }
    let searched = format!(
        "{} of these files are what the roles' processes said",
        names.len()
    );
    assert!(told.contains(&searched), "{told}");
}

/// What does not open or fit of all messages, with the keys of all roles.
fn inspected(record: &Path, data: &Path) -> String {
    let mut evidence = Evidence::default();
    let passphrase = || Ok(Passphrase::new(DEMO_PASSPHRASE)?);
    for role in ["ca", "gateway", "merchant", "cardholder"] {
        keyring::folder(&mut evidence, &RustCrypto, &data.join(role), &passphrase).unwrap();
    }
    let mut desk = Desk::new(&RustCrypto, evidence, clock::now());
    let mut files: Vec<PathBuf> = fs::read_dir(record)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|file| file.extension().is_some_and(|suffix| suffix == "der"))
        .collect();
    files.sort();
    for file in &files {
        desk.add(file.display().to_string(), fs::read(file).unwrap(), None);
    }
    let mut inspections = desk.conclude(Showing::default());
    assert_eq!(inspections.len(), files.len());
    let wanted =
        |finding: &Finding| finding.verdict == Verdict::Fits || finding.what.ends_with("HODInput");
    inspections.retain(|one| !one.is_sound() || !one.findings.iter().all(wanted));
    report::text(&inspections, Colour::Off)
}

#[test]
fn a_folder_in_use_and_a_wrong_flag_are_refused_with_their_exit_codes() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("something"), b"mine").unwrap();
    let output = mall(&["--data", place.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is not empty"));
    assert_eq!(fs::read(place.path().join("something")).unwrap(), b"mine");
    assert_eq!(mall(&["--no-such-flag"]).status.code(), Some(2));
    assert_eq!(mall(&["--help"]).status.code(), Some(0));
}

/// The passphrase that the mall gives to all key stores, as README.md says.
const DEMO_PASSPHRASE: &str = "mall-demo-passphrase";
