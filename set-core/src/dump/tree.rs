//! Octets and a schema, joined into a tree.

use std::collections::HashMap;

use der::asn1::ObjectIdentifier;
use der::{Decode, Tag};

use super::Showing;
use super::value::{self, Mask};
use crate::asn1::limits::Element;
use crate::asn1::oid::message_extension;
use crate::asn1::{Asn1, Field, Presence, Schema, Shape, Tagging};
use crate::msg::content::schema_of_content;
use crate::pkcs7::{Name, SerialNumber};
use crate::x509::certificate::SignedCertificate;
use crate::x509::crl::SignedCrl;
use crate::x509::ext::schema_of_extension;

/// One element of a dump, with what the specification calls it.
#[derive(Clone, Debug)]
pub struct Node {
    /// The specification's name of the component, if it has one.
    pub name: String,
    /// The specification's name of the type; of a CHOICE, with the alternative.
    pub type_name: String,
    /// The tag.
    pub tag: String,
    /// Octets from the start to the identifier.
    pub offset: usize,
    /// Octets of identifier and length.
    pub header: usize,
    /// Octets of content.
    pub length: usize,
    /// What a primitive element says.
    pub value: Option<String>,
    /// Where the octets are not what the schema says.
    pub note: Option<String>,
    /// The elements inside.
    pub children: Vec<Node>,
    /// The type that the octets are of, where they fit it. None for the tag around an
    /// EXPLICIT component and for what no type describes.
    pub schema: Option<&'static Schema>,
}

/// One node for the value, and others for whatever follows it.
pub(super) fn build(octets: &[u8], schema: &'static Schema, showing: Showing) -> Vec<Node> {
    let mut walk = Walk {
        octets,
        showing,
        left: MAX_NODES,
        known: HashMap::new(),
    };
    let mut nodes = Vec::new();
    let mut at = 0;
    while at < octets.len() && walk.left > 0 {
        match Element::parse(octets, at, octets.len()) {
            Ok(element) if at == 0 => {
                nodes.push(walk.typed(&element, "", schema, 0));
                at = element.end;
            }
            Ok(element) => {
                let among_secrets = walk.hides(schema);
                let mut node = walk.stray(&element, "", among_secrets, 0);
                node.note = Some("after the end".into());
                nodes.push(node);
                at = element.end;
            }
            Err(error) => {
                let mut rest = walk.malformed(at, octets.len(), &error.fault().to_string());
                if walk.hides(schema) {
                    rest.value = Some("[redacted]".into());
                }
                nodes.push(rest);
                at = octets.len();
            }
        }
    }
    nodes
}

struct Walk<'a> {
    octets: &'a [u8],
    showing: Showing,
    /// How many more nodes may be made.
    left: usize,
    /// Which types are known to hold secrets or not, by their address.
    known: HashMap<*const Schema, bool>,
}

