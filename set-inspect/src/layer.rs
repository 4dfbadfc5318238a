//! Octets with their type: what was given, or what an envelope held.

use core::fmt;

use der::{Encode as _, Header, Tag};
use set_core::asn1::{self, Limits, Schema, Shape, Wire};
use set_core::dump::{self, Node, Showing};
use zeroize::Zeroizing;

use crate::finding::Place;

/// Octets and what they should be.
#[derive(Clone)]
pub struct Layer {
    /// What it is: a file's name, or which part of which envelope.
    pub name: String,
    /// The envelope that it was in.
    pub inside: Option<Place>,
    /// Its type.
    pub schema: &'static Schema,
    octets: Zeroizing<Vec<u8>>,
    /// Its elements, unmasked; never shown.
    nodes: Vec<Node>,
}

impl Layer {
    pub(crate) fn new(
        name: String,
        inside: Option<Place>,
        schema: &'static Schema,
        octets: Zeroizing<Vec<u8>>,
    ) -> Self {
        let showing = Showing {
            secrets: true,
            certificates: false,
        };
        let nodes = dump::tree(&octets, schema, showing);
        Self {
            name,
            inside,
            schema,
            octets,
            nodes,
        }
    }

    /// The octets. Those of an envelope are secret.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// The elements, for people.
    #[must_use]
    pub fn tree(&self, showing: Showing) -> Vec<Node> {
        dump::tree(&self.octets, self.schema, showing)
    }

    /// All elements, the outer before those inside of it.
    pub(crate) fn elements(&self) -> impl Iterator<Item = &Node> {
        let mut open: Vec<&Node> = self.nodes.iter().rev().collect();
        core::iter::from_fn(move || {
            let next = open.pop()?;
            open.extend(next.children.iter().rev());
            Some(next)
        })
    }

    /// All elements of one type.
    pub(crate) fn of_type(&self, name: &str) -> impl Iterator<Item = &Node> {
        self.elements()
            .filter(move |node| node.schema.is_some_and(|schema| schema.name == name))
    }

    /// The DER of an element as a value of its own: with its type's own tag, even where the
    /// octets have an IMPLICIT one instead.
    pub(crate) fn der_of(&self, node: &Node) -> Option<Zeroizing<Vec<u8>>> {
        let end = node
            .offset
            .checked_add(node.header)?
            .checked_add(node.length)?;
        let whole = self.octets.get(node.offset..end)?;
        let mut der = Zeroizing::new(whole.to_vec());
        let tag: u8 = match node.schema?.shape {
            Shape::Sequence(_) | Shape::SequenceOf(_) => 0x30,
            Shape::SetOf(_) => 0x31,
            _ => return Some(der),
        };
        // Tags above 30 take more octets, and no component has one.
        let first = der.first_mut()?;
        if *first & 0x1f == 0x1f {
            return None;
        }
        *first = tag;
        Some(der)
    }

    /// The element as a value.
    pub(crate) fn decode<T: Wire>(&self, node: &Node) -> Option<T> {
        asn1::decode(&self.der_of(node)?, &Limits::default()).ok()
    }
}

impl fmt::Debug for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layer")
            .field("name", &self.name)
            .field("type", &self.schema.name)
            .field("octets", &self.octets.len())
            .finish_non_exhaustive()
    }
}

/// A SEQUENCE of elements that are encoded already.
pub(crate) fn sequence(elements: &[&[u8]]) -> Option<Zeroizing<Vec<u8>>> {
    let length = elements.iter().map(|element| element.len()).sum::<usize>();
    let header = Header::new(Tag::Sequence, der::Length::try_from(length).ok()?);
    let mut all = Zeroizing::new(Vec::with_capacity(length.saturating_add(8)));
    all.extend(header.to_der().ok()?);
    for element in elements {
        all.extend_from_slice(element);
    }
    Some(all)
}
