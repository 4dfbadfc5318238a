//! Our own programs, held against the specification over the wire.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use examples::mall::stage::Stage;
use set_conformance::{
    Case, Known, Offers, Persona, Player, Report, Role, Runner, Send, Subject, Verdict, built_in,
    certify,
};
use set_core::crypto::KeyRules;
use set_core::merchant::Merchant;
use set_core::msg::amount::{Currency, CurrencyAmount};
use set_core::msg::ids::{Bin, Language, LocalId, SwIdent};
use set_core::secret::Pan;
use set_core::wake_up::{AcceptedBrand, InitiationType, WakeUp};
use set_node::keystore::{Iterations, KeyStore, Passphrase};
use set_node::party::PartyFolder;
use set_node::station::Station;
use set_node::transport::Endpoint;

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
    let offer = ["--description", DESCRIPTION, "--amount", "12950"];
    let offer = [&offer[..], &quick].concat();
    let mut offers = Vec::new();
    for _ in 0..ORDERS {
        let offer = stage.run("merchant", "offer", &offer, &[]).unwrap();
        offers.push(wake_up(octets(
            offer.get("lid_m").unwrap().as_str().unwrap(),
        )));
    }

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
    let merchant = keys_of(&stage.folder("merchant"));
    let persona = Persona {
        brand: BRAND.parse().unwrap(),
        bin: Bin::new(BIN).unwrap(),
        merchant_id: MERCHANT_ID.parse().unwrap(),
        language: Language::new("en").unwrap(),
        pan: Pan::new(PAN).unwrap(),
        offers: Offers::new(offers),
        trust: Some(merchant.trust.clone()),
        merchant: Some(merchant),
        card: None,
    };
    (subjects, persona)
}

/// What a shop would give to the wallet.
fn wake_up(lid_m: LocalId) -> WakeUp {
    let mut wake_up = WakeUp::new(InitiationType::Payment);
    wake_up.set_url = Some("set://127.0.0.1:257".parse().unwrap());
    wake_up.brands = vec![AcceptedBrand {
        brand_id: BRAND.parse().unwrap(),
        logo: None,
    }];
    wake_up.purch_amt = Some(CurrencyAmount {
        currency: Currency::new(840).unwrap(),
        amount: 12_950,
        amt_exp10: -2,
    });
    wake_up.lid_m = Some(lid_m);
    wake_up.od = DESCRIPTION.into();
    wake_up
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
    let (subjects, mut persona) = open(&mut stage);
    let seed = 4_711;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (sw_ident, clock) = (SwIdent::new("conformance 1").unwrap(), set_node::clock::now);
    let ca = &subjects.first().unwrap().endpoint;
    let card = certify(&persona, ca, seed, &sw_ident, TIMEOUT, clock);
    persona.card = Some(Arc::new(runtime.block_on(card).unwrap()));
    let player = Player::new(persona, seed, sw_ident);
    let runner = Runner {
        player: &player,
        known: &Known::default(),
        timeout: TIMEOUT,
        seed,
        clock,
        details: false,
        arguments: String::new(),
    };
    let cases = built_in().unwrap();
    let mut outcomes = Vec::new();
    for subject in &subjects {
        // Orders do not care how messages travel; what uses one up is tried over TCP alone.
        let http = matches!(subject.endpoint, Endpoint::Http { .. });
        let orders = |case: &Case| {
            let mut steps = case.steps.iter();
            steps.any(|step| matches!(step.send, Send::Request(_)))
        };
        for case in cases
            .iter()
            .filter(|case| case.subjects.contains(&subject.role) && !(http && orders(case)))
        {
            outcomes.push(runtime.block_on(runner.run(case, subject)));
        }
    }
    let report = Report::new(seed, outcomes);
    let mut wrong = Vec::new();
    for outcome in report.results() {
        let reason = outcome.reason.as_deref().unwrap_or_default();
        // What a gateway demands of cardholders is for itself to say.
        let elsewhere = outcome.verdict == Verdict::Skip && reason.contains("gateway that");
        if outcome.verdict != Verdict::Pass && !elsewhere {
            let (case, verdict) = (&outcome.case, outcome.verdict);
            wrong.push(format!(
                "{case} {:?} {verdict:?}: {reason}",
                outcome.subject
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(report.ok && report.ran() > 300, "{}", report.ran());
}

/// How long to wait for an answer.
const TIMEOUT: Duration = Duration::from_secs(60);
/// More than there are cases that order something.
const ORDERS: usize = 60;
const DESCRIPTION: &str = "Teapot";
const PAN: &str = "9999010000000003";
const BRAND: &str = "Orchard";
const BIN: &str = "999901";
const MERCHANT_ID: &str = "TEAHOUSE-0001";
