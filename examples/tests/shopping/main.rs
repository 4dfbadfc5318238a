//! Shopping with real programs: the four roles as processes, over sockets.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

mod street;
mod terms;
mod two_brands;
