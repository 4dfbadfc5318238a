use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Period, StoreUrl};

/// Where a node keeps its state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreConfig {
    /// The SQLite file; a relative path is within the data folder. `:memory:`
    /// keeps nothing past the process. Default `store.db`.
    pub file: PathBuf,
    /// A PostgreSQL database that takes the place of the file, as
    /// `postgres://user:password@host/database`; nodes of one role may share it.
    /// Default: none.
    pub url: Option<StoreUrl>,
    /// Connections to PostgreSQL at once: so many requests are in a transaction, the
    /// others wait. A file has one. Default 8.
    pub connections: u32,
    /// How long a request waits for the store before it is told that the node is
    /// busy. Default `10s`.
    pub wait: Period,
    /// How long answers are kept for requests that are sent again; longer than the
    /// window in which a message's date is accepted. Default `7d`.
    pub keep_answers: Period,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            file: PathBuf::from("store.db"),
            url: None,
            connections: 8,
            wait: Period::seconds(10),
            keep_answers: Period::seconds(7 * 24 * 60 * 60),
        }
    }
}
