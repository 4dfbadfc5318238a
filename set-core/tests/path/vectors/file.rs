//! The JSON of a group of cases.

use std::collections::BTreeMap;

use base64ct::{Base64, Encoding};
use serde_json::{Map, Value, json};
use set_core::asn1::{self, Date};
use set_core::crypto::KeyRules;
use set_core::path::{Purpose, Rule, TrustStore};
use set_core::policy::Policy;
use set_core::x509::{Certificate, Crl};
use set_testkit::hierarchy::hierarchy;

use super::draft::{Draft, Verdict, read_bci};
use crate::rig::Holdings;

/// The octets of a file's certificates and lists, each under one name.
struct Objects(BTreeMap<Vec<u8>, String>);

impl Objects {
    /// With the names of the honest hierarchy.
    fn new() -> Self {
        let all = hierarchy();
        let named = [
            ("root", &all.root),
            ("brand-ca", &all.brand_ca),
            ("cardholder-ca", &all.cca.cert_signing),
            ("cardholder-ca-messages", &all.cca.message_signing),
            ("cardholder-ca-encryption", &all.cca.encryption),
            ("merchant-ca", &all.mca.cert_signing),
            ("merchant-ca-crls", &all.mca.crl_signing),
            ("merchant-ca-messages", &all.mca.message_signing),
            ("merchant-ca-encryption", &all.mca.encryption),
            ("gateway-ca", &all.pca.cert_signing),
            ("gateway-ca-messages", &all.pca.message_signing),
            ("gateway-ca-encryption", &all.pca.encryption),
            ("cardholder", &all.cardholder),
            ("merchant", &all.merchant_signature),
            ("merchant-encryption", &all.merchant_encryption),
            ("gateway", &all.gateway_signature),
            ("gateway-encryption", &all.gateway_encryption),
        ];
        let certificates = named
            .into_iter()
            .map(|(name, issued)| (issued.certificate.octets().to_vec(), name.to_owned()));
        let lists = ["root", "brand-ca", "merchant-ca", "gateway-ca"]
            .into_iter()
            .zip(&all.crls)
            .map(|(name, crl)| (crl.octets().to_vec(), format!("{name}-crl-1")));
        let bci = (asn1::encode(&all.bci).unwrap(), "bci-1".to_owned());
        Self(certificates.chain(lists).chain([bci]).collect())
    }

    fn name(&mut self, case: &str, kind: &str, octets: &[u8]) -> String {
        let number = self.0.len();
        self.0
            .entry(octets.to_vec())
            .or_insert_with(|| format!("{case}.{kind}-{number}"))
            .clone()
    }
}

pub(crate) fn write(drafts: &[Draft]) -> String {
    let mut objects = Objects::new();
    let mut used = Map::new();
    let mut cases = Vec::new();
    for draft in drafts {
        let mut object = |kind: &str, octets: &[u8]| {
            let name = objects.name(&draft.id, kind, octets);
            used.insert(name.clone(), json!(Base64::encode_string(octets)));
            name
        };
        let holdings = &draft.holdings;
        let roots = holdings.roots.roots().iter().map(|one| one.octets());
        let roots: Vec<String> = roots.map(|octets| object("root", octets)).collect();
        let certificates = draft.certificates.iter();
        let certificates: Vec<String> = certificates
            .map(|octets| object("certificate", octets))
            .collect();
        let crls = holdings.crls.iter().map(|crl| crl.octets());
        let crls: Vec<String> = crls.map(|octets| object("crl", octets)).collect();
        let mut case = json!({
            "id": draft.id,
            "description": draft.description,
            "at": holdings.at.to_string(),
            "at_unix": holdings.at.unix(),
            "purpose": purpose_name(draft.purpose),
            "roots": roots,
            "certificates": certificates,
            "crls": crls,
            "end_entity": object("end-entity", &draft.end_entity),
            "expected": verdict(&draft.expected),
        });
        let map = case.as_object_mut().unwrap();
        if let Some(bci) = &holdings.bci {
            let name = object("bci", &asn1::encode(bci).unwrap());
            map.insert("bci".to_owned(), json!(name));
        }
        if let Some(brand) = &draft.brand {
            map.insert("brand".to_owned(), json!(brand));
        }
        if holdings.policy.require_every_listed_crl {
            map.insert("require_every_listed_crl".to_owned(), json!(true));
        }
        cases.push(case);
    }
    let document = json!({ "objects": used, "cases": cases });
    serde_json::to_string_pretty(&document).unwrap() + "\n"
}

fn verdict(expected: &Verdict) -> Value {
    match expected {
        Verdict::Accept => json!({ "verdict": "accept" }),
        Verdict::Refuse {
            rule,
            culprit,
            code,
        } => {
            let mut value = json!({ "verdict": "refuse", "rule": rule, "code": code });
            if let Some((issuer, serial_number)) = culprit {
                let named = json!({ "issuer": issuer, "serial_number": serial_number });
                value
                    .as_object_mut()
                    .unwrap()
                    .insert("culprit".to_owned(), named);
            }
            value
        }
    }
}

