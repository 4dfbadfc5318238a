//! A root is succeeded while CA, gateway and merchant run: four programs over sockets.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use examples::mall::stage::AS_ROLE;
use serde_json::Value;
use set_core::crypto::KeyRules;
use set_core::party::{Purpose, Trust};
use set_core::path::TrustStore;
use set_core::x509::Certificate;
use set_node::party::PartyFolder;
use set_node::pem;
use set_node::station::Station;
use set_testkit::externals;

/// The programs and their data folders.
struct Street {
    data: tempfile::TempDir,
    servers: Vec<Child>,
}

impl Street {
    fn folder(&self, who: &str) -> PathBuf {
        self.data.path().join(who)
    }

    /// The program of a role over the data folder of `who`.
    fn command(&self, role: &str, who: &str, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mall"));
        command
            .args([AS_ROLE, role, args[0]])
            .args(["--format", "json", "--set", "keys.iterations=1000"])
            .arg("--data")
            .arg(self.folder(who))
            .args(&args[1..])
            .env("SET_PASSPHRASE", "a phrase that opens the keys")
            .env("SET_CARD_NUMBER", "9999010000000003")
            .env("SET_CARD_EXPIRY", "209912")
            .stdin(Stdio::null());
        command
    }

    fn run(&self, role: &str, who: &str, args: &[&str]) -> Value {
        let output = self.command(role, who, args).output().unwrap();
        assert!(output.status.success(), "{role} {args:?}: {output:?}");
        serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)
    }

    /// Starts a server; gives where it listens.
    fn serve(&mut self, role: &str, settings: &[&str]) -> Value {
        let mut args = vec!["serve", "--set", "listen.tcp=127.0.0.1:0"];
        args.extend(settings.iter().flat_map(|setting| ["--set", *setting]));
        let mut child = self
            .command(role, role, &args)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        self.servers.push(child);
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("set-{role}: {line:?}"))
    }

    fn buy(&self, wallet: &str) {
        let offer = ["offer", "--description", "One teapot", "--amount", "12950"];
        let offered = self.run("merchant", "merchant", &offer);
        let wake_up = offered["wake_up_url"].as_str().unwrap();
        let paid = self.run(
            "cardholder",
            wallet,
            &["pay", "--wake-up", wake_up, "--yes"],
        );
        assert!(paid.is_object(), "{paid}");
    }

    fn roots(&self, who: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder(who).join("roots")).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    /// The certificates of a party's own.
    fn own(&self, who: &str) -> BTreeMap<String, Certificate> {
        let folder = PartyFolder::new(self.folder(who));
        let identities = folder.identities(&KeyRules::default()).unwrap();
        identities.into_iter().collect()
    }
}

impl Drop for Street {
    fn drop(&mut self) {
        for child in &mut self.servers {
            // It may have ended by itself.
            let _ended = child.kill().and_then(|()| child.wait());
        }
    }
}

fn tcp(listening: &Value) -> String {
    format!("set://{}", listening["tcp"].as_str().unwrap())
}

fn certificate(file: &Path) -> Certificate {
    let octets = pem::decode("CERTIFICATE", &fs::read(file).unwrap()).unwrap();
    Certificate::parse(&octets[0], &KeyRules::default()).unwrap()
}

/// Whether the gateway's certificate is believed with these roots and all that is known now.
fn believed(street: &Street, roots: Vec<Certificate>) -> bool {
    let station = Station::new("test", "1").unwrap();
    let context = station.context();
    let known = PartyFolder::new(street.folder("gateway"))
        .load_trust(&context)
        .unwrap();
    let mut trust = Trust::new(TrustStore::new(roots));
    for certificate in known.certificates() {
        trust.hold(certificate.clone());
    }
    for crl in known.crls() {
        trust.hold_crl(&context, crl.clone());
    }
    trust.hold_bci(&context, known.bci().unwrap().clone());
    let own = &street.own("gateway")["signature"];
    trust
        .verify(&context, own, Purpose::GatewaySignature, None)
        .is_ok()
}

