//! Taking the response to a request of our own.

use super::receive::{check_header, check_rrpid};
use super::{Context, extensions};
use crate::asn1::{self, oid};
use crate::error::{Error, PeerFault, Refused};
use crate::msg::error::{Error as ErrorMessage, ErrorTbs};
use crate::msg::ids::Rrpid;
use crate::msg::message::{Kind, Message};
use crate::msg::wrapper::{MessageHeader, MessageWrapper};
use crate::treatment::s;

/// Takes what came back for the request `rrpid`.
///
/// A bad response is never answered: the caller logs the error, drops the octets and may
/// send the request again.
///
/// # Errors
///
/// As for a request; and [`Error::Refused`] when it is an Error.
pub fn receive_response(
    context: &Context<'_>,
    octets: &[u8],
    rrpid: Rrpid,
) -> Result<(MessageHeader, Message), Error> {
    let wrapper: MessageWrapper = asn1::decode(octets, &context.policy.limits)?;
    check_header(context, &wrapper.message_header)?;
    if let Message::Error(error) = &wrapper.message {
        return Err(report(error)?.into());
    }
    if wrapper.message.kind() == Kind::Request {
        return Err(PeerFault::MessageNotSupported(wrapper.message.name()).into());
    }
    extensions::check_wrapper(wrapper.mw_extensions.as_ref(), context.policy)?;
    check_rrpid(&wrapper.message_header, rrpid)?;
    Ok((wrapper.message_header, wrapper.message))
}

/// The Error in octets that should be something else; none when they are no Error either.
pub(crate) fn receive_error(context: &Context<'_>, octets: &[u8]) -> Option<Error> {
    let wrapper: MessageWrapper = asn1::decode(octets, &context.policy.limits).ok()?;
    match &wrapper.message {
        Message::Error(error) => report(error).ok().map(Error::from),
        other => Some(PeerFault::MessageNotSupported(other.name()).into()),
    }
}

/// What an Error says, its signature not verified.
fn report(error: &ErrorMessage) -> Result<Refused, Error> {
    let code = match error {
        ErrorMessage::UnsignedError(tbs) => tbs.error_code,
        ErrorMessage::SignedError(signed) => {
            s::unverified::<ErrorTbs>(signed, oid::content::ERROR_TBS)?.error_code
        }
    };
    Ok(Refused { code })
}
