//! Wire types, and nothing but wire types: one file per message pair.
//!
//! Names are the specification's in Rust case; each type carries its ASN.1.

pub mod amount;
pub mod back_key;
pub mod cert;
pub mod content;
pub mod error;
pub mod ids;
pub mod message;
pub mod payment;
pub mod recur;
pub mod registry;
pub mod tags;
pub mod thumbs;
pub mod wrapper;

pub use self::message::Message;
pub use self::wrapper::MessageWrapper;
