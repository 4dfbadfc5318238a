//! The contract as data: names, tags and bounds of every wire type.

use der::{Tag, TagNumber, asn1::ObjectIdentifier};

/// A type of the wire contract.
///
/// Implemented by the declaration macros; the schema is what errors, dumps and tests
/// know the type by.
pub trait Asn1 {
    /// Name, shape and bounds.
    const SCHEMA: &'static Schema;
}

/// What one ASN.1 type looks like.
#[derive(Debug)]
pub struct Schema {
    /// The specification's name, for instance `PInitReq`.
    pub name: &'static str,
    /// Its shape.
    pub shape: Shape,
    /// Whether a value must never be shown (PAN, keys, secrets).
    pub secret: bool,
}

/// The shape of a type.
#[derive(Debug)]
pub enum Shape {
    /// BOOLEAN
    Boolean,
    /// INTEGER
    Integer,
    /// ENUMERATED, with names and numbers.
    Enumerated(&'static [(&'static str, u32)]),
    /// BIT STRING, with the names of its bits, if any.
    BitString(&'static [(&'static str, u32)]),
    /// OCTET STRING
    OctetString,
    /// NULL
    Null,
    /// OBJECT IDENTIFIER
    Oid,
    /// REAL
    Real,
    /// GeneralizedTime
    GeneralizedTime,
    /// A character string of the given universal tag.
    Text(Tag),
    /// ANY
    Any,
    /// SEQUENCE
    Sequence(&'static [Field]),
    /// SEQUENCE OF
    SequenceOf(&'static Schema),
    /// SET OF
    SetOf(&'static Schema),
    /// CHOICE
    Choice(&'static [Field]),
}

/// One component of a SEQUENCE, or one alternative of a CHOICE.
#[derive(Debug)]
pub struct Field {
    /// The specification's name, for instance `chall-C`.
    pub name: &'static str,
    /// Its context-specific tag, if any.
    pub tagging: Tagging,
    /// Whether it may be absent.
    pub presence: Presence,
    /// Its type.
    pub schema: &'static Schema,
}

/// How a component is tagged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tagging {
    /// Its type's own tag.
    Universal,
    /// `[n] IMPLICIT`
    Implicit(u32),
    /// `[n] EXPLICIT`
    Explicit(u32),
}

/// Whether a component may be absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Always there.
    Required,
    /// OPTIONAL
    Optional,
    /// DEFAULT: absent when it has that value.
    Default,
}

impl Schema {
    /// Whether a value of this type can start with `tag`.
    #[must_use]
    pub fn admits(&self, tag: Tag) -> bool {
        match &self.shape {
            Shape::Boolean => tag == Tag::Boolean,
            Shape::Integer => tag == Tag::Integer,
            Shape::Enumerated(_) => tag == Tag::Enumerated,
            Shape::BitString(_) => tag == Tag::BitString,
            Shape::OctetString => tag == Tag::OctetString,
            Shape::Null => tag == Tag::Null,
            Shape::Oid => tag == Tag::ObjectIdentifier,
            Shape::Real => tag == Tag::Real,
            Shape::GeneralizedTime => tag == Tag::GeneralizedTime,
            Shape::Text(text) => tag == *text,
            Shape::Any => true,
            Shape::Sequence(_) | Shape::SequenceOf(_) => tag == Tag::Sequence,
            Shape::SetOf(_) => tag == Tag::Set,
            Shape::Choice(alternatives) => alternatives.iter().any(|field| field.admits(tag)),
        }
    }

    /// Whether the encoding of this type is constructed; a CHOICE or ANY counts as such.
    #[must_use]
    pub fn constructed(&self) -> bool {
        matches!(
            self.shape,
            Shape::Sequence(_)
                | Shape::SequenceOf(_)
                | Shape::SetOf(_)
                | Shape::Choice(_)
                | Shape::Any
        )
    }
}

impl Field {
    /// Whether this component can start with `tag`.
    #[must_use]
    pub fn admits(&self, tag: Tag) -> bool {
        match self.tagging {
            Tagging::Universal => self.schema.admits(tag),
            Tagging::Implicit(number) => tag == context(number, self.schema.constructed()),
            Tagging::Explicit(number) => tag == context(number, true),
        }
    }
}

/// The context-specific tag `[number]`.
pub(crate) fn context(number: u32, constructed: bool) -> Tag {
    Tag::ContextSpecific {
        constructed,
        number: TagNumber(number),
    }
}

macro_rules! leaf {
    ($($type:ty: $name:literal, $shape:expr;)+) => {$(
        impl Asn1 for $type {
            const SCHEMA: &'static Schema = &Schema { name: $name, shape: $shape, secret: false };
        }
    )+};
}

leaf! {
    bool: "BOOLEAN", Shape::Boolean;
    u32: "INTEGER (0..MAX)", Shape::Integer;
    u64: "INTEGER (0..MAX)", Shape::Integer;
    i32: "INTEGER", Shape::Integer;
    ObjectIdentifier: "OBJECT IDENTIFIER", Shape::Oid;
    der::asn1::Null: "NULL", Shape::Null;
    der::asn1::BitString: "BIT STRING", Shape::BitString(&[]);
    der::asn1::OctetString: "OCTET STRING", Shape::OctetString;
}

impl<T: Asn1> Asn1 for Option<T> {
    const SCHEMA: &'static Schema = T::SCHEMA;
}

impl<T: Asn1> Asn1 for Box<T> {
    const SCHEMA: &'static Schema = T::SCHEMA;
}
