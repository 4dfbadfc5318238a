//! Octets that are no longer a value of their type, in every way that DER knows.

use set_core::asn1::{Presence, Schema, Shape, Tagging};

use crate::annotated::{Body, Element};
use crate::generate::{context, default_of, tlv, universal};

/// Octets with one fault.
#[derive(Clone, Debug)]
pub struct Corrupt {
    /// The element at fault, by the names from the outermost type inwards.
    pub path: String,
    /// The fault.
    pub what: &'static str,
    /// All octets.
    pub octets: Vec<u8>,
}

/// Every fault that can be put into `octets`, a value of type `schema`.
///
/// Elements inside an ANY are left alone, as are tags that another
/// component could have: all octets that are returned must be refused.
#[must_use]
pub fn all(octets: &[u8], schema: &'static Schema) -> Vec<Corrupt> {
    some(octets, schema, usize::MAX)
}

/// As [`all`], but in about `elements` elements only, spread evenly over the value.
#[must_use]
pub fn some(octets: &[u8], schema: &'static Schema, elements: usize) -> Vec<Corrupt> {
    let Some(whole) = Element::read(octets, schema) else {
        return Vec::new();
    };
    let mut all = vec![Corrupt {
        path: whole.path.clone(),
        what: "an octet after the end",
        octets: [octets, &[0]].concat(),
    }];
    let inside = whole.all();
    let stride = inside.len() / elements.max(1) + 1;
    for (index, &element) in inside.iter().enumerate().step_by(stride) {
        if element.opaque {
            continue;
        }
        let mut add = |what, octets| {
            all.push(Corrupt {
                path: element.path.clone(),
                what,
                octets,
            });
        };
        add("cut before the element", cut(octets, element.start));
        add("cut inside the header", cut(octets, element.start + 1));
        let mut change = |what, change: &dyn Fn(&mut Element)| {
            add(what, whole.with(index, change).write());
        };
        change("another class", &|element| {
            if let Some(first) = element.identifier.first_mut() {
                *first ^= 0x40;
            }
        });
        change("a length with an octet too many", &|element| {
            element.long_length = true;
        });
        match element.body {
            Body::Constructed(_) => structure(element, &mut change),
            _ => value(element, &mut change),
        }
        // Elsewhere the octets that follow could happen to make sense.
        let last = inside
            .iter()
            .any(|outer| outer.end == element.end && outer.start < element.start);
        for by in [1, 0xff].into_iter().filter(|_| last || index == 0) {
            let mut altered = octets.to_vec();
            if let Some(length) = altered.get_mut(element.content - 1) {
                *length = length.wrapping_add(by);
            }
            add("a length that is off by one", altered);
        }
    }
    all
}

fn cut(octets: &[u8], at: usize) -> Vec<u8> {
    octets.get(..at).unwrap_or_default().to_vec()
}

type Change<'a> = dyn FnMut(&'static str, &dyn Fn(&mut Element)) + 'a;

/// Faults of a SEQUENCE or of an EXPLICIT tag.
fn structure(element: &Element, change: &mut Change<'_>) {
    let last = |octets: Vec<u8>| move |element: &mut Element| push(element, usize::MAX, &octets);
    match element.schema.map(|schema| &schema.shape) {
        Some(Shape::Sequence(fields)) => {
            change("an element too many", &last(vec![0xdf, 0x20, 0]));
            for (place, field) in fields.iter().enumerate() {
                let Some(default) = default_of(field) else {
                    continue;
                };
                let identifier = match field.tagging {
                    Tagging::Implicit(number) => context(number, false),
                    _ => universal(field.schema),
                };
                let written = tlv(identifier, &default);
                change("a DEFAULT written out", &|element| {
                    let names = fields.get(..place).unwrap_or_default();
                    let before = |child: &&Element| {
                        child
                            .field
                            .is_some_and(|child| names.iter().any(|field| field.name == child.name))
                    };
                    let Body::Constructed(children) = &mut element.body else {
                        return;
                    };
                    children
                        .retain(|child| child.field.is_none_or(|child| child.name != field.name));
                    let at = children.iter().filter(before).count();
                    push(element, at, &written);
                });
            }
            for (place, field) in fields.iter().enumerate() {
                // Where the next one could take its place nothing would be missing.
                let untagged = matches!(field.schema.shape, Shape::Choice(_) | Shape::Any);
                let alone = fields
                    .get(place + 1..)
                    .unwrap_or_default()
                    .iter()
                    .all(|next| next.tagging != Tagging::Universal);
                if field.presence == Presence::Required && alone && !untagged {
                    change("a component missing", &|element| {
                        if let Body::Constructed(children) = &mut element.body {
                            children.retain(|child| {
                                child.field.is_none_or(|child| child.name != field.name)
                            });
                        }
                    });
                }
            }
        }
        None => change("a second value under a tag", &last(vec![5, 0])),
        Some(_) => {}
    }
}

/// Faults of a value.
fn value(element: &Element, change: &mut Change<'_>) {
    let Some(schema) = element.schema else {
        return;
    };
    let set = |content: Vec<u8>| {
        move |element: &mut Element| element.body = Body::Primitive(content.clone())
    };
    match &schema.shape {
        Shape::Boolean => change("a BOOLEAN of 01", &set(vec![1])),
        Shape::Integer => {
            change("an empty INTEGER", &set(vec![]));
            change("an INTEGER of too many octets", &|element| {
                if let Body::Primitive(content) = &mut element.body {
                    let negative = content.first().is_some_and(|first| *first >= 0x80);
                    content.insert(0, if negative { 0xff } else { 0 });
                }
            });
            if schema.name != "INTEGER" {
                change("a negative INTEGER", &set(vec![0xff]));
            }
        }
        Shape::Enumerated(_) => change("an unknown ENUMERATED", &set(vec![0x7e])),
        Shape::Null => change("a NULL with content", &set(vec![0])),
        Shape::Oid => change("an OBJECT IDENTIFIER cut off", &set(vec![0x2a, 0x86])),
        Shape::Real => change("a REAL in base 10", &set(vec![3, b'1'])),
        Shape::GeneralizedTime => {
            change("a date without seconds", &set(b"199801010000Z".to_vec()));
            change("a thirteenth month", &set(b"19981301000000Z".to_vec()));
        }
        Shape::Text(_) => {
            change("a control character", &|element| {
                if let Body::Primitive(content) = &mut element.body {
                    *content = [0xd8, 0x00].repeat(content.len().div_ceil(2).max(1));
                }
            });
        }
        Shape::BitString(_) => change("nine unused bits", &set(vec![9, 0])),
        _ => {}
    }
}

fn push(element: &mut Element, at: usize, octets: &[u8]) {
    let Body::Constructed(children) = &mut element.body else {
        return;
    };
    let Some((identifier, rest)) = split(octets) else {
        return;
    };
    let added = Element {
        path: element.path.clone(),
        identifier,
        body: Body::Primitive(rest),
        schema: None,
        field: None,
        opaque: true,
        start: 0,
        content: 0,
        end: 0,
        long_length: false,
    };
    children.insert(at.min(children.len()), added);
}

/// Identifier and content of a short primitive element.
fn split(octets: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let identifier = if octets.first()? & 0x1f == 0x1f { 2 } else { 1 };
    Some((
        octets.get(..identifier)?.to_vec(),
        octets.get(identifier + 1..)?.to_vec(),
    ))
}
