//! Why a command did not do what it was asked, and the exit code that tells.

use std::io;
use std::path::PathBuf;

use set_core::error::Error;
use set_core::registration;
use set_core::wake_up::WakeUpError;
use set_node::cli::Exit;
use set_node::config::ConfigError;
use set_node::enroll::{FormFault, RootFault};
use set_node::keystore::{KeyStoreError, PassphraseError};
use set_node::party::PartyError;
use set_node::store::StoreError;
use set_node::telemetry::LogError;
use set_node::transport::{EndpointError, TransportError};

use crate::fetch::FetchError;

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
    /// The key or the card data cannot be had or kept.
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
    /// No runtime could be started.
    #[error("cannot start: {0}")]
    Runtime(io::Error),
    /// The root cannot be believed.
    #[error(transparent)]
    Root(#[from] RootFault),
    /// The CA's form cannot be filled in.
    #[error(transparent)]
    Form(#[from] FormFault),
    /// The wallet has no card.
    #[error("this wallet has no card yet: enroll first")]
    NoCard,
    /// The order asked for is not among those placed.
    #[error("{0}")]
    NoOrder(&'static str),
    /// What the user gave is not what it has to be. It is not quoted.
    #[error("{0}")]
    Input(&'static str),
    /// The peer cannot be reached or does not answer.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The merchant did not answer after the order was sent.
    #[error("{source}; the order was sent and may have been placed: ask with `inquire` for {xid}")]
    Unanswered {
        /// The order.
        xid: String,
        /// What happened.
        source: TransportError,
    },
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
    /// The CA sends the cardholder elsewhere.
    #[error("the CA has no form for this card{0}")]
    Referred(String),
    /// The issuer has not decided.
    #[error("the issuer has not decided yet; enroll again later")]
    Pended,
    /// The wake-up message is wrong.
    #[error(transparent)]
    WakeUp(#[from] WakeUpError),
    /// The wake-up message cannot be fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// An address in the wake-up message is none that a wallet can call.
    #[error("the wake-up message names an address that cannot be called: {0}")]
    Address(#[from] EndpointError),
    /// The shop does not take this card's brand.
    #[error("the shop takes {accepted}, this card is {brand}")]
    Brand {
        /// What the shop takes.
        accepted: String,
        /// What the card is.
        brand: String,
    },
    /// The cardholder did not agree.
    #[error("not agreed; nothing was ordered")]
    Disagreed,
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
            | Self::NoCard => Exit::Broken,
            Self::Root(_) | Self::Form(_) | Self::Input(_) => Exit::Usage,
            Self::Transport(_) | Self::Unanswered { .. } | Self::Fetch(_) => Exit::Unreachable,
            Self::Protocol {
                source: Error::Provider(_),
                ..
            }
            | Self::Runtime(_) => Exit::Internal,
            Self::Protocol { .. }
            | Self::Refused(_)
            | Self::Referred(_)
            | Self::Pended
            | Self::WakeUp(_)
            | Self::Address(_)
            | Self::Brand { .. }
            | Self::NoOrder(_)
            | Self::Disagreed => Exit::Refused,
        }
    }
}

/// For `map_err`: a message exchanged with `peer` was refused.
pub(crate) fn with(peer: &'static str) -> impl Fn(Error) -> Failure {
    move |source| Failure::Protocol { peer, source }
}
