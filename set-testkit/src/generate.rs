//! Valid values of any type of the contract, made from its schema and a seed.
//!
//! A schema has no sizes and ranges; they are in the tables at the end of this file, by the
//! names that the schemas have. The tests decode whatever is made here, so a table that is
//! wrong is noticed.

use der::Encode;
use der::asn1::ObjectIdentifier;
use set_core::asn1::oid::{algorithm, attribute, content, extension};
use set_core::asn1::{Field, FloatingPoint, Presence, Schema, Shape, Tagging};
use set_core::msg::content::{TYPES, schema_of_content};

use crate::prng::Prng;

/// How much of what may be absent is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fullness {
    /// Only what must be.
    Least,
    /// Half of it.
    Some,
    /// Everything.
    Most,
}

/// Makes values.
#[derive(Clone, Debug)]
pub struct Generator {
    prng: Prng,
    fullness: Fullness,
    content_type: Option<ObjectIdentifier>,
}

impl Generator {
    /// Makes the values that `seed` determines.
    #[must_use]
    pub const fn new(seed: u64, fullness: Fullness) -> Self {
        Self {
            prng: Prng::new(seed),
            fullness,
            content_type: None,
        }
    }

    /// The same, with `content_type` inside the outermost envelope.
    #[must_use]
    pub const fn with_content(mut self, content_type: ObjectIdentifier) -> Self {
        self.content_type = Some(content_type);
        self
    }

    /// The DER of a value of type `schema`.
    pub fn value(&mut self, schema: &'static Schema) -> Vec<u8> {
        self.typed(schema, 0)
    }

    fn typed(&mut self, schema: &'static Schema, depth: usize) -> Vec<u8> {
        match &schema.shape {
            Shape::Choice(alternatives) => match self.prng.pick(alternatives) {
                Some(field) => self.component(field, None, depth),
                None => Vec::new(),
            },
            Shape::Any => self.anything(),
            _ => {
                let content = self.content(schema, depth);
                tlv(universal(schema), &content)
            }
        }
    }

    fn component(
        &mut self,
        field: &'static Field,
        inside: Option<&'static Schema>,
        depth: usize,
    ) -> Vec<u8> {
        match field.tagging {
            Tagging::Universal => self.typed(field.schema, depth),
            Tagging::Implicit(number) => {
                let content = self.content(field.schema, depth);
                tlv(context(number, field.schema.constructed()), &content)
            }
            Tagging::Explicit(number) => {
                let value = self.typed(inside.unwrap_or(field.schema), depth + 1);
                tlv(context(number, true), &value)
            }
        }
    }

    fn content(&mut self, schema: &'static Schema, depth: usize) -> Vec<u8> {
        match &schema.shape {
            Shape::Sequence(fields) => self.sequence(schema.name, fields, depth),
            Shape::SequenceOf(_) if schema.name == "Name" => self.name(),
            Shape::SequenceOf(inner) => {
                let count = match self.fullness {
                    Fullness::Most if depth < SHALLOW && !matches!(inner.name, "RecipientInfo") => {
                        2
                    }
                    _ => 1,
                };
                (0..count)
                    .flat_map(|_| self.typed(inner, depth + 1))
                    .collect()
            }
            Shape::SetOf(inner) => self.typed(inner, depth + 1),
            Shape::Boolean => vec![if self.prng.one_in(2) { 0xff } else { 0 }],
            Shape::Integer => self.integer(schema.name),
            Shape::Enumerated(names) => {
                let code = self.prng.pick(names).map_or(0, |(_, code)| *code);
                minimal(u64::from(code))
            }
            Shape::BitString(names) => self.bits(names),
            Shape::OctetString => {
                let (low, high) = find(OCTETS, schema.name).unwrap_or((0, 40));
                let count = self.prng.between(low, high);
                self.prng.octets(count)
            }
            Shape::Null | Shape::Any | Shape::Choice(_) => Vec::new(),
            Shape::Oid => {
                let known = [
                    algorithm::DES_CBC,
                    content::OI_DATA,
                    extension::TUNNELING,
                    extension::SET_QUALIFIER,
                ];
                oid(self.prng.pick(&known))
            }
            Shape::Real => self.real(),
            Shape::GeneralizedTime => self.date(),
            Shape::Text(tag) => self.text(schema.name, *tag),
        }
    }

