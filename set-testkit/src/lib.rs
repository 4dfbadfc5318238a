//! Deterministic provider, clock, test hierarchy and vectors for SET tests.
#![forbid(unsafe_code)]

pub mod adversary;
pub mod alter;
pub mod annotated;
pub mod clock;
pub mod corrupt;
pub mod externals;
pub mod files;
pub mod generate;
pub mod hierarchy;
pub mod keys;
pub mod prng;
mod provider;
mod quick;
pub mod relay;
pub mod resign;
pub mod rogues;
pub mod secrets;
pub mod street;

pub use self::provider::Deterministic;
pub use self::quick::Quick;
