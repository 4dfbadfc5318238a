//! The checks that come before a message is looked into.

use super::Context;
use super::extensions;
use super::refusal::Refusal;
use crate::asn1::{self, Date};
use crate::error::{Error, PeerFault};
use crate::msg::ids::Rrpid;
use crate::msg::message::Message;
use crate::msg::tags::TransIds;
use crate::msg::wrapper::{MessageHeader, MessageWrapper};

/// A message whose outside is in order.
#[derive(Debug)]
pub struct Received<'a> {
    /// Its header.
    pub header: MessageHeader,
    /// The message.
    pub message: Message,
    /// The octets it came in.
    pub octets: &'a [u8],
}

/// Takes a request: size, DER, version, header, date, and whether the role serves it, in
/// this order.
///
/// # Errors
///
/// A [`Refusal`], from which the answer is made.
pub fn receive<'a>(
    context: &Context<'_>,
    octets: &'a [u8],
    serves: impl FnOnce(&Message) -> bool,
) -> Result<Received<'a>, Refusal> {
    let wrapper: MessageWrapper = asn1::decode(octets, &context.policy.limits)
        .map_err(|error| Refusal::unreadable(error, octets))?;
    let header = wrapper.message_header;
    if let Err(error) = check_header(context, &header) {
        return Err(Refusal::of(error, header, &wrapper.message));
    }
    if !serves(&wrapper.message) {
        let fault = PeerFault::MessageNotSupported(wrapper.message.name());
        return Err(Refusal::of(fault.into(), header, &wrapper.message));
    }
    if let Err(error) = extensions::check(wrapper.mw_extensions.as_ref(), context.policy) {
        return Err(Refusal::of(error.into(), header, &wrapper.message));
    }
    Ok(Received {
        header,
        message: wrapper.message,
        octets,
    })
}

impl Received<'_> {
    /// Turns an error of a later step into a refusal of this message.
    #[must_use]
    pub fn refuse(self, error: Error) -> Refusal {
        Refusal::of(error, self.header, &self.message)
    }
}

/// Checks that the header names the request inside.
///
/// # Errors
///
/// [`PeerFault::UnknownRrpid`].
pub fn check_rrpid(header: &MessageHeader, inside: Rrpid) -> Result<(), PeerFault> {
    match header.rrpid {
        Some(rrpid) if rrpid == inside => Ok(()),
        _ => Err(PeerFault::UnknownRrpid),
    }
}

/// Checks that the ids in the header, where present, are those of the transaction inside.
///
/// # Errors
///
/// [`PeerFault::WrapperMismatch`].
pub fn check_ids(header: &MessageHeader, inside: &TransIds) -> Result<(), PeerFault> {
    let Some(ids) = &header.message_ids else {
        return Ok(());
    };
    if ids.lid_c.as_ref().is_some_and(|lid| *lid != inside.lid_c) {
        return Err(PeerFault::WrapperMismatch("lid-C"));
    }
    if ids.lid_m.is_some() && inside.lid_m.is_some() && ids.lid_m != inside.lid_m {
        return Err(PeerFault::WrapperMismatch("lid-M"));
    }
    if ids.xid.is_some_and(|xid| xid != inside.xid) {
        return Err(PeerFault::WrapperMismatch("xID"));
    }
    Ok(())
}

/// Whether a message asks for an answer; responses and Errors do not.
#[must_use]
pub fn is_request(message: &Message) -> bool {
    message.name().ends_with("Req")
}

/// Version, plausibility and date of a header.
pub(super) fn check_header(context: &Context<'_>, header: &MessageHeader) -> Result<(), Error> {
    match header.version.value() {
        1 => {}
        0 => return Err(PeerFault::VersionTooOld(0).into()),
        newer => return Err(PeerFault::VersionTooNew(newer).into()),
    }
    if header.revision > 0 && !context.policy.accept_later_revisions {
        return Err(PeerFault::BadMessageHeader("revision 1.x is not known").into());
    }
    Ok(check_date(context, header.date)?)
}

/// Checks that a message's date is within the accepted window around now.
///
/// # Errors
///
/// [`PeerFault::TooOld`], [`PeerFault::TooNew`].
pub(crate) fn check_date(context: &Context<'_>, date: Date) -> Result<(), PeerFault> {
    let (now, date) = (context.now.unix(), date.unix());
    let window = context.policy.freshness_seconds;
    if date.saturating_add(window) < now {
        return Err(PeerFault::TooOld(now - date));
    }
    if now.saturating_add(window) < date {
        return Err(PeerFault::TooNew(date - now));
    }
    Ok(())
}
