//! Root, brand CA and the CAs below, each in a folder of its own, with files carried between.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use set_testkit::externals;

/// Several data folders, and a table on which files change hands.
struct Vault(tempfile::TempDir);

impl Vault {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, data: &str, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_set-ca"))
            .args(args)
            .args(["--format", "json", "--set", "keys.iterations=1000"])
            .arg("--data")
            .arg(self.path(data))
            .current_dir(self.0.path())
            .env("SET_PASSPHRASE", "a phrase that opens the keys")
            .output()
            .unwrap()
    }

    fn good(&self, data: &str, args: &[&str]) -> String {
        let output = self.run(data, args);
        assert!(output.status.success(), "{args:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Fails with exit code 1 and the words, and leaves all files of the folder as they were.
    fn refused(&self, data: &str, args: &[&str], words: &str) {
        let before = files(&self.path(data));
        let output = self.run(data, args);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {output:?}");
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert!(said.contains(words), "{said}");
        assert_eq!(files(&self.path(data)), before, "{args:?} left something");
    }

    /// A root, whose thumbprint comes back.
    fn root(&self, data: &str) -> String {
        let said = self.good(data, &["ceremony", "root", "--policy", "For study."]);
        field(&said, "root_thumbprint")
    }

    /// The request files of a CA that asks.
    fn request(&self, data: &str, args: &[&str]) -> Vec<String> {
        let all = [&["ceremony", "request"], args].concat();
        self.good(data, &all);
        let mut requests: Vec<String> = fs::read_dir(self.path(data).join("requests"))
            .unwrap()
            .map(|entry| entry.unwrap().path().to_str().unwrap().to_owned())
            .collect();
        requests.sort();
        requests
    }

    fn sign(&self, data: &str, requests: &[String], out: &str) {
        let mut args = vec!["ceremony", "sign", "--out", out];
        args.extend(requests.iter().map(String::as_str));
        self.good(data, &args);
    }
}

/// The value of a string in a line of JSON.
fn field(line: &str, name: &str) -> String {
    let after = line.split(&format!("\"{name}\":\"")).nth(1).unwrap();
    after.split('"').next().unwrap().to_owned()
}

/// All files below a folder, with their content.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn a_whole_hierarchy_is_made_with_files_carried_between_folders() {
    let vault = Vault::new();
    let thumbprint = vault.root("root");
    let orchard = vault.request("orchard", &["--type", "bca", "--brand", "Orchard"]);
    assert_eq!(orchard.len(), 1);
    vault.sign("root", &orchard, "orchard.pem");
    let accept = ["ceremony", "accept", "orchard.pem"];
    vault.refused("orchard", &accept, "--root-thumbprint");
    let wrong = "00".repeat(20);
    let wrong = [&accept[..], &["--root-thumbprint", &wrong]].concat();
    vault.refused("orchard", &wrong, "is not the one that is believed");
    let right = [&accept[..], &["--root-thumbprint", &thumbprint]].concat();
    let said = vault.good("orchard", &right);
    assert!(
        said.contains("BCI 1") && said.contains("CRL 1 of orchard"),
        "{said}"
    );

    let region = ["--type", "gca", "--brand", "Orchard", "--unit", "Kansai"];
    let kansai = vault.request("kansai", &[&region[..], &["--country", "JP"]].concat());
    vault.sign("orchard", &kansai, "kansai.pem");
    let root = ["--root-thumbprint", &thumbprint];
    vault.good(
        "kansai",
        &[&["ceremony", "accept", "kansai.pem"][..], &root].concat(),
    );

    let shared = [
        "--type",
        "cca,mca,pca",
        "--brand",
        "Orchard",
        "--unit",
        "Kansai CA",
    ];
    let ca = vault.request("ca", &[&shared[..], &["--separate-crl-key"]].concat());
    assert_eq!(ca.len(), 4);
    vault.sign("kansai", &ca, "ca.pem");
    vault.good(
        "ca",
        &[&["ceremony", "accept", "ca.pem"][..], &root].concat(),
    );

    // The brand CA learns of the CRLs below and names them; so the CA can be believed.
    for below in ["kansai", "ca"] {
        let out = format!("{below}-bundle.pem");
        vault.good(below, &["ceremony", "bundle", "--out", &out]);
        let said = vault.good("orchard", &["ceremony", "accept", &out]);
        assert!(said.contains("issued\":[\"BCI"), "{said}");
    }
    vault.good("orchard", &["ceremony", "bundle", "--out", "lists.pem"]);
    let said = vault.good("ca", &["ceremony", "accept", "lists.pem"]);
    assert!(
        said.contains("\"bci\":3") && said.contains("\"crls\":4"),
        "{said}"
    );
    let shown = vault.good("ca", &["show"]);
    assert!(shown.contains("cca+mca+pca"), "{shown}");
    // What was issued on the way is in the log, so the CAs go on from there.
    for data in ["orchard", "kansai", "ca"] {
        vault.good(data, &["publish", "--all"]);
    }
    let (below, _) = files(&vault.path("kansai").join("identities")).remove(0);
    vault.good("orchard", &["revoke", below.to_str().unwrap()]);
    let log = fs::read_to_string(vault.path("orchard").join("revocations.log")).unwrap();
    let bcis: Vec<&str> = log.lines().filter(|line| line.contains(" bci ")).collect();
    for (index, line) in bcis.iter().enumerate() {
        let number = format!(" bci orchard {} ", index + 1);
        assert!(line.contains(&number), "{line}");
    }
    assert!(bcis.len() > 4, "{log}");
    let identities: Vec<PathBuf> = files(&vault.path("ca").join("identities"))
        .into_iter()
        .map(|(file, _)| file)
        .collect();
    assert_eq!(identities.len(), 4);
    for identity in &identities {
        vault.good("ca", &["lint", "--strict", identity.to_str().unwrap()]);
    }
    let Some(openssl) = externals::require("openssl") else {
        return;
    };
    for request in orchard.iter().chain(&ca) {
        let checked = Command::new(&openssl)
            .args(["req", "-verify", "-noout", "-in", request])
            .output()
            .unwrap();
        assert!(checked.status.success(), "{checked:?}");
    }
    for identity in &identities {
        let checked = Command::new(&openssl)
            .args(["verify", "-ignore_critical", "-auth_level", "0", "-CAfile"])
            .arg(identity)
            .arg(identity)
            .output()
            .unwrap();
        assert!(checked.status.success(), "{checked:?}");
    }
}

