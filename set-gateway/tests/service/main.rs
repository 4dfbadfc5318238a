//! The gateway's service with its store, asked by set-core's merchant, in memory and over
//! TCP; the host is a double that can be told what to do, or a bank that speaks ISO 8583.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod answers;
mod bad_line;
mod corrections;
mod interruption;
mod iso8583;
mod nodes;
mod races;
mod removed;
mod rig;
mod secrets;
