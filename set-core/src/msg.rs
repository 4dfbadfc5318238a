//! Wire types, and nothing but wire types: one file per message pair.
//!
//! Names are the specification's in Rust case; each type carries its ASN.1.

pub mod amount;
pub mod back_key;
pub mod cert;
pub mod ids;
pub mod recur;
pub mod tags;
pub mod thumbs;
