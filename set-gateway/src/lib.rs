//! The SET gateway role as a program.
//!
//! The protocol is in [`set_core::gateway`]; here is what it takes to run it. [`host`] is
//! the way to the acquirer's bank network.
#![forbid(unsafe_code)]

pub mod host;
