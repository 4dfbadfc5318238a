//! The runner against peers that do everything right, and against peers with one fault each.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::time::Duration;

use set_conformance::planted::{self, Fault, Odd};
use set_conformance::{
    Case, Known, Outcome, Persona, Player, Report, Role, Runner, Subject, Verdict, built_in,
};
use set_core::msg::ids::{Bin, Language, SwIdent};
use set_core::wake_up::WakeUp;
use set_testkit::clock::noon;
use set_testkit::hierarchy::BRAND;
use set_testkit::street::Street;

fn player() -> Player {
    let mut street = Street::new();
    let wake_up = WakeUp::parse(&street.shop.offer(1)).unwrap();
    let persona = Persona {
        brand: BRAND.parse().unwrap(),
        bin: Bin::new("411111").unwrap(),
        merchant_id: "SHOP-7".parse().unwrap(),
        language: Language::new("en").unwrap(),
        lid_m: wake_up.lid_m,
        merchant: Some(street.shop.merchant.clone()),
    };
    Player::new(persona, 77, SwIdent::new("self test 1").unwrap())
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
    let player = player();
    let runner = Runner {
        player: &player,
        known,
        timeout: Duration::from_secs(60),
        seed: 77,
        clock: noon,
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
    let cases = built_in().unwrap();
    for role in Role::ALL {
        let report = run(&cases, role, Fault::None, &Known::default(), |_| false);
        let wrong: Vec<&Outcome> = report
            .results()
            .iter()
            .filter(|outcome| outcome.verdict != Verdict::Pass)
            .collect();
        assert!(wrong.is_empty(), "{role:?}: {wrong:#?}");
        assert!(report.ok && report.ran() > 40, "{role:?}: {}", report.ran());
    }
}

#[test]
fn every_planted_fault_is_found() {
    let cases = built_in().unwrap();
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
    let code = set_core::msg::error::ErrorCode::VersionTooOld;
    let with = |fault, known: &Known| run(&cases, Role::Cca, fault, known, |_| false).ok;
    let swallows = Fault::Swallows(code);
    assert!(!with(swallows, &Known::default()));
    assert!(with(swallows, &known("1997-12-31").unwrap()));
    assert!(!with(swallows, &known("1996-12-31").unwrap()));
    assert!(!with(Fault::None, &known("1997-12-31").unwrap()));
    assert!(known("tomorrow").is_err());
}
