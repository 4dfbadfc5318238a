//! Reading and writing one component of a SEQUENCE or CHOICE.
//!
//! Called by the declaration macros. Every function names the component in the errors that
//! pass through it.

use der::{
    Decode, DecodeValue, Encode, EncodeValue, FixedTag, Header, Length, Reader, Tag, Writer,
};

use super::schema::{Asn1, context};
use super::{DecodeError, Fault};

/// The next tag, or none at the end of the enclosing element.
///
/// # Errors
///
/// When the octets there are no tag.
pub fn peek<'r, R: Reader<'r>>(reader: &R) -> Result<Option<Tag>, DecodeError> {
    if reader.is_finished() {
        return Ok(None);
    }
    Ok(Some(Tag::peek(reader)?))
}

/// The reader's offset in octets.
pub fn offset<'r, R: Reader<'r>>(reader: &R) -> usize {
    usize::try_from(reader.position()).unwrap_or(usize::MAX)
}

/// A component that must be there, under its own tag.
///
/// # Errors
///
/// Missing, of another type, or faulty inside.
pub fn required<'r, T, R>(reader: &mut R, name: &'static str) -> Result<T, DecodeError>
where
    T: Asn1 + Decode<'r>,
    R: Reader<'r>,
    DecodeError: From<T::Error>,
{
    match peek(reader).map_err(|error| error.within(name))? {
        Some(tag) if T::SCHEMA.admits(tag) => {
            T::decode(reader).map_err(|error| DecodeError::from(error).within(name))
        }
        Some(tag) => Err(wrong_tag(tag, offset(reader)).within(name)),
        None => Err(DecodeError::new(Fault::Missing, offset(reader)).within(name)),
    }
}

/// A component that may be absent, under its own tag.
///
/// # Errors
///
/// Faulty inside.
pub fn optional<'r, T, R>(reader: &mut R, name: &'static str) -> Result<Option<T>, DecodeError>
where
    T: Asn1 + Decode<'r>,
    R: Reader<'r>,
    DecodeError: From<T::Error>,
{
    match peek(reader).map_err(|error| error.within(name))? {
        Some(tag) if T::SCHEMA.admits(tag) => T::decode(reader)
            .map(Some)
            .map_err(|error| DecodeError::from(error).within(name)),
        _ => Ok(None),
    }
}

/// A component under `[number] EXPLICIT` that may be absent.
///
/// # Errors
///
/// Faulty inside.
pub fn explicit_optional<'r, T, R>(
    reader: &mut R,
    number: u32,
    name: &'static str,
) -> Result<Option<T>, DecodeError>
where
    T: Asn1 + Decode<'r>,
    R: Reader<'r>,
    DecodeError: From<T::Error>,
{
    if peek(reader).map_err(|error| error.within(name))? != Some(context(number, true)) {
        return Ok(None);
    }
    let value = (|| {
        let header = Header::decode(reader)?;
        reader.read_nested(header.length(), |inner| required_inner::<T, R>(inner))
    })();
    value
        .map(Some)
        .map_err(|error: DecodeError| error.within(name))
}

/// A component under `[number] EXPLICIT` that must be there.
///
/// # Errors
///
/// Missing, of another type, or faulty inside.
pub fn explicit<'r, T, R>(reader: &mut R, number: u32, name: &'static str) -> Result<T, DecodeError>
where
    T: Asn1 + Decode<'r>,
    R: Reader<'r>,
    DecodeError: From<T::Error>,
{
    match explicit_optional(reader, number, name)? {
        Some(value) => Ok(value),
        None => Err(absent(reader).within(name)),
    }
}

/// A component under `[number] IMPLICIT` that may be absent.
///
/// # Errors
///
/// Faulty inside.
pub fn implicit_optional<'r, T, R>(
    reader: &mut R,
    number: u32,
    name: &'static str,
) -> Result<Option<T>, DecodeError>
where
    T: DecodeValue<'r> + FixedTag,
    R: Reader<'r>,
    DecodeError: From<T::Error>,
{
    let tag = context(number, T::TAG.is_constructed());
    if peek(reader).map_err(|error| error.within(name))? != Some(tag) {
        return Ok(None);
    }
    let value = (|| {
        let header = Header::decode(reader)?;
        reader.read_nested(header.length(), |inner| {
            T::decode_value(inner, Header::new(T::TAG, header.length())).map_err(DecodeError::from)
        })
    })();
    value
        .map(Some)
        .map_err(|error: DecodeError| error.within(name))
}

