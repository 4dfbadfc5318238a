//! Cardholder, merchant and gateway in memory: from the wish to the capture.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop"
)]

mod authorization;
mod brands;
mod capture;
mod card_message;
mod certificates;
mod forge;
mod path;
mod responses;
mod rig;
