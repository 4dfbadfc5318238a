//! REAL, base 2, as DER spells it.

use der::{DecodeValue, EncodeValue, FixedTag, Header, Length, Reader, Tag, Writer};

use super::schema::{Asn1, Schema, Shape};
use super::{DecodeError, Fault, field};

/// A ratio or rate.
///
/// ```text
/// FloatingPoint ::= REAL                                -- DER, base 2
/// ```
///
/// DER allows one spelling: nothing for zero, otherwise base 2, scaling 0, an odd mantissa
/// and the shortest exponent. Infinities, NaN, minus zero and numbers that a binary64
/// cannot hold exactly are refused. (The `der` crate's own `f64` keeps even mantissas,
/// X.690 11.3.1 does not.)
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct FloatingPoint(f64);

impl Eq for FloatingPoint {}

impl FloatingPoint {
    /// Takes a finite number; minus zero becomes zero.
    #[must_use]
    pub fn new(value: f64) -> Option<Self> {
        value.is_finite().then_some(Self(value + 0.0))
    }

    /// The quotient of two amounts, as the nearest number that a binary64 holds; of two equally
    /// near the one with the even mantissa. Zero when the divisor is.
    ///
    /// The quotient itself is of integers: amounts above 2⁵³ are not rounded before they are
    /// divided.
    #[must_use]
    pub fn ratio(dividend: u64, divisor: u64) -> Self {
        if dividend == 0 || divisor == 0 {
            return Self(0.0);
        }
        // The dividend at the top of 128 bits: so the quotient has at least 64 bits, more than
        // a mantissa and the bit to round by.
        let dividend = u128::from(dividend);
        let places = dividend.leading_zeros();
        let dividend = dividend << places;
        let divisor = u128::from(divisor);
        let (quotient, rest) = (dividend / divisor, dividend % divisor);
        // Whether anything is left decides between two that would be equally near without it.
        let quotient = quotient | u128::from(rest > 0);
        #[expect(
            clippy::as_conversions,
            reason = "rounding to the nearest binary64 is what a ratio is"
        )]
        let nearest = quotient as f64;
        // A power of two: exact.
        Self((0..places).fold(nearest, |value, _| value / 2.0))
    }

    /// The number.
    #[must_use]
    pub const fn value(self) -> f64 {
        self.0
    }

    fn content(self) -> Vec<u8> {
        if self.0 == 0.0 {
            return Vec::new();
        }
        let bits = self.0.to_bits();
        let biased = i64::try_from((bits >> 52) & 0x7ff).unwrap_or(0);
        let fraction = bits & ((1 << 52) - 1);
        let (mut mantissa, mut exponent) = if biased == 0 {
            (fraction, -1074)
        } else {
            (fraction | (1 << 52), biased - 1075)
        };
        let zeros = mantissa.trailing_zeros();
        mantissa >>= zeros;
        exponent += i64::from(zeros);
        let sign = if bits >> 63 == 0 { 0x80 } else { 0xc0 };
        let mut content = Vec::with_capacity(11);
        if let Ok(short) = i8::try_from(exponent) {
            content.push(sign);
            content.extend(short.to_be_bytes());
        } else {
            content.push(sign | 1);
            let long = i16::try_from(exponent).unwrap_or(i16::MAX);
            content.extend(long.to_be_bytes());
        }
        content.extend(mantissa.to_be_bytes().into_iter().skip_while(|o| *o == 0));
        content
    }

    fn parse(content: &[u8]) -> Option<Self> {
        let Some((first, rest)) = content.split_first() else {
            return Some(Self(0.0));
        };
        let (exponent, mantissa) = match (first & 0xbf, rest) {
            (0x80, [exponent, mantissa @ ..]) => {
                (i32::from(i8::from_be_bytes([*exponent])), mantissa)
            }
            (0x81, [high, low, mantissa @ ..]) => {
                (i32::from(i16::from_be_bytes([*high, *low])), mantissa)
            }
            _ => return None,
        };
        if mantissa.is_empty() || mantissa.len() > 8 {
            return None;
        }
        let whole = mantissa
            .iter()
            .fold(0u64, |whole, octet| whole << 8 | u64::from(*octet));
        if whole >> 53 != 0 || !(-1100..=1100).contains(&exponent) {
            return None;
        }
        // Two steps, so that neither factor under- or overflows before its product does.
        let half = exponent / 2;
        #[expect(clippy::as_conversions, reason = "at most 53 bits: exact")]
        let magnitude = whole as f64 * 2f64.powi(half) * 2f64.powi(exponent - half);
        let value = Self(if first & 0x40 == 0 {
            magnitude
        } else {
            -magnitude
        });
        (value.content() == content).then_some(value)
    }
}

