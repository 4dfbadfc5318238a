//! Distinguished names and what points at a certificate by them.

use der::{
    Decode, DecodeValue, Encode, EncodeValue, FixedTag, Header, Length, Reader, Tag, Writer,
};

use crate::asn1::{Asn1, DecodeError, Fault, Schema, Shape, field};
use crate::sequence;

/// A distinguished name.
///
/// ```text
/// Name ::= SEQUENCE OF RelativeDistinguishedName
/// ```
///
/// Names compare by their octets: SET parties copy names, they do not retype them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(pub x509_cert::name::Name);

impl Name {
    /// The name with no components, which the signer of a new key has.
    #[must_use]
    pub fn empty() -> Self {
        Self(x509_cert::name::Name::default())
    }
}

impl core::fmt::Display for Name {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.fmt(f)
    }
}

impl Asn1 for Name {
    const SCHEMA: &'static Schema = &Schema {
        name: "Name",
        shape: Shape::SequenceOf(&Schema {
            name: "RelativeDistinguishedName",
            shape: Shape::SetOf(&Schema {
                name: "AttributeTypeAndValue",
                shape: Shape::Any,
                secret: false,
            }),
            secret: false,
        }),
        secret: false,
    };
}

impl<'r> Decode<'r> for Name {
    type Error = DecodeError;

    fn decode<R: Reader<'r>>(reader: &mut R) -> Result<Self, DecodeError> {
        Ok(Self(x509_cert::name::Name::decode(reader)?))
    }
}

impl Encode for Name {
    fn encoded_len(&self) -> der::Result<Length> {
        self.0.encoded_len()
    }

    fn encode(&self, writer: &mut impl Writer) -> der::Result<()> {
        self.0.encode(writer)
    }
}

/// A certificate's number: a non-negative INTEGER of at most 20 octets.
///
/// ```text
/// serialNumber  INTEGER
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SerialNumber(Vec<u8>);

impl SerialNumber {
    /// Takes the number's octets, most significant first; leading zeros are dropped.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`](crate::asn1::error::OutOfRange) when the INTEGER needs over 20 octets.
    pub fn new(octets: &[u8]) -> Result<Self, crate::asn1::error::OutOfRange> {
        let significant = octets.iter().position(|octet| *octet != 0);
        let mut content = significant
            .and_then(|start| octets.get(start..))
            .unwrap_or(&[0])
            .to_vec();
        if content.first().is_some_and(|first| first & 0x80 != 0) {
            content.insert(0, 0);
        }
        if content.len() > 20 {
            return Err(crate::asn1::error::OutOfRange { expected: EXPECTED });
        }
        Ok(Self(content))
    }

    /// Number zero, which the signer of a new key has.
    #[must_use]
    pub fn zero() -> Self {
        Self(vec![0])
    }

    /// The content octets of the INTEGER, most significant first.
    #[must_use]
    pub fn as_octets(&self) -> &[u8] {
        &self.0
    }
}

const EXPECTED: &str = "non-negative INTEGER of at most 20 octets";

impl core::fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        crate::asn1::octets::hex(&self.0, f)
    }
}

impl core::fmt::Debug for SerialNumber {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "SerialNumber({self})")
    }
}

impl Asn1 for SerialNumber {
    const SCHEMA: &'static Schema = &Schema {
        name: "serialNumber",
        shape: Shape::Integer,
        secret: false,
    };
}

impl<'r> DecodeValue<'r> for SerialNumber {
    type Error = DecodeError;

    fn decode_value<R: Reader<'r>>(reader: &mut R, header: Header) -> Result<Self, DecodeError> {
        let offset = field::offset(reader);
        let refused = || DecodeError::new(Fault::Value { expected: EXPECTED }, offset);
        if header.length() > Length::new(20) {
            return Err(refused());
        }
        let content = reader.read_vec(header.length())?;
        match content.as_slice() {
            [] | [0x80..=0xff, ..] | [0, 0..=0x7f, ..] => Err(refused()),
            _ => Ok(Self(content)),
        }
    }
}

impl EncodeValue for SerialNumber {
    fn value_len(&self) -> der::Result<Length> {
        Length::try_from(self.0.len())
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        writer.write(&self.0)
    }
}

impl FixedTag for SerialNumber {
    const TAG: Tag = Tag::Integer;
}

sequence! {
    /// Points at a certificate.
    ///
    /// ```text
    /// IssuerAndSerialNumber ::= SEQUENCE {
    ///   issuer        Name,
    ///   serialNumber  INTEGER
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct IssuerAndSerialNumber = "IssuerAndSerialNumber" {
        /// Who issued it.
        issuer: Name = "issuer",
        /// Its number there.
        serial_number: SerialNumber = "serialNumber",
    }
}

impl IssuerAndSerialNumber {
    /// The pointer to no certificate: empty issuer, number 0. A request signs with it while
    /// the key has no certificate yet.
    #[must_use]
    pub fn none() -> Self {
        Self {
            issuer: Name::empty(),
            serial_number: SerialNumber::zero(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::{self, Limits};

    #[test]
    fn serial_numbers_are_minimal_and_not_negative() {
        let limits = Limits::default();
        for octets in [
            &b"\x02\x00"[..],
            b"\x02\x01\x80",
            b"\x02\x02\x00\x7f",
            b"\x02\x15\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
        ] {
            assert!(asn1::decode::<SerialNumber>(octets, &limits).is_err());
        }
        let high = SerialNumber::new(&[0, 0, 0x80]).unwrap();
        assert_eq!(asn1::encode(&high).unwrap(), b"\x02\x02\x00\x80");
        let none = asn1::encode(&IssuerAndSerialNumber::none()).unwrap();
        assert_eq!(none, b"\x30\x05\x30\x00\x02\x01\x00");
    }
}
