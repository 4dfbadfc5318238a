//! The checks that come before a message is looked into.

use super::Context;
use super::extensions;
use super::refusal::Refusal;
use crate::asn1::limits::Element;
use crate::asn1::{self, Date, DecodeError, Fault, Raw};
use crate::error::{Error, PeerFault};
use crate::msg::ids::{LocalId, Rrpid, Xid};
use crate::msg::message::{Kind, Message};
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
        .map_err(|error| unreadable(context, octets, error))?;
    let header = wrapper.message_header;
    if let Err(error) = check_header(context, &header) {
        return Err(Refusal::of(error, header, &wrapper.message));
    }
    if !serves(&wrapper.message) {
        let fault = PeerFault::MessageNotSupported(wrapper.message.name());
        return Err(Refusal::of(fault.into(), header, &wrapper.message));
    }
    if let Err(error) = extensions::check_wrapper(wrapper.mw_extensions.as_ref(), context.policy) {
        return Err(Refusal::of(error.into(), header, &wrapper.message));
    }
    Ok(Received {
        header,
        message: wrapper.message,
        octets,
    })
}

/// Refuses what does not decode: by its header, where that can be read.
///
/// Another version may have messages that cannot be read here, so a header that is out of
/// order says more than that the rest does not decode.
fn unreadable(context: &Context<'_>, octets: &[u8], error: DecodeError) -> Refusal {
    let too_large = matches!(error.fault(), Fault::TooLarge { .. });
    match readable(octets) {
        None => Refusal::unreadable(error, octets),
        Some((header, kind)) => {
            let error = match check_version(context, &header) {
                Err(fault) if !too_large => fault.into(),
                _ => error.into(),
            };
            Refusal::by_header(error, header, kind)
        }
    }
}

/// The header of what does not decode as a whole, and which way the message goes, if that
/// can be told.
fn readable(octets: &[u8]) -> Option<(MessageHeader, Option<Kind>)> {
    let wrapper = Element::parse(octets, 0, octets.len()).ok()?;
    let first = Element::parse(octets, wrapper.content, wrapper.end).ok()?;
    let header = octets.get(first.start..first.end)?.to_vec();
    let kind = || {
        let outer = Element::parse(octets, first.end, wrapper.end).ok()?;
        let message = Element::parse(octets, outer.content, outer.end).ok()?;
        Message::kind_of_tag(message.number)
    };
    let header: Raw<MessageHeader> = Raw::from_octets(header).ok()?;
    Some((header.into_value(), kind()))
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
    check_each(
        header,
        &inside.lid_c,
        inside.lid_m.as_ref(),
        Some(inside.xid),
    )
}

/// The same for a message about several transactions: the header names one only where all
/// items are about it.
///
/// # Errors
///
/// [`PeerFault::WrapperMismatch`].
pub fn check_ids_of_all<'a>(
    header: &MessageHeader,
    mut inside: impl Iterator<Item = &'a TransIds>,
) -> Result<(), PeerFault> {
    inside.try_for_each(|trans_ids| check_ids(header, trans_ids))
}

/// The same for a message before there is an XID, so that the header has none either.
///
/// # Errors
///
/// [`PeerFault::WrapperMismatch`].
pub fn check_local_ids(
    header: &MessageHeader,
    lid_c: &LocalId,
    lid_m: Option<&LocalId>,
) -> Result<(), PeerFault> {
    check_each(header, lid_c, lid_m, None)
}

/// What the header names has to stand inside; it need not name all of that.
fn check_each(
    header: &MessageHeader,
    lid_c: &LocalId,
    lid_m: Option<&LocalId>,
    xid: Option<Xid>,
) -> Result<(), PeerFault> {
    let Some(ids) = &header.message_ids else {
        return Ok(());
    };
    if ids.lid_c.as_ref().is_some_and(|lid| lid != lid_c) {
        return Err(PeerFault::WrapperMismatch("lid-C"));
    }
    if ids.lid_m.is_some() && ids.lid_m.as_ref() != lid_m {
        return Err(PeerFault::WrapperMismatch("lid-M"));
    }
    if ids.xid.is_some() && ids.xid != xid {
        return Err(PeerFault::WrapperMismatch("xID"));
    }
    Ok(())
}

/// Version, plausibility and date of a header.
pub(super) fn check_header(context: &Context<'_>, header: &MessageHeader) -> Result<(), Error> {
    check_version(context, header)?;
    Ok(check_date(context, header.date)?)
}

fn check_version(context: &Context<'_>, header: &MessageHeader) -> Result<(), PeerFault> {
    match header.version.value() {
        1 if header.revision > 0 && !context.policy.accept_later_revisions => {
            Err(PeerFault::BadMessageHeader("revision 1.x is not known"))
        }
        1 => Ok(()),
        0 => Err(PeerFault::VersionTooOld(0)),
        newer => Err(PeerFault::VersionTooNew(newer)),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::msg::wrapper::{MessageIds, Version};

    #[test]
    fn a_header_names_nothing_that_does_not_stand_inside() {
        let ids = LocalId::new(*b"id").unwrap();
        let header = |lid_m: Option<&LocalId>, xid| MessageHeader {
            message_ids: Some(MessageIds {
                lid_c: Some(ids.clone()),
                lid_m: lid_m.cloned(),
                xid,
            }),
            version: Version::new(1).unwrap(),
            revision: 0,
            date: Date::from_unix(900_000_000).unwrap(),
            rrpid: None,
            sw_ident: "test".parse().unwrap(),
        };
        let xid = Some(Xid::new([1; 20]));
        let check = |header: &MessageHeader, lid_m| check_local_ids(header, &ids, lid_m).is_ok();
        assert!(check(&header(None, None), None));
        assert!(check(&header(None, None), Some(&ids)));
        assert!(check(&header(Some(&ids), None), Some(&ids)));
        assert!(!check(&header(Some(&ids), None), None));
        assert!(!check(&header(Some(&ids), xid), Some(&ids)));
    }
}
