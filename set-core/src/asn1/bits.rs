//! BIT STRINGs whose bits have names.

/// Declares a BIT STRING with at most 16 named bits as a newtype, a set of its bits.
#[macro_export]
macro_rules! bits {
    (
        $(#[$meta:meta])*
        pub struct $name:ident = $spec:literal {
            $( $(#[$bit_meta:meta])* $bit:ident = $number:literal $bit_spec:literal ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name(u16);

        impl $name {
            $( $(#[$bit_meta])* pub const $bit: Self = Self(0x8000 >> $number); )+

            /// Every bit with its name, in ascending order.
            pub const ALL: &'static [(Self, &'static str)] = &[$((Self::$bit, $bit_spec)),+];

            /// The set with no bit.
            #[must_use]
            pub const fn empty() -> Self {
                Self(0)
            }

            /// Whether no bit is set.
            #[must_use]
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }

            /// Whether exactly one bit is set.
            #[must_use]
            pub const fn is_single(self) -> bool {
                self.0.is_power_of_two()
            }

            /// This set with the bits of `other` as well.
            #[must_use]
            pub const fn and(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }

            /// Whether all bits of `other` are set.
            #[must_use]
            pub const fn contains(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }

            /// Whether any bit of `other` is set.
            #[must_use]
            pub const fn intersects(self, other: Self) -> bool {
                self.0 & other.0 != 0
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut separator = "";
                for (bit, name) in Self::ALL {
                    if self.contains(*bit) {
                        write!(f, "{separator}{name}")?;
                        separator = "+";
                    }
                }
                Ok(())
            }
        }

        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                write!(f, concat!($spec, "({})"), self)
            }
        }

        impl $crate::asn1::Asn1 for $name {
            const SCHEMA: &'static $crate::asn1::Schema = &$crate::asn1::Schema {
                name: $spec,
                shape: $crate::asn1::Shape::BitString(&[$(($bit_spec, $number)),+]),
                secret: false,
            };
        }

        impl<'r> ::der::DecodeValue<'r> for $name {
            type Error = $crate::asn1::DecodeError;

            fn decode_value<R: ::der::Reader<'r>>(
                reader: &mut R,
                header: ::der::Header,
            ) -> Result<Self, $crate::asn1::DecodeError> {
                let offset = $crate::asn1::field::offset(reader);
                let octets = reader.read_vec(header.length())?;
                $crate::asn1::bits::parse(&octets)
                    .filter(|bits| bits & !(0 $(| Self::$bit.0)+) == 0)
                    .map(Self)
                    .ok_or($crate::asn1::DecodeError::new(
                        $crate::asn1::Fault::Value { expected: $spec },
                        offset,
                    ))
            }
        }

        impl ::der::EncodeValue for $name {
            fn value_len(&self) -> ::der::Result<::der::Length> {
                ::der::Length::try_from($crate::asn1::bits::content(self.0).len())
            }

            fn encode_value(&self, writer: &mut impl ::der::Writer) -> ::der::Result<()> {
                writer.write(&$crate::asn1::bits::content(self.0))
            }
        }

        impl ::der::FixedTag for $name {
            const TAG: ::der::Tag = ::der::Tag::BitString;
        }
    };
}

/// The bits in the content of a BIT STRING, the first one highest; none unless the content
/// is canonical (no trailing zero bits) and has at most 16 bits.
#[must_use]
pub fn parse(content: &[u8]) -> Option<u16> {
    let bits = match content {
        [0] => 0,
        [_, first] => u16::from_be_bytes([*first, 0]),
        [_, first, second] => u16::from_be_bytes([*first, *second]),
        _ => return None,
    };
    (self::content(bits) == content).then_some(bits)
}

/// The content of a BIT STRING: the number of unused bits, then the bits.
#[must_use]
pub fn content(bits: u16) -> Vec<u8> {
    let [first, second] = bits.to_be_bytes();
    match (first, second) {
        (0, 0) => vec![0],
        (_, 0) => vec![unused(first), first],
        _ => vec![unused(second), first, second],
    }
}

/// Trailing zero bits of an octet that is not zero.
fn unused(octet: u8) -> u8 {
    u8::try_from(octet.trailing_zeros()).unwrap_or(8)
}

#[cfg(test)]
mod tests {
    use crate::asn1::{self, Limits};
    use crate::x509::ext::CertificateType;

    #[test]
    fn named_bits_lose_their_trailing_zeros() {
        for (bits, octets) in [
            (CertificateType::empty(), &b"\x03\x01\x00"[..]),
            (CertificateType::CARD, b"\x03\x02\x07\x80"),
            (
                CertificateType::CCA.and(CertificateType::PCA),
                b"\x03\x02\x02\x14",
            ),
            (CertificateType::RCA, b"\x03\x03\x07\x00\x80"),
            (CertificateType::ACQ, b"\x03\x03\x06\x00\x40"),
        ] {
            assert_eq!(asn1::encode(&bits).unwrap(), octets);
            let back: CertificateType = asn1::decode(octets, &Limits::default()).unwrap();
            assert_eq!(back, bits);
        }
    }

    #[test]
    fn padded_and_unknown_bits_are_refused() {
        for octets in [
            &b"\x03\x00"[..],
            b"\x03\x02\x06\x80",
            b"\x03\x02\x00\x00",
            b"\x03\x03\x07\x80\x00",
            b"\x03\x03\x05\x00\x20",
            b"\x03\x02\x08\x80",
            b"\x03\x01\x01",
        ] {
            assert!(
                asn1::decode::<CertificateType>(octets, &Limits::default()).is_err(),
                "{octets:02x?}"
            );
        }
    }
}