#[test]
fn a_ca_signs_no_more_than_its_type_and_brand_permit() {
    let vault = Vault::new();
    let thumbprint = vault.root("root");
    let orchard = vault.request("orchard", &["--type", "bca", "--brand", "Orchard"]);
    let cca = ["--type", "cca", "--brand", "Orchard", "--unit", "A CCA"];
    let cca = vault.request("cca", &cca);
    let sign = |data: &str, request: &str, words: &str| {
        let args = ["ceremony", "sign", request, "--out", "never.pem"];
        vault.refused(data, &args, words);
        assert!(!vault.path("never.pem").exists());
    };
    sign("root", &cca[0], "may certify");
    vault.sign("root", &orchard, "orchard.pem");
    let root = ["--root-thumbprint", &thumbprint];
    vault.good(
        "orchard",
        &[&["ceremony", "accept", "orchard.pem"][..], &root].concat(),
    );
    sign("orchard", &orchard[0], "may certify");
    let cherry = ["--type", "cca", "--brand", "Cherry", "--unit", "A CCA"];
    let cherry = vault.request("cherry", &cherry);
    sign("orchard", &cherry[0], "may certify");
    // A request that was tampered with, and one beside another CA's.
    let text = fs::read_to_string(&cca[0]).unwrap();
    let place = text.len() / 2;
    let other = if text.as_bytes()[place] == b'A' {
        "B"
    } else {
        "A"
    };
    let tampered = format!("{}{other}{}", &text[..place], &text[place + 1..]);
    fs::write(vault.path("tampered.pem"), tampered).unwrap();
    sign("orchard", "tampered.pem", "tampered.pem");
    let mixed = [
        "ceremony",
        "sign",
        &cca[0],
        &cherry[0],
        "--out",
        "never.pem",
    ];
    vault.refused("orchard", &mixed, "of another CA");
    // What exists is not overwritten.
    let again = ["ceremony", "sign", &cca[0], "--out", "orchard.pem"];
    assert!(!vault.run("orchard", &again).status.success());
}

