//! Deterministic provider, clock, test hierarchy and vectors for SET tests.
#![forbid(unsafe_code)]

pub mod clock;
pub mod externals;
pub mod hierarchy;
pub mod keys;
mod provider;

pub use self::provider::Deterministic;
