//! The cardholder: the wallet's side of the protocol.
//!
//! A purchase is a walk through the structs of [`purchase`]; each holds what its step
//! needs, and gives the octets to send and the next struct. [`inquiry`] asks later how far
//! an order has come; [`card_message`] reads what the acquirer says about it. [`registration`] gets the certificate first of all.

pub mod card_message;
pub mod inquiry;
pub mod outcome;
pub mod purchase;
pub mod registration;

pub use self::outcome::Outcome;
pub use self::purchase::{Account, Card, Initiating, Offered, Ordering, Wish};
