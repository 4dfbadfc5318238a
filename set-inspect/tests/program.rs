//! The program as it is run: what it prints, and its exit codes.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use set_node::keystore::{Iterations, KeyStore, Passphrase};
use set_node::pem;
use set_testkit::hierarchy::hierarchy;
use set_testkit::street::{Server as _, Street};
use set_testkit::{externals, files};
use tempfile::TempDir;

/// A folder with the messages and certificates of a purchase, and the gateway's key.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let all = hierarchy();
        let mut street = Street::new();
        let (_, p_init_req) = street.p_init_req();
        let p_init_res = street.shop.answer(&p_init_req).unwrap();
        street.placed();
        let (_, auth_req) = street.auth_req(12_950, false);
        let root = pem::encode("CERTIFICATE", all.root.certificate.octets());
        let merchant = pem::encode("CERTIFICATE", all.merchant_signature.certificate.octets());
        for (name, octets) in [
            ("PInitReq.der", p_init_req.as_slice()),
            ("PInitRes.der", &p_init_res),
            ("AuthReq.der", &auth_req),
            ("root.pem", &root),
            ("merchant.pem", &merchant),
            ("cut.der", &p_init_res[..1_000]),
            ("two.der", &[p_init_req.as_slice(), &p_init_res].concat()),
            ("empty.der", b""),
        ] {
            fs::write(folder.path().join(name), octets).unwrap();
        }
        let passphrase = Passphrase::new(PASSPHRASE).unwrap();
        let keys =
            KeyStore::open(&folder.path().join("keys"), passphrase, Iterations::LEAST).unwrap();
        let key = all.gateway_encryption.key.to_pkcs8().unwrap();
        keys.put("gateway", &key).unwrap();
        Self { folder }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_set-inspect"));
        command.current_dir(self.folder.path()).args(args);
        command.env_remove("SET_PASSPHRASE").stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> (i32, String, String) {
        told(self.command(args).output().unwrap())
    }
}

