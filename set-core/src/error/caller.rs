//! Misuse by the program that embeds this library.

use crate::asn1::error::OutOfRange;

/// What the caller handed in does not fit together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallerFault {
    /// A value outside its wire type.
    #[error("{what}: {error}")]
    Value {
        /// Which value.
        what: &'static str,
        /// Which type it is outside of.
        error: OutOfRange,
    },
    /// A key or certificate that this operation needs and does not have.
    #[error("no {0} at hand; enroll first")]
    NoCredentials(&'static str),
    /// An operation that the state does not allow.
    #[error("{0}")]
    State(&'static str),
}

impl From<OutOfRange> for CallerFault {
    fn from(error: OutOfRange) -> Self {
        Self::Value {
            what: "value",
            error,
        }
    }
}

impl From<OutOfRange> for super::Error {
    fn from(error: OutOfRange) -> Self {
        Self::Caller(error.into())
    }
}
