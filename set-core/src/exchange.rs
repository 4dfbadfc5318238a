//! Rules common to all roles: what a message must look like from outside, and how it is
//! refused.
//!
//! A role calls [`receive()`] on the octets of a request, works, and answers with
//! [`Context::wrap`]; or it calls [`receive_response`] on what came back for a request of
//! its own. A [`Refusal`] becomes an Error message by [`Refusal::answer`].

pub mod cap_rev_or_cred;
pub mod context;
pub mod extensions;
pub mod receive;
pub mod refusal;
pub mod respond;

pub use self::cap_rev_or_cred::CapRevOrCred;
pub use self::context::Context;
pub use self::receive::{Received, receive};
pub use self::refusal::{ErrorSigner, Refusal};
pub(crate) use self::respond::receive_error;
pub use self::respond::receive_response;
