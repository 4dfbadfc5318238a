//! A message: its type and its fields.

use core::fmt;
use std::collections::BTreeMap;

use set_core::secret::Pan;
use zeroize::Zeroizing;

use super::field::{Content, Field, Size};

/// A message type of the 1987 edition: version 0, class, function, origin.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageType(u16);

impl MessageType {
    /// 0100: may this card be charged?
    pub const AUTHORIZATION: Self = Self(100);
    /// 0200: charge this card.
    pub const FINANCIAL: Self = Self(200);
    /// 0220: this card was charged.
    pub const FINANCIAL_ADVICE: Self = Self(220);
    /// 0400: take a message back.
    pub const REVERSAL: Self = Self(400);
    /// 0420: a message was taken back.
    pub const REVERSAL_ADVICE: Self = Self(420);
    /// 0800: sign-on, sign-off, echo.
    pub const NETWORK: Self = Self(800);

    /// The type of that number, 0 to 999: there is no other version.
    #[must_use]
    pub const fn new(number: u16) -> Option<Self> {
        match number {
            0..=999 => Some(Self(number)),
            _ => None,
        }
    }

    /// As a number; 0110 is 110.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }

    /// The type that answers it: 0100 and 0101 are answered by 0110, 0420 by 0430.
    #[must_use]
    pub const fn response(self) -> Self {
        Self((self.0 / 20 * 2 + 1) * 10)
    }

    /// The type that repeats it: 0420 is repeated by 0421.
    #[must_use]
    pub const fn repeat(self) -> Self {
        Self(self.0 | 1)
    }

    /// Whether it answers another.
    #[must_use]
    pub const fn is_response(self) -> bool {
        self.0 / 10 % 2 == 1
    }
}

impl fmt::Display for MessageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.0)
    }
}

impl fmt::Debug for MessageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A message whose fields are what [`Field::content`] and [`Field::size`] allow.
///
/// It prints without whatever tells of an account, and is wiped when dropped.
#[derive(PartialEq, Eq)]
pub struct Message {
    message_type: MessageType,
    fields: BTreeMap<Field, Value>,
}

/// What a field holds.
#[derive(PartialEq, Eq)]
pub(super) enum Value {
    Pan(Pan),
    Text(Zeroizing<String>),
    Octets(Zeroizing<Vec<u8>>),
}

/// A value that its field cannot have. What it was is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} cannot hold this: it is made of {:?}, {:?}", .field.content(), .field.size())]
pub struct NoSuchValue {
    /// Which.
    pub field: Field,
}

impl Message {
    /// A message without fields.
    #[must_use]
    pub const fn new(message_type: MessageType) -> Self {
        Self {
            message_type,
            fields: BTreeMap::new(),
        }
    }

    /// Its type.
    #[must_use]
    pub const fn message_type(&self) -> MessageType {
        self.message_type
    }

    /// Its fields, in order.
    pub fn fields(&self) -> impl Iterator<Item = Field> + '_ {
        self.fields.keys().copied()
    }

    /// The account number, from field 2.
    #[must_use]
    pub fn pan(&self) -> Option<&Pan> {
        match self.fields.get(&Field::PAN) {
            Some(Value::Pan(pan)) => Some(pan),
            _ => None,
        }
    }

    /// A field that holds characters.
    #[must_use]
    pub fn text(&self, field: Field) -> Option<&str> {
        match self.fields.get(&field) {
            Some(Value::Text(text)) => Some(text.as_str()),
            _ => None,
        }
    }

    /// A field that holds octets.
    #[must_use]
    pub fn octets(&self, field: Field) -> Option<&[u8]> {
        match self.fields.get(&field) {
            Some(Value::Octets(octets)) => Some(octets.as_slice()),
            _ => None,
        }
    }

    /// Sets a field that holds characters.
    ///
    /// # Errors
    ///
    /// [`NoSuchValue`] when the field cannot hold them.
    pub fn set(&mut self, field: Field, text: impl Into<String>) -> Result<(), NoSuchValue> {
        let text = Zeroizing::new(text.into());
        let value = match field.content() {
            Content::Pan => Value::Pan(Pan::new(text.as_str()).map_err(|_| NoSuchValue { field })?),
            Content::Octets => return Err(NoSuchValue { field }),
            _ => Value::Text(text),
        };
        self.put(field, value)
    }

    /// Sets the account number.
    pub fn set_pan(&mut self, pan: &Pan) {
        self.fields.insert(Field::PAN, Value::Pan(pan.duplicate()));
    }

    /// Sets a field that holds octets.
    ///
    /// # Errors
    ///
    /// [`NoSuchValue`] when the field cannot hold them.
    pub fn set_octets(
        &mut self,
        field: Field,
        octets: impl Into<Vec<u8>>,
    ) -> Result<(), NoSuchValue> {
        self.put(field, Value::Octets(Zeroizing::new(octets.into())))
    }

    pub(super) fn put(&mut self, field: Field, value: Value) -> Result<(), NoSuchValue> {
        if value.fits(field) {
            self.fields.insert(field, value);
            Ok(())
        } else {
            Err(NoSuchValue { field })
        }
    }

    pub(super) fn values(&self) -> &BTreeMap<Field, Value> {
        &self.fields
    }
}

