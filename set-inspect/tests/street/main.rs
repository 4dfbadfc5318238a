//! What is said of the messages of a purchase, with all keys, with some and with none.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod messages;

use std::collections::BTreeSet;

use set_core::crypto::RustCrypto;
use set_core::dump::Showing;
use set_core::msg::message::Message;
use set_inspect::diff::diff;
use set_inspect::report::{self, Colour};
use set_inspect::{Desk, Evidence, Inspection, Verdict};
use set_testkit::clock::noon;
use set_testkit::hierarchy::hierarchy;

use self::messages::{afterwards, name, purchase, registrations};

/// All keys and certificates of the street.
fn everything() -> Evidence {
    let all = hierarchy();
    let mut evidence = Evidence::default();
    evidence.add_root(all.root.certificate.clone());
    for certificate in all.certificates() {
        evidence.add_certificate(&RustCrypto, certificate);
    }
    for crl in &all.crls {
        evidence.add_crl(&RustCrypto, crl.clone());
    }
    evidence.add_bci(&RustCrypto, all.bci.clone());
    for (name, issued) in [
        ("merchant", &all.merchant_encryption),
        ("gateway", &all.gateway_encryption),
        ("cca", &all.cca.encryption),
        ("mca", &all.mca.encryption),
    ] {
        evidence.add_key(name, issued.key.clone());
    }
    evidence
}

fn inspect(messages: &[Vec<u8>], evidence: Evidence, showing: Showing) -> Vec<Inspection> {
    let mut desk = Desk::new(&RustCrypto, evidence, noon());
    for (number, message) in messages.iter().enumerate() {
        desk.add(format!("message {number}"), message.clone(), None);
    }
    desk.conclude(showing)
}

fn said(inspection: &Inspection) -> String {
    report::text(std::slice::from_ref(inspection), Colour::Off)
}

#[test]
fn with_all_keys_everything_in_a_purchase_opens_and_fits() {
    for inspection in inspect(&purchase(), everything(), Showing::default()) {
        let text = said(&inspection);
        assert!(inspection.is_sound(), "{text}");
        for finding in &inspection.findings {
            let wanted = finding.verdict == Verdict::Fits || unknowable(finding);
            assert!(wanted, "{finding:?}\n{text}");
        }
    }
}

#[test]
fn with_all_keys_every_message_of_the_street_opens_and_fits() {
    let all = [purchase(), afterwards(), registrations()].concat();
    let names: BTreeSet<&str> = all.iter().map(|octets| name(octets)).collect();
    let unseen: Vec<&&str> = Message::NAMES
        .iter()
        .filter(|name| !names.contains(**name))
        .collect();
    assert!(unseen.is_empty(), "{unseen:?}");
    for (octets, inspection) in all
        .iter()
        .zip(inspect(&all, everything(), Showing::default()))
    {
        let text = said(&inspection);
        assert!(inspection.is_sound(), "{text}");
        assert!(inspection.title.as_ref().unwrap().starts_with(name(octets)));
        for finding in &inspection.findings {
            let wanted = finding.verdict == Verdict::Fits || unknowable(finding);
            assert!(wanted, "{}: {finding:?}\n{text}", name(octets));
        }
    }
}

/// What no message and no key tells: the order's description, and the root after the next.
fn unknowable(finding: &set_inspect::Finding) -> bool {
    finding.what.ends_with("HODInput")
}

#[test]
fn the_account_number_and_the_keys_are_shown_only_when_asked_for() {
    let pan = hierarchy().card.pan.expose().to_owned();
    let hidden = inspect(&purchase(), everything(), Showing::default());
    let open = Showing {
        secrets: true,
        certificates: true,
    };
    let shown = inspect(&purchase(), everything(), open);
    let all = |inspections: &[Inspection]| {
        report::text(inspections, Colour::Off)
            + &report::json(inspections)
            + &report::html(inspections)
            + &format!("{inspections:?}")
    };
    assert!(!all(&hidden).contains(&pan));
    assert!(all(&hidden).contains("[redacted]"));
    assert!(report::text(&shown, Colour::Off).contains(&pan));
    assert!(!report::text(&shown, Colour::Off).contains("[redacted]"));
}

