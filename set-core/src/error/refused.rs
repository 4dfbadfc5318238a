//! What a peer's Error says.

use crate::msg::error::ErrorCode;

/// The peer refused our request with an Error.
///
/// Unless `authenticated`, anybody on the path could have sent it: a reason to retry or to
/// tell the user, never to change state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the peer refused the request: {code} ({})", if *.authenticated { "signed" } else { "unsigned" })]
pub struct Refused {
    /// Why.
    pub code: ErrorCode,
    /// Whether a signature over it was verified.
    pub authenticated: bool,
}