#[test]
fn a_ca_is_installed_whole_and_with_its_own_keys_or_not_at_all() {
    let vault = Vault::new();
    let thumbprint = vault.root("root");
    let brand = ["--type", "bca", "--brand", "Orchard", "--separate-crl-key"];
    let requests = vault.request("orchard", &brand);
    assert_eq!(requests.len(), 2);
    vault.refused(
        "orchard",
        &[&["ceremony", "request"][..], &brand].concat(),
        "already",
    );
    let root = ["--root-thumbprint", &thumbprint];
    let accept = |file: &str| {
        [&["ceremony", "accept", file][..], &root]
            .concat()
            .join(" ")
    };
    let accept = |file: &str, words: &str| {
        let line = accept(file);
        let args: Vec<&str> = line.split(' ').collect();
        vault.refused("orchard", &args, words);
    };
    vault.sign("root", &requests[..1], "half.pem");
    accept("half.pem", "installed whole");
    // Certificates of another root.
    vault.root("other");
    vault.sign("other", &requests, "other.pem");
    accept("other.pem", "is not the one that is believed");
    // Certificates of somebody else's keys.
    let cherry = vault.request("cherry", &["--type", "bca", "--brand", "Cherry"]);
    vault.sign("root", &cherry, "cherry.pem");
    accept("cherry.pem", "no key here waits");
    vault.sign("root", &requests, "whole.pem");
    vault.good(
        "orchard",
        &[&["ceremony", "accept", "whole.pem"][..], &root].concat(),
    );
}

#[test]
fn an_offline_root_is_succeeded_with_files_carried_between_folders() {
    let vault = Vault::new();
    let thumbprint = vault.root("root");
    let believe = ["--root-thumbprint", &thumbprint];
    let orchard = vault.request("orchard", &["--type", "bca", "--brand", "Orchard"]);
    vault.sign("root", &orchard, "orchard.pem");
    let accept = |data: &str, file: &str, more: &[&str]| {
        vault.good(data, &[&["ceremony", "accept", file][..], more].concat())
    };
    accept("orchard", "orchard.pem", &believe);
    let cca = ["--type", "cca", "--brand", "Orchard", "--unit", "A CCA"];
    let cca = vault.request("cca", &cca);
    vault.sign("orchard", &cca, "cca.pem");
    accept("cca", "cca.pem", &believe);
    vault.good("cca", &["ceremony", "bundle", "--out", "cca-1.pem"]);
    accept("orchard", "cca-1.pem", &[]);
    vault.good("orchard", &["ceremony", "bundle", "--out", "old.pem"]);

    let said = vault.good("root", &["rollover"]);
    let successor = field(&said, "root_thumbprint");
    assert_ne!(successor, thumbprint);
    assert!(said.contains("\"resumed\":false"), "{said}");
    assert!(said.contains("O=Orchard"), "{said}");
    // The root's CRL is the successor's, and grows as those of online CAs do.
    vault.good("root", &["publish", "--all"]);
    vault.good("root", &["ceremony", "bundle", "--out", "root-2.pem"]);
    let said = accept("orchard", "root-2.pem", &[]);
    assert!(
        said.contains("\"certified_anew\":[\"orchard.certificate-signing\"]"),
        "{said}"
    );
    assert!(said.contains("BCI 3"), "{said}");
    vault.good("orchard", &["ceremony", "bundle", "--out", "orchard-2.pem"]);
    let said = accept("cca", "orchard-2.pem", &[]);
    assert!(said.contains("cca.message-signing"), "{said}");
    assert!(said.contains("\"bci\":3"), "{said}");
    // The same again changes nothing; what was before does not come back.
    for file in ["orchard-2.pem", "old.pem"] {
        let said = accept("cca", file, &[]);
        assert!(said.contains("\"certified_anew\":[]"), "{file}: {said}");
    }
    // Nothing but a root that was announced succeeds.
    vault.root("other");
    vault.good("other", &["ceremony", "bundle", "--out", "other.pem"]);
    let usurper = ["ceremony", "accept", "other.pem"];
    vault.refused("cca", &usurper, "is not the one that is believed");

    let Some(openssl) = externals::require("openssl") else {
        return;
    };
    let root = vault.path("cca").join(format!("roots/{successor}.pem"));
    for (identity, _) in files(&vault.path("cca").join("identities")) {
        let checked = Command::new(&openssl)
            .args(["verify", "-ignore_critical", "-auth_level", "0", "-CAfile"])
            .arg(&root)
            .arg("-untrusted")
            .args([&identity, &identity])
            .output()
            .unwrap();
        assert!(checked.status.success(), "{checked:?}");
    }
}
