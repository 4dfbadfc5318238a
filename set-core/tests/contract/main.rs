//! The declared types against the ASN.1 of the contract, which is in `set-core/asn1`: every
//! name, order, tag, optionality, enumeration and bound.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod notation;

use std::collections::BTreeMap;

use notation::{Bounds, Component, Type};
use set_core::asn1::{Field, Limits, Presence, Schema, Shape, Tagging};
use set_core::msg::{Message, registry};
use set_testkit::generate::{default_of, tlv, universal};

const MODULES: [&str; 4] = [
    include_str!("../../asn1/SetPkcs7.asn"),
    include_str!("../../asn1/SetMessage.asn"),
    include_str!("../../asn1/SetCertMsgs.asn"),
    include_str!("../../asn1/SetCertExtensions.asn"),
];

/// The parts of a Name: `x509-cert` reads them.
const WITHIN_NAME: [&str; 2] = ["AttributeTypeAndValue", "RelativeDistinguishedName"];

fn contract() -> BTreeMap<String, Type> {
    let mut all = BTreeMap::new();
    for module in MODULES {
        for (name, of) in notation::parse(module) {
            assert!(all.insert(name.clone(), of).is_none(), "{name} twice");
        }
    }
    all
}

#[test]
fn every_type_of_the_contract_is_declared_and_no_other() {
    let contract = contract();
    let declared: Vec<&str> = registry::ALL.iter().map(|entry| entry.name).collect();
    for name in contract.keys() {
        let known = declared.iter().filter(|declared| *declared == name).count();
        let wanted = usize::from(!WITHIN_NAME.contains(&name.as_str()));
        assert_eq!(known, wanted, "{name}");
    }
    for name in declared {
        assert!(contract.contains_key(name), "{name}");
    }
}

#[test]
fn every_declaration_says_what_the_contract_says() {
    let contract = contract();
    let mut wrong = Vec::new();
    for entry in registry::ALL {
        Comparison {
            contract: &contract,
            wrong: &mut wrong,
        }
        .types(&contract[entry.name], entry.schema, entry.name);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_message_is_called_after_its_type() {
    let contract = contract();
    let Type::Choice(alternatives) = &contract["Message"] else {
        panic!("Message is a CHOICE");
    };
    let names: Vec<Type> = Message::NAMES
        .iter()
        .map(|name| Type::Named((*name).into()))
        .collect();
    let types: Vec<Type> = alternatives.iter().map(|field| field.of.clone()).collect();
    assert_eq!(names, types);
}

/// Collects the differences, so that one run shows them all.
struct Comparison<'a> {
    contract: &'a BTreeMap<String, Type>,
    wrong: &'a mut Vec<String>,
}

impl Comparison<'_> {
    fn types(&mut self, of: &Type, schema: &'static Schema, path: &str) {
        match (of, &schema.shape) {
            // The one type that is read by another crate.
            (Type::SequenceOf(..), Shape::SequenceOf(_)) if schema.name == "Name" => {}
            (Type::Sequence(components), Shape::Sequence(fields)) => {
                self.components(components, fields, path);
            }
            (Type::Choice(components), Shape::Choice(fields)) => {
                self.components(components, fields, path);
            }
            (Type::Enumerated(numbers), Shape::Enumerated(declared))
            | (Type::BitString(numbers), Shape::BitString(declared)) => {
                let declared: Vec<(String, u32)> = declared
                    .iter()
                    .map(|(name, number)| ((*name).to_owned(), *number))
                    .collect();
                self.equal(numbers, &declared, path);
            }
            (Type::SequenceOf(of, _), Shape::SequenceOf(inner)) => self.types(of, inner, path),
            (Type::SetOf(of), Shape::SetOf(inner)) => self.types(of, inner, path),
            (Type::Boolean, Shape::Boolean)
            | (Type::Integer(_), Shape::Integer)
            | (Type::OctetString(_), Shape::OctetString)
            | (Type::Null, Shape::Null)
            | (Type::Oid, Shape::Oid)
            | (Type::Real, Shape::Real)
            | (Type::GeneralizedTime, Shape::GeneralizedTime)
            | (Type::Any, Shape::Any) => {}
            (Type::Text(kind, _), Shape::Text(tag)) => {
                self.equal(&(*kind).to_owned(), &tag.to_string(), path);
            }
            (Type::Named(name), _) => self.named(name, schema, path),
            _ => self.wrong.push(format!("{path}: {of:?} is not {schema:?}")),
        }
    }

    /// A structure must be the declared one; a primitive may be declared under the name of
    /// the component, when it is a Secret or a Nonce that must not be shown.
    fn named(&mut self, name: &str, schema: &'static Schema, path: &str) {
        let Some(entry) = registry::find(name) else {
            self.wrong.push(format!("{path}: no {name}"));
            return;
        };
        if entry.schema.name == "SEQUENCE OF" {
            let of = self.contract[name].clone();
            self.types(&of, schema, path);
        } else if name == "Secret" || (name == "Nonce" && schema.secret) {
            self.equal(&true, &schema.secret, path);
            let of = self.contract[name].clone();
            self.types(&of, schema, path);
        } else {
            self.equal(&entry.schema.name, &schema.name, path);
        }
    }

    fn components(&mut self, components: &[Component], fields: &'static [Field], path: &str) {
        let names: Vec<&str> = components.iter().map(|c| c.name.as_str()).collect();
        let declared: Vec<&str> = fields.iter().map(|field| field.name).collect();
        self.equal(&names, &declared, path);
        for (component, field) in components.iter().zip(fields) {
            let path = format!("{path}.{}", component.name);
            let tagging = match (component.tag, component.explicit) {
                (None, _) => Tagging::Universal,
                (Some(number), true) => Tagging::Explicit(number),
                (Some(number), false) => Tagging::Implicit(number),
            };
            self.equal(&tagging, &field.tagging, &path);
            // X.680 makes the tag of a CHOICE or ANY explicit whatever the module says; the
            // contract writes it out.
            if matches!(tagging, Tagging::Implicit(_)) {
                let untagged = matches!(field.schema.shape, Shape::Choice(_) | Shape::Any);
                self.equal(&false, &untagged, &path);
            }
            let presence = match (component.optional, &component.default) {
                (true, _) => Presence::Optional,
                (false, Some(_)) => Presence::Default,
                (false, None) => Presence::Required,
            };
            self.equal(&presence, &field.presence, &path);
            if let Some(default) = &component.default {
                let octet = match default.as_str() {
                    "TRUE" => 0xff,
                    "FALSE" => 0,
                    number => number.parse().unwrap(),
                };
                self.equal(&Some(vec![octet]), &default_of(field), &path);
            }
            self.types(&component.of, field.schema, &path);
        }
    }

    fn equal<T: PartialEq + std::fmt::Debug>(&mut self, contract: &T, declared: &T, path: &str) {
        if contract != declared {
            self.wrong.push(format!(
                "{path}: {contract:?} in the contract, {declared:?} here"
            ));
        }
    }
}

