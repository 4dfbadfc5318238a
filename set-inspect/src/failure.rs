//! Why nothing can be shown.

use std::io;
use std::path::{Path, PathBuf};

use set_core::crypto::CryptoError;
use set_node::cli::Exit;
use set_node::keystore::{KeyStoreError, PassphraseError};
use set_node::pem::PemFault;
use set_node::program::Failing;

use crate::capture::CaptureError;

/// Why the program could not do its work. What is wrong with what it shows is not a failure
/// but a finding.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A file or standard input cannot be read, or standard output not written.
    #[error("{}: {source}", .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file is longer than is read.
    #[error("{}: more than {limit} octets, which is more than is read at once", .file.display())]
    TooLong {
        /// The file.
        file: PathBuf,
        /// Octets read at most.
        limit: u64,
    },
    /// A file holds nothing.
    #[error("{}: the file is empty", .file.display())]
    Empty {
        /// The file.
        file: PathBuf,
    },
    /// A file is not PEM.
    #[error("{}: {fault}", .file.display())]
    Pem {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        fault: PemFault,
    },
    /// A file holds something else.
    #[error("{}: this is not {expected}", .file.display())]
    Unusable {
        /// The file.
        file: PathBuf,
        /// What belongs there.
        expected: &'static str,
    },
    /// A private key cannot be opened.
    #[error(transparent)]
    KeyFile(#[from] KeyStoreError),
    /// A private key is refused.
    #[error("{}: {fault}", .file.display())]
    Key {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        fault: CryptoError,
    },
    /// There is no passphrase for a key.
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
    /// A capture cannot be read.
    #[error("{}: {fault}", .file.display())]
    Capture {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        fault: CaptureError,
    },
    /// The command line names a type that SET does not have.
    #[error(
        "--as: the specification has no type \"{0}\"; names are as in MessageWrapper, PInitReq, Certificate"
    )]
    NoSuchType(String),
    /// Where two things are compared, each file must hold one.
    #[error("{}: {found} values in the file; diff compares two", .file.display())]
    NotOne {
        /// The file.
        file: PathBuf,
        /// How many it holds.
        found: usize,
    },
}

impl Failure {
    pub(crate) fn file(file: &Path, source: io::Error) -> Self {
        Self::File {
            file: file.to_owned(),
            source,
        }
    }

    pub(crate) fn pem(file: &Path, fault: PemFault) -> Self {
        Self::Pem {
            file: file.to_owned(),
            fault,
        }
    }
}

impl Failing for Failure {
    fn exit(&self) -> Exit {
        match self {
            Self::NoSuchType(_) | Self::NotOne { .. } => Exit::Usage,
            _ => Exit::Broken,
        }
    }
}
