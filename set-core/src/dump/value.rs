//! Values of primitive elements in readable form.

use der::Tag;
use der::asn1::ObjectIdentifier;

use super::mask;
use crate::asn1::{self, Date, FloatingPoint, Limits, Shape, oid};

/// Whether what looks like an account number is starred out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mask {
    On,
    Off,
}

/// The content of a primitive element of the given shape; none if it is no such value.
pub(super) fn of_shape(shape: &Shape, content: &[u8], mask: Mask) -> Option<String> {
    match shape {
        Shape::Boolean => match content {
            [0] => Some("FALSE".into()),
            [0xff] => Some("TRUE".into()),
            _ => None,
        },
        Shape::Integer => integer(content, mask),
        Shape::Enumerated(names) => {
            let number = small(content)?;
            let (name, _) = names.iter().find(|(_, code)| *code == number)?;
            Some(format!("{name} ({number})"))
        }
        Shape::BitString(names) => bits(names, content, mask),
        Shape::OctetString => Some(octets(content, mask)),
        Shape::Null => content.is_empty().then(|| "NULL".into()),
        Shape::Oid => object_identifier(content),
        Shape::Real => real(content),
        Shape::GeneralizedTime => date(content),
        Shape::Text(tag) => characters(*tag, content, mask),
        Shape::Any
        | Shape::Sequence(_)
        | Shape::SequenceOf(_)
        | Shape::SetOf(_)
        | Shape::Choice(_) => None,
    }
}

/// The content of a primitive element known only by its universal tag number.
pub(super) fn of_universal(number: u32, content: &[u8], mask: Mask) -> Option<String> {
    match number {
        1 => of_shape(&Shape::Boolean, content, mask),
        2 | 10 => integer(content, mask),
        3 => bits(&[], content, mask),
        5 => of_shape(&Shape::Null, content, mask),
        6 => object_identifier(content),
        9 => real(content),
        12 => characters(Tag::Utf8String, content, mask),
        18 => characters(Tag::NumericString, content, mask),
        19 => characters(Tag::PrintableString, content, mask),
        22 => characters(Tag::Ia5String, content, mask),
        26 => characters(Tag::VisibleString, content, mask),
        30 => characters(Tag::BmpString, content, mask),
        23 => characters(Tag::VisibleString, content, mask),
        24 => date(content),
        _ => None,
    }
}

/// Octets in hexadecimal, account numbers starred out, shortened past 32.
pub(super) fn octets(content: &[u8], mask: Mask) -> String {
    let hidden = mask::octets(content);
    let mut shown = String::new();
    for (octet, hidden) in content.iter().zip(hidden).take(SHOWN_OCTETS) {
        if hidden && mask == Mask::On {
            shown.push_str("**");
        } else {
            shown.push_str(&format!("{octet:02x}"));
        }
    }
    if content.len() > SHOWN_OCTETS {
        shown.push_str(&format!("… ({} octets)", content.len()));
    }
    shown
}

/// Text in quotes, account numbers starred out, shortened past 256 characters.
pub(super) fn quoted(text: &str, mask: Mask) -> String {
    let masked = match mask {
        Mask::On => mask::text(text),
        Mask::Off => text.to_owned(),
    };
    let count = masked.chars().count();
    let mut shown = String::from("\"");
    shown.extend(masked.chars().take(SHOWN_CHARACTERS).flat_map(|c| {
        // Quotes and backslashes are escaped here, controls and odd spaces too.
        c.escape_debug()
    }));
    shown.push('"');
    if count > SHOWN_CHARACTERS {
        shown.push_str(&format!("… ({count} characters)"));
    }
    shown
}

fn characters(tag: Tag, content: &[u8], mask: Mask) -> Option<String> {
    if tag == Tag::BmpString {
        let (units, rest) = content.as_chunks::<2>();
        let units: Vec<u16> = units.iter().map(|unit| u16::from_be_bytes(*unit)).collect();
        let text = String::from_utf16(&units).ok()?;
        return rest.is_empty().then(|| quoted(&text, mask));
    }
    core::str::from_utf8(content)
        .ok()
        .map(|text| quoted(text, mask))
}

fn integer(content: &[u8], mask: Mask) -> Option<String> {
    let first = *content.first()?;
    if let [0, rest @ ..] = content
        && rest.len() == 8
    {
        let value = rest
            .iter()
            .fold(0u64, |value, octet| value << 8 | u64::from(*octet));
        return Some(value.to_string());
    }
    if content.len() > 8 {
        return Some(format!("0x{}", octets(content, mask)));
    }
    let sign = if first & 0x80 == 0 { 0 } else { -1 };
    let value = content
        .iter()
        .fold(sign, |value: i64, octet| value << 8 | i64::from(*octet));
    Some(value.to_string())
}

fn small(content: &[u8]) -> Option<u32> {
    match content {
        [first @ 0..0x80, rest @ ..] if rest.len() < 4 => {
            Some(rest.iter().fold(u32::from(*first), |value, octet| {
                value << 8 | u32::from(*octet)
            }))
        }
        _ => None,
    }
}

fn bits(names: &[(&str, u32)], content: &[u8], mask: Mask) -> Option<String> {
    let (unused, rest) = content.split_first()?;
    if *unused > 7 || (rest.is_empty() && *unused > 0) {
        return None;
    }
    if names.is_empty() {
        return Some(octets(rest, mask));
    }
    let mut set = Vec::new();
    for (index, octet) in rest.iter().take(SHOWN_OCTETS).enumerate() {
        for bit in 0..8u8 {
            if octet & (0x80 >> bit) != 0 {
                let number = u32::try_from(index).ok()? * 8 + u32::from(bit);
                let name = names.iter().find(|(_, place)| *place == number);
                set.push(name.map_or_else(|| number.to_string(), |(name, _)| (*name).into()));
            }
        }
    }
    Some(format!("{{{}}}", set.join(", ")))
}

fn object_identifier(content: &[u8]) -> Option<String> {
    let id = ObjectIdentifier::from_bytes(content).ok()?;
    Some(match oid::name(&id) {
        Some(name) => format!("{id} ({name})"),
        None => id.to_string(),
    })
}

fn real(content: &[u8]) -> Option<String> {
    let value: FloatingPoint = decode(9, content)?;
    Some(value.value().to_string())
}

fn date(content: &[u8]) -> Option<String> {
    let value: Date = decode(24, content)?;
    Some(value.to_string())
}

/// Decodes `content` under a universal tag of its own.
fn decode<T: asn1::Wire>(tag: u8, content: &[u8]) -> Option<T> {
    let mut element = vec![tag, u8::try_from(content.len()).ok()?];
    element.extend(content);
    asn1::decode(&element, &Limits::default()).ok()
}

const SHOWN_OCTETS: usize = 32;
const SHOWN_CHARACTERS: usize = 256;
