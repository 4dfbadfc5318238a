//! ANY: a value kept as the octets it came in.

use der::{Decode, Encode, Length, Reader, Tag, Writer};

use zeroize::Zeroizing;

use super::schema::{Asn1, Schema, Shape};
use super::{DecodeError, EncodeError, Limits, Wire};

/// One complete element, identifier and length included, whatever its type. Its octets are
/// overwritten when it is dropped: some hold keys.
#[derive(Clone, PartialEq, Eq)]
pub struct Opaque(Zeroizing<Vec<u8>>);

impl Opaque {
    /// The DER encoding of `value`.
    ///
    /// # Errors
    ///
    /// As [`super::encode`].
    pub fn of<T: Encode>(value: &T) -> Result<Self, EncodeError> {
        Ok(Self(super::encode(value)?.into()))
    }

    /// Takes octets that an encoder made or a decoder has checked.
    #[must_use]
    pub(crate) fn from_encoded(octets: &[u8]) -> Self {
        Self(octets.to_vec().into())
    }

    /// Takes octets that are one well-formed element.
    ///
    /// # Errors
    ///
    /// As [`Limits::check`].
    pub fn from_octets(octets: Vec<u8>, limits: &Limits) -> Result<Self, DecodeError> {
        limits.check(&octets)?;
        Ok(Self(octets.into()))
    }

    /// The octets.
    #[must_use]
    pub fn as_octets(&self) -> &[u8] {
        &self.0
    }

    /// Decodes the element as a `T`; offsets count from its first octet.
    ///
    /// # Errors
    ///
    /// As [`super::decode`].
    pub fn decode_as<T: Wire>(&self) -> Result<T, DecodeError> {
        let limits = Limits {
            octets: usize::MAX,
            ..Limits::default()
        };
        super::decode(&self.0, &limits)
    }
}

impl core::fmt::Debug for Opaque {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Opaque({} octets)", self.0.len())
    }
}

impl Asn1 for Opaque {
    const SCHEMA: &'static Schema = &Schema {
        name: "ANY",
        shape: Shape::Any,
        secret: false,
    };
}

impl<'r> Decode<'r> for Opaque {
    type Error = DecodeError;

    fn decode<R: Reader<'r>>(reader: &mut R) -> Result<Self, DecodeError> {
        Tag::peek(reader)?;
        Ok(Self(reader.tlv_bytes()?.to_vec().into()))
    }
}

impl Encode for Opaque {
    fn encoded_len(&self) -> der::Result<Length> {
        Length::try_from(self.0.len())
    }

    fn encode(&self, writer: &mut impl Writer) -> der::Result<()> {
        writer.write(&self.0)
    }
}
