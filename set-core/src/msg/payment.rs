//! The messages between cardholder, merchant and gateway.
//!
//! A message whose whole is one envelope is an alias of that envelope; what is inside has
//! a type of its own, and [`schema_of_content`](super::content::schema_of_content) tells which.

pub mod account;
pub mod acq_card;
pub mod auth_req;
pub mod auth_res;
pub mod auth_rev;
pub mod batch;
pub mod batch_admin;
pub mod cap;
pub mod cap_rev_or_cred;
pub mod commercial;
pub mod inq;
pub mod market;
pub mod p_cert;
pub mod p_init;
pub mod p_req;
pub mod p_res;
pub mod sale_detail;
pub mod tokens;
