//! Why a request could not be answered as asked.

use set_core::error::{CallerFault, Error, PeerFault};
use set_node::service::PoolFault;
use set_node::store::StoreError;
use set_node::transport::TransportError;

/// Why a step of the server did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The message, or our own certificates, are not in order.
    #[error(transparent)]
    Protocol(#[from] Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The cryptographic workers failed or are at their limit.
    #[error(transparent)]
    Pool(#[from] PoolFault),
    /// The gateway cannot be reached or does not answer.
    #[error("the gateway: {0}")]
    Gateway(#[from] TransportError),
    /// The gateway did not answer while the wallet waited.
    #[error("the gateway did not answer in time")]
    Patience,
    /// No gateway is known.
    #[error("no gateway is known; enroll with --gateway, or configure one")]
    NoGateway,
    /// Nobody here serves the brand.
    #[error(
        "this merchant serves no brand \"{0}\"; enroll for it, and start the server again if it runs"
    )]
    NoSuchBrand(String),
    /// A stored record is not what this program wrote.
    #[error("the record of {0} is damaged")]
    Damaged(&'static str),
}

impl Fault {
    /// Whether the record was changed by somebody else meanwhile: look again.
    pub(crate) const fn is_stale(&self) -> bool {
        matches!(
            self,
            Self::Store(StoreError::Stale { .. } | StoreError::Conflict { .. })
        )
    }

    /// Whether the request would do at a better time.
    pub(crate) const fn is_busy(&self) -> bool {
        match self {
            Self::Store(fault) => fault.is_passing() || self.is_stale(),
            Self::Pool(PoolFault::Busy) => true,
            _ => false,
        }
    }

    /// As the error that the peer is told of; what is ours is told as unspecifiedFailure.
    pub(crate) fn into_error(self) -> Error {
        match self {
            Self::Protocol(error) => error,
            _ => CallerFault::State("the merchant cannot treat the request now").into(),
        }
    }
}

impl From<PeerFault> for Fault {
    fn from(fault: PeerFault) -> Self {
        Self::Protocol(fault.into())
    }
}
