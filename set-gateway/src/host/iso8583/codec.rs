//! Messages and octets.
//!
//! ```text
//! message ::= type (4 digits), primary bitmap, [secondary bitmap], fields in order
//! ```
//!
//! Everything is ASCII but the bitmaps and the fields that hold octets, which are either
//! octets or hexadecimal digits, as the [`Encoding`] says.

use set_core::secret::Pan;
use zeroize::Zeroizing;

use super::field::{Content, Field, Size};
use super::message::{Message, MessageType, Value};

/// How bitmaps and fields of octets are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// As octets: a bitmap has 8.
    #[default]
    Binary,
    /// As hexadecimal digits: a bitmap has 16.
    Hex,
}

/// Octets that are no message. What they were is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the host's octets are no ISO 8583 message: {fault} at offset {offset}{}", Of(*.field))]
pub struct DecodeError {
    /// What is wrong.
    pub fault: Fault,
    /// In which field; none in type and bitmaps.
    pub field: Option<Field>,
    /// Where it begins.
    pub offset: usize,
}

/// What is wrong with octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// They end too early.
    #[error("they end too early")]
    Short,
    /// The type is not four digits, the first of them 0.
    #[error("not a message type of the 1987 edition")]
    MessageType,
    /// A bitmap in hexadecimal has other characters.
    #[error("not a bitmap")]
    Bitmap,
    /// A third bitmap.
    #[error("a third bitmap, which there is not in the 1987 edition")]
    ThirdBitmap,
    /// A secondary bitmap that names no field.
    #[error("a secondary bitmap without fields")]
    EmptyBitmap,
    /// A length is not digits, or more than the field may have.
    #[error("a length that the field cannot have")]
    Length,
    /// The content is not what the field holds.
    #[error("content that the field cannot have")]
    Content,
    /// Something follows the last field.
    #[error("something after the last field")]
    Trailing,
}

/// The octets of a message; wiped when dropped.
#[must_use]
pub fn encode(message: &Message, encoding: Encoding) -> Zeroizing<Vec<u8>> {
    // As large as messages get that this gateway makes: growing would leave copies behind.
    let mut octets = Zeroizing::new(Vec::with_capacity(1_024));
    octets.extend(message.message_type().to_string().into_bytes());
    let mut bits = [0_u64; 2];
    for field in message.fields() {
        let place = u32::from(field.number() - 1);
        let [primary, secondary] = &mut bits;
        if place < 64 {
            *primary |= FIRST >> place;
        } else {
            *primary |= FIRST;
            *secondary |= FIRST >> (place - 64);
        }
    }
    let [primary, secondary] = bits;
    write_octets(&mut octets, &primary.to_be_bytes(), encoding);
    if secondary != 0 {
        write_octets(&mut octets, &secondary.to_be_bytes(), encoding);
    }
    for (field, value) in message.values() {
        let content = match value {
            Value::Pan(pan) => pan.expose().as_bytes(),
            Value::Text(text) => text.as_bytes(),
            Value::Octets(content) => {
                write_octets(&mut octets, content, encoding);
                continue;
            }
        };
        match field.size() {
            Size::Fixed(_) => {}
            Size::Two(_) => octets.extend(format!("{:02}", content.len()).into_bytes()),
            Size::Three(_) => octets.extend(format!("{:03}", content.len()).into_bytes()),
        }
        octets.extend_from_slice(content);
    }
    octets
}

