//! How a peer can break the protocol.

use der::asn1::ObjectIdentifier;

use crate::msg::error::ErrorCode;

/// A rule of the protocol that the peer did not keep.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeerFault {
    /// A message that this role does not serve, or not in this state.
    #[error("this party does not take {0} here")]
    MessageNotSupported(&'static str),
    /// The header contradicts itself.
    #[error("message header: {0}")]
    BadMessageHeader(&'static str),
    /// An id in the header differs from the one inside.
    #[error("{0} in the header is not the one in the message")]
    WrapperMismatch(&'static str),
    /// Written by an older version of SET.
    #[error("SET version {0} is older than 1")]
    VersionTooOld(u32),
    /// Written by a newer version of SET.
    #[error("SET version {0} is newer than 1")]
    VersionTooNew(u32),
    /// A critical extension that nobody here knows.
    #[error("critical extension {0} is unknown")]
    UnrecognizedExtension(ObjectIdentifier),
    /// Dated before the accepted window.
    #[error("the message is dated {0} seconds ago, outside the accepted window; check both clocks")]
    TooOld(u64),
    /// Dated after the accepted window.
    #[error(
        "the message is dated {0} seconds ahead, outside the accepted window; check both clocks"
    )]
    TooNew(u64),
    /// A certificate that the message needs is nowhere to be found.
    #[error("no certificate for {0}")]
    MissingCertificate(&'static str),
    /// A signature that does not fit what it should bind.
    #[error("{0}")]
    SignatureFailure(&'static str),
    /// Unsigned where a signature is demanded.
    #[error("{0} must be signed")]
    SignatureRequired(&'static str),
    /// The thumbprints came back altered.
    #[error("the thumbprints returned are not those sent")]
    ThumbsMismatch,
    /// A response to another request, or a request pair nobody knows.
    #[error("the RRPID is not that of a request in progress")]
    UnknownRrpid,
    /// A transaction that nobody knows here.
    #[error("no transaction with this XID")]
    UnknownXid,
    /// An order that nobody knows here.
    #[error("no order with this local id")]
    UnknownLid,
    /// A challenge came back altered.
    #[error("the challenge returned is not the one sent")]
    ChallengeMismatch,
    /// An RRPID used again with other octets.
    #[error("this RRPID was used before with another message")]
    ReplayedRrpid,
    /// Anything else.
    #[error("{0}")]
    Unspecified(&'static str),
}

impl PeerFault {
    /// The code that tells the peer.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::MessageNotSupported(_) => ErrorCode::MessageNotSupported,
            Self::BadMessageHeader(_) => ErrorCode::BadMessageHeader,
            Self::WrapperMismatch(_) => ErrorCode::WrapperMsgMismatch,
            Self::VersionTooOld(_) => ErrorCode::VersionTooOld,
            Self::VersionTooNew(_) => ErrorCode::VersionTooNew,
            Self::UnrecognizedExtension(_) => ErrorCode::UnrecognizedExtension,
            Self::TooOld(_) => ErrorCode::MessageTooOld,
            Self::TooNew(_) => ErrorCode::MessageTooNew,
            Self::MissingCertificate(_) => ErrorCode::MissingCertificate,
            Self::SignatureFailure(_) => ErrorCode::SignatureFailure,
            Self::SignatureRequired(_) => ErrorCode::SignatureRequired,
            Self::ThumbsMismatch => ErrorCode::ThumbsMismatch,
            Self::UnknownRrpid => ErrorCode::UnknownRrpid,
            Self::UnknownXid => ErrorCode::UnknownXid,
            Self::UnknownLid => ErrorCode::UnknownLid,
            Self::ChallengeMismatch => ErrorCode::ChallengeMismatch,
            Self::ReplayedRrpid | Self::Unspecified(_) => ErrorCode::UnspecifiedFailure,
        }
    }
}
