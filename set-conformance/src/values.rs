//! Values in the specification's words.

use der::asn1::ObjectIdentifier;
use set_core::asn1::{self, FloatingPoint, Limits, Schema, Shape};
use set_testkit::annotated::{Body, Element};

/// The content octets of a value of this type.
pub(crate) fn content(schema: Option<&'static Schema>, value: &str) -> Option<Vec<u8>> {
    Some(match &schema?.shape {
        Shape::Boolean => vec![match value {
            "TRUE" => 0xff,
            "FALSE" => 0,
            _ => return None,
        }],
        Shape::Integer => integer(value.parse().ok()?),
        Shape::Enumerated(names) => {
            let named = names.iter().find(|(name, _)| *name == value);
            let number = match named {
                Some((_, number)) => i128::from(*number),
                // A number that has no name.
                None => value.parse().ok()?,
            };
            integer(number)
        }
        Shape::Text(der::Tag::BmpString) => {
            value.encode_utf16().flat_map(u16::to_be_bytes).collect()
        }
        Shape::Text(_) | Shape::GeneralizedTime => value.as_bytes().to_vec(),
        Shape::Oid => ObjectIdentifier::new(value).ok()?.as_bytes().to_vec(),
        _ => return None,
    })
}

/// An INTEGER's content octets, as few as possible.
fn integer(value: i128) -> Vec<u8> {
    let octets = value.to_be_bytes();
    let spare = octets
        .windows(2)
        .take_while(|pair| {
            matches!(pair, [0, next] if *next < 0x80)
                || matches!(pair, [0xff, next] if *next >= 0x80)
        })
        .count();
    octets.get(spare..).unwrap_or_default().to_vec()
}

/// An element's value in words; none for a structure and for secrets.
pub(crate) fn text(element: &Element) -> Option<String> {
    let Body::Primitive(content) = &element.body else {
        return None;
    };
    let schema = element.schema?;
    if schema.secret {
        return None;
    }
    Some(match &schema.shape {
        Shape::Boolean => match content.as_slice() {
            [0] => "FALSE".into(),
            _ => "TRUE".into(),
        },
        Shape::Integer => number(content).to_string(),
        Shape::Enumerated(names) => {
            let value = number(content);
            let named = names.iter().find(|(_, known)| i128::from(*known) == value);
            named.map_or_else(|| value.to_string(), |(name, _)| (*name).to_owned())
        }
        Shape::Text(der::Tag::BmpString) => {
            let (pairs, _) = content.as_chunks::<2>();
            let units: Vec<u16> = pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
            String::from_utf16_lossy(&units)
        }
        Shape::Text(_) | Shape::GeneralizedTime => String::from_utf8_lossy(content).into_owned(),
        Shape::Oid => ObjectIdentifier::from_bytes(content).ok()?.to_string(),
        Shape::Real => real(content),
        _ => content.iter().map(|octet| format!("{octet:02x}")).collect(),
    })
}

/// The INTEGER's value; of one that is longer than 16 octets, its end.
fn number(content: &[u8]) -> i128 {
    let start = match content.first() {
        Some(first) if *first >= 0x80 => -1,
        _ => 0,
    };
    content
        .iter()
        .fold(start, |value: i128, octet| value << 8 | i128::from(*octet))
}

fn real(content: &[u8]) -> String {
    let octets = set_testkit::generate::tlv(vec![9], content);
    let value: Result<FloatingPoint, _> = asn1::decode(&octets, &Limits::default());
    value.map_or_else(|_| String::new(), |value| value.value().to_string())
}
