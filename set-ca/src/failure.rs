//! Why a command did not do what it was asked, and the exit code that tells.

use std::io;
use std::path::{Path, PathBuf};

use set_core::asn1::DecodeError;
use set_node::cli::Exit;
use set_node::program::{self, Failing};

use crate::ceremony::CeremonyFault;
use crate::lists::ListsFault;

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// As in any role.
    #[error(transparent)]
    Program(program::Failure),
    /// There is a hierarchy already.
    #[error("there is a CA in {} already; nothing was changed", .0.display())]
    Exists(PathBuf),
    /// There is no hierarchy yet.
    #[error("there is no {name} in {}; run `set-ca init` first", .data.display())]
    Missing {
        /// What is missing.
        name: String,
        /// The data folder.
        data: PathBuf,
    },
    /// A file of forms cannot be read.
    #[error("{}: {fault}", .file.display())]
    Forms {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        fault: Box<toml::de::Error>,
    },
    /// There is no such request.
    #[error("no request {0} waits for its approval; `set-ca requests` lists those that do")]
    NoRequest(String),
    /// A record of the store is not what this program wrote there.
    #[error("a registration in the store is damaged: {0}")]
    Damaged(DecodeError),
    /// Lists cannot be issued or published.
    #[error(transparent)]
    Lists(ListsFault),
    /// A step of a ceremony was refused.
    #[error(transparent)]
    Ceremony(CeremonyFault),
    /// Certificates are outside of the profile.
    #[error("{failed} of the certificates are outside of the profile")]
    Linted {
        /// How many.
        failed: usize,
    },
}

impl Failing for Failure {
    fn exit(&self) -> Exit {
        match self {
            Self::Program(failure) => failure.exit(),
            Self::Missing { .. }
            | Self::Damaged(_)
            | Self::Forms { .. }
            | Self::Lists(
                ListsFault::Io { .. }
                | ListsFault::Locked { .. }
                | ListsFault::Altered { .. }
                | ListsFault::Behind { .. },
            ) => Exit::Broken,
            Self::Exists(_)
            | Self::Lists(_)
            | Self::NoRequest(_)
            | Self::Ceremony(_)
            | Self::Linted { .. } => Exit::Refused,
        }
    }
}

/// Whatever fails in all roles alike.
impl<E: Into<program::Failure>> From<E> for Failure {
    fn from(fault: E) -> Self {
        Self::Program(fault.into())
    }
}

impl From<CeremonyFault> for Failure {
    fn from(fault: CeremonyFault) -> Self {
        Self::Ceremony(fault)
    }
}

/// A file that cannot be read or written.
pub(crate) fn file_fault(file: &Path) -> impl FnOnce(io::Error) -> Failure {
    let file = file.to_owned();
    move |source| program::Failure::File { file, source }.into()
}