/// A component under `[number] IMPLICIT` that must be there.
///
/// # Errors
///
/// Missing, of another type, or faulty inside.
pub fn implicit<'r, T, R>(reader: &mut R, number: u32, name: &'static str) -> Result<T, DecodeError>
where
    T: DecodeValue<'r> + FixedTag,
    R: Reader<'r>,
    DecodeError: From<T::Error>,
{
    match implicit_optional(reader, number, name)? {
        Some(value) => Ok(value),
        None => Err(absent(reader).within(name)),
    }
}

/// Puts the DEFAULT in place of an absent value and refuses one that was written out.
///
/// # Errors
///
/// [`Fault::DefaultEncoded`].
pub fn or_default<T: PartialEq>(
    value: Option<T>,
    default: T,
    offset: usize,
    name: &'static str,
) -> Result<T, DecodeError> {
    match value {
        Some(value) if value == default => {
            Err(DecodeError::new(Fault::DefaultEncoded, offset).within(name))
        }
        Some(value) => Ok(value),
        None => Ok(default),
    }
}

/// Refuses whatever follows the last component.
///
/// # Errors
///
/// [`Fault::Trailing`].
pub fn end<'r, R: Reader<'r>>(reader: &R) -> Result<(), DecodeError> {
    if reader.is_finished() {
        Ok(())
    } else {
        Err(DecodeError::new(Fault::Trailing, offset(reader)))
    }
}

/// The error for a tag that fits nothing here.
#[must_use]
pub fn wrong_tag(tag: Tag, offset: usize) -> DecodeError {
    DecodeError::new(
        Fault::WrongTag {
            found: tag
                .to_der()
                .ok()
                .and_then(|octets| octets.first().copied())
                .unwrap_or(0),
        },
        offset,
    )
}

/// Length of `value` under `[number] EXPLICIT`.
///
/// # Errors
///
/// When it is too long for a length.
pub fn explicit_len<T: Encode>(value: &T, number: u32) -> der::Result<Length> {
    value.encoded_len()?.for_tlv(context(number, true))
}

/// Writes `value` under `[number] EXPLICIT`.
///
/// # Errors
///
/// When it is too long for a length.
pub fn encode_explicit<T: Encode>(
    value: &T,
    number: u32,
    writer: &mut impl Writer,
) -> der::Result<()> {
    Header::new(context(number, true), value.encoded_len()?).encode(writer)?;
    value.encode(writer)
}

/// Length of `value` under `[number] IMPLICIT`.
///
/// # Errors
///
/// When it is too long for a length.
pub fn implicit_len<T: EncodeValue + FixedTag>(value: &T, number: u32) -> der::Result<Length> {
    value
        .value_len()?
        .for_tlv(context(number, T::TAG.is_constructed()))
}

/// Writes `value` under `[number] IMPLICIT`.
///
/// # Errors
///
/// When it is too long for a length.
pub fn encode_implicit<T: EncodeValue + FixedTag>(
    value: &T,
    number: u32,
    writer: &mut impl Writer,
) -> der::Result<()> {
    let tag = context(number, T::TAG.is_constructed());
    Header::new(tag, value.value_len()?).encode(writer)?;
    value.encode_value(writer)
}

fn required_inner<'r, T, R>(reader: &mut R) -> Result<T, DecodeError>
where
    T: Asn1 + Decode<'r>,
    R: Reader<'r>,
    DecodeError: From<T::Error>,
{
    match peek(reader)? {
        Some(tag) if T::SCHEMA.admits(tag) => Ok(T::decode(reader)?),
        Some(tag) => Err(wrong_tag(tag, offset(reader))),
        None => Err(DecodeError::new(Fault::Missing, offset(reader))),
    }
}

fn absent<'r, R: Reader<'r>>(reader: &R) -> DecodeError {
    match peek(reader) {
        Ok(Some(tag)) => wrong_tag(tag, offset(reader)),
        Ok(None) => DecodeError::new(Fault::Missing, offset(reader)),
        Err(error) => error,
    }
}
