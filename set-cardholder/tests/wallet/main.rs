//! A wallet from the empty folder to an order that was inquired about: over loopback
//! sockets, against set-core's CA and merchant.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod ca;
mod journey;
mod merchant;
mod rig;