impl Walk<'_> {
    /// An element under its type's own tag.
    fn typed(
        &mut self,
        element: &Element,
        name: &str,
        schema: &'static Schema,
        depth: usize,
    ) -> Node {
        let admitted = self.tag(element).is_some_and(|tag| schema.admits(tag));
        if !admitted {
            let among_secrets = self.hides(schema);
            let mut node = self.stray(element, name, among_secrets, depth);
            node.note = Some(format!("not a {}", schema.name));
            return node;
        }
        if let (Shape::Choice(alternatives), false) = (&schema.shape, self.hidden(schema)) {
            let chosen = alternatives
                .iter()
                .find(|field| self.tag(element).is_some_and(|tag| field.admits(tag)));
            if let Some(field) = chosen {
                let mut node = self.component(element, field, None, depth);
                node.type_name = format!("{}.{}", schema.name, field.name);
                node.name = name.into();
                // An alternative under its own tag is more telling than the CHOICE.
                if field.tagging != Tagging::Universal {
                    node.schema = Some(schema);
                }
                return node;
            }
        }
        self.content(element, name, schema, None, depth)
    }

    /// An element that `field` admits. `sibling` is the object identifier before it.
    fn component(
        &mut self,
        element: &Element,
        field: &'static Field,
        sibling: Option<&ObjectIdentifier>,
        depth: usize,
    ) -> Node {
        match field.tagging {
            Tagging::Universal if matches!(field.schema.shape, Shape::Choice(_)) => {
                self.typed(element, field.name, field.schema, depth)
            }
            Tagging::Universal | Tagging::Implicit(_) => {
                self.content(element, field.name, field.schema, sibling, depth)
            }
            Tagging::Explicit(_) => {
                let mut node = self.node(element, field.name);
                let defined = match field.schema.shape {
                    Shape::Any => sibling.and_then(schema_of_content),
                    _ => None,
                };
                let schema = defined.unwrap_or(field.schema);
                node.type_name = schema.name.into();
                let unknown = field.name == "content" && matches!(schema.shape, Shape::Any);
                if unknown && !self.showing.secrets {
                    // What it is cannot be told, so neither can whether it is secret.
                    node.value = Some("[redacted]".into());
                    node.note = Some("of unknown content type".into());
                    return node;
                }
                let mut first = true;
                let among_secrets = self.hides(schema);
                self.children(element, &mut node, depth, among_secrets, |walk, child| {
                    let mut inner = walk.typed(child, "", schema, depth + 1);
                    if !first {
                        inner.note = Some("a second value".into());
                    }
                    first = false;
                    inner
                });
                node
            }
        }
    }

    /// The content of an element that is known to be of type `schema`.
    fn content(
        &mut self,
        element: &Element,
        name: &str,
        schema: &'static Schema,
        sibling: Option<&ObjectIdentifier>,
        depth: usize,
    ) -> Node {
        let mut node = self.node(element, name);
        node.type_name = schema.name.into();
        node.schema = Some(schema);
        let card = schema.name == "OCTET STRING" && sibling.is_some_and(carries_card);
        if self.hidden(schema) || (card && !self.showing.secrets) {
            node.value = Some("[redacted]".into());
            return node;
        }
        if schema.name == "Name"
            && let Some(shown) = self.distinguished_name(element)
        {
            node.value = Some(shown);
            return node;
        }
        match &schema.shape {
            Shape::Sequence(fields) => self.sequence(element, &mut node, fields, depth),
            Shape::SequenceOf(inner) | Shape::SetOf(inner) => {
                node.type_name = of(schema, inner);
                let mut index = 0usize;
                let by_line = one_line(name);
                let among_secrets = self.hides(inner);
                self.children(element, &mut node, depth, among_secrets, |walk, child| {
                    let label = format!("[{index}]");
                    index += 1;
                    match by_line.and_then(|(show, whole)| Some((show(walk, child)?, whole))) {
                        Some((line, whole)) if walk.showing.certificates => {
                            let mut node = walk.typed(child, &label, whole, depth + 1);
                            node.value = Some(line);
                            node
                        }
                        Some((line, whole)) => {
                            let mut node = walk.line(child, &label, line);
                            node.schema = Some(whole);
                            node
                        }
                        None => walk.typed(child, &label, inner, depth + 1),
                    }
                });
            }
            Shape::Any => {
                let inside = self.untyped(element, name, depth);
                return Node {
                    type_name: node.type_name,
                    ..inside
                };
            }
            Shape::OctetString
                if self.showing.certificates && sibling.and_then(schema_of_extension).is_some() =>
            {
                if let Some(inner) = sibling.and_then(schema_of_extension) {
                    self.children(element, &mut node, depth, false, |walk, child| {
                        walk.typed(child, "", inner, depth + 1)
                    });
                }
            }
            shape => match value::of_shape(shape, self.slice(element), self.mask()) {
                Some(shown) => node.value = Some(shown),
                None => {
                    node.value = Some(value::octets(self.slice(element), self.mask()));
                    node.note = Some(format!("not a {}", schema.name));
                    node.schema = None;
                }
            },
        }
        node
    }

    /// The components of a SEQUENCE.
    fn sequence(
        &mut self,
        element: &Element,
        node: &mut Node,
        fields: &'static [Field],
        depth: usize,
    ) {
        let mut next = fields.iter();
        let mut sibling = None;
        let among_secrets = fields.iter().any(|field| self.hides(field.schema));
        // A misplaced component may stand where something harmless should.
        let hide = among_secrets && !self.fits(element, fields);
        self.children(element, node, depth, among_secrets, |walk, child| {
            let tag = walk.tag(child);
            let mut ahead = next.clone();
            let found = ahead.find(|field| tag.is_some_and(|tag| field.admits(tag)));
            let Some(field) = found else {
                let mut unknown = walk.stray(child, "", among_secrets, depth + 1);
                unknown.note = Some("unexpected".into());
                return unknown;
            };
            let missing: Vec<&str> = next
                .clone()
                .take_while(|skipped| skipped.name != field.name)
                .filter(|skipped| skipped.presence == Presence::Required)
                .map(|skipped| skipped.name)
                .collect();
            next = ahead;
            let mut inner = if hide {
                walk.stray(child, field.name, true, depth + 1)
            } else {
                walk.component(child, field, sibling.as_ref(), depth + 1)
            };
            if !missing.is_empty() {
                inner.note = Some(format!("missing before it: {}", missing.join(", ")));
            }
            if matches!(field.schema.shape, Shape::Oid) {
                sibling = ObjectIdentifier::from_bytes(walk.slice(child)).ok();
            }
            inner
        });
        let missing: Vec<&str> = next
            .filter(|field| field.presence == Presence::Required)
            .map(|field| field.name)
            .collect();
        if !missing.is_empty() {
            node.note = Some(format!("missing at the end: {}", missing.join(", ")));
        }
    }

    /// Whether the components are those of the type, in their order.
    fn fits(&self, element: &Element, fields: &[Field]) -> bool {
        let Ok(children) = element.children(self.octets) else {
            return false;
        };
        let mut rest = fields.iter();
        let optional = |field: &Field| field.presence != Presence::Required;
        children.iter().all(|child| {
            let tag = self.tag(child);
            rest.by_ref()
                .find(|field| tag.is_some_and(|tag| field.admits(tag)) || !optional(field))
                .is_some_and(|field| tag.is_some_and(|tag| field.admits(tag)))
        }) && rest.all(optional)
    }

    /// An element that the schema does not have there; it may be a misplaced secret.
    fn stray(&mut self, element: &Element, name: &str, among_secrets: bool, depth: usize) -> Node {
        if !among_secrets {
            return self.untyped(element, name, depth);
        }
        let mut node = self.node(element, name);
        node.value = Some("[redacted]".into());
        node
    }

    /// An element of which nothing but its tag is known.
    fn untyped(&mut self, element: &Element, name: &str, depth: usize) -> Node {
        let mut node = self.node(element, name);
        if element.constructed {
            self.children(element, &mut node, depth, false, |walk, child| {
                walk.untyped(child, "", depth + 1)
            });
        } else {
            let content = self.slice(element);
            let known = (element.identifier & CLASS == 0)
                .then(|| value::of_universal(element.number, content, self.mask()))
                .flatten();
            node.value = Some(known.unwrap_or_else(|| value::octets(content, self.mask())));
        }
        node
    }

    /// Adds what `show` makes of each element inside `element`.
    fn children(
        &mut self,
        element: &Element,
        node: &mut Node,
        depth: usize,
        among_secrets: bool,
        mut show: impl FnMut(&mut Self, &Element) -> Node,
    ) {
        if depth >= MAX_DEPTH || self.left == 0 {
            node.note = Some("not shown: too much".into());
            return;
        }
        let mut at = element.content;
        while at < element.end {
            if self.left == 0 {
                node.note = Some("not shown: the rest".into());
                return;
            }
            match Element::parse(self.octets, at, element.end) {
                Ok(child) => {
                    at = child.end;
                    let shown = show(self, &child);
                    node.children.push(shown);
                }
                Err(error) => {
                    let fault = error.fault().to_string();
                    let mut rest = self.malformed(at, element.end, &fault);
                    if among_secrets {
                        rest.value = Some("[redacted]".into());
                    }
                    node.children.push(rest);
                    return;
                }
            }
        }
    }

    /// An element in one line.
    fn line(&mut self, element: &Element, name: &str, line: String) -> Node {
        let mut node = self.node(element, name);
        node.value = Some(line);
        node
    }

    fn certificate(&self, element: &Element) -> Option<String> {
        let parts = self.first_child(element)?.children(self.octets).ok()?;
        let mut parts = parts.iter();
        let mut serial = parts.next()?;
        if serial.identifier == VERSION {
            serial = parts.next()?;
        }
        let serial = SerialNumber::new(self.slice(serial)).ok()?;
        let (issuer, subject) = (parts.nth(1)?, parts.nth(1)?);
        Some(format!(
            "Certificate {} by {}, serial {serial}",
            self.distinguished_name(subject)?,
            self.distinguished_name(issuer)?,
        ))
    }

    fn crl(&self, element: &Element) -> Option<String> {
        let parts = self.first_child(element)?.children(self.octets).ok()?;
        let issuer = parts
            .iter()
            .find(|part| part.identifier == SEQUENCE && self.slice(part).first() == Some(&SET))?;
        Some(format!("CRL by {}", self.distinguished_name(issuer)?))
    }

    fn first_child(&self, element: &Element) -> Option<Element> {
        element
            .constructed
            .then(|| Element::parse(self.octets, element.content, element.end).ok())
            .flatten()
    }

    fn distinguished_name(&self, element: &Element) -> Option<String> {
        let whole = self.octets.get(element.start..element.end)?;
        let name = Name::from_der(whole).ok()?;
        Some(value::quoted(&name.to_string(), self.mask()))
    }

    fn mask(&self) -> Mask {
        match self.showing.secrets {
            true => Mask::Off,
            false => Mask::On,
        }
    }

    /// Whether a value of the type is kept back.
    fn hidden(&self, schema: &Schema) -> bool {
        schema.secret && !self.showing.secrets
    }

    /// Whether what stands for a value of the type, or in one, may have to be kept back.
    fn hides(&mut self, schema: &'static Schema) -> bool {
        !self.showing.secrets && self.holds_secrets(schema)
    }

    /// Whether a secret is part of the type.
    fn holds_secrets(&mut self, schema: &'static Schema) -> bool {
        let address: *const Schema = schema;
        if let Some(known) = self.known.get(&address) {
            return *known;
        }
        let found = schema.secret
            || match &schema.shape {
                Shape::Sequence(fields) | Shape::Choice(fields) => {
                    fields.iter().any(|field| self.holds_secrets(field.schema))
                }
                Shape::SequenceOf(inner) | Shape::SetOf(inner) => self.holds_secrets(inner),
                _ => false,
            };
        self.known.insert(address, found);
        found
    }

    fn node(&mut self, element: &Element, name: &str) -> Node {
        self.left = self.left.saturating_sub(1);
        Node {
            name: name.into(),
            type_name: String::new(),
            tag: tag_name(element),
            offset: element.start,
            header: element.content - element.start,
            length: element.end - element.content,
            value: None,
            note: None,
            children: Vec::new(),
            schema: None,
        }
    }

    fn malformed(&mut self, start: usize, end: usize, fault: &str) -> Node {
        self.left = self.left.saturating_sub(1);
        Node {
            name: String::new(),
            type_name: String::new(),
            tag: "?".into(),
            offset: start,
            header: 0,
            length: end - start,
            value: Some(value::octets(
                self.octets.get(start..end).unwrap_or_default(),
                self.mask(),
            )),
            note: Some(fault.into()),
            children: Vec::new(),
            schema: None,
        }
    }

    fn tag(&self, element: &Element) -> Option<Tag> {
        element.tag(self.octets)
    }

    fn slice(&self, element: &Element) -> &[u8] {
        self.octets
            .get(element.content..element.end)
            .unwrap_or_default()
    }
}

