//! Why a command did not do what it was asked, and the exit code that tells.

use std::io;
use std::path::PathBuf;

use set_core::error::Error;
use set_core::registration;
use set_node::cli::Exit;
use set_node::config::ConfigError;
use set_node::enroll::{FormFault, RootFault};
use set_node::keystore::{KeyStoreError, PassphraseError};
use set_node::party::PartyError;
use set_node::store::StoreError;
use set_node::telemetry::LogError;
use set_node::transport::{ListenerError, TransportError};

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
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
    /// A file cannot be read or written.
    #[error("{}: {source}", .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// What a file or record holds is not what this program wrote there.
    #[error("{what} is damaged")]
    Damaged {
        /// Which.
        what: &'static str,
    },
    /// Threads or signals cannot be had.
    #[error("cannot start: {0}")]
    Runtime(io::Error),
    /// An address cannot be listened on.
    #[error(transparent)]
    Listen(#[from] ListenerError),
    /// The gateway has no certificates.
    #[error("the gateway has no certificates yet: enroll first")]
    NotEnrolled,
    /// The gateway has certificates already.
    #[error("the gateway has certificates already; another brand takes another --data folder")]
    Enrolled,
    /// The root cannot be believed.
    #[error(transparent)]
    Root(#[from] RootFault),
    /// The CA's form cannot be filled in.
    #[error(transparent)]
    Form(#[from] FormFault),
    /// What the user gave is not what it has to be.
    #[error("{0}")]
    Input(&'static str),
    /// The CA cannot be reached or does not answer.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// A message of the CA, or ours, was refused.
    #[error(transparent)]
    Protocol(#[from] Error),
    /// The CA said no.
    #[error(transparent)]
    Refused(#[from] registration::Refused),
    /// The CA sends the acquirer elsewhere.
    #[error("the CA has no form for this acquirer{0}")]
    Referred(String),
    /// The CA has not decided.
    #[error("the CA has not decided yet; enroll again later")]
    Pended,
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
            | Self::Damaged { .. }
            | Self::Listen(_)
            | Self::NotEnrolled => Exit::Broken,
            Self::Root(_) | Self::Form(_) | Self::Input(_) | Self::Enrolled => Exit::Usage,
            Self::Transport(_) => Exit::Unreachable,
            Self::Protocol(Error::Provider(_)) | Self::Runtime(_) => Exit::Internal,
            Self::Protocol(_) | Self::Refused(_) | Self::Referred(_) | Self::Pended => {
                Exit::Refused
            }
        }
    }
}
