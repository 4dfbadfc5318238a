//! The ISO 8583 host against an independent implementation, over real sockets: a bank's host
//! that behaves by account number.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod advices;
mod authorizations;
mod bank;
mod codec;
mod connection;
