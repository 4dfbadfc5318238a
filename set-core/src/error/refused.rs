//! What a peer's Error says.

use crate::msg::error::ErrorCode;

/// The peer refused our request with an Error.
///
/// Anybody on the path could have sent it: a reason to retry or to tell the user, never to change
/// state. So its signature, which it may have, is not looked at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the peer refused the request: {code}")]
pub struct Refused {
    /// Why.
    pub code: ErrorCode,
}
