//! Why a command failed, and its exit code.

use set_core::evidence::EvidenceFault;
use set_core::wake_up::{WakeUpError, WakeUpFault};
use set_node::cli::Exit;
use set_node::program::{self, Failing, with};
use set_node::service::PoolFault;

use crate::fault::Fault;
use crate::report::Report;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// As in any role.
    #[error(transparent)]
    Program(program::Failure),
    /// A URL of the configuration is none.
    #[error("the configuration's shop.{key}: {fault}")]
    Address {
        /// The key.
        key: &'static str,
        /// What it has to be.
        fault: WakeUpFault,
    },
    /// An offer would go out that no wallet could answer.
    #[error(
        "nobody could pay: it is not known where wallets send messages; set shop.set_url in config.toml, or run `set-merchant serve` at one address first, not at all of the machine's"
    )]
    NoAddress,
    /// The wake-up message cannot be written.
    #[error(transparent)]
    WakeUp(WakeUpError),
    /// There is no certificate yet.
    #[error("this merchant has no certificates yet: enroll first")]
    NotEnrolled,
    /// There are certificates already.
    #[error(
        "this merchant has certificates of the brand already; another merchant takes another --data folder"
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
    /// Call-backs are configured, and nothing to sign them with.
    #[error(
        "callback.url is set, and there is no secret to sign call-backs with: run `set-merchant callback secret`, and give the secret to the shop"
    )]
    NoSecret,
    /// There is no such event.
    #[error("there is no event {0} that waits to be delivered; see callback list")]
    NoEvent(String),
    /// There is no signed statement about the order.
    #[error("nothing signed is kept about order {0}: it was not placed, or without signatures")]
    NoEvidence(String),
    /// What is kept about the order is beyond what a bundle may hold.
    #[error(
        "order {0} has more signed statements, or lists with them, than one bundle holds (64 MiB): nothing was written"
    )]
    LargeEvidence(String),
    /// A bundle of evidence proves nothing.
    #[error("this is no evidence: {0}")]
    Evidence(EvidenceFault),
    /// There is no such API key.
    #[error("there is no API key {0}; see api-key list")]
    NoKey(String),
    /// The order waits for the answer to another request.
    #[error("order {0} waits for the gateway's answer to an earlier request")]
    Waits(String),
    /// Something went wrong when the gateway had answered for some of the orders.
    #[error("{source}; before that:\n{done}")]
    Midway {
        /// What was done.
        done: Report,
        /// What went wrong then.
        source: Box<Failure>,
    },
    /// A step of the server, done by a command, failed.
    #[error(transparent)]
    Step(Fault),
}

impl Failure {
    /// The same failure, with what was done before it, if there is anything.
    pub(crate) fn after(self, done: Report) -> Self {
        match done.has_answers() {
            true => Self::Midway {
                done,
                source: Box::new(self),
            },
            false => self,
        }
    }
}

impl Failing for Failure {
    fn exit(&self) -> Exit {
        match self {
            Self::Program(failure) => failure.exit(),
            Self::Midway { source, .. } => source.exit(),
            Self::Address { .. }
            | Self::NoAddress
            | Self::NotEnrolled
            | Self::NoSecret
            | Self::Step(Fault::Store(_) | Fault::Damaged(_) | Fault::NoGateway) => Exit::Broken,
            Self::WakeUp(_)
            | Self::Enrolled
            | Self::NoOrder(_)
            | Self::NoEvidence(_)
            | Self::NoKey(_)
            | Self::NoEvent(_)
            | Self::Step(Fault::NoSuchBrand(_)) => Exit::Usage,
            Self::Waits(_) | Self::Evidence(_) | Self::LargeEvidence(_) => Exit::Refused,
            Self::Step(Fault::Gateway(_) | Fault::Patience) => Exit::Unreachable,
            Self::Step(Fault::Pool(PoolFault::Busy | PoolFault::Panicked)) => Exit::Internal,
            Self::NoGatewayCertificate { .. } | Self::Step(Fault::Protocol(_)) => Exit::Refused,
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Store(fault) => fault.into(),
            Fault::Gateway(fault) => fault.into(),
            Fault::Protocol(source) => with("gateway")(source).into(),
            other => Self::Step(other),
        }
    }
}

/// Whatever fails in all roles alike.
impl<E: Into<program::Failure>> From<E> for Failure {
    fn from(fault: E) -> Self {
        Self::Program(fault.into())
    }
}
