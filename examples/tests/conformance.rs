//! Our own programs, held against the specification over the wire.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use examples::mall::stage::Stage;
use set_conformance::{
    Known, Outcome, Persona, Player, Report, Role, Runner, Subject, Verdict, built_in,
};
use set_core::crypto::KeyRules;
use set_core::merchant::Merchant;
use set_core::msg::ids::{Bin, Language, LocalId, SwIdent};
use set_node::keystore::{Iterations, KeyStore, Passphrase};
use set_node::party::PartyFolder;
use set_node::station::Station;

/// The addresses of the servers, as subjects, and what the fakes need towards them.
fn open(stage: &mut Stage) -> (Vec<Subject>, Persona) {
    let quick = ["--set", "keys.iterations=1000"];
    let serve = [&quick[..], &["--set", "listen.tcp=127.0.0.1:0"]].concat();
    let http = ["--set", "listen.http=127.0.0.1:0"];
    stage
        .run(
            "ca",
            "init",
            &[&["--brand", BRAND][..], &quick].concat(),
            &[],
        )
        .unwrap();
    let ca = format!("set://{}", stage.serve("ca", &serve).unwrap().tcp.unwrap());
    let root = only_file(&stage.folder("ca").join("roots"));
    let root = root.to_str().unwrap();
    let enroll = ["--ca", &ca, "--root", root, "--bin", BIN, "--brand", BRAND];
    let enroll = [&enroll[..], &quick].concat();

    stage.run("gateway", "init", &quick, &[]).unwrap();
    stage.run("gateway", "enroll", &enroll, &[]).unwrap();
    let gateway = stage.serve("gateway", &serve).unwrap().tcp.unwrap();
    let gateway = format!("set://{gateway}");

    stage.run("merchant", "init", &quick, &[]).unwrap();
    let own = ["--merchant-id", MERCHANT_ID, "--gateway", &gateway];
    stage
        .run("merchant", "enroll", &[&enroll[..], &own].concat(), &[])
        .unwrap();
    let merchant = stage
        .serve("merchant", &[&serve[..], &http].concat())
        .unwrap();
    let offer = ["--description", "Teapot", "--amount", "12950"];
    let offer = stage
        .run("merchant", "offer", &[&offer[..], &quick].concat(), &[])
        .unwrap();

    let subject = |role, address: String| Subject {
        role,
        endpoint: address.parse().unwrap(),
    };
    let subjects = vec![
        subject(Role::Cca, ca.clone()),
        subject(Role::Mca, ca.clone()),
        subject(Role::Pca, ca.clone()),
        subject(Role::Gateway, gateway),
        subject(Role::Merchant, format!("set://{}", merchant.tcp.unwrap())),
        subject(
            Role::Merchant,
            format!("http://{}/set", merchant.http.unwrap()),
        ),
    ];
    let persona = Persona {
        brand: BRAND.parse().unwrap(),
        bin: Bin::new(BIN).unwrap(),
        merchant_id: MERCHANT_ID.parse().unwrap(),
        language: Language::new("en").unwrap(),
        lid_m: Some(octets(offer.get("lid_m").unwrap().as_str().unwrap())),
        merchant: Some(keys_of(&stage.folder("merchant"))),
    };
    (subjects, persona)
}

fn only_file(folder: &Path) -> PathBuf {
    let entry = std::fs::read_dir(folder).unwrap().next();
    entry.unwrap().unwrap().path()
}

fn octets(hexadecimal: &str) -> LocalId {
    let pairs = hexadecimal.as_bytes().chunks(2);
    let octets: Vec<u8> = pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect();
    LocalId::new(octets).unwrap()
}

fn keys_of(folder: &Path) -> Merchant {
    let passphrase = Passphrase::new("mall-demo-passphrase").unwrap();
    let keys = KeyStore::open(&folder.join("keys"), passphrase, Iterations::LEAST).unwrap();
    let party = PartyFolder::new(folder);
    let identity = |name| {
        let identity = party.load_identity(&keys, name, &KeyRules::default());
        identity.unwrap().unwrap()
    };
    let station = Station::new("conformance", "1").unwrap();
    Merchant {
        signature: identity("merchant-signature"),
        encryption: identity("merchant-encryption"),
        former: Vec::new(),
        gateways: Vec::new(),
        trust: party.load_trust(&station.context()).unwrap(),
    }
}

#[test]
fn our_own_programs_pass_every_case_over_tcp_and_http() {
    let place = tempfile::tempdir().unwrap();
    let mut stage = Stage::of(env!("CARGO_BIN_EXE_mall"), place.path());
    let (subjects, persona) = open(&mut stage);
    let seed = 4_711;
    let player = Player::new(persona, seed, SwIdent::new("conformance 1").unwrap());
    let runner = Runner {
        player: &player,
        known: &Known::default(),
        timeout: Duration::from_secs(60),
        seed,
        clock: set_node::clock::now,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let cases = built_in().unwrap();
    let mut outcomes = Vec::new();
    for subject in &subjects {
        for case in cases
            .iter()
            .filter(|case| case.subjects.contains(&subject.role))
        {
            outcomes.push(runtime.block_on(runner.run(case, subject)));
        }
    }
    let report = Report::new(seed, outcomes);
    let wrong: Vec<&Outcome> = report
        .results()
        .iter()
        .filter(|outcome| outcome.verdict != Verdict::Pass)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(report.ok && report.ran() > 300, "{}", report.ran());
}

const BRAND: &str = "Orchard";
const BIN: &str = "455555";
const MERCHANT_ID: &str = "TEAHOUSE-0001";
