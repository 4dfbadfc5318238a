//! OCTET STRINGs of bounded size.

/// Declares an OCTET STRING of a fixed size as a newtype over an array.
#[macro_export]
macro_rules! octets {
    (
        $(#[$meta:meta])*
        pub struct $name:ident = $spec:literal, $size:literal, $shown:literal;
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $size]);

        impl $name {
            /// Takes the octets.
            #[must_use]
            pub const fn new(octets: [u8; $size]) -> Self {
                Self(octets)
            }

            /// The octets.
            #[must_use]
            pub const fn as_octets(&self) -> &[u8; $size] {
                &self.0
            }
        }

        impl From<[u8; $size]> for $name {
            fn from(octets: [u8; $size]) -> Self {
                Self(octets)
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::asn1::octets::hex(&self.0, f)
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
                shape: $crate::asn1::Shape::OctetString,
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
                let mut octets = [0; $size];
                if usize::try_from(header.length()) != Ok($size) {
                    return Err($crate::asn1::DecodeError::new(
                        $crate::asn1::Fault::Value { expected: $shown },
                        offset,
                    ));
                }
                reader.read_into(&mut octets)?;
                Ok(Self(octets))
            }
        }

        impl ::der::EncodeValue for $name {
            fn value_len(&self) -> ::der::Result<::der::Length> {
                ::der::Length::try_from(self.0.len())
            }

            fn encode_value(&self, writer: &mut impl ::der::Writer) -> ::der::Result<()> {
                writer.write(&self.0)
            }
        }

        impl ::der::FixedTag for $name {
            const TAG: ::der::Tag = ::der::Tag::OctetString;
        }
    };
}

/// Declares an OCTET STRING of `MIN` to `MAX` octets as a newtype over a vector.
#[macro_export]
macro_rules! octets_between {
    (
        $(#[$meta:meta])*
        pub struct $name:ident = $spec:literal, $min:literal..=$max:literal, $shown:literal;
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Vec<u8>);

        impl $name {
            /// Takes octets whose number lies within the type's bounds.
            ///
            /// # Errors
            ///
            /// [`OutOfRange`](crate::asn1::error::OutOfRange) otherwise.
            pub fn new(octets: impl Into<Vec<u8>>) -> Result<Self, $crate::asn1::error::OutOfRange> {
                let octets = octets.into();
                if ($min..=$max).contains(&octets.len()) {
                    Ok(Self(octets))
                } else {
                    Err($crate::asn1::error::OutOfRange { expected: $shown })
                }
            }

            /// The octets.
            #[must_use]
            pub fn as_octets(&self) -> &[u8] {
                &self.0
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::asn1::octets::hex(&self.0, f)
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
                shape: $crate::asn1::Shape::OctetString,
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
                Self::new(reader.read_vec(header.length())?).map_err(|error| {
                    $crate::asn1::DecodeError::new(
                        $crate::asn1::Fault::Value { expected: error.expected },
                        offset,
                    )
                })
            }
        }

        impl ::der::EncodeValue for $name {
            fn value_len(&self) -> ::der::Result<::der::Length> {
                ::der::Length::try_from(self.0.len())
            }

            fn encode_value(&self, writer: &mut impl ::der::Writer) -> ::der::Result<()> {
                writer.write(&self.0)
            }
        }

        impl ::der::FixedTag for $name {
            const TAG: ::der::Tag = ::der::Tag::OctetString;
        }
    };
}

/// Writes octets in hexadecimal, lower case.
///
/// # Errors
///
/// Those of the formatter.
pub fn hex(octets: &[u8], f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
    octets.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
}