impl Value {
    fn fits(&self, field: Field) -> bool {
        let (length, right) = match (self, field.content()) {
            (Self::Pan(pan), Content::Pan) => (pan.expose().len(), true),
            (Self::Text(text), Content::Digits) => {
                (text.len(), text.bytes().all(|octet| octet.is_ascii_digit()))
            }
            (Self::Text(text), Content::Signed) => {
                let digits = text.strip_prefix(['C', 'D']).unwrap_or("-");
                let right = digits.bytes().all(|octet| octet.is_ascii_digit());
                (text.len(), right)
            }
            (Self::Text(text), Content::Text) => {
                let right = text.bytes().all(|octet| matches!(octet, b' '..=b'~'));
                (text.len(), right)
            }
            (Self::Octets(octets), Content::Octets) => (octets.len(), true),
            _ => return false,
        };
        right
            && match field.size() {
                Size::Fixed(size) => length == size,
                Size::Two(most) | Size::Three(most) => length <= most,
            }
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message_type)?;
        let mut map = f.debug_map();
        for (field, value) in &self.fields {
            match value {
                Value::Text(text) if field.printable() => map.entry(&field.number(), &**text),
                _ => map.entry(&field.number(), &format_args!("[redacted]")),
            };
        }
        map.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_and_advice_has_its_response_and_its_repeat() {
        for (asked, repeated, answered) in [
            (100, 101, 110),
            (200, 201, 210),
            (220, 221, 230),
            (400, 401, 410),
            (420, 421, 430),
            (800, 801, 810),
        ] {
            let asked = MessageType::new(asked).unwrap();
            assert_eq!(asked.repeat().number(), repeated);
            assert_eq!(asked.response().number(), answered);
            assert_eq!(asked.repeat().response().number(), answered);
            assert!(asked.response().is_response() && !asked.is_response());
        }
        assert_eq!(MessageType::new(1_100), None);
        assert_eq!(MessageType::AUTHORIZATION.to_string(), "0100");
    }

    #[test]
    fn a_field_takes_what_it_can_hold_and_nothing_else() {
        let mut message = Message::new(MessageType::AUTHORIZATION);
        for (number, text, taken) in [
            (2, "4111111111111111", true),
            (2, "", false),
            (2, "41111111111111111111", false),
            (4, "000000012950", true),
            (4, "12950", false),
            (4, "00000001295x", false),
            (28, "D00000001", true),
            (28, "X00000001", false),
            (32, "12345678901", true),
            (32, "123456789012", false),
            (44, "", true),
            (48, "ä", false),
            (64, "12345678", false),
        ] {
            let set = message.set(Field::new(number).unwrap(), text);
            assert_eq!(set.is_ok(), taken, "{number} {text}");
        }
        let mac = Field::new(64).unwrap();
        assert!(message.set_octets(mac, [7; 8]).is_ok());
        assert!(message.set_octets(mac, [7; 9]).is_err());
        assert!(message.set_octets(Field::AMOUNT, [b'0'; 12]).is_err());
    }

    #[test]
    fn a_message_prints_without_account_number_and_expiry() {
        let mut message = Message::new(MessageType::AUTHORIZATION);
        message.set(Field::PAN, "4111111111111111").unwrap();
        message.set(Field::EXPIRY, "3012").unwrap();
        message.set(Field::AMOUNT, "000000012950").unwrap();
        let shown = format!("{message:?}");
        assert!(shown.contains("000000012950"), "{shown}");
        assert!(!shown.contains("4111111111111111"), "{shown}");
        assert!(!shown.contains("3012"), "{shown}");
    }
}
