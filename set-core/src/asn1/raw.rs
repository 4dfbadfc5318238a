//! A decoded value together with the octets it came from.

use core::ops::Deref;

use der::{Decode, Encode, Length, Reader, Writer};
use zeroize::Zeroizing;

use super::schema::{Asn1, Schema};
use super::{DecodeError, EncodeError, Limits, Wire, field};

/// A value and its exact octets.
///
/// Whatever is signed, hashed or MACed is held like this, so that checks run over what
/// was received and not over what we would have sent.
#[derive(Clone)]
pub struct Raw<T> {
    value: T,
    octets: Zeroizing<Vec<u8>>,
}

impl<T: Encode> Raw<T> {
    /// Encodes a value of our own.
    ///
    /// # Errors
    ///
    /// As [`super::encode`].
    pub fn new(value: T) -> Result<Self, EncodeError> {
        let octets = Zeroizing::new(super::encode(&value)?);
        Ok(Self { value, octets })
    }
}

impl<T: Wire> Raw<T> {
    /// Decodes octets that were received, with the bounds of nesting and count but not of
    /// size, which whoever received the whole has checked.
    ///
    /// # Errors
    ///
    /// As [`super::decode`].
    pub fn from_octets(octets: Vec<u8>) -> Result<Self, DecodeError> {
        let octets = Zeroizing::new(octets);
        let limits = Limits {
            octets: usize::MAX,
            ..Limits::default()
        };
        Ok(Self {
            value: super::decode(&octets, &limits)?,
            octets,
        })
    }
}

impl<T> Raw<T> {
    /// The exact octets, identifier and length included.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// The value alone.
    #[must_use]
    pub fn into_value(self) -> T {
        self.value
    }
}

impl<T> Deref for Raw<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: core::fmt::Debug> core::fmt::Debug for Raw<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.value.fmt(f)
    }
}

impl<T> PartialEq for Raw<T> {
    fn eq(&self, other: &Self) -> bool {
        self.octets == other.octets
    }
}

impl<T> Eq for Raw<T> {}

impl<T: Asn1> Asn1 for Raw<T> {
    const SCHEMA: &'static Schema = T::SCHEMA;
}

impl<'r, T> Decode<'r> for Raw<T>
where
    T: Decode<'r> + Encode,
    DecodeError: From<T::Error>,
{
    type Error = DecodeError;

    fn decode<R: Reader<'r>>(reader: &mut R) -> Result<Self, DecodeError> {
        let start = field::offset(reader);
        let octets = Zeroizing::new(reader.clone().tlv_bytes()?.to_vec());
        let value = T::decode(reader)?;
        super::canonical(&value, &octets).map_err(|error| error.shifted(start))?;
        Ok(Self { value, octets })
    }
}

impl<T> Encode for Raw<T> {
    fn encoded_len(&self) -> der::Result<Length> {
        Length::try_from(self.octets.len())
    }

    fn encode(&self, writer: &mut impl Writer) -> der::Result<()> {
        writer.write(&self.octets)
    }
}
