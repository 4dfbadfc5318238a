//! Messages with one field altered, as somebody on the wire could do it.
//!
//! Altered octets are well formed again: a value is replaced by another one of its type,
//! or a component that may be absent is taken away, and all lengths around it fit. What is
//! inside a SignedData is altered too, and the signature left as it was.

use set_core::asn1::{Schema, Shape};

use crate::annotated::{Body, Element};

/// Octets that differ from the original in one field.
#[derive(Clone, Debug)]
pub struct Altered {
    /// The field, by the names from the outermost type inwards.
    pub path: String,
    /// What was done to it.
    pub how: How,
    /// All octets.
    pub octets: Vec<u8>,
}

/// What was done to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Its value is another one.
    Changed,
    /// It is gone.
    Removed,
}

/// Each field of `octets`, a value of type `schema`, altered in turn.
///
/// None where `octets` are no such value.
///
/// ```
/// use set_core::asn1::Asn1;
/// use set_core::msg::amount::CurrencyAmount;
/// use set_testkit::alter;
///
/// let octets = b"\x30\x0b\x02\x02\x03\x48\x02\x02\x32\x96\x02\x01\xfe";
/// let altered = alter::fields(octets, CurrencyAmount::SCHEMA);
/// let paths: Vec<&str> = altered.iter().map(|altered| altered.path.as_str()).collect();
/// assert_eq!(
///     paths,
///     [
///         "CurrencyAmount.currency",
///         "CurrencyAmount.amount",
///         "CurrencyAmount.amtExp10"
///     ]
/// );
/// ```
#[must_use]
pub fn fields(octets: &[u8], schema: &'static Schema) -> Vec<Altered> {
    let Some(whole) = Element::read(octets, schema) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for (index, element) in whole.all().into_iter().enumerate() {
        if let Some(content) = changed(element) {
            let octets = whole.with(index, |element| element.body = Body::Primitive(content));
            all.push(Altered {
                path: element.path.clone(),
                how: How::Changed,
                octets: octets.write(),
            });
        }
        if element.may_be_absent() {
            let octets = whole.with(index, |element| element.body = Body::Removed);
            all.push(Altered {
                path: element.path.clone(),
                how: How::Removed,
                octets: octets.write(),
            });
        }
    }
    all
}

/// Other content of the same type; none for a structure, a NULL, or a DEFAULT that could
/// only be changed into its DEFAULT.
fn changed(element: &Element) -> Option<Vec<u8>> {
    let Body::Primitive(content) = &element.body else {
        return None;
    };
    let mut content = content.clone();
    let number = element.identifier.first().copied().unwrap_or(0);
    match element.schema.map(|schema| &schema.shape) {
        Some(Shape::Null) => return None,
        Some(Shape::Boolean) if element.may_be_absent() => return None,
        Some(Shape::Boolean) => content = vec![if content == [0] { 0xff } else { 0 }],
        Some(Shape::Integer) => step(content.last_mut()?),
        Some(Shape::Enumerated(names)) => {
            let code = u32::from(*content.last()?);
            let at = names.iter().position(|(_, number)| *number == code)?;
            let (_, other) = names.get(at + 1).or(names.first())?;
            if *other == code {
                return None;
            }
            content = vec![u8::try_from(*other).ok()?];
        }
        Some(Shape::Text(der::Tag::BmpString)) => *content.last_mut()? ^= 1,
        Some(Shape::Text(_)) => *content.last_mut()? = letter(*content.last()?),
        // The last digit but the Z.
        Some(Shape::GeneralizedTime) => step_digit(content.iter_mut().rev().nth(1)?),
        Some(Shape::Real) => match content.last_mut() {
            Some(mantissa) => *mantissa ^= 2,
            None => content = vec![0x80, 0, 1],
        },
        Some(Shape::BitString(_)) => *content.get_mut(1)? ^= 0x80,
        // Inside ANY: texts stay texts.
        None if matches!(number, 18 | 19 | 22 | 26) => {
            *content.last_mut()? = letter(*content.last()?);
        }
        None if matches!(number, 23 | 24) => step_digit(content.iter_mut().rev().nth(1)?),
        None if number == 1 => content = vec![if content == [0] { 0xff } else { 0 }],
        Some(Shape::Oid) => step(content.last_mut()?),
        _ => match content.last_mut() {
            Some(last) => *last ^= 1,
            None if element.schema.is_some() => content = vec![0],
            None => return None,
        },
    }
    Some(content)
}

/// One more; one less, where one more would change the sign or the number of octets.
fn step(octet: &mut u8) {
    *octet = match *octet {
        0x7f | 0xff => *octet - 1,
        other => other + 1,
    };
}

fn step_digit(octet: &mut u8) {
    *octet = if *octet == b'0' { b'1' } else { b'0' };
}

fn letter(octet: u8) -> u8 {
    match octet {
        b'9' => b'8',
        b'0'..=b'8' => octet + 1,
        b'a' => b'b',
        _ => b'a',
    }
}
