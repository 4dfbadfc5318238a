//! DER as SET uses it: strict, bounded, and able to say where an octet is wrong.
//!
//! Wire types are declared once, with [`sequence!`](crate::sequence),
//! [`choice!`](crate::choice), [`enumerated!`](crate::enumerated) and their kin. One
//! declaration gives the Rust type, its `der` codec and its [`Schema`]: the
//! specification's names and tags as data, from which errors take their path and
//! [`dump`](crate::dump) its labels.
//!
//! Decoding goes in three steps, cheapest first: [`limits`] walks the octets once and
//! bounds size, nesting and count before anything is allocated; the types decode; and the
//! result is encoded again and compared, so that no second spelling of a value (an
//! encoded DEFAULT, an unsorted SET, a padded REAL) can pass.
//!
//! ```
//! use set_core::asn1::{self, Limits};
//! use set_core::msg::ids::Bin;
//!
//! let bin: Bin = asn1::decode(b"\x12\x06411111", &Limits::default())?;
//! assert_eq!(bin.as_str(), "411111");
//!
//! let error = asn1::decode::<Bin>(b"\x12\x0641111x", &Limits::default()).unwrap_err();
//! assert_eq!(error.to_string(), "BIN, octet 2: not a NumericString (SIZE(6))");
//! # Ok::<(), asn1::DecodeError>(())
//! ```

pub mod bits;
mod declare;
pub mod error;
pub mod field;
pub mod limits;
pub mod octets;
pub mod oid;
pub mod opaque;
pub mod raw;
pub mod real;
pub mod schema;
mod secrets;
pub mod seq_of;
pub mod strings;
pub mod time;

pub use self::error::{DecodeError, EncodeError, Fault};
pub use self::limits::Limits;
pub use self::opaque::Opaque;
pub use self::raw::Raw;
pub use self::real::FloatingPoint;
pub use self::schema::{Asn1, Field, Presence, Schema, Shape, Tagging};
pub use self::seq_of::SeqOf;
pub use self::time::Date;

use der::{DecodeOwned, Encode};

/// A type that is declared here, decodes without borrowing and encodes.
///
/// Implemented for every wire type; a short bound for functions over them.
pub trait Wire: Asn1 + Encode + Sized {
    /// Decodes without the checks of [`decode`] around it.
    #[doc(hidden)]
    fn read(octets: &[u8]) -> Result<Self, DecodeError>;
}

impl<T> Wire for T
where
    T: Asn1 + DecodeOwned + Encode,
    DecodeError: for<'a> From<<T as der::Decode<'a>>::Error>,
{
    fn read(octets: &[u8]) -> Result<Self, DecodeError> {
        Ok(T::from_der(octets)?)
    }
}

/// Decodes one value that fills `octets` exactly, in strict DER.
///
/// # Errors
///
/// [`DecodeError`] names the path and the offset of the first fault: a limit exceeded, an
/// indefinite or non-minimal length, a wrong or missing element, a value outside its type,
/// octets after the end, or an encoding that is not the canonical one.
pub fn decode<T: Wire>(octets: &[u8], limits: &Limits) -> Result<T, DecodeError> {
    limits
        .check(octets)
        .map_err(|error| error.within(T::SCHEMA.name))?;
    let value = T::read(octets).map_err(|error| error.within(T::SCHEMA.name))?;
    canonical(&value, octets).map_err(|error| error.within(T::SCHEMA.name))?;
    Ok(value)
}

/// Encodes a value in DER.
///
/// # Errors
///
/// [`EncodeError`] when the encoding would exceed the 4 GiB that a length can say.
pub fn encode<T: Encode>(value: &T) -> Result<Vec<u8>, EncodeError> {
    Ok(value.to_der()?)
}

/// Refuses `octets` unless they are the one DER encoding of `value`.
fn canonical<T: Encode>(value: &T, octets: &[u8]) -> Result<(), DecodeError> {
    // It may be a secret, and is a copy.
    let again = zeroize::Zeroizing::new(value.to_der()?);
    if *again == octets {
        return Ok(());
    }
    let same = again
        .iter()
        .zip(octets)
        .take_while(|(ours, theirs)| ours == theirs)
        .count();
    Err(DecodeError::new(Fault::NotCanonical, same))
}