/// OpenSSL verifies the end entities by the new root alone.
fn ask_openssl(street: &Street, root: &Path) {
    let Some(openssl) = externals::require("openssl") else {
        return;
    };
    for (who, identity, ca) in [
        ("gateway", "signature", "orchard.pca"),
        ("gateway", "encryption", "orchard.pca"),
        ("merchant", "merchant-signature", "orchard.mca"),
        ("merchant", "merchant-encryption", "orchard.mca"),
    ] {
        let identities = street.folder("ca").join("identities");
        let checked = Command::new(&openssl)
            .args(["verify", "-ignore_critical", "-auth_level", "0", "-CAfile"])
            .arg(root)
            .arg("-untrusted")
            .arg(identities.join(format!("{ca}.certificate-signing.pem")))
            .arg(
                street
                    .folder(who)
                    .join("identities")
                    .join(format!("{identity}.pem")),
            )
            .output()
            .unwrap();
        assert!(checked.status.success(), "{who} {identity}: {checked:?}");
    }
}

#[test]
fn running_parties_take_over_a_successor_root_and_payments_go_on() {
    let mut street = Street {
        data: tempfile::tempdir().unwrap(),
        servers: Vec::new(),
    };
    street.run("ca", "ca", &["init", "--brand", "Orchard"]);
    let ca = tcp(&street.serve("ca", &["lists.check=100ms"]));
    let old = street.roots("ca").remove(0);
    let of_brand = ["--brand", "Orchard", "--ca", &ca];
    let first_root = ["--root", old.to_str().unwrap()];
    let acquirer = ["--bin", "455555"];
    let upkeep = ["upkeep.check=100ms", "upkeep.refresh_every=1s"];

    let enroll = [&["enroll"][..], &of_brand, &first_root, &acquirer].concat();
    street.run("gateway", "gateway", &enroll);
    let gateway = tcp(&street.serve("gateway", &upkeep));
    let named = ["--merchant-id", "TEAHOUSE-0001", "--gateway", &gateway];
    street.run("merchant", "merchant", &[&enroll[..], &named].concat());
    let http = ["listen.http=127.0.0.1:0"];
    street.serve("merchant", &[&upkeep[..], &http].concat());
    let card = ["--field", "Name=A. Shopper"];
    let enroll = [&["enroll"][..], &of_brand, &first_root, &card].concat();
    street.run("cardholder", "wallet", &enroll);
    street.buy("wallet");
    let parties = ["gateway", "merchant", "wallet"];
    let before = parties.map(|who| street.own(who));

    let done = street.run("ca", "ca", &["rollover"]);
    let new = PathBuf::from(done["root"].as_str().unwrap());
    // Some know of it by now, and some do not.
    street.buy("wallet");
    let mut looks = 0;
    while ["gateway", "merchant"].map(|who| street.roots(who).len()) != [2, 2] {
        looks += 1;
        assert!(looks < PATIENCE, "the servers do not learn of the root");
        street.run("gateway", "gateway", &["show"]);
    }
    // A server takes up what lies in its folder at its next look: the first purchase may be too soon.
    for _ in 0..PURCHASES {
        street.buy("wallet");
        if street.roots("wallet").len() == 2 {
            break;
        }
    }
    assert_eq!(street.roots("wallet").len(), 2, "told by the merchant");
    assert_eq!(parties.map(|who| street.own(who)), before);

    // Who believes the new root alone may join, and buy; who was never told of it refuses.
    let new_root = ["--root", new.to_str().unwrap()];
    let enroll = [&["enroll"][..], &of_brand, &new_root, &card].concat();
    street.run("cardholder", "newcomer", &enroll);
    street.buy("newcomer");
    let (old, root) = (certificate(&old), certificate(&new));
    assert!(believed(&street, vec![root.clone()]));
    assert!(believed(&street, vec![old.clone(), root]));
    assert!(!believed(&street, vec![old]));
    ask_openssl(&street, &new);
}

/// Looks at the servers' folders before the test gives up waiting.
const PATIENCE: u32 = 2_000;

/// Purchases of which one at least has to tell the wallet of the new root.
const PURCHASES: u32 = 100;
