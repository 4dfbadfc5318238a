//! The ISO 8583 host against an independent implementation, over real sockets: a bank's host
//! that behaves by account number.

mod advices;
mod authorizations;
mod bank;
mod codec;
mod connection;
mod store_and_forward;
