//! Why a command did not do what it was asked, and the exit code that tells.

use set_core::wake_up::WakeUpError;
use set_node::cli::Exit;
use set_node::program::{self, Failing};
use set_node::transport::{EndpointError, TransportError};

use crate::fetch::FetchError;

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// As in any role.
    #[error(transparent)]
    Program(program::Failure),
    /// The wallet has no card.
    #[error("this wallet has no card yet: enroll first")]
    NoCard,
    /// The order asked for is not among those placed.
    #[error("{0}")]
    NoOrder(&'static str),
    /// What the user gave is not what it has to be. It is not quoted.
    #[error("{0}")]
    Input(&'static str),
    /// The merchant did not answer after the order was sent.
    #[error("{source}; the order was sent and may have been placed: ask with `inquire` for {xid}")]
    Unanswered {
        /// The order.
        xid: String,
        /// What happened.
        source: TransportError,
    },
    /// The merchant answered the order with something that proves nothing.
    #[error("{source}; the order was sent and may have been placed: ask with `inquire` for {xid}")]
    Unproved {
        /// The order.
        xid: String,
        /// What is wrong with the answer.
        source: Box<program::Failure>,
    },
    /// What the merchant or the shop says cannot be used. It is not quoted.
    #[error("{0}")]
    Peer(&'static str),
    /// The wake-up message is wrong.
    #[error(transparent)]
    WakeUp(WakeUpError),
    /// The wake-up message cannot be fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// An address in the wake-up message is none that a wallet can call.
    #[error("the wake-up message names an address that cannot be called: {0}")]
    Address(EndpointError),
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

impl Failing for Failure {
    fn exit(&self) -> Exit {
        match self {
            Self::Program(failure) => failure.exit(),
            Self::Unproved { source, .. } => source.exit(),
            Self::NoCard => Exit::Broken,
            Self::Input(_) | Self::Fetch(FetchError::Url(_)) => Exit::Usage,
            Self::Fetch(FetchError::Read { .. }) => Exit::Broken,
            Self::Fetch(FetchError::TooLong | FetchError::Answer { .. }) => Exit::Refused,
            Self::Unanswered { .. } | Self::Fetch(FetchError::Shop { .. }) => Exit::Unreachable,
            Self::Peer(_)
            | Self::WakeUp(_)
            | Self::Address(_)
            | Self::Brand { .. }
            | Self::NoOrder(_)
            | Self::Disagreed => Exit::Refused,
        }
    }
}

/// Whatever fails in all roles alike.
impl<E: Into<program::Failure>> From<E> for Failure {
    fn from(fault: E) -> Self {
        Self::Program(fault.into())
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn a_wake_up_message_that_is_not_had_tells_by_its_exit_code_whose_fault_it_is() {
        let exit = |fault: FetchError| Failure::Fetch(fault).exit();
        let missing = FetchError::Read {
            place: "nosuchfile".to_owned(),
            source: io::ErrorKind::NotFound.into(),
        };
        assert_eq!(exit(missing), Exit::Broken);
        assert_eq!(exit(FetchError::TooLong), Exit::Refused);
        let answer = FetchError::Answer {
            endpoint: "http://shop.example/".parse().unwrap(),
            detail: "text/html".to_owned(),
        };
        assert_eq!(exit(answer), Exit::Refused);
        let shop = FetchError::Shop {
            endpoint: "http://shop.example/".parse().unwrap(),
            detail: "silent".to_owned(),
        };
        assert_eq!(exit(shop), Exit::Unreachable);
    }
}
