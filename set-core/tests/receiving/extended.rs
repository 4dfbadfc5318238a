//! Values with a message extension put where there may be one.

use set_core::asn1::{Asn1, Field, Schema, Shape, Tagging};
use set_core::msg::tags::MsgExtension;
use set_testkit::annotated::{Body, Element};
use set_testkit::generate;

/// The content octets of an extension that nobody knows, 1.2.3.4.
pub(crate) fn unknown(critical: bool) -> Vec<u8> {
    let flag: &[u8] = if critical { b"\x01\x01\xff" } else { b"" };
    [b"\x06\x03\x2a\x03\x04", flag, b"\x04\x02\x05\x00"].concat()
}

/// Whether a component is a list of message extensions.
pub(crate) fn holds_extensions(field: &Field) -> bool {
    matches!(&field.schema.shape, Shape::SequenceOf(inner) if inner.name == MsgExtension::SCHEMA.name)
}

/// `octets`, a value of type `schema`, with the extension in each place in turn where there may
/// be one and is none; with the name of the place.
pub(crate) fn everywhere(
    octets: &[u8],
    schema: &'static Schema,
    critical: bool,
) -> Vec<(String, Vec<u8>)> {
    let whole = Element::read(octets, schema).unwrap();
    let mut all = Vec::new();
    for (index, element) in whole.all().into_iter().enumerate() {
        let Some(Shape::Sequence(fields)) = element.schema.map(|schema| &schema.shape) else {
            continue;
        };
        for place in fields.iter().filter(|field| holds_extensions(field)) {
            let extended = whole.with(index, |element| insert(element, fields, place, critical));
            let path = format!("{}.{}", element.path, place.name);
            all.push((path, extended.write()));
        }
    }
    all
}

fn insert(element: &mut Element, fields: &[Field], place: &'static Field, critical: bool) {
    let Tagging::Implicit(number) = place.tagging else {
        panic!("{} has a tag of its own", place.name);
    };
    let position = |name: &str| fields.iter().position(|field| field.name == name);
    let extensions = generate::tlv(vec![0x30], &unknown(critical));
    let added = Element {
        path: String::new(),
        identifier: generate::context(number, true),
        body: Body::Primitive(extensions),
        schema: None,
        field: Some(place),
        opaque: false,
        start: 0,
        content: 0,
        end: 0,
        long_length: false,
    };
    let Body::Constructed(children) = &mut element.body else {
        panic!("a SEQUENCE is constructed");
    };
    let before = |child: &&Element| {
        child
            .field
            .is_some_and(|field| position(field.name) < position(place.name))
    };
    let at = children.iter().filter(before).count();
    assert!(
        children
            .get(at)
            .and_then(|child| child.field)
            .is_none_or(|field| field.name != place.name),
        "{} is there already",
        place.name
    );
    children.insert(at, added);
}
