//! Date: GeneralizedTime to the second, in UTC.

use core::fmt;
use core::time::Duration;

use der::asn1::GeneralizedTime;
use der::{DateTime, DecodeValue, EncodeValue, FixedTag, Header, Length, Reader, Tag, Writer};

use super::error::OutOfRange;
use super::schema::{Asn1, Schema, Shape};
use super::{DecodeError, Fault, field};

/// A moment in UTC with a resolution of one second, from 1970 to 9999.
///
/// ```text
/// Date ::= GeneralizedTime
/// ```
///
/// Always `YYYYMMDDHHMMSSZ` on the wire; fractions and offsets are not DER here.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(u64);

impl Date {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);

    /// The moment `seconds` after 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] past the year 9999.
    pub fn from_unix(seconds: u64) -> Result<Self, OutOfRange> {
        DateTime::from_unix_duration(Duration::from_secs(seconds))
            .map(|_| Self(seconds))
            .map_err(|_| OutOfRange {
                expected: "date between 1970 and 9999",
            })
    }

    /// The start of a day, by year, month (1–12) and day (1–31).
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] when there is no such day between 1970 and 9999.
    pub fn of_day(year: u16, month: u8, day: u8) -> Result<Self, OutOfRange> {
        let start = DateTime::new(year, month, day, 0, 0, 0).map_err(|_| OutOfRange {
            expected: "day of a year between 1970 and 9999",
        })?;
        Self::from_unix(start.unix_duration().as_secs())
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn unix(self) -> u64 {
        self.0
    }

    /// This moment moved by `seconds` into the future, at most to the end of 9999.
    #[must_use]
    pub fn plus(self, seconds: u64) -> Self {
        Self::from_unix(self.0.saturating_add(seconds)).unwrap_or(LAST)
    }

    /// This moment moved by `seconds` into the past, at most to 1970.
    #[must_use]
    pub const fn minus(self, seconds: u64) -> Self {
        Self(self.0.saturating_sub(seconds))
    }

    /// Year, month (1–12), day (1–31), hour, minute and second.
    #[must_use]
    pub fn parts(self) -> (u16, u8, u8, u8, u8, u8) {
        let date =
            DateTime::from_unix_duration(Duration::from_secs(self.0)).unwrap_or(DateTime::INFINITY);
        (
            date.year(),
            date.month(),
            date.day(),
            date.hour(),
            date.minutes(),
            date.seconds(),
        )
    }

    fn generalized(self) -> der::Result<GeneralizedTime> {
        GeneralizedTime::from_unix_duration(Duration::from_secs(self.0))
    }
}

const LAST: Date = Date(253_402_300_799);

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day, hour, minute, second) = self.parts();
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
        )
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Asn1 for Date {
    const SCHEMA: &'static Schema = &Schema {
        name: "Date",
        shape: Shape::GeneralizedTime,
        secret: false,
    };
}

impl<'r> DecodeValue<'r> for Date {
    type Error = DecodeError;

    fn decode_value<R: Reader<'r>>(reader: &mut R, header: Header) -> Result<Self, DecodeError> {
        let offset = field::offset(reader);
        GeneralizedTime::decode_value(reader, header)
            .map(|time| Self(time.to_unix_duration().as_secs()))
            .map_err(|_| {
                DecodeError::new(
                    Fault::Value {
                        expected: "GeneralizedTime YYYYMMDDHHMMSSZ",
                    },
                    offset,
                )
            })
    }
}

impl EncodeValue for Date {
    fn value_len(&self) -> der::Result<Length> {
        self.generalized()?.value_len()
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        self.generalized()?.encode_value(writer)
    }
}

impl FixedTag for Date {
    const TAG: Tag = Tag::GeneralizedTime;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::{self, Limits};

    #[test]
    fn a_date_is_fifteen_characters_in_utc() {
        let date = Date::from_unix(865_432_100).unwrap();
        assert_eq!(asn1::encode(&date).unwrap(), b"\x18\x0f19970604134820Z");
        assert_eq!(date.to_string(), "1997-06-04T13:48:20Z");
    }

    #[test]
    fn fractions_offsets_and_impossible_days_are_refused() {
        for octets in [
            &b"\x18\x1119970604142820.5Z"[..],
            b"\x18\x1319970604142820+0000",
            b"\x18\x0f19970631142820Z",
            b"\x18\x0d199706041428Z",
        ] {
            assert!(asn1::decode::<Date>(octets, &Limits::default()).is_err());
        }
    }
}