pub(crate) fn read(text: &str) -> Vec<Draft> {
    let document: Value = serde_json::from_str(text).unwrap();
    let objects = &document["objects"];
    let octets = |name: &Value| {
        let encoded = objects[name.as_str().unwrap()].as_str().unwrap();
        Base64::decode_vec(encoded).unwrap()
    };
    let list =
        |names: &Value| -> Vec<Vec<u8>> { names.as_array().unwrap().iter().map(octets).collect() };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let cases = document["cases"].as_array().unwrap();
    cases
        .iter()
        .map(|case| {
            let roots = list(&case["roots"]);
            let roots = roots
                .iter()
                .map(|octets| Certificate::parse(octets, &KeyRules::default()).unwrap());
            let policy = Policy {
                require_every_listed_crl: case["require_every_listed_crl"] == json!(true),
                ..Policy::default()
            };
            let expected = &case["expected"];
            Draft {
                id: text(&case["id"]),
                description: text(&case["description"]),
                holdings: Holdings {
                    roots: TrustStore::new(roots.collect()),
                    certificates: Vec::new(),
                    crls: list(&case["crls"])
                        .iter()
                        .map(|octets| Crl::parse(octets).unwrap())
                        .collect(),
                    bci: case.get("bci").map(|name| read_bci(&octets(name))),
                    policy,
                    at: Date::from_unix(case["at_unix"].as_u64().unwrap()).unwrap(),
                },
                certificates: list(&case["certificates"]),
                end_entity: octets(&case["end_entity"]),
                purpose: purpose(case["purpose"].as_str().unwrap()),
                brand: case.get("brand").map(text),
                expected: match expected["verdict"].as_str().unwrap() {
                    "accept" => Verdict::Accept,
                    _ => Verdict::Refuse {
                        rule: text(&expected["rule"]),
                        code: text(&expected["code"]),
                        culprit: expected.get("culprit").map(|culprit| {
                            (text(&culprit["issuer"]), text(&culprit["serial_number"]))
                        }),
                    },
                },
            }
        })
        .collect()
}

pub(crate) fn rule_name(rule: &Rule) -> &'static str {
    match rule {
        Rule::Missing => "missing",
        Rule::Malformed(_) => "malformed",
        Rule::TooLong(_) => "tooLong",
        Rule::TooManyCandidates(_) => "tooManyCandidates",
        Rule::Signature => "signature",
        Rule::UntrustedRoot => "untrustedRoot",
        Rule::NotYetValid(_) => "notYetValid",
        Rule::Expired(_) => "expired",
        Rule::PrivateKeyUsagePeriod(_) => "privateKeyUsagePeriod",
        Rule::NameChaining => "nameChaining",
        Rule::BasicConstraints => "basicConstraints",
        Rule::KeyUsage => "keyUsage",
        Rule::CertificateType(_) => "certificateType",
        Rule::Policies => "policies",
        Rule::Brand => "brand",
        Rule::CriticalExtension(_) => "criticalExtension",
        Rule::Revoked(_) => "revoked",
        Rule::CrlMissing => "crlMissing",
        Rule::BciMissing => "bciMissing",
        Rule::Stale(_) => "stale",
        Rule::RevocationSignature => "revocationSignature",
        Rule::Provider(_) => "provider",
    }
}

/// What a case may be refused for.
pub(crate) const RULES: [&str; 21] = [
    "missing",
    "malformed",
    "tooLong",
    "tooManyCandidates",
    "signature",
    "untrustedRoot",
    "notYetValid",
    "expired",
    "privateKeyUsagePeriod",
    "nameChaining",
    "basicConstraints",
    "keyUsage",
    "certificateType",
    "policies",
    "brand",
    "criticalExtension",
    "revoked",
    "crlMissing",
    "bciMissing",
    "stale",
    "revocationSignature",
];

const PURPOSES: [(&str, Purpose); 13] = [
    ("cardholderSignature", Purpose::CardholderSignature),
    ("merchantSignature", Purpose::MerchantSignature),
    ("merchantEncryption", Purpose::MerchantEncryption),
    ("gatewaySignature", Purpose::GatewaySignature),
    ("gatewayEncryption", Purpose::GatewayEncryption),
    ("cardholderCaSignature", Purpose::CardholderCaSignature),
    ("cardholderCaEncryption", Purpose::CardholderCaEncryption),
    ("merchantCaSignature", Purpose::MerchantCaSignature),
    ("merchantCaEncryption", Purpose::MerchantCaEncryption),
    ("gatewayCaSignature", Purpose::GatewayCaSignature),
    ("gatewayCaEncryption", Purpose::GatewayCaEncryption),
    ("brandCaCrl", Purpose::BrandCaCrl),
    ("caCrl", Purpose::CaCrl),
];

fn purpose_name(purpose: Purpose) -> &'static str {
    let found = PURPOSES.iter().find(|(_, other)| *other == purpose);
    found.unwrap().0
}

fn purpose(name: &str) -> Purpose {
    let found = PURPOSES.iter().find(|(other, _)| *other == name);
    found.unwrap().1
}
