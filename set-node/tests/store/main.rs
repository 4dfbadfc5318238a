//! The store from outside, on both engines: what is committed stays, and nothing is lost
//! between tasks, nodes or crashes.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod connection;
mod contention;
mod crash;
mod money;
mod records;
mod rig;
