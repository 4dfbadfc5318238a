//! Why a command did not do what it was asked, and the exit code that tells.

use std::io;
use std::path::PathBuf;

use serde::Serialize;
use set_core::asn1::DecodeError;
use set_core::asn1::error::OutOfRange;
use set_core::error::Error;
use set_node::call::tell;
use set_node::cli::{Exit, OutputFormat};
use set_node::config::ConfigError;
use set_node::keystore::{KeyStoreError, PassphraseError};
use set_node::party::PartyError;
use set_node::service::PoolFault;
use set_node::store::StoreError;
use set_node::telemetry::LogError;
use set_node::transport::ListenerError;

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A value of the configuration or command line is outside its type.
    #[error("{what}: {fault}")]
    Value {
        /// Which.
        what: &'static str,
        /// What is wrong.
        fault: OutOfRange,
    },
    /// Logs cannot be started.
    #[error(transparent)]
    Logs(#[from] LogError),
    /// There is no passphrase.
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
    /// A key cannot be had or kept.
    #[error(transparent)]
    Keys(#[from] KeyStoreError),
    /// A file of the data folder is broken.
    #[error(transparent)]
    Party(#[from] PartyError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file or folder cannot be read or written.
    #[error("{}: {source}", .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
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
    /// A record of the store is not what this program wrote there.
    #[error("a registration in the store is damaged: {0}")]
    Damaged(DecodeError),
    /// The hierarchy cannot be made.
    #[error(transparent)]
    Protocol(#[from] Error),
    /// No address to listen at, or one that the system refuses.
    #[error(transparent)]
    Listen(#[from] ListenerError),
    /// No runtime or thread could be started.
    #[error("cannot start: {0}")]
    Runtime(io::Error),
    /// Work on the crypto pool failed.
    #[error(transparent)]
    Pool(#[from] PoolFault),
}

impl Failure {
    /// The exit code.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        match self {
            Self::Config(_)
            | Self::Logs(_)
            | Self::Passphrase(_)
            | Self::Keys(_)
            | Self::Party(_)
            | Self::Store(_)
            | Self::File { .. }
            | Self::Missing { .. }
            | Self::Damaged(_)
            | Self::Listen(_) => Exit::Broken,
            Self::Value { .. } => Exit::Usage,
            Self::Exists(_) => Exit::Refused,
            Self::Protocol(_) | Self::Runtime(_) | Self::Pool(_) => Exit::Internal,
        }
    }

    /// Tells it on standard error, or as JSON on standard output.
    pub(crate) fn tell(&self, format: OutputFormat) {
        match format {
            OutputFormat::Text => eprintln!("set-ca: {self}"),
            OutputFormat::Json => tell(&Told {
                error: self.to_string(),
                exit: self.exit().code(),
            }),
        }
    }
}

#[derive(Serialize)]
struct Told {
    error: String,
    exit: u8,
}
