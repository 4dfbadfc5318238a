//! The gateway's service with its store, asked by set-core's merchant, in memory and over
//! TCP; the host is a double that can be told what to do.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod answers;
mod interruption;
mod nodes;
mod rig;
mod secrets;
