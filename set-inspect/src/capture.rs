//! SET messages out of pcap and pcapng captures.
//!
//! Packets are taken out of the file, TCP segments out of the packets, and the segments of
//! each direction of a connection are put in order again, in bounded memory. What the
//! directions carry is either SET over TCP, wrappers one after another, or HTTP with bodies
//! of SET's media types; anything else is passed over.

mod frames;
mod messages;
mod segments;
mod streams;

use self::messages::Messages;
use self::streams::Streams;

/// A SET message that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Which packet ended it, and from whom to whom it went.
    pub place: String,
    /// Its octets.
    pub octets: Vec<u8>,
}

/// Why a capture cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaptureError {
    /// It is no capture file, or is damaged.
    #[error("packet {packet}: the capture file is damaged or cut off: {what}")]
    File {
        /// How many packets were read before.
        packet: usize,
        /// What the reader says.
        what: &'static str,
    },
    /// The packets are of a kind of network that is not read here.
    #[error("link type {0} is not read here: only Ethernet, Linux cooked, loopback and raw IP are")]
    LinkType(i32),
    /// There is no SET message in it.
    #[error(
        "no SET message in {packets} packets: is the whole connection in the capture, and is it neither encrypted nor cut short (snaplen)?"
    )]
    Nothing {
        /// How many packets there are.
        packets: usize,
    },
}

/// Whether octets are a capture file, by its first four.
#[must_use]
pub fn is_capture(octets: &[u8]) -> bool {
    let magic = octets.first_chunk::<4>().copied().unwrap_or_default();
    [
        [0xa1, 0xb2, 0xc3, 0xd4],
        [0xd4, 0xc3, 0xb2, 0xa1],
        [0xa1, 0xb2, 0x3c, 0x4d],
        [0x4d, 0x3c, 0xb2, 0xa1],
        [0x0a, 0x0d, 0x0d, 0x0a],
    ]
    .contains(&magic)
}

/// The SET messages in a capture, in the order in which they were complete. A message that a
/// connection broke off is there as far as it came.
///
/// # Errors
///
/// [`CaptureError`].
pub fn read(octets: &[u8]) -> Result<Vec<Heard>, CaptureError> {
    let mut streams = Streams::default();
    let mut messages = Messages::default();
    let mut packets = 0;
    frames::each(octets, |frame| {
        packets += 1;
        let Some(segment) = segments::of(frame)? else {
            return Ok(());
        };
        streams.take(&segment, |direction, stream| {
            messages.more(packets, direction, stream);
        });
        Ok(())
    })?;
    streams.finish(|direction, stream| messages.end(packets, direction, stream));
    let heard = messages.into_heard();
    if heard.is_empty() {
        return Err(CaptureError::Nothing { packets });
    }
    Ok(heard)
}