    fn sequence(&mut self, name: &str, fields: &'static [Field], depth: usize) -> Vec<u8> {
        match name {
            "AlgorithmIdentifier" => return self.algorithm(),
            "Attribute" => return self.attribute(),
            "ContentInfo" | "EncryptedContentInfo" => {
                return self.content_info(name, fields, depth);
            }
            "DetachedDigest" => return self.detached_digest(fields, depth),
            _ => {}
        }
        let needs_one = fields
            .iter()
            .all(|field| field.presence == Presence::Optional);
        let mut content = Vec::new();
        for field in fields {
            let wanted = match field.presence {
                Presence::Required => true,
                Presence::Optional | Presence::Default => self.wanted(depth),
            };
            if !wanted {
                continue;
            }
            if field.presence == Presence::Default {
                content.extend(self.other_than_default(field));
            } else {
                content.extend(self.component(field, None, depth + 1));
            }
        }
        if content.is_empty()
            && needs_one
            && let Some(field) = fields.first()
        {
            content = self.component(field, None, depth + 1);
        }
        content
    }

    fn wanted(&mut self, depth: usize) -> bool {
        match self.fullness {
            Fullness::Least => false,
            Fullness::Some => depth < SHALLOW && self.prng.one_in(2),
            Fullness::Most => depth < DEEP,
        }
    }

    fn other_than_default(&mut self, field: &'static Field) -> Vec<u8> {
        let content = match default_of(field) {
            Some(default) if matches!(field.schema.shape, Shape::Boolean) => {
                default.iter().map(|octet| !octet).collect()
            }
            Some(default) => minimal(default.first().map_or(2, |octet| match octet {
                127 => 90,
                other => u64::from(*other) + 1,
            })),
            None => self.content(field.schema, 0),
        };
        match field.tagging {
            Tagging::Implicit(number) => tlv(context(number, false), &content),
            _ => tlv(universal(field.schema), &content),
        }
    }

    fn algorithm(&mut self) -> Vec<u8> {
        let iv = tlv(vec![4], &self.prng.octets(8));
        let null = vec![5, 0];
        let (id, parameters) = match self.prng.between(0, 4) {
            0 => (algorithm::SHA1, null),
            1 => (algorithm::RSA_ENCRYPTION, null),
            2 => (algorithm::RSA_OAEP_SET, null),
            3 => (algorithm::CDMF_CBC, iv),
            _ => (algorithm::DES_CBC, iv),
        };
        [tlv(vec![6], &oid(Some(&id))), parameters].concat()
    }

    fn attribute(&mut self) -> Vec<u8> {
        let digest = tlv(vec![4], &self.prng.octets(20));
        [
            tlv(vec![6], &oid(Some(&attribute::MESSAGE_DIGEST))),
            tlv(vec![0x31], &digest),
        ]
        .concat()
    }

    /// A content type and, if the type has room for it, content that is of it.
    fn content_info(&mut self, name: &str, fields: &'static [Field], depth: usize) -> Vec<u8> {
        let preset = self.content_type.take();
        let simple: Vec<ObjectIdentifier> = TYPES
            .iter()
            .filter(|(_, schema)| schema.name.ends_with("Data"))
            .map(|(id, _)| *id)
            .collect();
        let id = preset.or_else(|| self.prng.pick(&simple).copied());
        let mut all = tlv(vec![6], &oid(id.as_ref()));
        let inside = id.as_ref().and_then(schema_of_content);
        for field in fields.iter().skip(1) {
            let here = field.presence == Presence::Required || preset.is_some() || depth < SHALLOW;
            if here {
                let inside = if name == "ContentInfo" { inside } else { None };
                all.extend(self.component(field, inside, depth + 1));
            }
        }
        all
    }

    fn detached_digest(&mut self, fields: &'static [Field], depth: usize) -> Vec<u8> {
        let types: Vec<ObjectIdentifier> = TYPES.iter().map(|(id, _)| *id).collect();
        let named = tlv(vec![6], &oid(self.prng.pick(&types)));
        let mut all = Vec::new();
        for field in fields {
            if field.name == "contentInfo" {
                all.extend(tlv(vec![0x30], &named));
            } else {
                all.extend(self.component(field, None, depth + 1));
            }
        }
        all
    }

    fn name(&mut self) -> Vec<u8> {
        let mut all = Vec::new();
        for (id, text) in [
            ([0x55, 4, 6], "US".to_owned()),
            ([0x55, 4, 10], self.word(3, 12)),
            ([0x55, 4, 3], self.word(3, 20)),
        ] {
            let value = [tlv(vec![6], &id), tlv(vec![19], text.as_bytes())].concat();
            all.extend(tlv(vec![0x31], &tlv(vec![0x30], &value)));
        }
        all
    }

