//! What a party checks of every message before it acts on it, and in which order: header,
//! version, ids, extensions, and that an Error says which message it is about.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions
)]

mod extended;
mod extensions;
mod header;
mod items;
mod sealed;
mod thumbs;
