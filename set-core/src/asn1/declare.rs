//! The macros that declare wire types.
//!
//! A component is written `name: Type = "specName" [how]`, where `how` is nothing for a
//! required component under its own tag, or any of `optional`, `explicit N`,
//! `explicit N optional`, `implicit N`, `implicit N optional`, `default VALUE`,
//! `implicit N default VALUE`.

/// Declares an ASN.1 SEQUENCE: a struct with its codec and schema.
#[macro_export]
macro_rules! sequence {
    (
        $(#[$meta:meta])*
        pub struct $name:ident = $spec:literal {
            $(
                $(#[$field_meta:meta])*
                $field:ident : $type:ty = $field_spec:literal $([$($how:tt)+])?
            ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        pub struct $name {
            $( $(#[$field_meta])* pub $field: $type, )*
        }

        impl $crate::asn1::Asn1 for $name {
            const SCHEMA: &'static $crate::asn1::Schema = &$crate::asn1::Schema {
                name: $spec,
                shape: $crate::asn1::Shape::Sequence(&[$(
                    $crate::component!(@schema $type, $field_spec, $($($how)+)?),
                )*]),
                secret: false,
            };
        }

        impl<'r> ::der::DecodeValue<'r> for $name {
            type Error = $crate::asn1::DecodeError;

            fn decode_value<R: ::der::Reader<'r>>(
                reader: &mut R,
                _header: ::der::Header,
            ) -> Result<Self, $crate::asn1::DecodeError> {
                $( let $field = $crate::component!(@decode reader, $field_spec, $($($how)+)?)?; )*
                $crate::asn1::field::end(reader)?;
                Ok(Self { $($field),* })
            }
        }

        impl ::der::EncodeValue for $name {
            fn value_len(&self) -> ::der::Result<::der::Length> {
                let length = ::der::Length::ZERO;
                $( let length = (length + $crate::component!(@len &self.$field, $($($how)+)?))?; )*
                Ok(length)
            }

            fn encode_value(&self, writer: &mut impl ::der::Writer) -> ::der::Result<()> {
                $( $crate::component!(@encode &self.$field, writer, $($($how)+)?); )*
                Ok(())
            }
        }

        impl ::der::FixedTag for $name {
            const TAG: ::der::Tag = ::der::Tag::Sequence;
        }
    };
}

/// Declares an ASN.1 CHOICE: an enum with its codec and schema.
///
/// `pub enum Name = "Name" as secret { … }` declares one whose values must not be shown.
#[macro_export]
macro_rules! choice {
    (
        $(#[$meta:meta])*
        pub enum $name:ident = $spec:literal $(as $secret:ident)? {
            $(
                $(#[$field_meta:meta])*
                $variant:ident($type:ty) = $field_spec:literal $([$($how:tt)+])?
            ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        pub enum $name {
            $( $(#[$field_meta])* $variant($type), )+
        }

        impl $crate::asn1::Asn1 for $name {
            const SCHEMA: &'static $crate::asn1::Schema = &$crate::asn1::Schema {
                name: $spec,
                shape: $crate::asn1::Shape::Choice(&[$(
                    $crate::component!(@schema $type, $field_spec, $($($how)+)?),
                )+]),
                secret: $crate::component!(@secret $($secret)?),
            };
        }

        impl<'r> ::der::Decode<'r> for $name {
            type Error = $crate::asn1::DecodeError;

            fn decode<R: ::der::Reader<'r>>(
                reader: &mut R,
            ) -> Result<Self, $crate::asn1::DecodeError> {
                let offset = $crate::asn1::field::offset(reader);
                let Some(tag) = $crate::asn1::field::peek(reader)? else {
                    return Err($crate::asn1::DecodeError::new($crate::asn1::Fault::Missing, offset));
                };
                $(
                    const { assert!(!$field_spec.is_empty()) };
                    if $crate::component!(@schema $type, $field_spec, $($($how)+)?).admits(tag) {
                        return Ok(Self::$variant(
                            $crate::component!(@decode reader, $field_spec, $($($how)+)?)?,
                        ));
                    }
                )+
                Err($crate::asn1::field::wrong_tag(tag, offset))
            }
        }

        impl ::der::Encode for $name {
            fn encoded_len(&self) -> ::der::Result<::der::Length> {
                match self {
                    $( Self::$variant(value) => {
                        ::der::Length::ZERO + $crate::component!(@len value, $($($how)+)?)
                    } )+
                }
            }

            fn encode(&self, writer: &mut impl ::der::Writer) -> ::der::Result<()> {
                match self {
                    $( Self::$variant(value) => {
                        $crate::component!(@encode value, writer, $($($how)+)?);
                    } )+
                }
                Ok(())
            }
        }
    };
}

/// One component, seen from the schema, the decoder and the encoder.
#[doc(hidden)]
#[macro_export]
macro_rules! component {
    (@secret) => { false };
    (@secret secret) => { true };

    (@schema $type:ty, $spec:literal, ) => {
        $crate::component!(@field $type, $spec, Universal, Required)
    };
    (@schema $type:ty, $spec:literal, optional) => {
        $crate::component!(@field $type, $spec, Universal, Optional)
    };
    (@schema $type:ty, $spec:literal, default $default:expr) => {
        $crate::component!(@field $type, $spec, Universal, Default)
    };
    (@schema $type:ty, $spec:literal, explicit $n:literal) => {
        $crate::component!(@field $type, $spec, Explicit($n), Required)
    };
    (@schema $type:ty, $spec:literal, explicit $n:literal optional) => {
        $crate::component!(@field $type, $spec, Explicit($n), Optional)
    };
    (@schema $type:ty, $spec:literal, implicit $n:literal) => {
        $crate::component!(@field $type, $spec, Implicit($n), Required)
    };
    (@schema $type:ty, $spec:literal, implicit $n:literal optional) => {
        $crate::component!(@field $type, $spec, Implicit($n), Optional)
    };
    (@schema $type:ty, $spec:literal, implicit $n:literal default $default:expr) => {
        $crate::component!(@field $type, $spec, Implicit($n), Default)
    };
    (@field $type:ty, $spec:literal, $tagging:ident $(($n:literal))?, $presence:ident) => {
        $crate::asn1::Field {
            name: $spec,
            tagging: $crate::asn1::Tagging::$tagging $(($n))?,
            presence: $crate::asn1::Presence::$presence,
            schema: <$type as $crate::asn1::Asn1>::SCHEMA,
        }
    };

    (@decode $reader:ident, $spec:literal, ) => {
        $crate::asn1::field::required($reader, $spec)
    };
    (@decode $reader:ident, $spec:literal, optional) => {
        $crate::asn1::field::optional($reader, $spec)
    };
    (@decode $reader:ident, $spec:literal, default $default:expr) => {{
        let offset = $crate::asn1::field::offset($reader);
        let value = $crate::asn1::field::optional($reader, $spec)?;
        $crate::asn1::field::or_default(value, $default, offset, $spec)
    }};
    (@decode $reader:ident, $spec:literal, explicit $n:literal) => {
        $crate::asn1::field::explicit($reader, $n, $spec)
    };
    (@decode $reader:ident, $spec:literal, explicit $n:literal optional) => {
        $crate::asn1::field::explicit_optional($reader, $n, $spec)
    };
    (@decode $reader:ident, $spec:literal, implicit $n:literal) => {
        $crate::asn1::field::implicit($reader, $n, $spec)
    };
    (@decode $reader:ident, $spec:literal, implicit $n:literal optional) => {
        $crate::asn1::field::implicit_optional($reader, $n, $spec)
    };
    (@decode $reader:ident, $spec:literal, implicit $n:literal default $default:expr) => {{
        let offset = $crate::asn1::field::offset($reader);
        let value = $crate::asn1::field::implicit_optional($reader, $n, $spec)?;
        $crate::asn1::field::or_default(value, $default, offset, $spec)
    }};

    (@len $value:expr, ) => { ::der::Encode::encoded_len($value)? };
    (@len $value:expr, optional) => {
        match $value {
            Some(value) => ::der::Encode::encoded_len(value)?,
            None => ::der::Length::ZERO,
        }
    };
    (@len $value:expr, default $default:expr) => {
        if *$value == $default { ::der::Length::ZERO } else { ::der::Encode::encoded_len($value)? }
    };
    (@len $value:expr, explicit $n:literal) => { $crate::asn1::field::explicit_len($value, $n)? };
    (@len $value:expr, explicit $n:literal optional) => {
        match $value {
            Some(value) => $crate::asn1::field::explicit_len(value, $n)?,
            None => ::der::Length::ZERO,
        }
    };
    (@len $value:expr, implicit $n:literal) => { $crate::asn1::field::implicit_len($value, $n)? };
    (@len $value:expr, implicit $n:literal optional) => {
        match $value {
            Some(value) => $crate::asn1::field::implicit_len(value, $n)?,
            None => ::der::Length::ZERO,
        }
    };
    (@len $value:expr, implicit $n:literal default $default:expr) => {
        if *$value == $default {
            ::der::Length::ZERO
        } else {
            $crate::asn1::field::implicit_len($value, $n)?
        }
    };

    (@encode $value:expr, $writer:ident, ) => { ::der::Encode::encode($value, $writer)? };
    (@encode $value:expr, $writer:ident, optional) => {
        if let Some(value) = $value { ::der::Encode::encode(value, $writer)?; }
    };
    (@encode $value:expr, $writer:ident, default $default:expr) => {
        if *$value != $default { ::der::Encode::encode($value, $writer)?; }
    };
    (@encode $value:expr, $writer:ident, explicit $n:literal) => {
        $crate::asn1::field::encode_explicit($value, $n, $writer)?
    };
    (@encode $value:expr, $writer:ident, explicit $n:literal optional) => {
        if let Some(value) = $value { $crate::asn1::field::encode_explicit(value, $n, $writer)?; }
    };
    (@encode $value:expr, $writer:ident, implicit $n:literal) => {
        $crate::asn1::field::encode_implicit($value, $n, $writer)?
    };
    (@encode $value:expr, $writer:ident, implicit $n:literal optional) => {
        if let Some(value) = $value { $crate::asn1::field::encode_implicit(value, $n, $writer)?; }
    };
    (@encode $value:expr, $writer:ident, implicit $n:literal default $default:expr) => {
        if *$value != $default { $crate::asn1::field::encode_implicit($value, $n, $writer)?; }
    };
}

/// Declares an ASN.1 ENUMERATED: a closed enum; an unknown number is refused.
#[macro_export]
macro_rules! enumerated {
    (
        $(#[$meta:meta])*
        pub enum $name:ident = $spec:literal {
            $(
                $(#[$variant_meta:meta])*
                $variant:ident = $number:literal $variant_spec:literal
            ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $( $(#[$variant_meta])* $variant, )+
        }

        impl $name {
            /// Every value, in ascending order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The number on the wire.
            #[must_use]
            pub const fn code(self) -> u32 {
                match self { $(Self::$variant => $number,)+ }
            }

            /// The value for a number on the wire.
            #[must_use]
            pub const fn from_code(code: u32) -> Option<Self> {
                match code { $($number => Some(Self::$variant),)+ _ => None }
            }

            /// The specification's name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $variant_spec,)+ }
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl $crate::asn1::Asn1 for $name {
            const SCHEMA: &'static $crate::asn1::Schema = &$crate::asn1::Schema {
                name: $spec,
                shape: $crate::asn1::Shape::Enumerated(&[$(($variant_spec, $number)),+]),
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
                u32::decode_value(reader, header)
                    .ok()
                    .and_then(Self::from_code)
                    .ok_or($crate::asn1::DecodeError::new(
                        $crate::asn1::Fault::Value { expected: concat!("value of ", $spec) },
                        offset,
                    ))
            }
        }

        impl ::der::EncodeValue for $name {
            fn value_len(&self) -> ::der::Result<::der::Length> {
                ::der::EncodeValue::value_len(&self.code())
            }

            fn encode_value(&self, writer: &mut impl ::der::Writer) -> ::der::Result<()> {
                ::der::EncodeValue::encode_value(&self.code(), writer)
            }
        }

        impl ::der::FixedTag for $name {
            const TAG: ::der::Tag = ::der::Tag::Enumerated;
        }
    };
}

/// Declares an INTEGER with bounds, as a newtype over an unsigned machine integer.
#[macro_export]
macro_rules! integer {
    (
        $(#[$meta:meta])*
        pub struct $name:ident($inner:ty) = $spec:literal, $range:expr, $shown:literal;
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($inner);

        impl $name {
            /// Takes a number that lies within the type's bounds.
            ///
            /// # Errors
            ///
            /// [`OutOfRange`](crate::asn1::error::OutOfRange) otherwise.
            pub fn new(value: $inner) -> Result<Self, $crate::asn1::error::OutOfRange> {
                if ($range).contains(&value) {
                    Ok(Self(value))
                } else {
                    Err($crate::asn1::error::OutOfRange { expected: $shown })
                }
            }

            /// The number.
            #[must_use]
            pub const fn value(self) -> $inner {
                self.0
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(&self.0, f)
            }
        }

        impl $crate::asn1::Asn1 for $name {
            const SCHEMA: &'static $crate::asn1::Schema = &$crate::asn1::Schema {
                name: $spec,
                shape: $crate::asn1::Shape::Integer,
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
                <$inner>::decode_value(reader, header)
                    .ok()
                    .and_then(|value| Self::new(value).ok())
                    .ok_or($crate::asn1::DecodeError::new(
                        $crate::asn1::Fault::Value { expected: $shown },
                        offset,
                    ))
            }
        }

        impl ::der::EncodeValue for $name {
            fn value_len(&self) -> ::der::Result<::der::Length> {
                ::der::EncodeValue::value_len(&self.0)
            }

            fn encode_value(&self, writer: &mut impl ::der::Writer) -> ::der::Result<()> {
                ::der::EncodeValue::encode_value(&self.0, writer)
            }
        }

        impl ::der::FixedTag for $name {
            const TAG: ::der::Tag = ::der::Tag::Integer;
        }
    };
}
