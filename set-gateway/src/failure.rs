//! Why a command did not do what it was asked, and the exit code that tells.

use std::path::PathBuf;

use set_node::cli::Exit;
use set_node::program::{self, Failing};

use crate::host::iso8583::{LinkFault, UnfitConfig};

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// As in any role.
    #[error(transparent)]
    Program(program::Failure),
    /// The gateway has no certificates.
    #[error("the gateway has no certificates yet: enroll first")]
    NotEnrolled,
    /// It is not known whose merchants are served.
    #[error(
        "the enrolment kept in {} names no acquirer, so it is not known whose merchants are served: enroll into a new --data folder",
        .0.display()
    )]
    NoAcquirer(PathBuf),
    /// The gateway has certificates already.
    #[error("the gateway has certificates already; another brand takes another --data folder")]
    Enrolled,
    /// The CA left out a certificate that a gateway cannot do without.
    #[error("the CA certified no encryption key, without which a gateway is of no use")]
    NoEncryption,
    /// By the configuration the acquirer's host cannot be reached.
    #[error(transparent)]
    HostConfig(UnfitConfig),
    /// The acquirer's host is not reached, or does not answer.
    #[error(transparent)]
    Host(LinkFault),
}

impl Failing for Failure {
    fn exit(&self) -> Exit {
        match self {
            Self::Program(failure) => failure.exit(),
            Self::NotEnrolled | Self::NoAcquirer(_) | Self::HostConfig(_) => Exit::Broken,
            Self::Enrolled => Exit::Usage,
            Self::NoEncryption | Self::Host(LinkFault::Refused { .. }) => Exit::Refused,
            Self::Host(_) => Exit::Unreachable,
        }
    }
}

/// Whatever fails in all roles alike.
impl<E: Into<program::Failure>> From<E> for Failure {
    fn from(fault: E) -> Self {
        Self::Program(fault.into())
    }
}