    fn anything(&mut self) -> Vec<u8> {
        match self.prng.between(0, 2) {
            0 => vec![5, 0],
            1 => tlv(vec![4], &self.prng.octets(5)),
            _ => tlv(vec![0x30], &tlv(vec![2], &minimal(self.prng.draw() >> 40))),
        }
    }

    fn integer(&mut self, name: &str) -> Vec<u8> {
        let (low, high) = find(INTEGERS, name).unwrap_or((0, 1 << 40));
        if name == "INTEGER" && self.prng.one_in(2) {
            return vec![0xfe];
        }
        minimal(self.prng.between(low, high))
    }

    fn bits(&mut self, names: &[(&str, u32)]) -> Vec<u8> {
        if names.is_empty() {
            return [vec![0], self.prng.octets(16)].concat();
        }
        // Two octets of which the last bit set is the tenth: DER drops what follows.
        vec![6, self.prng.octet(), 0x40]
    }

    fn real(&mut self) -> Vec<u8> {
        let dividend = self.prng.between(1, 1000);
        let ratio = FloatingPoint::ratio(dividend, 1024).to_der();
        ratio
            .ok()
            .and_then(|octets| octets.get(2..).map(<[u8]>::to_vec))
            .unwrap_or_default()
    }

    fn date(&mut self) -> Vec<u8> {
        let (month, day) = (self.prng.between(1, 12), self.prng.between(1, 28));
        let (hour, minute) = (self.prng.between(0, 23), self.prng.between(0, 58));
        format!("1998{month:02}{day:02}{hour:02}{minute:02}00Z").into_bytes()
    }

    fn text(&mut self, name: &str, tag: der::Tag) -> Vec<u8> {
        if name == "CardExpiry" {
            return format!("1999{:02}", self.prng.between(1, 12)).into_bytes();
        }
        let (low, high) = find(TEXTS, name).unwrap_or((1, 14));
        match tag {
            der::Tag::NumericString => {
                let count = self.prng.between(low, high);
                (0..count)
                    .map(|_| b'0' + u8::try_from(self.prng.between(0, 9)).unwrap_or(0))
                    .collect()
            }
            der::Tag::BmpString => self
                .word(low, high)
                .encode_utf16()
                .map(|unit| unit + 0x3000)
                .flat_map(u16::to_be_bytes)
                .collect(),
            _ => self.word(low, high).into_bytes(),
        }
    }

    fn word(&mut self, low: u64, high: u64) -> String {
        let count = self.prng.between(low, high);
        (0..count)
            .map(|_| char::from(b'a' + u8::try_from(self.prng.between(0, 25)).unwrap_or(0)))
            .collect()
    }
}

/// The content octets of a component's DEFAULT.
#[must_use]
pub fn default_of(field: &Field) -> Option<Vec<u8>> {
    if field.presence != Presence::Default {
        return None;
    }
    let known = DEFAULTS.iter().find(|(name, _)| *name == field.name);
    match known {
        Some((_, octet)) => Some(vec![*octet]),
        None if matches!(field.schema.shape, Shape::Boolean) => Some(vec![0]),
        None => None,
    }
}

/// An element of the given identifier octets.
#[must_use]
pub fn tlv(mut identifier: Vec<u8>, content: &[u8]) -> Vec<u8> {
    identifier.extend(length(content.len()));
    identifier.extend(content);
    identifier
}

/// The length octets for a number of content octets.
#[must_use]
pub fn length(count: usize) -> Vec<u8> {
    if let Ok(short @ 0..0x80) = u8::try_from(count) {
        return vec![short];
    }
    let octets: Vec<u8> = count
        .to_be_bytes()
        .into_iter()
        .skip_while(|octet| *octet == 0)
        .collect();
    let mut all = vec![0x80 | u8::try_from(octets.len()).unwrap_or(0)];
    all.extend(octets);
    all
}

/// The identifier octets of `[number]`.
#[must_use]
pub fn context(number: u32, constructed: bool) -> Vec<u8> {
    let first = if constructed { 0xa0 } else { 0x80 };
    if let Ok(low @ 0..0x1f) = u8::try_from(number) {
        return vec![first | low];
    }
    let mut groups = vec![u8::try_from(number & 0x7f).unwrap_or(0)];
    let mut rest = number >> 7;
    while rest > 0 {
        groups.push(u8::try_from(rest & 0x7f).unwrap_or(0) | 0x80);
        rest >>= 7;
    }
    groups.push(first | 0x1f);
    groups.reverse();
    groups
}

