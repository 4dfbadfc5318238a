//! The runner against peers that do everything right, and against peers with one fault each.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use set_conformance::planted::{self, Fault, Odd};
use set_conformance::{
    Case, Known, Offers, Outcome, Persona, Player, Report, Role, Runner, Send, Subject, Verdict,
    built_in, of_folder, run_all,
};
use set_core::msg::error::ErrorCode;
use set_core::msg::ids::{Bin, Language, SwIdent};
use set_core::wake_up::WakeUp;
use set_testkit::clock::noon;
use set_testkit::files;
use set_testkit::hierarchy::BRAND;
use set_testkit::street::Street;

fn player(demands_signatures: bool, seed: u64) -> Player {
    let mut street = Street::new();
    if !demands_signatures {
        street.recertify_gateway(false, None);
    }
    let offers = planted::ORDERS.map(|number| WakeUp::parse(&street.shop.offer(number)).unwrap());
    let persona = Persona {
        brand: BRAND.parse().unwrap(),
        bin: Bin::new("411111").unwrap(),
        merchant_id: "SHOP-7".parse().unwrap(),
        language: Language::new("en").unwrap(),
        pan: street.wallet.card.pan.duplicate(),
        offers: Offers::new(offers.collect::<Vec<_>>()),
        trust: Some(street.wallet.trust.clone()),
        merchant: Some(street.shop.merchant.clone()),
        card: Some(Arc::new(street.wallet.card)),
    };
    Player::new(persona, seed, SwIdent::new("self test 1").unwrap())
}

/// Runs cases with a peer; `enough` says after which outcome to stop.
fn run(
    cases: &[Case],
    role: Role,
    fault: Fault,
    known: &Known,
    enough: impl Fn(&Outcome) -> bool,
) -> Report {
    let address = planted::start(role, fault).unwrap();
    let subject = Subject {
        role,
        endpoint: format!("set://{address}").parse().unwrap(),
    };
    let player = player(fault == DEMANDS_SIGNATURES, 77);
    let runner = Runner {
        player: &player,
        known,
        timeout: Duration::from_secs(60),
        seed: 77,
        clock: noon,
        details: false,
        arguments: String::new(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut outcomes = Vec::new();
    for case in cases.iter().filter(|case| case.subjects.contains(&role)) {
        let outcome = runtime.block_on(runner.run(case, &subject));
        let stop = enough(&outcome);
        outcomes.push(outcome);
        if stop {
            break;
        }
    }
    Report::new(77, outcomes)
}

#[test]
fn parties_that_do_everything_right_pass_everything() {
    let cases = of_folder(&files::package_folder().join("cases")).unwrap();
    let mut passed = BTreeSet::new();
    let mut wrong = Vec::new();
    // What a gateway demands of cardholders is for itself to say: some cases need one that
    // demands certificates, some one that does not.
    let gateway = (Role::Gateway, DEMANDS_SIGNATURES);
    let merchant = (Role::Merchant, DEMANDS_SIGNATURES);
    let usual = Role::ALL.map(|role| (role, Fault::None));
    for (role, fault) in usual.into_iter().chain([gateway, merchant]) {
        let cases: Vec<Case> = match fault {
            Fault::None => cases.clone(),
            _ => {
                let unpassed = cases
                    .iter()
                    .filter(|case| !passed.contains(&(case.id.clone(), role)));
                unpassed.cloned().collect()
            }
        };
        let report = run(&cases, role, fault, &Known::default(), |_| false);
        for outcome in report.results() {
            let reason = outcome.reason.as_deref().unwrap_or_default();
            match outcome.verdict {
                Verdict::Pass => {
                    passed.insert((outcome.case.clone(), role));
                }
                Verdict::Skip if reason.contains("gateway that") => {}
                verdict => wrong.push(format!("{} {role:?} {verdict:?}: {reason}", outcome.case)),
            }
        }
    }
    for case in &cases {
        let subjects = case.subjects.iter();
        for role in subjects.filter(|role| !passed.contains(&(case.id.clone(), **role))) {
            wrong.push(format!("{} {role:?} was not passed", case.id));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn cases_at_once_come_out_as_one_after_another() {
    let address = planted::start(Role::Mca, Fault::Swallows(ErrorCode::VersionTooOld)).unwrap();
    let subjects = [Subject {
        role: Role::Mca,
        endpoint: format!("set://{address}").parse().unwrap(),
    }];
    let cases: Vec<Case> = built_in()
        .unwrap()
        .into_iter()
        .filter(|case| case.chapter() == "receiving")
        .collect();
    let verdicts = |jobs, seed| {
        let player = player(false, seed);
        let runner = Runner {
            player: &player,
            known: &Known::default(),
            timeout: Duration::from_secs(60),
            seed,
            clock: noon,
            details: false,
            arguments: String::new(),
        };
        let outcomes = run_all(&runner, &cases, &subjects, NonZeroUsize::new(jobs).unwrap());
        let outcomes = outcomes.unwrap().into_iter();
        outcomes
            .map(|outcome| (outcome.case, outcome.verdict))
            .collect::<Vec<_>>()
    };
    let alone = verdicts(1, 77);
    assert!(alone.iter().any(|(_, verdict)| *verdict == Verdict::Fail));
    assert_eq!(verdicts(4, 78), alone);
}

#[test]
fn every_planted_fault_is_found() {
    let mut cases = built_in().unwrap();
    // Cheap ones first: a dialogue beyond its first request takes keys and signatures.
    let requests = |case: &Case| {
        let mut steps = case.steps.iter();
        steps.any(|step| matches!(step.send, Send::Request(_)))
    };
    cases.sort_by_key(requests);
    let faults = Fault::all();
    assert!(faults.len() >= 40, "{}", faults.len());
    for fault in faults {
        // What only should be so is told, but is no failure.
        let found = |outcome: &Outcome| outcome.verdict != Verdict::Pass;
        let report = run(&cases, Role::Mca, fault, &Known::default(), found);
        assert!(
            report.results().iter().any(found),
            "{fault:?} was not found"
        );
        let lenient = fault == Fault::Other(Odd::Impatient);
        assert_eq!(report.ok, lenient, "{fault:?}");
    }
}

#[test]
fn a_known_difference_is_expected_until_its_day_and_a_pass_is_not() {
    let cases: Vec<Case> = built_in()
        .unwrap()
        .into_iter()
        .filter(|case| case.id == "SET-receiving-version-001")
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let known = |until: &str| {
        let file = folder.path().join("known.toml");
        let entry = format!(
            "[[known]]\ncase = \"SET-receiving-version-001\"\nreason = \"old\"\nuntil = \"{until}\"\n"
        );
        std::fs::write(&file, entry).unwrap();
        Known::read(&file)
    };
    let code = ErrorCode::VersionTooOld;
    let with = |fault, known: &Known| run(&cases, Role::Cca, fault, known, |_| false).ok;
    let swallows = Fault::Swallows(code);
    assert!(!with(swallows, &Known::default()));
    assert!(with(swallows, &known("1997-12-31").unwrap()));
    assert!(!with(swallows, &known("1996-12-31").unwrap()));
    assert!(!with(Fault::None, &known("1997-12-31").unwrap()));
    assert!(known("tomorrow").is_err());
}

const DEMANDS_SIGNATURES: Fault = Fault::Other(Odd::DemandsSignatures);
