//! What the cases are about, against the schema of the types.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use set_conformance::{Case, Change, Send, built_in};
use set_core::asn1::{Asn1 as _, Schema, Shape};
use set_core::msg::MessageWrapper;
use set_core::msg::content::TYPES;
use set_core::msg::message::Message;

/// Every type of the contract, from the wrapper inwards.
fn schemas() -> Vec<&'static Schema> {
    let mut all = Vec::new();
    let mut seen = BTreeSet::new();
    let mut next = vec![MessageWrapper::SCHEMA];
    next.extend(TYPES.iter().map(|(_, schema)| *schema));
    while let Some(schema) = next.pop() {
        if !seen.insert(std::ptr::from_ref(schema).addr()) {
            continue;
        }
        all.push(schema);
        match &schema.shape {
            Shape::Sequence(fields) | Shape::Choice(fields) => {
                next.extend(fields.iter().map(|field| field.schema));
            }
            Shape::SequenceOf(inner) | Shape::SetOf(inner) => next.push(inner),
            _ => {}
        }
    }
    all
}

/// The components of each name whose type is ENUMERATED, with the type.
fn enumerated() -> BTreeMap<&'static str, &'static Schema> {
    let mut all = BTreeMap::new();
    for schema in schemas() {
        if let Shape::Sequence(fields) | Shape::Choice(fields) = &schema.shape {
            for field in *fields {
                if matches!(field.schema.shape, Shape::Enumerated(_)) {
                    all.insert(field.name, field.schema);
                }
            }
        }
    }
    all
}

/// Whether a type says what came of a request.
fn is_outcome(schema: &Schema) -> bool {
    let name = schema.name;
    // That of an itinerary says where an aeroplane lands.
    (name.ends_with("Code") || name.ends_with("Status")) && name != "StopOverCode"
}

/// What a case says or expects of enumerated components: type and value.
fn values_of(case: &Case) -> BTreeSet<(&'static str, String)> {
    let enumerated = enumerated();
    let mut values = BTreeSet::new();
    let mut add = |path: &str, value: &str| {
        let name = path.rsplit('.').next().unwrap_or_default();
        if let Some(schema) = enumerated.get(name) {
            values.insert((schema.name, value.to_owned()));
        }
    };
    for step in &case.steps {
        for (path, wanted) in &step.expect {
            for value in wanted.values() {
                add(path, value);
            }
        }
        for change in &step.change {
            if let Change::Put { path, value } = change {
                add(path, value);
            }
        }
        for word in &step.allow {
            if let Some(code) = word.strip_prefix("Error ") {
                add("errorCode", code);
            }
        }
    }
    values
}

#[test]
fn every_value_of_every_code_is_in_a_case_or_listed_as_without_one() {
    let cases = built_in().unwrap();
    let covered: BTreeSet<_> = cases.iter().flat_map(values_of).collect();
    let mut missing = BTreeSet::new();
    let mut types = BTreeSet::new();
    for schema in schemas() {
        let Shape::Enumerated(names) = &schema.shape else {
            continue;
        };
        if !is_outcome(schema) || !types.insert(schema.name) {
            continue;
        }
        for (name, _) in *names {
            if !covered.contains(&(schema.name, (*name).to_owned())) {
                missing.insert(format!("{} {name}", schema.name));
            }
        }
    }
    assert!(
        types.contains("ErrorCode") && types.contains("CapRevOrCredCode"),
        "{types:?}"
    );
    let listed: BTreeSet<String> = WITHOUT_A_CASE.iter().map(|one| (*one).to_owned()).collect();
    assert_eq!(missing, listed);
}

#[test]
fn every_message_is_in_a_case() {
    let cases = built_in().unwrap();
    let mut covered = BTreeSet::new();
    for step in cases.iter().flat_map(|case| &case.steps) {
        match &step.send {
            Send::Request(request) => {
                covered.insert(request.name().to_owned());
                covered.insert(request.name().replace("Req", "Res"));
            }
            Send::Any(name) => {
                covered.insert(name.clone());
            }
            Send::Opening | Send::Again | Send::OpeningOf(_) => {}
        }
    }
    let missing: Vec<_> = Message::NAMES
        .iter()
        .filter(|name| !covered.contains(**name))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert_eq!(Message::NAMES.len(), 33);
}

#[test]
fn at_least_half_of_the_cases_are_negative_and_each_names_its_rule() {
    let cases = built_in().unwrap();
    let negative = cases
        .iter()
        .filter(|case| case.tags.iter().any(|tag| tag == "negative"));
    assert!(negative.count() * 2 >= cases.len());
    assert!(cases.len() >= 300, "{}", cases.len());
    for case in &cases {
        assert!(
            case.rule.ends_with('.') && !case.place.is_empty(),
            "{}",
            case.id
        );
        assert!(!case.title.ends_with('.'), "{}", case.id);
    }
}

/// What no case asks for yet: mostly what only a subject's own host or institution brings about,
/// and what a wallet would have to be told.
const WITHOUT_A_CASE: &[&str] = &[
    "AcqCardCode accountInfo",
    "AcqCardCode callCustomerService",
    "AcqCardCode messageOfDay",
    "AuthCode captureNotSupported",
    "AuthCode cardMerchBrandMismatch",
    "AuthCode signatureRequired",
    "AuthCode unspecifiedFailure",
    "AuthRevCode expiredTransaction",
    "AuthRevCode missingCapToken",
    "AuthRevCode noReply",
    "AuthRevCode systemError",
    "AuthRevCode unspecifiedFailure",
    "BAStatus brandBatchMismatch",
    "BAStatus stopItemDetail",
    "BAStatus totalsOutOfBalance",
    "BAStatus unknownBatchOperation",
    "BAStatus unspecifiedFailure",
    "CapCode authDataMissing",
    "CapCode authExpired",
    "CapCode batchClosed",
    "CapCode batchUnknown",
    "CapCode capTokenMissing",
    "CapCode unspecifiedFailure",
    "CapRevOrCredCode missingCapData",
    "CapRevOrCredCode missingCapToken",
    "CapRevOrCredCode originalProcessed",
    "CertStatusCode decryptionError",
    "CertStatusCode invalidBIN",
    "CertStatusCode invalidLanguage",
    "CertStatusCode rejectedByAquirer",
    "CertStatusCode rejectedByCA",
    "CertStatusCode rejectedByIssuer",
    "CertStatusCode unableToEncryptCertRes",
    "CloseStatus closedbyAcquirer",
    "CompletionCode creditPerformed",
    "CompletionCode meaninglessRatio",
    "CompletionCode orderNotReceived",
    "CompletionCode orderRejected",
    "PCertCode unspecifiedFailure",
    "TransactionStatus success",
    "TransactionStatus unspecifiedFailure",
    "TransmissionStatus batchRejectedByAcquirer",
    "TransmissionStatus completedSuccessfully",
    "TransmissionStatus completedWithItemErrors",
    "TransmissionStatus inProgress",
    "TransmissionStatus pending",
];
