//! The program as it is run: what it prints, and its exit codes.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::fs;
use std::net::TcpListener;
use std::process::{Command, Stdio};

use set_testkit::{externals, files};

fn run(args: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_set-conformance"));
    let output = command.args(args).stdin(Stdio::null()).output().unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

/// A port at which nobody listens.
fn closed_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("cca=set://{}", listener.local_addr().unwrap())
}

#[test]
fn cases_are_listed_and_selected() {
    let (code, all, _) = run(&["list"]);
    assert_eq!(code, 0);
    assert!(all.lines().count() >= 70, "{all}");
    let (_, some, _) = run(&["list", "--id", "SET-receiving-version-*", "--level", "MUST"]);
    assert!(some.lines().count() >= 4, "{some}");
    assert!(
        some.lines()
            .all(|line| line.starts_with("SET-receiving-version-"))
    );
    let (_, chapter, _) = run(&["list", "--chapter", "purchase"]);
    assert!(
        chapter.lines().all(|line| line.contains("[merchant]")),
        "{chapter}"
    );
    let (_, tagged, _) = run(&["list", "--tag", "extension"]);
    assert_eq!(tagged.lines().count(), 2, "{tagged}");
}

#[test]
fn every_way_to_end_has_its_exit_code() {
    let subject = closed_port();
    for (args, expected) in [
        (&["--help"][..], 0),
        (&["run", "--subject", &subject, "--dry-run"], 0),
        (&["run"], 2),
        (&["run", "--subject", "nobody=set://127.0.0.1:1"], 2),
        (&["run", "--subject", "cca=127.0.0.1:1"], 2),
        (&["list", "--cases", "/no/such/folder"], 2),
        (&["run", "--subject", &subject], 3),
        (&["list", "--id", "SET-no-such-case"], 5),
    ] {
        let (code, _, err) = run(args);
        assert_eq!(code, expected, "{args:?}: {err}");
    }
}

#[test]
fn what_did_not_pass_is_in_all_reports_and_can_be_run_again() {
    let folder = tempfile::tempdir().unwrap();
    // Whoever takes a connection and closes it answers nothing.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let subject = format!("cca=set://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || listener.incoming().for_each(drop));
    let report = folder.path().join("report.json");
    let id = "SET-receiving-opening-001";
    let args = |format| {
        let report = report.to_str().unwrap();
        let args = ["run", "--subject", &subject, "--id", id, "--seed", "5"];
        run(&[&args[..], &["--format", format, "--report", report]].concat())
    };
    let (code, out, _) = args("terminal");
    assert_eq!(code, 1);
    assert!(
        out.contains("FAIL") && out.contains("answered nothing"),
        "{out}"
    );
    assert!(
        out.contains(&format!("--subject {subject} --id {id} --seed 5")),
        "{out}"
    );
    let (_, junit, _) = args("junit");
    assert!(junit.contains("<failure type=\"FAIL\""), "{junit}");
    assert!(out.contains("--brand Brand"), "{out}");
    let (_, html, _) = args("html");
    assert!(
        html.contains("<svg") && html.contains("CardCInitReq"),
        "{html}"
    );
    assert!(
        !html.contains("src=") && !html.contains("<script"),
        "{html}"
    );
    let (_, markdown, _) = args("markdown");
    assert!(markdown.contains(&format!("| {id} | FAIL |")), "{markdown}");

    let Some(python) = externals::require("python3") else {
        return;
    };
    let probe = Command::new(&python)
        .args(["-c", "import jsonschema"])
        .output();
    if !probe.unwrap().status.success() {
        externals::missing("python3 has no jsonschema");
        return;
    }
    let (_, json, _) = args("json");
    assert_eq!(json.trim_end(), fs::read_to_string(&report).unwrap());
    let schema = files::package_folder().join("tests/report.schema.json");
    let check = "import json, jsonschema, sys; \
        jsonschema.validate(json.load(open(sys.argv[2])), json.load(open(sys.argv[1])))";
    let checked = Command::new(&python)
        .args(["-c", check])
        .args([&schema, &report])
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.success(), "{errors}");
}
