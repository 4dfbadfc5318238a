//! The wire form of the secrets of [`crate::secret`].
//!
//! They read and write as any other string, and their schema says that they must not be
//! shown: dumps print `[redacted]`. A refused value is not part of the error.

use der::{DecodeValue, EncodeValue, FixedTag, Header, Length, Reader, Tag, Writer};
use zeroize::Zeroizing;

use super::{Asn1, DecodeError, Fault, Schema, Shape, field};
use crate::secret::{
    AcctIdentification, BackKey, CardExpiry, CardSecret, ExNonce, Pan, PanSecret, Secret,
};

/// Gives a secret made of characters its wire form.
macro_rules! secret_text {
    ($($type:ident = $name:literal, $tag:ident, $shown:literal;)+) => {$(
        impl Asn1 for $type {
            const SCHEMA: &'static Schema = &Schema {
                name: $name,
                shape: Shape::Text(Tag::$tag),
                secret: true,
            };
        }

        impl<'r> DecodeValue<'r> for $type {
            type Error = DecodeError;

            fn decode_value<R: Reader<'r>>(
                reader: &mut R,
                header: Header,
            ) -> Result<Self, DecodeError> {
                let offset = field::offset(reader);
                let octets = Zeroizing::new(reader.read_vec(header.length())?);
                Self::new(octets.as_slice())
                    .map_err(|_| DecodeError::new(Fault::Value { expected: $shown }, offset))
            }
        }

        impl EncodeValue for $type {
            fn value_len(&self) -> der::Result<Length> {
                Length::try_from(self.expose().len())
            }

            fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
                writer.write(self.expose().as_bytes())
            }
        }

        impl FixedTag for $type {
            const TAG: Tag = Tag::$tag;
        }
    )+};
}

/// Gives a secret of 20 octets its wire form.
macro_rules! secret_octets {
    ($($type:ident = $name:literal;)+) => {$(
        impl Asn1 for $type {
            const SCHEMA: &'static Schema = &Schema {
                name: $name,
                shape: Shape::OctetString,
                secret: true,
            };
        }

        impl<'r> DecodeValue<'r> for $type {
            type Error = DecodeError;

            fn decode_value<R: Reader<'r>>(
                reader: &mut R,
                header: Header,
            ) -> Result<Self, DecodeError> {
                let offset = field::offset(reader);
                let octets = Zeroizing::new(reader.read_vec(header.length())?);
                Self::try_from(octets.as_slice()).map_err(|_| {
                    let expected = "OCTET STRING (SIZE(20))";
                    DecodeError::new(Fault::Value { expected }, offset)
                })
            }
        }

        impl EncodeValue for $type {
            fn value_len(&self) -> der::Result<Length> {
                Length::try_from(self.expose().len())
            }

            fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
                writer.write(self.expose())
            }
        }

        impl FixedTag for $type {
            const TAG: Tag = Tag::OctetString;
        }
    )+};
}

secret_text! {
    Pan = "PAN", NumericString, "NumericString (SIZE(1..19))";
    CardExpiry = "CardExpiry", NumericString, "NumericString (SIZE(6)), YYYYMM";
    AcctIdentification = "acctIdentification", VisibleString, "VisibleString (SIZE(74))";
}

secret_octets! {
    Secret = "Secret";
    PanSecret = "PANSecret";
    CardSecret = "CardSecret";
    ExNonce = "Nonce";
    BackKey = "BackKey";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::{self, Limits};

    #[test]
    fn a_pan_is_a_numeric_string_without_padding() {
        let pan = Pan::new("4111111111111111").unwrap();
        let octets = asn1::encode(&pan).unwrap();
        assert_eq!(octets, b"\x12\x104111111111111111");
        assert_eq!(
            asn1::decode::<Pan>(&octets, &Limits::default()).unwrap(),
            pan
        );
    }

    #[test]
    fn a_refused_secret_is_not_quoted() {
        let limits = Limits::default();
        let error = asn1::decode::<Pan>(b"\x12\x04411x", &limits).unwrap_err();
        assert_eq!(
            error.to_string(),
            "PAN, octet 2: not a NumericString (SIZE(1..19))"
        );
        assert!(asn1::decode::<Pan>(b"\x12\x00", &limits).is_err());
        assert!(asn1::decode::<CardExpiry>(b"\x12\x06199913", &limits).is_err());
        assert!(asn1::decode::<Secret>(b"\x04\x02ab", &limits).is_err());
    }

    #[test]
    fn secrets_of_twenty_octets_come_back() {
        let key = BackKey::from_octets([7; 20]);
        let octets = asn1::encode(&key).unwrap();
        assert_eq!(octets.len(), 22);
        assert_eq!(
            asn1::decode::<BackKey>(&octets, &Limits::default()).unwrap(),
            key
        );
        assert!(BackKey::SCHEMA.secret);
    }
}
