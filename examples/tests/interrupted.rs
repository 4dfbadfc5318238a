//! A mall that is ended by a signal leaves neither keys nor processes behind.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use set_testkit::externals;

/// A mall whose temporary folder is made in `place`, when it has said `line`.
fn mall(place: &Path, args: &[&str], line: &str) -> Child {
    let mut mall = Command::new(env!("CARGO_BIN_EXE_mall"))
        .args(args)
        .env("TMPDIR", place)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(mall.stdout.take().unwrap());
    let mut said = String::new();
    while !said.contains(line) {
        said.clear();
        assert!(out.read_line(&mut said).unwrap() > 0, "never said {line}");
    }
    mall.stdout = Some(out.into_inner());
    mall
}

/// Sends a signal and gives the exit code.
fn ended(kill: &Path, mut mall: Child, signal: &str) -> Option<i32> {
    let sent = Command::new(kill)
        .args([signal, &mall.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
    let mut rest = Vec::new();
    mall.stdout.take().unwrap().read_to_end(&mut rest).unwrap();
    mall.wait().unwrap().code()
}

/// The processes whose data folders lie in `place`.
fn players(place: &Path) -> usize {
    let place = place.to_str().unwrap();
    fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| fs::read(entry.unwrap().path().join("cmdline")).ok())
        .filter(|line| String::from_utf8_lossy(line).contains(place))
        .count()
}

fn folders(place: &Path) -> usize {
    fs::read_dir(place).unwrap().count()
}

#[test]
fn an_interrupt_in_the_middle_of_the_story_ends_the_servers_and_removes_the_keys() {
    let Some(kill) = externals::require("kill") else {
        return;
    };
    let place = tempfile::tempdir().unwrap();
    let mall = mall(place.path(), &[], "The payment gateway registers");
    assert_eq!(folders(place.path()), 1);
    assert!(players(place.path()) >= 1);
    assert_eq!(ended(&kill, mall, "-INT"), Some(1));
    assert_eq!(players(place.path()), 0);
    assert_eq!(folders(place.path()), 0);
}

#[test]
fn a_mall_kept_up_ends_well_at_a_request_to_terminate() {
    let Some(kill) = externals::require("kill") else {
        return;
    };
    let place = tempfile::tempdir().unwrap();
    let line = "The servers run until this program is interrupted";
    let mall = mall(place.path(), &["--keep"], line);
    assert_eq!(folders(place.path()), 1);
    assert_eq!(players(place.path()), 3);
    assert_eq!(ended(&kill, mall, "-TERM"), Some(0));
    assert_eq!(players(place.path()), 0);
    assert_eq!(folders(place.path()), 0);
}
