//! Why there is no population.

use std::io;
use std::path::PathBuf;

use set_core::error::Error;
use set_node::cli::Exit;
use set_node::party::PartyError;

/// Why there is no population, or not all of it.
#[derive(Debug, thiserror::Error)]
pub enum PopulationFault {
    /// The folder holds something already.
    #[error("{} is not empty; nothing was written", .0.display())]
    NotEmpty(PathBuf),
    /// A file cannot be written.
    #[error("{}: {source}", .file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A list cannot be written.
    #[error(transparent)]
    Party(#[from] PartyError),
    /// A certificate or key cannot be made.
    #[error(transparent)]
    Protocol(#[from] Error),
}

impl PopulationFault {
    /// The exit code.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        match self {
            Self::NotEmpty(_) => Exit::Refused,
            Self::File { .. } | Self::Party(_) => Exit::Broken,
            Self::Protocol(_) => Exit::Internal,
        }
    }
}
