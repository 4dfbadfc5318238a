//! What must not be seen: account numbers, secrets, keys and PINs.
//!
//! All of these are wiped when dropped, print as `[redacted]`, have no `Display`, compare in
//! constant time and are not `Clone`: a copy is made with `duplicate()` and the content is
//! read with `expose()`, both easy to search for.
//!
//! ```
//! use set_core::secret::Pan;
//!
//! let pan = Pan::new("4111111111111111")?;
//! assert_eq!(format!("{pan:?}"), "[redacted]");
//! assert_eq!(pan.masked(), "411111******1111");
//! # Ok::<(), set_core::secret::SecretError>(())
//! ```

mod account;
mod card;
mod octets;
mod pin;

pub use self::account::{ACCT_IDENTIFICATION_LEN, AcctIdentification};
pub use self::card::{CardExpiry, PAN_MAX_DIGITS, Pan};
pub use self::octets::{BackKey, CardSecret, ExNonce, PanSecret, SECRET_LEN, Secret};
pub use self::pin::{PIN_MAX_DIGITS, PIN_MIN_DIGITS, Pin};

/// Octets or digits that are not such a secret. What they were is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Too short or too long.
    #[error("{what} has {min} to {max} octets, this has {found}")]
    Length {
        /// The name of the value in the specification.
        what: &'static str,
        /// Fewest octets.
        min: usize,
        /// Most octets.
        max: usize,
        /// Octets that were given.
        found: usize,
    },
    /// Something other than the digits 0 to 9.
    #[error("{what} is made of the digits 0 to 9")]
    NotDigits {
        /// The name of the value in the specification.
        what: &'static str,
    },
    /// Something other than printable ASCII.
    #[error("{what} is made of printable ASCII characters")]
    NotPrintable {
        /// The name of the value in the specification.
        what: &'static str,
    },
    /// A month other than 01 to 12.
    #[error("a card expires in a month from 01 to 12, not in {month:02}")]
    Month {
        /// The month that was given.
        month: u8,
    },
}
