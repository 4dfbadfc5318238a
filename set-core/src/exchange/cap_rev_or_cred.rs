//! What CapRev, Cred and CredRev have in common, and what tells them apart: their types.

use crate::asn1::{Raw, oid};
use crate::msg::message::Message;
use crate::msg::payment::cap::CapTokenSeq;
use crate::msg::payment::cap_rev_or_cred::{
    CapRevOrCredReqB, CapRevOrCredReqBx, CapRevReq, CredReq, CredRevReq,
};
use crate::pkcs7::EnvelopedData;
use crate::treatment::enc::Types;

/// Which of the three pairs of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CapRevOrCred {
    /// A capture is undone.
    CapRev,
    /// Money is given back.
    Cred,
    /// Giving it back is undone.
    CredRev,
}

/// A request of one of the three.
#[derive(Clone, Copy, Debug)]
pub enum CapRevOrCredReq<'a> {
    /// EncB.
    EncB(&'a CapRevOrCredReqB),
    /// EncBX.
    EncBx(&'a CapRevOrCredReqBx),
}

impl CapRevOrCred {
    /// The types of a request without an account.
    #[must_use]
    pub const fn plain(self) -> Types {
        let (tbe, tbs) = match self {
            Self::CapRev => (oid::content::CAP_REV_REQ_TBE, oid::content::CAP_REV_REQ_TBS),
            Self::Cred => (oid::content::CRED_REQ_TBE, oid::content::CRED_REQ_TBS),
            Self::CredRev => (
                oid::content::CRED_REV_REQ_TBE,
                oid::content::CRED_REV_REQ_TBS,
            ),
        };
        Types { tbe, tbs }
    }

    /// The types of a request with one.
    #[must_use]
    pub const fn with_account(self) -> Types {
        let (tbe, tbs) = match self {
            Self::CapRev => (
                oid::content::CAP_REV_REQ_TBEX,
                oid::content::CAP_REV_REQ_TBSX,
            ),
            Self::Cred => (oid::content::CRED_REQ_TBEX, oid::content::CRED_REQ_TBSX),
            Self::CredRev => (
                oid::content::CRED_REV_REQ_TBEX,
                oid::content::CRED_REV_REQ_TBSX,
            ),
        };
        Types { tbe, tbs }
    }

    /// The types of the response.
    #[must_use]
    pub const fn response(self) -> Types {
        let (tbe, tbs) = match self {
            Self::CapRev => (
                oid::content::CAP_REV_RES_TBE,
                oid::content::CAP_REV_RES_DATA,
            ),
            Self::Cred => (oid::content::CRED_RES_TBE, oid::content::CRED_RES_DATA),
            Self::CredRev => (
                oid::content::CRED_REV_RES_TBE,
                oid::content::CRED_REV_RES_DATA,
            ),
        };
        Types { tbe, tbs }
    }

    /// A request as a message.
    #[must_use]
    pub fn request_message(self, request: CapRevOrCredReqB) -> Message {
        match self {
            Self::CapRev => Message::CapRevReq(Box::new(CapRevReq::EncB(request))),
            Self::Cred => Message::CredReq(Box::new(CredReq::EncB(request))),
            Self::CredRev => Message::CredRevReq(Box::new(CredRevReq::EncB(request))),
        }
    }

    /// A request with an account as a message.
    #[must_use]
    pub fn request_message_with_account(self, request: CapRevOrCredReqBx) -> Message {
        match self {
            Self::CapRev => Message::CapRevReq(Box::new(CapRevReq::EncBx(request))),
            Self::Cred => Message::CredReq(Box::new(CredReq::EncBx(request))),
            Self::CredRev => Message::CredRevReq(Box::new(CredRevReq::EncBx(request))),
        }
    }

    /// A response as a message.
    #[must_use]
    pub fn response_message(self, response: EnvelopedData) -> Message {
        match self {
            Self::CapRev => Message::CapRevRes(Box::new(response)),
            Self::Cred => Message::CredRes(Box::new(response)),
            Self::CredRev => Message::CredRevRes(Box::new(response)),
        }
    }

    /// The response in a message, if it is one of this pair.
    #[must_use]
    pub fn response_in(self, message: &Message) -> Option<&EnvelopedData> {
        match (self, message) {
            (Self::CapRev, Message::CapRevRes(response))
            | (Self::Cred, Message::CredRes(response))
            | (Self::CredRev, Message::CredRevRes(response)) => Some(response),
            _ => None,
        }
    }

    /// The request in a message, if it is one of the three.
    #[must_use]
    pub fn request_in(message: &Message) -> Option<(Self, CapRevOrCredReq<'_>)> {
        Some(match message {
            Message::CapRevReq(request) => (
                Self::CapRev,
                match &**request {
                    CapRevReq::EncB(request) => CapRevOrCredReq::EncB(request),
                    CapRevReq::EncBx(request) => CapRevOrCredReq::EncBx(request),
                },
            ),
            Message::CredReq(request) => (
                Self::Cred,
                match &**request {
                    CredReq::EncB(request) => CapRevOrCredReq::EncB(request),
                    CredReq::EncBx(request) => CapRevOrCredReq::EncBx(request),
                },
            ),
            Message::CredRevReq(request) => (
                Self::CredRev,
                match &**request {
                    CredRevReq::EncB(request) => CapRevOrCredReq::EncB(request),
                    CredRevReq::EncBx(request) => CapRevOrCredReq::EncBx(request),
                },
            ),
            _ => return None,
        })
    }
}

impl CapRevOrCredReq<'_> {
    /// The tokens beside the envelope.
    #[must_use]
    pub const fn tokens(&self) -> &Raw<CapTokenSeq> {
        match self {
            Self::EncB(request) => &request.baggage,
            Self::EncBx(request) => &request.baggage,
        }
    }
}