/// Reads a message: every octet of it, nothing after it.
///
/// # Errors
///
/// [`DecodeError`] for anything else.
pub fn decode(octets: &[u8], encoding: Encoding) -> Result<Message, DecodeError> {
    let mut reader = Reader {
        left: octets,
        offset: 0,
        field: None,
        encoding,
    };
    let message_type = reader.message_type()?;
    let mut message = Message::new(message_type);
    let primary = reader.bitmap()?;
    let mut secondary = 0;
    if primary & FIRST != 0 {
        secondary = reader.bitmap()?;
        if secondary == 0 {
            return Err(reader.fault(Fault::EmptyBitmap));
        }
        if secondary & FIRST != 0 {
            return Err(reader.fault(Fault::ThirdBitmap));
        }
    }
    for number in 2..=128_u8 {
        let (bits, place) = if number <= 64 {
            (primary, number - 1)
        } else {
            (secondary, number - 65)
        };
        if bits & (FIRST >> place) == 0 {
            continue;
        }
        let Some(field) = Field::new(number) else {
            return Err(reader.fault(Fault::ThirdBitmap));
        };
        reader.field = Some(field);
        let start = reader.offset;
        let value = reader.value(field)?;
        message.put(field, value).map_err(|_| DecodeError {
            fault: Fault::Content,
            field: Some(field),
            offset: start,
        })?;
    }
    if reader.left.is_empty() {
        Ok(message)
    } else {
        reader.field = None;
        Err(reader.fault(Fault::Trailing))
    }
}

struct Reader<'a> {
    left: &'a [u8],
    offset: usize,
    field: Option<Field>,
    encoding: Encoding,
}

impl<'a> Reader<'a> {
    const fn fault(&self, fault: Fault) -> DecodeError {
        DecodeError {
            fault,
            field: self.field,
            offset: self.offset,
        }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], DecodeError> {
        let Some((taken, left)) = self.left.split_at_checked(count) else {
            return Err(self.fault(Fault::Short));
        };
        self.left = left;
        self.offset = self.offset.saturating_add(count);
        Ok(taken)
    }

    fn number(&mut self, digits: usize, fault: Fault) -> Result<u16, DecodeError> {
        let before = self.fault(fault);
        let taken = self.take(digits)?;
        taken
            .iter()
            .try_fold(0_u16, |number, octet| {
                let digit = octet.is_ascii_digit().then(|| octet.wrapping_sub(b'0'))?;
                number.checked_mul(10)?.checked_add(u16::from(digit))
            })
            .ok_or(before)
    }

    fn message_type(&mut self) -> Result<MessageType, DecodeError> {
        let before = self.fault(Fault::MessageType);
        MessageType::new(self.number(4, Fault::MessageType)?).ok_or(before)
    }

    fn bitmap(&mut self) -> Result<u64, DecodeError> {
        let octets = self.octets(8, Fault::Bitmap)?;
        let octets = <[u8; 8]>::try_from(octets.as_slice());
        octets
            .map(u64::from_be_bytes)
            .map_err(|_| self.fault(Fault::Bitmap))
    }

    fn octets(&mut self, count: usize, fault: Fault) -> Result<Zeroizing<Vec<u8>>, DecodeError> {
        let before = self.fault(fault);
        match self.encoding {
            Encoding::Binary => Ok(Zeroizing::new(self.take(count)?.to_vec())),
            Encoding::Hex => {
                let digits = self.take(count.saturating_mul(2))?;
                let (pairs, _) = digits.as_chunks::<2>();
                let octets = pairs
                    .iter()
                    .map(|[high, low]| Some(nibble(*high)?.wrapping_mul(16) | nibble(*low)?));
                let octets: Option<Vec<u8>> = octets.collect();
                octets.map(Zeroizing::new).ok_or(before)
            }
        }
    }

    fn value(&mut self, field: Field) -> Result<Value, DecodeError> {
        let before = self.fault(Fault::Length);
        let (length, most) = match field.size() {
            Size::Fixed(size) => (size, size),
            Size::Two(most) => (usize::from(self.number(2, Fault::Length)?), most),
            Size::Three(most) => (usize::from(self.number(3, Fault::Length)?), most),
        };
        if length > most {
            return Err(before);
        }
        if field.content() == Content::Octets {
            return Ok(Value::Octets(self.octets(length, Fault::Content)?));
        }
        let before = self.fault(Fault::Content);
        let content = self.take(length)?;
        if field.content() == Content::Pan {
            return Pan::new(content).map(Value::Pan).map_err(|_| before);
        }
        let text = core::str::from_utf8(content).map_err(|_| before)?;
        Ok(Value::Text(Zeroizing::new(text.to_owned())))
    }
}

