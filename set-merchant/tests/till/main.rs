//! A whole merchant over TCP and HTTP, between a wallet and a gateway that are set-core's.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod api;
mod attention;
mod authorization;
mod callbacks;
mod capture;
mod commands;
mod enrollment;
mod evidence;
mod purchase;
mod refusal;
mod rig;
mod shop;
mod terms;
mod upkeep;