/// Values at both ends of each named type's bounds, and just outside them.
#[test]
fn bounds_of_named_types_are_those_of_the_contract() {
    let limits = Limits {
        octets: 1 << 21,
        ..Limits::default()
    };
    let mut checked = 0;
    for (name, of) in contract() {
        let (Some((low, high)), Some(entry)) = (bounds(&of), registry::find(&name)) else {
            continue;
        };
        let takes = |count: u64| {
            let content = match &of {
                Type::Integer(_) => number(count),
                Type::OctetString(_) => vec![0xaa; usize::try_from(count).unwrap()],
                // A date that both ends of CardExpiry would be; a digit for the rest.
                _ => "199912199912199912199912"
                    .bytes()
                    .chain(std::iter::repeat(b'1'))
                    .take(usize::try_from(count).unwrap())
                    .collect(),
            };
            let octets = tlv(universal(entry.schema), &content);
            entry.reencode(&octets, &limits).is_ok()
        };
        assert!(takes(low), "{name}: {low}");
        if let Some(below) = low.checked_sub(1) {
            assert!(!takes(below), "{name}: {below}");
        }
        match high {
            Some(high) => {
                assert!(takes(high), "{name}: {high}");
                assert!(!takes(high + 1), "{name}: {}", high + 1);
            }
            None => assert!(takes(u64::MAX), "{name}: a large number"),
        }
        checked += 1;
    }
    assert!(checked >= 24, "{checked} types have bounds");
}

fn bounds(of: &Type) -> Bounds {
    match of {
        Type::Integer(bounds) | Type::OctetString(bounds) | Type::Text(_, bounds) => *bounds,
        _ => None,
    }
}

fn number(value: u64) -> Vec<u8> {
    let mut octets = value.to_be_bytes().to_vec();
    while octets.len() > 1 && octets[0] == 0 && octets[1] < 0x80 {
        octets.remove(0);
    }
    if octets[0] >= 0x80 {
        octets.insert(0, 0);
    }
    octets
}