fn write_octets(into: &mut Vec<u8>, octets: &[u8], encoding: Encoding) {
    match encoding {
        Encoding::Binary => into.extend_from_slice(octets),
        Encoding::Hex => {
            for octet in octets {
                into.extend(format!("{octet:02X}").into_bytes());
            }
        }
    }
}

/// The value of a hexadecimal digit, in either case.
fn nibble(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

struct Of(Option<Field>);

impl core::fmt::Display for Of {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.0 {
            Some(field) => write!(f, " in {field}"),
            None => Ok(()),
        }
    }
}

/// The bit of the first place of a bitmap.
const FIRST: u64 = 1 << 63;

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Message {
        let mut message = Message::new(MessageType::AUTHORIZATION);
        message.set(Field::PAN, "4111111111111111").unwrap();
        message.set(Field::AMOUNT, "000000012950").unwrap();
        message.set(Field::TRACE, "000123").unwrap();
        message
    }

    #[test]
    fn a_message_is_type_bitmap_and_fields_in_order() {
        assert_eq!(
            encode(&message(), Encoding::Hex).as_slice(),
            b"01005020000000000000164111111111111111000000012950000123"
        );
        let binary = encode(&message(), Encoding::Binary);
        assert_eq!(&binary[..12], b"0100\x50\x20\0\0\0\0\0\0");
        assert_eq!(binary.len(), 56 - 8);
    }

    #[test]
    fn every_field_comes_back_in_either_encoding() {
        for encoding in [Encoding::Binary, Encoding::Hex] {
            let mut message = message();
            for number in 3..=128 {
                let Some(field) = Field::new(number) else {
                    continue;
                };
                let (Size::Fixed(length) | Size::Two(length) | Size::Three(length)) = field.size();
                let set = match field.content() {
                    Content::Signed => message.set(field, format!("D{:01$}", 7, length - 1)),
                    Content::Octets => message.set_octets(field, vec![number; length]),
                    _ => message.set(field, "7".repeat(length)),
                };
                set.unwrap();
                let octets = encode(&message, encoding);
                assert_eq!(decode(&octets, encoding).unwrap(), message, "{number}");
            }
        }
    }

    #[test]
    fn a_message_that_is_cut_short_anywhere_is_refused() {
        for encoding in [Encoding::Binary, Encoding::Hex] {
            let mut message = message();
            message.set(Field::NETWORK_CODE, "301").unwrap();
            let octets = encode(&message, encoding);
            for end in 0..octets.len() {
                assert!(decode(&octets[..end], encoding).is_err(), "{end}");
            }
            let longer = [octets.as_slice(), b"0"].concat();
            assert_eq!(
                decode(&longer, encoding).unwrap_err().fault,
                Fault::Trailing
            );
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (text, fault, offset) in [
            ("", Fault::Short, 0),
            ("1100", Fault::MessageType, 0),
            ("01x0", Fault::MessageType, 0),
            ("0100702000000000000g", Fault::Bitmap, 4),
            (
                "010080000000000000000000000000000000",
                Fault::EmptyBitmap,
                36,
            ),
            (
                "010080000000000000008000000000000000",
                Fault::ThirdBitmap,
                36,
            ),
            ("0100400000000000000020", Fault::Length, 20),
            ("01004000000000000000x1", Fault::Length, 20),
            ("01004000000000000000021x", Fault::Content, 22),
            ("0100400000000000000000", Fault::Content, 22),
            ("01001000000000000000-00000000001", Fault::Content, 20),
        ] {
            let found = decode(text.as_bytes(), Encoding::Hex).unwrap_err();
            assert_eq!((found.fault, found.offset), (fault, offset), "{text}");
        }
    }

    #[test]
    fn an_error_does_not_tell_the_content() {
        let found = decode(b"01004000000000000000174111111111111111x", Encoding::Hex);
        let shown = format!("{0} {0:?}", found.unwrap_err());
        assert!(!shown.contains("4111"), "{shown}");
        assert!(shown.contains("field 2"), "{shown}");
    }
}
