//! Revocation and lists: the program over real folders, and CAs over real TCP.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod circulation;
mod restore;
mod revocation;
mod rig;
mod rollover;
