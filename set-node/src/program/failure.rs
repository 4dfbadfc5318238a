use std::{io, path::PathBuf};

use set_core::{
    asn1::error::OutOfRange, error::Error, msg::cert::reg_form::ReferralData, registration,
};

use super::{Failing, shown};
use crate::{
    cli::Exit,
    config::ConfigError,
    enroll::{FormFault, RootFault},
    keystore::{KeyStoreError, PassphraseError},
    party::PartyError,
    service::PoolFault,
    store::StoreError,
    telemetry::LogError,
    transport::{ListenerError, TransportError},
};

/// Why a command of any role did not do what it was asked.
///
/// A role's own error wraps it, so that `?` takes whatever becomes one:
///
/// ```
/// use set_node::{program::Failure, store::StoreError};
///
/// #[derive(Debug, thiserror::Error)]
/// enum Trouble {
///     #[error(transparent)]
///     Shared(Failure),
///     #[error("there is no tea")]
///     NoTea,
/// }
///
/// impl<E: Into<Failure>> From<E> for Trouble {
///     fn from(fault: E) -> Self {
///         Self::Shared(fault.into())
///     }
/// }
///
/// fn brew() -> Result<(), Trouble> {
///     Err(StoreError::Busy)?
/// }
/// # assert!(matches!(brew(), Err(Trouble::Shared(Failure::Store(StoreError::Busy)))));
/// ```
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
    /// A file or folder cannot be read or written.
    #[error("{}: {source}", .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Nothing was made in the data folder yet.
    #[error("there is no data folder in {}: is --data right? Else run `{init}`", .data.display())]
    NoFolder {
        /// The folder named.
        data: PathBuf,
        /// The command that makes it.
        init: &'static str,
    },
    /// The result cannot be told, though what was asked for is done.
    #[error("cannot write the result: {0}")]
    Output(io::Error),
    /// What a file or record holds is not what this program wrote there.
    #[error("{what} is damaged")]
    Damaged {
        /// Which.
        what: &'static str,
    },
    /// No address to listen at, or one that the system refuses.
    #[error(transparent)]
    Listen(#[from] ListenerError),
    /// No runtime, thread or signal handler could be started.
    #[error("cannot start: {0}")]
    Runtime(io::Error),
    /// Work on the crypto pool failed.
    #[error(transparent)]
    Pool(#[from] PoolFault),
    /// The root cannot be believed.
    #[error(transparent)]
    Root(#[from] RootFault),
    /// The CA's form cannot be filled in.
    #[error(transparent)]
    Form(#[from] FormFault),
    /// A value of the configuration or command line is not what it has to be. It is not
    /// quoted.
    #[error("{what}: {fault}")]
    Value {
        /// Which argument or key.
        what: &'static str,
        /// What it has to be.
        fault: &'static str,
    },
    /// The peer cannot be reached or does not answer.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// A message of the peer, or ours, was refused.
    #[error("{peer}: {source}")]
    Protocol {
        /// The peer, or this program.
        peer: &'static str,
        /// Why.
        source: Error,
    },
    /// What this program does by itself, without any peer, was refused.
    #[error(transparent)]
    Own(#[from] Error),
    /// The CA said no.
    #[error(transparent)]
    Refused(#[from] registration::Refused),
    /// The CA sends the applicant elsewhere.
    #[error("the CA has no form for this application{0}")]
    Referred(String),
    /// The CA, or who decides for it, has not decided.
    #[error(
        "the CA has not decided yet; the request is kept, and the same command asks again what became of it"
    )]
    Pended,
    /// Another request waits for the CA's decision.
    #[error(
        "a request for brand {brand} waits for the CA's decision: ask after it with the same arguments, or drop it with --anew"
    )]
    Waits {
        /// Of which brand it is.
        brand: String,
    },
    /// Nothing is known of the enrollment whose certificates are to be renewed.
    #[error("there is no record of an enrollment that could be renewed: enroll first")]
    NeverEnrolled,
}

impl Failure {
    /// Whether the same would do at a better time.
    #[must_use]
    pub const fn is_busy(&self) -> bool {
        match self {
            Self::Store(fault) => fault.is_passing(),
            Self::Pool(PoolFault::Busy) => true,
            _ => false,
        }
    }
}

impl Failing for Failure {
    fn exit(&self) -> Exit {
        match self {
            Self::Config(_)
            | Self::Logs(_)
            | Self::Passphrase(_)
            | Self::Keys(_)
            | Self::Party(_)
            | Self::Store(_)
            | Self::File { .. }
            | Self::NoFolder { .. }
            | Self::Output(_)
            | Self::Damaged { .. }
            | Self::NeverEnrolled
            | Self::Listen(_) => Exit::Broken,
            Self::Root(_) | Self::Form(_) | Self::Value { .. } | Self::Waits { .. } => Exit::Usage,
            // Whoever answers, but not as agreed, was reached.
            Self::Transport(
                TransportError::Framing { .. }
                | TransportError::Status { .. }
                | TransportError::MediaType { .. }
                | TransportError::Http { .. },
            ) => Exit::Refused,
            Self::Transport(_) => Exit::Unreachable,
            Self::Protocol {
                source: Error::Provider(_),
                ..
            }
            | Self::Own(_)
            | Self::Runtime(_)
            | Self::Pool(_) => Exit::Internal,
            Self::Protocol { .. } | Self::Refused(_) | Self::Referred(_) | Self::Pended => {
                Exit::Refused
            }
        }
    }
}

impl From<ReferralData> for Failure {
    fn from(referral: ReferralData) -> Self {
        let mut text = String::new();
        if let Some(reason) = &referral.reason {
            text.push_str(&format!(": {}", shown(&reason.to_string())));
        }
        for url in referral.referral_url_seq.as_deref().unwrap_or_default() {
            text.push_str(&format!("; see {}", shown(&url.to_string())));
        }
        Self::Referred(text)
    }
}

/// For `map_err`: a message exchanged with `peer` was refused.
pub fn with(peer: &'static str) -> impl Fn(Error) -> Failure {
    move |source| Failure::Protocol { peer, source }
}

/// For `map_err`: `what` is not what its type allows.
pub fn value(what: &'static str) -> impl Fn(OutOfRange) -> Failure {
    move |fault| Failure::Value {
        what,
        fault: fault.expected,
    }
}

#[cfg(test)]
mod tests {
    use set_core::error::PeerFault;

    use super::*;
    use crate::transport::Endpoint;

    #[test]
    fn a_refused_message_names_the_peer_and_a_wrong_value_its_key() {
        let refused = with("gateway")(PeerFault::UnknownRrpid.into());
        assert!(refused.to_string().starts_with("gateway: "), "{refused}");
        assert_eq!(refused.exit(), Exit::Refused);
        let wrong = value("--bin")(OutOfRange {
            expected: "NumericString (SIZE(6))",
        });
        assert_eq!(wrong.to_string(), "--bin: NumericString (SIZE(6))");
        assert_eq!(wrong.exit(), Exit::Usage);
    }

    #[test]
    fn a_peer_that_answers_but_not_as_agreed_was_reached() {
        let endpoint: Endpoint = "http://shop.example/set".parse().unwrap();
        let answered = TransportError::Status {
            endpoint: endpoint.clone(),
            status: 404,
        };
        assert_eq!(Failure::from(answered).exit(), Exit::Refused);
        let silent = TransportError::Closed {
            endpoint,
            source: None,
        };
        assert_eq!(Failure::from(silent).exit(), Exit::Unreachable);
    }

    #[test]
    fn a_referral_says_why_and_where_to_go() {
        let referral = ReferralData {
            reason: "not\u{1b}ours".parse().ok(),
            referral_url_seq: None,
        };
        let failure = Failure::from(referral);
        let expected = "the CA has no form for this application: not\u{fffd}ours";
        assert_eq!(failure.to_string(), expected);
    }
}
