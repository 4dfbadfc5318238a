//! Changing a value where its type says that there is something to change.

use set_core::asn1::Schema;
use set_testkit::annotated::{Body, Element};

use crate::Input;

/// `octets`, a value of the type, with up to four of its elements changed as the input says:
/// another content, none, one taken away, one doubled, one in the place of another. The
/// lengths around them fit again.
///
/// Octets that are no such value come back as they are.
#[must_use]
pub fn altered(octets: &[u8], schema: &'static Schema, input: &mut Input<'_>) -> Vec<u8> {
    let Some(mut whole) = Element::read(octets, schema) else {
        return octets.to_vec();
    };
    for _ in 0..=input.octet() % 4 {
        let count = whole.all().len();
        let index = input.below(count);
        let other = whole.all().get(input.below(count)).map(|it| (*it).clone());
        let what = input.octet();
        let content = input.some();
        whole = whole.with(index, |element| change(element, what, content, other));
    }
    whole.write()
}

fn change(element: &mut Element, what: u8, content: &[u8], other: Option<Element>) {
    match (what % 6, &mut element.body) {
        (0, _) => element.body = Body::Removed,
        (1, Body::Constructed(children)) => {
            if let Some(first) = children.first().cloned() {
                children.push(first);
            }
        }
        (2, _) => {
            if let Some(other) = other {
                *element = other;
            }
        }
        (3, Body::Constructed(children)) => children.reverse(),
        (4, Body::Primitive(octets)) => {
            for (octet, change) in octets.iter_mut().zip(content) {
                *octet ^= change;
            }
        }
        (_, Body::Primitive(octets)) => *octets = content.to_vec(),
        (_, Body::Constructed(children)) => children.clear(),
        (_, Body::Removed) => {}
    }
}
