//! The HTTP interface for shops, against its description.

mod description;
mod exchanges;
mod once;