#[test]
fn without_keys_nothing_opens_and_it_says_whose_key_is_wanted() {
    let messages = purchase();
    let p_req = &inspect(&messages[2..3], Evidence::default(), Showing::default())[0];
    assert!(p_req.is_sound(), "{}", said(p_req));
    assert_eq!(p_req.layers.len(), 1);
    let envelope = p_req
        .findings
        .iter()
        .find(|finding| finding.what.starts_with("envelope"))
        .unwrap();
    assert_eq!(envelope.verdict, Verdict::Open);
    assert!(envelope.found.contains("not at hand"), "{envelope:?}");
}

#[test]
fn the_merchant_sees_the_dual_signature_fit_without_seeing_the_payment() {
    let messages = purchase();
    let all = hierarchy();
    let mut evidence = Evidence::default();
    evidence.add_root(all.root.certificate.clone());
    evidence.add_key("merchant", all.merchant_encryption.key.clone());
    let inspections = inspect(&messages[1..3], evidence, Showing::default());
    let p_req = &inspections[1];
    let dual = p_req
        .findings
        .iter()
        .find(|finding| finding.what.contains("over PI-TBS"))
        .unwrap();
    assert_eq!(dual.verdict, Verdict::Fits, "{}", said(p_req));
    assert_eq!(p_req.layers.len(), 1, "the payment is not for the merchant");
}

#[test]
fn an_octet_altered_anywhere_under_a_signature_or_in_an_envelope_is_told() {
    let messages = purchase();
    let p_req = &messages[2];
    // The header of a wrapper is under no signature: it ends where the message begins.
    let start = 16
        + p_req
            .windows(8)
            .position(|part| part == b"street 1")
            .unwrap();
    for place in (start..p_req.len()).step_by(61) {
        let mut altered = p_req.clone();
        altered[place] ^= 0x01;
        let inspection = &inspect(&[altered], everything(), Showing::default())[0];
        let told = !inspection.is_sound() || has_open_signature(inspection);
        assert!(told, "octet {place}: {}", said(inspection));
    }
}

/// Whether a signature could not be made out.
fn has_open_signature(inspection: &Inspection) -> bool {
    let open =
        |finding: &set_inspect::Finding| finding.verdict == Verdict::Open && !unknowable(finding);
    inspection.findings.iter().any(open)
}

#[test]
fn a_message_cut_anywhere_is_told_with_offset_and_cause() {
    let messages = purchase();
    for message in &messages {
        let mut end = message.len() - 1;
        while end > 0 {
            let cut = message[..end].to_vec();
            let inspection = &inspect(&[cut], everything(), Showing::default())[0];
            let fault = inspection.fault.as_ref().unwrap();
            assert!(fault.offset <= end);
            assert!(fault.cause.contains("the end is missing"), "{fault:?}");
            end = end * 2 / 3;
        }
    }
}

#[test]
fn random_octets_are_shown_without_a_panic() {
    let mut random = set_testkit::prng::Prng::new(7);
    for length in 1..200 {
        let octets = random.octets(length);
        let inspection = &inspect(&[octets], everything(), Showing::default())[0];
        assert!(inspection.fault.is_some());
        assert!(!said(inspection).is_empty());
    }
}

#[test]
fn two_messages_are_compared_by_field() {
    let messages = purchase();
    let inspections = inspect(
        &[messages[0].clone(), messages[2].clone()],
        Evidence::default(),
        Showing::default(),
    );
    assert!(diff(&inspections[0], &inspections[0]).is_empty());
    let other = diff(&inspections[0], &inspections[1]);
    assert!(
        other.iter().any(|one| one.path.contains("message")),
        "{other:?}"
    );

    let mut later = messages[0].clone();
    let place = later.windows(4).position(|four| four == b"1997").unwrap();
    later[place + 3] = b'8';
    let pair = inspect(
        &[messages[0].clone(), later],
        Evidence::default(),
        Showing::default(),
    );
    let found = diff(&pair[0], &pair[1]);
    let paths: Vec<&str> = found.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(paths, ["MessageWrapper.messageHeader.date"]);
    assert_eq!(found[0].b.as_ref().unwrap().value, "1998-06-04T12:00:00Z");
}