type Summary = fn(&Walk<'_>, &Element) -> Option<String>;

/// How the elements of the component `name` take one line each, if they do, and what they are.
fn one_line(name: &str) -> Option<(Summary, &'static Schema)> {
    Some(match name {
        "certificates" => (
            |walk, element| walk.certificate(element),
            SignedCertificate::SCHEMA,
        ),
        "crls" => (|walk, element| walk.crl(element), SignedCrl::SCHEMA),
        _ => return None,
    })
}

/// Whether the value of this message extension holds card data.
fn carries_card(extension: &ObjectIdentifier) -> bool {
    [
        message_extension::GENERIC_CRYPTOGRAM,
        message_extension::PIN_SECURE,
        message_extension::PIN_ANY,
        message_extension::TRACK_2,
        message_extension::CARD_VERIFICATION,
    ]
    .contains(extension)
}

/// The name of a list: its own, or that of what it lists.
fn of(list: &Schema, inner: &Schema) -> String {
    match list.name {
        "SEQUENCE OF" | "SET OF" => format!("{} {}", list.name, inner.name),
        name => name.into(),
    }
}

fn tag_name(element: &Element) -> String {
    let number = element.number;
    match element.identifier & CLASS {
        0 => match number {
            1 => "BOOLEAN".into(),
            2 => "INTEGER".into(),
            3 => "BIT STRING".into(),
            4 => "OCTET STRING".into(),
            5 => "NULL".into(),
            6 => "OBJECT IDENTIFIER".into(),
            9 => "REAL".into(),
            10 => "ENUMERATED".into(),
            12 => "UTF8String".into(),
            16 => "SEQUENCE".into(),
            17 => "SET".into(),
            18 => "NumericString".into(),
            19 => "PrintableString".into(),
            22 => "IA5String".into(),
            23 => "UTCTime".into(),
            24 => "GeneralizedTime".into(),
            26 => "VisibleString".into(),
            30 => "BMPString".into(),
            _ => format!("[UNIVERSAL {number}]"),
        },
        0x40 => format!("[APPLICATION {number}]"),
        0x80 => format!("[{number}]"),
        _ => format!("[PRIVATE {number}]"),
    }
}

const CLASS: u8 = 0xc0;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const VERSION: u8 = 0xa0;
const MAX_DEPTH: usize = 48;
const MAX_NODES: usize = 1 << 16;