impl Asn1 for FloatingPoint {
    const SCHEMA: &'static Schema = &Schema {
        name: "FloatingPoint",
        shape: Shape::Real,
        secret: false,
    };
}

impl<'r> DecodeValue<'r> for FloatingPoint {
    type Error = DecodeError;

    fn decode_value<R: Reader<'r>>(reader: &mut R, header: Header) -> Result<Self, DecodeError> {
        let offset = field::offset(reader);
        let refused = DecodeError::new(
            Fault::Value {
                expected: "REAL in base 2 with an odd mantissa",
            },
            offset,
        );
        if header.length() > Length::new(11) {
            return Err(refused);
        }
        Self::parse(&reader.read_vec(header.length())?).ok_or(refused)
    }
}

impl EncodeValue for FloatingPoint {
    fn value_len(&self) -> der::Result<Length> {
        Length::try_from(self.content().len())
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        writer.write(&self.content())
    }
}

impl FixedTag for FloatingPoint {
    const TAG: Tag = Tag::Real;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::{self, Limits};

    #[test]
    fn numbers_have_their_x690_encodings() {
        for (value, octets) in [
            (0.0, &b"\x09\x00"[..]),
            (1.0, b"\x09\x03\x80\x00\x01"),
            (0.5, b"\x09\x03\x80\xff\x01"),
            (-3.0, b"\x09\x03\xc0\x00\x03"),
            (0.15625, b"\x09\x03\x80\xfb\x05"),
            (f64::MIN_POSITIVE, b"\x09\x04\x81\xfc\x02\x01"),
        ] {
            let real = FloatingPoint::new(value).unwrap();
            assert_eq!(asn1::encode(&real).unwrap(), octets, "{value}");
            let back: FloatingPoint = asn1::decode(octets, &Limits::default()).unwrap();
            assert_eq!(back, real);
        }
    }

    #[test]
    fn every_other_spelling_is_refused() {
        for octets in [
            &b"\x09\x03\x80\x00\x02"[..], // even mantissa
            b"\x09\x04\x80\x00\x00\x01",  // leading zero
            b"\x09\x04\x81\x00\x00\x01",  // long exponent
            b"\x09\x03\x90\x00\x01",      // base 8
            b"\x09\x01\x40",              // infinity
            b"\x09\x01\x42",              // NaN
            b"\x09\x04\x03\x31\x45\x30",  // decimal
            b"\x09\x02\x80\x00",          // no mantissa
        ] {
            assert!(asn1::decode::<FloatingPoint>(octets, &Limits::default()).is_err());
        }
    }

    #[test]
    fn a_ratio_is_the_nearest_number_to_the_quotient() {
        for (dividend, divisor, ratio) in [
            (0, 5, 0.0),
            (5, 0, 0.0),
            (1, 1, 1.0),
            (1, 3, 1.0 / 3.0),
            (12_949, 12_950, 12_949.0 / 12_950.0),
            (u64::MAX, u64::MAX, 1.0),
            (u64::MAX, 1, 18_446_744_073_709_551_616.0),
            (1, u64::MAX, 1.0 / 18_446_744_073_709_551_616.0),
            // Rounded before it is divided, the dividend would be 2^53.
            ((1 << 53) + 1, 3, 3_002_399_751_580_331.0),
        ] {
            let found = FloatingPoint::ratio(dividend, divisor).value();
            assert_eq!(found.to_bits(), f64::to_bits(ratio), "{dividend}/{divisor}");
        }
    }

    #[test]
    fn any_finite_number_comes_back() {
        let mut bits = 0x9e37_79b9_7f4a_7c15u64;
        for _ in 0..2000 {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            if let Some(real) = FloatingPoint::new(f64::from_bits(bits)) {
                let octets = asn1::encode(&real).unwrap();
                let back: FloatingPoint = asn1::decode(&octets, &Limits::default()).unwrap();
                assert_eq!(back.value().to_bits(), real.value().to_bits());
            }
        }
    }
}
