//! Whole nodes on loopback sockets.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod http;
mod rig;
mod tcp;
mod whole;
