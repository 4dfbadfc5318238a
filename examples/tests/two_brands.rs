//! Two brands and two acquirers behind one merchant and one gateway, over sockets, through all
//! four roles.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// Brand, its acquirer's BIN, and the cardholder's folder.
const BRANDS: [(&str, &str, &str); 2] = [
    ("Orchard", "455555", "first-card"),
    ("Meadow", "466666", "second-card"),
];
const PAN: &str = "9999010000000003";

struct Street {
    data: PathBuf,
    servers: Vec<Child>,
}

impl Drop for Street {
    fn drop(&mut self) {
        for server in &mut self.servers {
            let _gone = server.kill();
            let _gone = server.wait();
        }
    }
}

impl Street {
    fn command(&self, role: &str, folder: &str, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mall"));
        command
            .args(["--as-role", role])
            .args(args)
            .args(["--format", "json", "--data"])
            .arg(self.data.join(folder))
            .args(["--set", "keys.iterations=1000"])
            .env("SET_PASSPHRASE", "two-brands-passphrase")
            .env("SET_CARD_NUMBER", PAN)
            .env("SET_CARD_EXPIRY", "209912");
        command
    }

    /// What a command says on standard output, as JSON values.
    fn run(&self, role: &str, folder: &str, args: &[&str]) -> Vec<Value> {
        let output = self.command(role, folder, args).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{role} {args:?}: {said}{errors}");
        serde_json::Deserializer::from_str(&said)
            .into_iter()
            .map(Result::unwrap)
            .collect()
    }

    fn serve(&mut self, role: &str) -> Value {
        let listen = match role {
            "merchant" => vec![
                "--set",
                "listen.tcp=127.0.0.1:0",
                "--set",
                "listen.http=127.0.0.1:0",
            ],
            _ => vec!["--set", "listen.tcp=127.0.0.1:0"],
        };
        let args = [vec!["serve"], listen].concat();
        let mut child = self
            .command(role, role, &args)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        said.read_line(&mut line).unwrap();
        // Whoever stops reading would stop the server.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        self.servers.push(child);
        serde_json::from_str(&line).unwrap()
    }
}

fn tcp(listening: &Value) -> String {
    format!("set://{}", listening["tcp"].as_str().unwrap())
}

fn only_file(folder: &Path) -> String {
    let mut files = fs::read_dir(folder).unwrap();
    files.next().unwrap().unwrap().path().display().to_string()
}

#[test]
fn a_merchant_sells_for_two_brands_through_two_acquirers() {
    let place = tempfile::tempdir().unwrap();
    let mut street = Street {
        data: place.path().to_owned(),
        servers: Vec::new(),
    };
    let plan = place.path().join("plan.toml");
    fs::write(&plan, PLAN).unwrap();
    street.run("ca", "ca", &["init", "--plan", plan.to_str().unwrap()]);
    let ca = tcp(&street.serve("ca"));
    let root = only_file(&street.data.join("ca").join("roots"));
    let common = ["--ca", &ca, "--root", &root];

    street.run("gateway", "gateway", &["init"]);
    for (brand, bin, _) in BRANDS {
        let args = [&["enroll", "--brand", brand, "--bin", bin], &common[..]].concat();
        street.run("gateway", "gateway", &args);
    }
    assert!(street.data.join("gateway/brands/meadow-466666").is_dir());
    let gateway = tcp(&street.serve("gateway"));

    street.run("merchant", "merchant", &["init"]);
    for (brand, bin, _) in BRANDS {
        let own = ["enroll", "--brand", brand, "--bin", bin];
        let more = ["--merchant-id", "TEAHOUSE-0001", "--gateway", &gateway];
        street.run("merchant", "merchant", &[&own[..], &more, &common].concat());
    }
    let again = [
        &[
            "enroll",
            "--brand",
            "meadow",
            "--bin",
            "466666",
            "--merchant-id",
            "TEAHOUSE-0001",
        ],
        &common[..],
    ]
    .concat();
    let refused = street
        .command("merchant", "merchant", &again)
        .output()
        .unwrap();
    assert!(!refused.status.success(), "the brand is enrolled for");
    street.serve("merchant");

    for (brand, _, card) in BRANDS {
        street.run("cardholder", card, &["init"]);
        let args = ["enroll", "--brand", brand, "--field", "Name=A. Shopper"];
        street.run("cardholder", card, &[&args[..], &common].concat());
        let offer = ["offer", "--description", "One teapot", "--amount", "12950"];
        let offered = street.run("merchant", "merchant", &offer);
        let wake_up = offered[0]["wake_up_url"].as_str().unwrap().to_owned();
        street.run("cardholder", card, &["pay", "--wake-up", &wake_up, "--yes"]);
    }

    // One command captures both, with a message to each gateway.
    street.run("merchant", "merchant", &["capture", "--all"]);
    for (brand, _, _) in BRANDS {
        let shown = street.run("merchant", "merchant", &["batch", "show", "--brand", brand]);
        assert_eq!(shown[0]["totals"]["debits"], 1, "{brand}: {shown:?}");
        street.run(
            "merchant",
            "merchant",
            &["batch", "close", "--brand", brand],
        );
    }
    let transactions = street.run("gateway", "gateway", &["transactions"]);
    let all = transactions[0]["transactions"].as_array().unwrap();
    assert_eq!(all.len(), 2, "{all:?}");
    street.run("merchant", "merchant", &["refresh"]);
    let certificates = street.run("gateway", "gateway", &["show"]);
    assert_eq!(certificates.len(), 2);
}

const PLAN: &str = r#"
[[brand]]
id = "Orchard"
country = "US"

[[brand.ca]]
certifies = ["cardholder", "merchant", "gateway"]
unit = "Orchard CA"
label = "orchardca"
separate_crl_key = false

[[brand]]
id = "Meadow"
country = "US"

[[brand.ca]]
certifies = ["cardholder", "merchant", "gateway"]
unit = "Meadow CA"
label = "meadowca"
separate_crl_key = false
"#;
