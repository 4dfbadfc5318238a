//! Character strings: NumericString, VisibleString, and SETString.

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

use der::{Decode, Encode, Header, Length, Reader, Tag, Writer};

use super::error::OutOfRange;
use super::schema::{Asn1, Field, Presence, Schema, Shape, Tagging};
use super::{DecodeError, Fault, field};

/// Declares a NumericString or VisibleString with bounds, as a newtype.
#[macro_export]
macro_rules! text {
    (
        $(#[$meta:meta])*
        pub struct $name:ident = $spec:literal, $kind:ident, $range:expr, $shown:literal;
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Takes a text whose characters and length the type allows.
            ///
            /// # Errors
            ///
            /// [`OutOfRange`](crate::asn1::error::OutOfRange) otherwise.
            pub fn new(text: impl Into<String>) -> Result<Self, $crate::asn1::error::OutOfRange> {
                let text = text.into();
                if ($range).contains(&text.len())
                    && text.bytes().all($crate::asn1::strings::Kind::$kind.allows())
                {
                    Ok(Self(text))
                } else {
                    Err($crate::asn1::error::OutOfRange { expected: $shown })
                }
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = $crate::asn1::error::OutOfRange;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::new(text)
            }
        }

        impl $crate::asn1::Asn1 for $name {
            const SCHEMA: &'static $crate::asn1::Schema = &$crate::asn1::Schema {
                name: $spec,
                shape: $crate::asn1::Shape::Text($crate::asn1::strings::Kind::$kind.tag()),
                secret: false,
            };
        }

        impl<'r> ::der::DecodeValue<'r> for $name {
            type Error = $crate::asn1::DecodeError;

            fn decode_value<R: ::der::Reader<'r>>(
                reader: &mut R,
                header: ::der::Header,
            ) -> Result<Self, $crate::asn1::DecodeError> {
                let offset = $crate::asn1::field::offset(reader);
                String::from_utf8(reader.read_vec(header.length())?)
                    .ok()
                    .and_then(|text| Self::new(text).ok())
                    .ok_or($crate::asn1::DecodeError::new(
                        $crate::asn1::Fault::Value { expected: $shown },
                        offset,
                    ))
            }
        }

        impl ::der::EncodeValue for $name {
            fn value_len(&self) -> ::der::Result<::der::Length> {
                ::der::Length::try_from(self.0.len())
            }

            fn encode_value(&self, writer: &mut impl ::der::Writer) -> ::der::Result<()> {
                writer.write(self.0.as_bytes())
            }
        }

        impl ::der::FixedTag for $name {
            const TAG: ::der::Tag = $crate::asn1::strings::Kind::$kind.tag();
        }
    };
}

/// The two ASN.1 types of restricted strings that SET uses alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Digits and space.
    Numeric,
    /// Printable ASCII: 20 to 7e.
    Visible,
}

impl Kind {
    /// The universal tag.
    #[must_use]
    pub const fn tag(self) -> Tag {
        match self {
            Self::Numeric => Tag::NumericString,
            Self::Visible => Tag::VisibleString,
        }
    }

    /// Whether an octet may stand in the string.
    ///
    /// A space, which ASN.1 allows in a NumericString, is refused: all of SET's are numbers.
    #[must_use]
    pub const fn allows(self) -> fn(u8) -> bool {
        match self {
            Self::Numeric => |octet| octet.is_ascii_digit(),
            Self::Visible => |octet| matches!(octet, 0x20..=0x7e),
        }
    }
}

/// Text in one of two forms, of `MIN` to `MAX` characters.
///
/// ```text
/// SETString ::= CHOICE {
///   visibleString  VisibleString,
///   bmpString      BMPString
/// }
/// ```
///
/// [`SetString::new`] takes the VisibleString form when the text fits it. Two are equal when their texts are, in whichever form.
#[derive(Clone)]
pub struct SetString<const MIN: usize = 0, const MAX: usize = { usize::MAX }> {
    text: String,
    form: Form,
}

impl<const MIN: usize, const MAX: usize> PartialEq for SetString<MIN, MAX> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<const MIN: usize, const MAX: usize> Eq for SetString<MIN, MAX> {}

impl<const MIN: usize, const MAX: usize> PartialOrd for SetString<MIN, MAX> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<const MIN: usize, const MAX: usize> Ord for SetString<MIN, MAX> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl<const MIN: usize, const MAX: usize> Hash for SetString<MIN, MAX> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

/// The alternative of a [`SetString`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Visible,
    Bmp,
}

