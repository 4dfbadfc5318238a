//! Packets out of a capture file.

use std::io::Cursor;

use pcap_parser::{Block, Linktype, PcapBlockOwned, PcapError, create_reader};

use super::CaptureError;

/// A packet as the capture has it.
pub(super) struct Frame<'a> {
    /// On what kind of network it was.
    pub(super) link: Linktype,
    /// Its octets, as many as were captured.
    pub(super) octets: &'a [u8],
}

/// Gives all packets to `take`, in their order.
pub(super) fn each(
    octets: &[u8],
    mut take: impl FnMut(&Frame<'_>) -> Result<(), CaptureError>,
) -> Result<(), CaptureError> {
    let mut packets = 0;
    let mut reader = create_reader(MOST_BLOCK, Cursor::new(octets)).map_err(fault(packets))?;
    let mut links: Vec<Linktype> = Vec::new();
    let mut refilled = false;
    loop {
        let consumed = match reader.next() {
            Ok((consumed, block)) => {
                if let Some(frame) = frame(&block, &mut links) {
                    packets += 1;
                    take(&frame)?;
                }
                consumed
            }
            Err(PcapError::Eof) => return Ok(()),
            // What one refill does not complete is not complete.
            Err(PcapError::Incomplete(_)) if !refilled => {
                reader.refill().map_err(fault(packets))?;
                refilled = true;
                continue;
            }
            Err(error) => return Err(fault(packets)(error)),
        };
        refilled = false;
        reader.consume(consumed);
    }
}

fn frame<'a>(block: &PcapBlockOwned<'a>, links: &mut Vec<Linktype>) -> Option<Frame<'a>> {
    let cut = |octets: &'a [u8], length: u32| {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        octets.get(..length).unwrap_or(octets)
    };
    let (link, octets) = match block {
        PcapBlockOwned::LegacyHeader(header) => {
            *links = vec![header.network];
            return None;
        }
        PcapBlockOwned::Legacy(packet) => (links.first()?, cut(packet.data, packet.caplen)),
        PcapBlockOwned::NG(Block::SectionHeader(_)) => {
            links.clear();
            return None;
        }
        PcapBlockOwned::NG(Block::InterfaceDescription(interface)) => {
            if links.len() < MOST_INTERFACES {
                links.push(interface.linktype);
            }
            return None;
        }
        PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => {
            let interface = usize::try_from(packet.if_id).ok()?;
            (links.get(interface)?, cut(packet.data, packet.caplen))
        }
        PcapBlockOwned::NG(Block::SimplePacket(packet)) => {
            (links.first()?, cut(packet.data, packet.origlen))
        }
        PcapBlockOwned::NG(_) => return None,
    };
    Some(Frame {
        link: *link,
        octets,
    })
}

fn fault<I>(packet: usize) -> impl Fn(PcapError<I>) -> CaptureError {
    move |error| CaptureError::File {
        packet,
        what: match error {
            PcapError::Eof | PcapError::UnexpectedEof | PcapError::Incomplete(_) => {
                "it ends in the middle of a packet"
            }
            PcapError::BufferTooSmall => "a packet of more than 1 MiB",
            PcapError::HeaderNotRecognized => "its header is not that of pcap or pcapng",
            _ => "a block is malformed",
        },
    }
}

/// Octets that one block of the file may have.
const MOST_BLOCK: usize = 1 << 20;
/// Interfaces of one section.
const MOST_INTERFACES: usize = 1 << 10;
