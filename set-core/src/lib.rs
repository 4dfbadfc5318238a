//! SET 1.0 (Secure Electronic Transaction) as a pure library: wire types, cryptography,
//! certificates and the four roles.
//!
//! Nothing here does I/O, reads a clock or holds a global.

#![forbid(unsafe_code)]

pub mod asn1;
pub mod ca;
pub mod cardholder;
pub mod crypto;
pub mod dump;
pub mod error;
pub mod evidence;
pub mod exchange;
pub mod gateway;
pub mod merchant;
pub mod msg;
pub mod party;
pub mod path;
pub mod pkcs7;
pub mod policy;
pub mod proof;
pub mod registration;
pub mod secret;
pub mod treatment;
pub mod wake_up;
pub mod x509;
