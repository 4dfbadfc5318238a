//! Time: UTCTime or GeneralizedTime, whichever the year demands.

use core::time::Duration;

use der::asn1::UtcTime;
use der::{Decode, DecodeValue, Encode, Header, Length, Reader, Tag, Writer};

use crate::asn1::schema::Field;
use crate::asn1::{Asn1, Date, DecodeError, Fault, Presence, Schema, Shape, Tagging, field};

/// A moment as X.509 writes it: UTCTime to the end of 2049, GeneralizedTime after.
///
/// ```text
/// Time ::= CHOICE {
///   utcTime      UTCTime,
///   generalTime  GeneralizedTime
/// }
/// ```
///
/// A two-digit year of 50 and more is of the 20th century; the earliest moment is the
/// beginning of 1970. The other form for a year is refused, as DER has one form only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(Date);

impl From<Date> for Time {
    fn from(date: Date) -> Self {
        Self(date)
    }
}

impl Time {
    /// The moment.
    #[must_use]
    pub const fn date(self) -> Date {
        self.0
    }

    fn utc(self) -> Option<UtcTime> {
        UtcTime::from_unix_duration(Duration::from_secs(self.0.unix())).ok()
    }
}

impl Asn1 for Time {
    const SCHEMA: &'static Schema = &Schema {
        name: "Time",
        shape: Shape::Choice(&[
            Field {
                name: "utcTime",
                tagging: Tagging::Universal,
                presence: Presence::Required,
                schema: &Schema {
                    name: "UTCTime",
                    shape: Shape::Text(Tag::UtcTime),
                    secret: false,
                },
            },
            Field {
                name: "generalTime",
                tagging: Tagging::Universal,
                presence: Presence::Required,
                schema: Date::SCHEMA,
            },
        ]),
        secret: false,
    };
}

impl<'r> Decode<'r> for Time {
    type Error = DecodeError;

    fn decode<R: Reader<'r>>(reader: &mut R) -> Result<Self, DecodeError> {
        let start = field::offset(reader);
        let header = Header::decode(reader)?;
        let refused = |expected| DecodeError::new(Fault::Value { expected }, start);
        match header.tag() {
            Tag::UtcTime => {
                let time = UtcTime::decode_value(reader, header)
                    .map_err(|_| refused("UTCTime YYMMDDHHMMSSZ"))?;
                Date::from_unix(time.to_unix_duration().as_secs())
                    .map(Self)
                    .map_err(|error| refused(error.expected))
            }
            Tag::GeneralizedTime => {
                let date = Self(Date::decode_value(reader, header)?);
                if date.utc().is_some() {
                    Err(refused("UTCTime, as the year is before 2050"))
                } else {
                    Ok(date)
                }
            }
            other => Err(field::wrong_tag(other, start)),
        }
    }
}

impl Encode for Time {
    fn encoded_len(&self) -> der::Result<Length> {
        match self.utc() {
            Some(time) => time.encoded_len(),
            None => self.0.encoded_len(),
        }
    }

    fn encode(&self, writer: &mut impl Writer) -> der::Result<()> {
        match self.utc() {
            Some(time) => time.encode(writer),
            None => self.0.encode(writer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::{self, Limits};

    fn read(octets: &[u8]) -> Result<String, DecodeError> {
        asn1::decode::<Time>(octets, &Limits::default()).map(|time| time.date().to_string())
    }

    #[test]
    fn two_digit_years_turn_the_century_at_fifty() {
        assert_eq!(
            read(b"\x17\x0d970604120000Z").unwrap(),
            "1997-06-04T12:00:00Z"
        );
        assert_eq!(
            read(b"\x17\x0d490604120000Z").unwrap(),
            "2049-06-04T12:00:00Z"
        );
        assert_eq!(
            read(b"\x18\x0f20500604120000Z").unwrap(),
            "2050-06-04T12:00:00Z"
        );
    }

    #[test]
    fn the_other_form_for_a_year_is_refused() {
        assert!(read(b"\x18\x0f19970604120000Z").is_err());
        assert!(read(b"\x17\x0b9706041200Z").is_err());
        assert!(read(b"\x17\x119706041200+0000").is_err());
        assert!(read(b"\x17\x0d500604120000Z").is_err());
    }

    #[test]
    fn the_form_follows_the_year() {
        let before = Date::from_unix(2_524_607_999).unwrap();
        assert_eq!(
            asn1::encode(&Time::from(before)).unwrap(),
            b"\x17\x0d491231235959Z"
        );
        assert_eq!(
            asn1::encode(&Time::from(before.plus(1))).unwrap(),
            b"\x18\x0f20500101000000Z"
        );
    }
}
