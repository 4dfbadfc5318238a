//! Whole registrations in memory: cardholder, merchant and gateway against their CAs.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions
)]

mod account;
mod altered;
mod clocks;
mod codes;
mod complete;
mod hierarchy;
mod outcomes;
mod renewal;
mod rig;
mod secrecy;
