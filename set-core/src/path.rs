//! Chain validation: from an end entity up to a trusted root.
//!
//! Ten rules, one file each, checked from the root down; the first that fails names its
//! certificate in a [`ChainError`].

pub mod error;

pub use self::error::{ChainError, Culprit, Rule};
