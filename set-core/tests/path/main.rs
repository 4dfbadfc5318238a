//! Chain validation on the test kit's brand.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop"
)]

mod bounds;
mod cache;
mod provider;
mod rig;
mod rules;
mod vectors;