fn told(output: Output) -> (i32, String, String) {
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

fn read(file: &Path) -> Vec<u8> {
    fs::read(file).unwrap()
}

#[test]
fn a_message_is_shown_as_a_tree_and_its_checks() {
    let desk = Desk::new();
    let (code, out, _) = desk.run(&["--root", "root.pem", "PInitRes.der"]);
    assert_eq!(code, 0, "{out}");
    assert!(out.starts_with("PInitRes.der: MessageWrapper, "), "{out}");
    assert!(
        out.contains("SEQUENCE messageHeader MessageHeader"),
        "{out}"
    );
    assert!(out.contains("fits   signature over PInitResData"), "{out}");
    assert!(out.contains("fits   chain of CN=Corner Books"), "{out}");
    assert!(!out.contains('\u{1b}'), "no colours into a pipe");
    let (_, coloured, _) = desk.run(&["--color", "always", "PInitRes.der"]);
    assert!(coloured.contains("\u{1b}[32mfits"));
}

#[test]
fn standard_input_and_several_values_in_one_file_are_read() {
    let desk = Desk::new();
    let mut child = desk
        .command(&["-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let octets = read(&desk.file("PInitReq.der"));
    child.stdin.take().unwrap().write_all(&octets).unwrap();
    let (code, out, _) = told(child.wait_with_output().unwrap());
    assert_eq!(code, 0);
    assert!(out.starts_with("standard input: MessageWrapper"), "{out}");
    let (code, out, _) = desk.run(&["two.der"]);
    assert_eq!(code, 0);
    assert!(out.contains("two.der, from octet "), "{out}");
}

#[test]
fn an_encrypted_key_opens_with_its_passphrase_only() {
    let desk = Desk::new();
    let arguments = ["--key", "keys/gateway.pem", "AuthReq.der"];
    let with = |passphrase: &str| {
        let mut command = desk.command(&arguments);
        told(command.env("SET_PASSPHRASE", passphrase).output().unwrap())
    };
    let (code, out, _) = with(PASSPHRASE);
    assert_eq!(code, 0, "{out}");
    assert!(
        out.contains("layer 1: AuthReqTBE, from the envelope"),
        "{out}"
    );
    let (code, _, err) = with("wrong");
    assert_eq!(code, 4);
    assert!(err.contains("the passphrase is wrong"), "{err}");
    let (code, _, err) = desk.run(&arguments);
    assert_eq!(code, 4);
    assert!(err.contains("SET_PASSPHRASE"), "{err}");
}

#[test]
fn what_is_cut_or_no_set_at_all_is_told_with_place_and_cause() {
    let desk = Desk::new();
    let (code, out, _) = desk.run(&["cut.der"]);
    assert_eq!(code, 1);
    assert!(
        out.contains("octet 0: the octets end in the middle"),
        "{out}"
    );
    assert!(out.contains("likely cause: the end is missing"), "{out}");
    let (code, out, _) = desk.run(&["--as", "PInitReq", "PInitRes.der"]);
    assert_eq!(code, 1, "{out}");
}

#[test]
fn files_and_arguments_that_cannot_be_used_have_their_exit_codes() {
    let desk = Desk::new();
    for (args, expected) in [
        (&["--help"][..], 0),
        (&[], 2),
        (&["--no-such-flag", "x"], 2),
        (&["--as", "NoSuchType", "PInitReq.der"], 2),
        (&["diff", "two.der", "PInitReq.der"], 2),
        (&["missing.der"], 4),
        (&["empty.der"], 4),
        (&["--root", "PInitReq.der", "PInitReq.der"], 4),
    ] {
        let (code, _, err) = desk.run(args);
        assert_eq!(code, expected, "{args:?}: {err}");
    }
    let (_, out, _) = desk.run(&["--help"]);
    assert!(
        out.contains("Examples:") && out.contains("Exit codes:"),
        "{out}"
    );
}

#[test]
fn a_certificate_is_judged_by_chain_and_profile() {
    let desk = Desk::new();
    let (_, out, _) = desk.run(&["--root", "root.pem", "merchant.pem"]);
    assert!(out.contains("Certificate"), "{out}");
    assert!(out.contains("open   chain of CN=Corner Books"), "{out}");
    let (_, full, _) = desk.run(&["--full", "merchant.pem"]);
    assert!(full.contains("MerchantData"), "{full}");
    assert!(full.contains("KeyUsage: {digitalSignature}"), "{full}");
}

#[test]
fn two_messages_are_compared() {
    let desk = Desk::new();
    let (code, out, _) = desk.run(&["diff", "PInitReq.der", "PInitReq.der"]);
    assert_eq!((code, out.as_str()), (0, ""));
    let (code, out, _) = desk.run(&["diff", "PInitReq.der", "PInitRes.der"]);
    assert_eq!(code, 1);
    assert!(out.contains("MessageWrapper.message"), "{out}");
    let (code, out, _) = desk.run(&["diff", "--format", "json", "PInitReq.der", "PInitRes.der"]);
    assert_eq!(code, 1);
    assert!(
        serde_json::from_str::<serde_json::Value>(&out)
            .unwrap()
            .is_array()
    );
}

#[test]
fn a_page_needs_nothing_else() {
    let desk = Desk::new();
    let (code, out, _) = desk.run(&["--format", "html", "PInitRes.der"]);
    assert_eq!(code, 0);
    assert!(out.starts_with("<!doctype html>") && out.ends_with("</html>\n"));
    for outside in ["http:", "https:", "<script", "<link", "<img", "url("] {
        assert!(!out.contains(outside), "{outside}");
    }
}

#[test]
fn the_json_document_is_what_its_schema_says() {
    let Some(python) = externals::require("python3") else {
        return;
    };
    let desk = Desk::new();
    let probe = Command::new(&python)
        .args(["-c", "import jsonschema"])
        .output();
    if !probe.unwrap().status.success() {
        externals::missing("python3 has no jsonschema");
        return;
    }
    let schema = files::package_folder().join("tests/report.schema.json");
    for arguments in [
        &[
            "PInitReq.der",
            "PInitRes.der",
            "AuthReq.der",
            "merchant.pem",
        ][..],
        &["cut.der"],
    ] {
        let (_, out, _) = desk.run(&[&["--format", "json"], arguments].concat());
        let report = desk.file("report.json");
        fs::write(&report, out).unwrap();
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
}

const PASSPHRASE: &str = "open sesame";
