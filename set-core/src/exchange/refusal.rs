//! Refusing a message: the Error that is sent back, or not.

use super::Context;
use crate::asn1::{DecodeError, Raw, oid};
use crate::crypto::random_array;
use crate::error::Error;
use crate::msg::error::{BadWrapper, Error as ErrorMessage, ErrorMsg, ErrorTbs};
use crate::msg::ids::Nonce;
use crate::msg::message::{Kind, Message};
use crate::msg::wrapper::MessageHeader;
use crate::treatment::{Attached, Signer, s};

/// Octets of a broken wrapper that an Error quotes.
const QUOTED: usize = 20_000;

/// A message that was not processed, and all that its answer needs.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// Why.
    pub error: Box<Error>,
    /// The offending header, or the leading octets of what could not be read.
    offender: Offender,
    answerable: bool,
}

#[derive(Clone, Debug)]
enum Offender {
    Header(Box<MessageHeader>),
    Octets(Vec<u8>),
}

/// The signature key and chain under which an Error goes out.
#[derive(Clone, Debug)]
pub struct ErrorSigner<'a> {
    /// The key.
    pub signer: Signer<'a>,
    /// Its chain.
    pub attached: Attached,
}

impl Refusal {
    /// Refuses octets that are no message.
    #[must_use]
    pub fn unreadable(error: impl Into<Error>, octets: &[u8]) -> Self {
        Self {
            error: Box::new(error.into()),
            offender: Offender::Octets(octets.get(..QUOTED).unwrap_or(octets).to_vec()),
            answerable: !octets.is_empty(),
        }
    }

    /// Refuses a message. Errors and responses are never answered.
    #[must_use]
    pub fn of(error: Error, header: MessageHeader, message: &Message) -> Self {
        Self {
            error: Box::new(error),
            offender: Offender::Header(Box::new(header)),
            answerable: message.kind() == Kind::Request,
        }
    }

    /// Refuses a message of which no more than the header can be read, and which way it goes
    /// where `kind` is there. Errors and responses are never answered.
    #[must_use]
    pub(super) fn by_header(error: Error, header: MessageHeader, kind: Option<Kind>) -> Self {
        Self {
            error: Box::new(error),
            offender: Offender::Header(Box::new(header)),
            answerable: kind.is_none_or(|kind| kind == Kind::Request),
        }
    }

    /// The Error to send back; none when the offender was an Error or a response.
    ///
    /// # Errors
    ///
    /// When it cannot be signed or encoded.
    pub fn answer(
        &self,
        context: &Context<'_>,
        signer: Option<&ErrorSigner<'_>>,
    ) -> Result<Option<Vec<u8>>, Error> {
        if !self.answerable {
            return Ok(None);
        }
        let (error_msg, ids, rrpid) = match &self.offender {
            Offender::Header(header) => (
                ErrorMsg::MessageHeader((**header).clone()),
                header.message_ids.clone(),
                header.rrpid,
            ),
            Offender::Octets(octets) => (
                ErrorMsg::BadWrapper(BadWrapper::new(octets.clone())?),
                None,
                None,
            ),
        };
        let tbs = ErrorTbs {
            error_code: self.error.code(),
            error_nonce: Nonce::new(random_array(context.crypto)?),
            error_oid: self.error.oid(),
            error_thumb: self.error.thumb()?,
            error_msg,
        };
        let message = match signer {
            Some(with) => ErrorMessage::SignedError(s::s(
                context.crypto,
                std::slice::from_ref(&with.signer),
                oid::content::ERROR_TBS,
                &Raw::new(tbs)?,
                &with.attached,
            )?),
            None => ErrorMessage::UnsignedError(tbs),
        };
        let octets = context.wrap(Message::Error(Box::new(message)), rrpid, ids)?;
        Ok(Some(octets))
    }
}

impl From<DecodeError> for Refusal {
    fn from(error: DecodeError) -> Self {
        Self::unreadable(error, &[])
    }
}
