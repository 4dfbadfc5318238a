//! Why a command failed, and its exit code.

use std::io;
use std::path::PathBuf;

use set_core::asn1::error::OutOfRange;
use set_core::error::Error;
use set_core::registration;
use set_core::wake_up::{WakeUpError, WakeUpFault};
use set_node::cli::Exit;
use set_node::config::ConfigError;
use set_node::enroll::{FormFault, RootFault};
use set_node::keystore::{KeyStoreError, PassphraseError};
use set_node::party::PartyError;
use set_node::service::PoolFault;
use set_node::store::StoreError;
use set_node::telemetry::LogError;
use set_node::transport::{ListenerError, TransportError};

use crate::fault::Fault;

/// Why a command failed.
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
    /// The keys cannot be had or kept.
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
    /// No runtime, thread or signal handler could be started.
    #[error("cannot start: {0}")]
    Runtime(io::Error),
    /// An address cannot be bound.
    #[error(transparent)]
    Listen(#[from] ListenerError),
    /// The root cannot be believed.
    #[error(transparent)]
    Root(#[from] RootFault),
    /// The CA's form cannot be filled in.
    #[error(transparent)]
    Form(#[from] FormFault),
    /// What the user gave is not what it has to be.
    #[error("{what}: {fault}")]
    Input {
        /// Which argument or key.
        what: &'static str,
        /// What it has to be.
        fault: &'static str,
    },
    /// A URL of the configuration is none.
    #[error("the configuration's shop.{key}: {fault}")]
    Address {
        /// The key.
        key: &'static str,
        /// What it has to be.
        fault: WakeUpFault,
    },
    /// The wake-up message cannot be written.
    #[error(transparent)]
    WakeUp(#[from] WakeUpError),
    /// The peer cannot be reached or does not answer.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// A message of the peer, or ours, was refused.
    #[error("{peer}: {source}")]
    Protocol {
        /// The peer.
        peer: &'static str,
        /// Why.
        source: Error,
    },
    /// The CA said no.
    #[error(transparent)]
    Refused(#[from] registration::Refused),
    /// The CA sends the merchant elsewhere.
    #[error("the CA has no form for this merchant{0}")]
    Referred(String),
    /// The acquirer has not decided.
    #[error("the acquirer has not decided yet; enroll again later")]
    Pended,
    /// There is no certificate yet.
    #[error("this merchant has no certificates yet: enroll first")]
    NotEnrolled,
    /// There are certificates already.
    #[error(
        "this merchant has certificates already; another brand or merchant takes another --data folder"
    )]
    Enrolled,
    /// The gateway has no certificate for the brand.
    #[error("the gateway has no certificate for {brand}: {code}")]
    NoGatewayCertificate {
        /// The brand.
        brand: String,
        /// What it said.
        code: String,
    },
    /// There is no such order.
    #[error("there is no order {0}")]
    NoOrder(String),
    /// A step of the server, done by a command, failed.
    #[error(transparent)]
    Step(Fault),
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
            | Self::Listen(_)
            | Self::Address { .. }
            | Self::NotEnrolled
            | Self::Step(Fault::Store(_) | Fault::Damaged(_) | Fault::NoGateway) => Exit::Broken,
            Self::Root(_)
            | Self::Form(_)
            | Self::Input { .. }
            | Self::WakeUp(_)
            | Self::Enrolled
            | Self::NoOrder(_) => Exit::Usage,
            Self::Transport(_) | Self::Step(Fault::Gateway(_) | Fault::Patience) => {
                Exit::Unreachable
            }
            Self::Runtime(_)
            | Self::Protocol {
                source: Error::Provider(_),
                ..
            }
            | Self::Step(Fault::Pool(PoolFault::Busy | PoolFault::Panicked)) => Exit::Internal,
            Self::Protocol { .. }
            | Self::Refused(_)
            | Self::Referred(_)
            | Self::Pended
            | Self::NoGatewayCertificate { .. }
            | Self::Step(Fault::Protocol(_)) => Exit::Refused,
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Store(fault) => Self::Store(fault),
            Fault::Gateway(fault) => Self::Transport(fault),
            Fault::Protocol(source) => Self::Protocol {
                peer: "gateway",
                source,
            },
            other => Self::Step(other),
        }
    }
}

/// For `map_err`: a message exchanged with `peer` was refused.
pub(crate) fn with(peer: &'static str) -> impl Fn(Error) -> Failure {
    move |source| Failure::Protocol { peer, source }
}

/// For `map_err`: `what` is not what its type allows.
pub(crate) fn input(what: &'static str) -> impl Fn(OutOfRange) -> Failure {
    move |fault| Failure::Input {
        what,
        fault: fault.expected,
    }
}