/// The identifier octets of a type's own tag; of a CHOICE and of ANY, none.
#[must_use]
pub fn universal(schema: &Schema) -> Vec<u8> {
    let octet = match &schema.shape {
        Shape::Boolean => 1,
        Shape::Integer => 2,
        Shape::BitString(_) => 3,
        Shape::OctetString => 4,
        Shape::Null => 5,
        Shape::Oid => 6,
        Shape::Real => 9,
        Shape::Enumerated(_) => 10,
        Shape::GeneralizedTime => 24,
        Shape::Text(tag) => match tag {
            der::Tag::NumericString => 18,
            der::Tag::BmpString => 30,
            _ => 26,
        },
        Shape::Sequence(_) | Shape::SequenceOf(_) => 0x30,
        Shape::SetOf(_) => 0x31,
        Shape::Choice(_) | Shape::Any => return Vec::new(),
    };
    vec![octet]
}

/// The content octets of a non-negative INTEGER.
fn minimal(value: u64) -> Vec<u8> {
    let mut octets: Vec<u8> = value
        .to_be_bytes()
        .into_iter()
        .skip_while(|octet| *octet == 0)
        .collect();
    if octets.first().is_none_or(|first| first & 0x80 != 0) {
        octets.insert(0, 0);
    }
    octets
}

fn oid(id: Option<&ObjectIdentifier>) -> Vec<u8> {
    id.map_or_else(Vec::new, |id| id.as_bytes().to_vec())
}

fn find(table: &[(&str, u64, u64)], name: &str) -> Option<(u64, u64)> {
    table
        .iter()
        .find(|(known, _, _)| *known == name)
        .map(|(_, low, high)| (*low, *high))
}

/// Levels of nesting above which optional things may be there by chance.
const SHALLOW: usize = 7;
/// Levels of nesting above which they may be there at all.
const DEEP: usize = 9;

/// Fewest and most octets, by the name of the type.
const OCTETS: &[(&str, u64, u64)] = &[
    ("LocalID", 1, 20),
    ("XID", 20, 20),
    ("RRPID", 20, 20),
    ("Challenge", 20, 20),
    ("Nonce", 20, 20),
    ("Digest", 20, 20),
    ("Secret", 20, 20),
    ("PANSecret", 20, 20),
    ("CardSecret", 20, 20),
    ("BackKey", 20, 20),
    ("encryptedDigest", 128, 128),
    ("badWrapper", 1, 60),
];

/// Smallest and greatest number, by the name of the type.
const INTEGERS: &[(&str, u64, u64)] = &[
    ("setVersion", 1, 1),
    ("version", 0, 0),
    ("sdVersion", 2, 2),
    ("edVersion", 1, 1),
    ("Currency", 1, 999),
    ("CountryCode", 1, 999),
    ("merCountry", 1, 999),
    ("installTotalTrans", 2, 60),
    ("recurringFrequency", 1, 366),
    ("duration", 1, 99),
    ("durationOfStay", 0, 99),
    ("fieldLen", 1, 126),
    ("itemNumber", 1, 50),
    ("BatchSequenceNum", 1, 5000),
    ("recurringCount", 1, 60),
    ("maximumItems", 1, 500),
    ("quantity", 2, 100),
    ("INTEGER", 0, 3),
    ("serialNumber", 1, 1 << 40),
    ("INTEGER (0..MAX)", 0, 1 << 30),
];

/// Fewest and most characters, by the name of the type.
const TEXTS: &[(&str, u64, u64)] = &[
    ("SWIdent", 1, 40),
    ("Language", 2, 2),
    ("PaySysID", 1, 20),
    ("URL", 1, 60),
    ("BIN", 6, 6),
    ("PAN", 16, 16),
    ("ApprovalCode", 6, 6),
    ("ValidationCode", 4, 4),
    ("LogRefID", 1, 12),
    ("MerOrderNum", 1, 25),
    ("TerminalID", 1, 48),
    ("MerchCatCode", 4, 4),
    ("acctIdentification", 74, 74),
    ("acquirerBusinessID", 1, 32),
    ("visibleString", 1, 14),
];

/// The content octet of a DEFAULT that is not FALSE, by the name of the component.
const DEFAULTS: &[(&str, u8)] = &[
    ("revision", 0),
    ("quantity", 1),
    ("fieldLen", 127),
    ("okToPrintPhoneInd", 0xff),
    ("merAuthFlag", 0xff),
    ("tunneling", 0xff),
];