impl<const MIN: usize, const MAX: usize> SetString<MIN, MAX> {
    /// Takes a text of the Basic Multilingual Plane with an allowed number of characters.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] otherwise.
    pub fn new(text: impl Into<String>) -> Result<Self, OutOfRange> {
        let text = text.into();
        let form = if text.bytes().all(Kind::Visible.allows()) {
            Form::Visible
        } else {
            Form::Bmp
        };
        Self::checked(text, form).ok_or(OutOfRange {
            expected: "SETString of an allowed length",
        })
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is a VisibleString rather than a BMPString.
    #[must_use]
    pub fn is_visible(&self) -> bool {
        self.form == Form::Visible
    }

    fn checked(text: String, form: Form) -> Option<Self> {
        let fits = (MIN..=MAX).contains(&text.chars().count())
            && text.chars().all(|c| u32::from(c) < 0x1_0000);
        fits.then_some(Self { text, form })
    }

    fn content(&self) -> Vec<u8> {
        match self.form {
            Form::Visible => self.text.as_bytes().to_vec(),
            Form::Bmp => self
                .text
                .encode_utf16()
                .flat_map(u16::to_be_bytes)
                .collect(),
        }
    }

    fn tag(&self) -> Tag {
        match self.form {
            Form::Visible => Tag::VisibleString,
            Form::Bmp => Tag::BmpString,
        }
    }
}

impl<const MIN: usize, const MAX: usize> fmt::Display for SetString<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<const MIN: usize, const MAX: usize> fmt::Debug for SetString<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.text)
    }
}

impl<const MIN: usize, const MAX: usize> core::str::FromStr for SetString<MIN, MAX> {
    type Err = OutOfRange;

    fn from_str(text: &str) -> Result<Self, OutOfRange> {
        Self::new(text)
    }
}

impl<const MIN: usize, const MAX: usize> Asn1 for SetString<MIN, MAX> {
    const SCHEMA: &'static Schema = &Schema {
        name: "SETString",
        shape: Shape::Choice(&[
            Field {
                name: "visibleString",
                tagging: Tagging::Universal,
                presence: Presence::Required,
                schema: &Schema {
                    name: "VisibleString",
                    shape: Shape::Text(Tag::VisibleString),
                    secret: false,
                },
            },
            Field {
                name: "bmpString",
                tagging: Tagging::Universal,
                presence: Presence::Required,
                schema: &Schema {
                    name: "BMPString",
                    shape: Shape::Text(Tag::BmpString),
                    secret: false,
                },
            },
        ]),
        secret: false,
    };
}

impl<'r, const MIN: usize, const MAX: usize> Decode<'r> for SetString<MIN, MAX> {
    type Error = DecodeError;

    fn decode<R: Reader<'r>>(reader: &mut R) -> Result<Self, DecodeError> {
        let start = field::offset(reader);
        let header = Header::decode(reader)?;
        let offset = field::offset(reader);
        let octets = reader.read_vec(header.length())?;
        let value = match header.tag() {
            Tag::VisibleString if octets.iter().copied().all(Kind::Visible.allows()) => {
                String::from_utf8(octets)
                    .ok()
                    .and_then(|text| Self::checked(text, Form::Visible))
            }
            Tag::BmpString if octets.len() % 2 == 0 => {
                let units: Vec<u16> = octets
                    .as_chunks::<2>()
                    .0
                    .iter()
                    .map(|unit| u16::from_be_bytes(*unit))
                    .collect();
                String::from_utf16(&units)
                    .ok()
                    .and_then(|text| Self::checked(text, Form::Bmp))
            }
            Tag::VisibleString | Tag::BmpString => None,
            other => return Err(field::wrong_tag(other, start)),
        };
        value.ok_or(DecodeError::new(
            Fault::Value {
                expected: "SETString of an allowed length",
            },
            offset,
        ))
    }
}

impl<const MIN: usize, const MAX: usize> Encode for SetString<MIN, MAX> {
    fn encoded_len(&self) -> der::Result<Length> {
        Length::try_from(self.content().len())?.for_tlv(self.tag())
    }

    fn encode(&self, writer: &mut impl Writer) -> der::Result<()> {
        let content = self.content();
        Header::new(self.tag(), Length::try_from(content.len())?).encode(writer)?;
        writer.write(&content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::{self, Limits};

    type Name = SetString<1, 5>;

    #[test]
    fn text_takes_the_visible_form_when_it_fits() {
        let plain = Name::new("Shop").unwrap();
        assert_eq!(asn1::encode(&plain).unwrap(), b"\x1a\x04Shop");
        let wide = Name::new("店").unwrap();
        assert_eq!(asn1::encode(&wide).unwrap(), b"\x1e\x02\x5e\x97");
    }

    #[test]
    fn a_plain_text_received_as_bmp_string_stays_one() {
        let octets = b"\x1e\x02\x00A";
        let name: Name = asn1::decode(octets, &Limits::default()).unwrap();
        assert_eq!(name.as_str(), "A");
        assert_eq!(asn1::encode(&name).unwrap(), octets);
    }

    #[test]
    fn wrong_characters_and_lengths_are_refused() {
        for octets in [
            &b"\x1a\x00"[..],
            b"\x1a\x06ABCDEF",
            b"\x1a\x01\x7f",
            b"\x1a\x02\xc3\xa9",
            b"\x1e\x03\x00A\x00",
            b"\x1e\x02\xd8\x00",
            b"\x0c\x01A",
        ] {
            assert!(asn1::decode::<Name>(octets, &Limits::default()).is_err());
        }
    }
}
