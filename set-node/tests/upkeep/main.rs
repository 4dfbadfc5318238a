//! What a party does by itself, and when, by a clock that a test moves.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod by_itself;
mod planned;
mod warned;
