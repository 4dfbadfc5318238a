//! The lists of what is revoked: CRLs and BCIs, at work.
//!
//! A [`log`] that only grows has every revocation and every number given out. A [`book`] is
//! the log and what is published, under one lock: `revoke`, `publish` and the [`keeper`] of
//! a server all work on it, so that numbers only grow and no revocation is lost, whoever
//! dies in between. The order is always the same: first the log, then the CRL, then the BCI,
//! then the copy in the store.

mod audit;
mod book;
mod fault;
mod keeper;
mod log;
mod mirror;
mod publish;
mod revoke;
mod signers;

pub(crate) use self::book::{Book, Terms, own_lists};
pub use self::fault::ListsFault;
pub(crate) use self::keeper::{Keeper, State};
pub(crate) use self::log::{Entry, Log};
pub(crate) use self::publish::{lists, publish};
pub(crate) use self::revoke::revoke;
pub(crate) use self::signers::Signers;
