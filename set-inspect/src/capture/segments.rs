//! TCP segments out of packets.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use etherparse::{EtherType, NetSlice, SlicedPacket, TransportSlice};
use pcap_parser::Linktype;

use super::CaptureError;
use super::frames::Frame;

/// From whom to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Direction {
    pub(super) from: SocketAddr,
    pub(super) to: SocketAddr,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.from, self.to)
    }
}

/// One TCP segment.
pub(super) struct Segment<'a> {
    pub(super) direction: Direction,
    /// The number of its first octet.
    pub(super) sequence: u32,
    /// Whether it opens the connection.
    pub(super) syn: bool,
    /// Whether it is the last of its direction.
    pub(super) end: bool,
    pub(super) payload: &'a [u8],
}

/// The segment in a packet; none when it holds another protocol, a fragment, or less than
/// its headers say.
pub(super) fn of<'a>(frame: &Frame<'a>) -> Result<Option<Segment<'a>>, CaptureError> {
    let octets = frame.octets;
    let sliced = match frame.link {
        Linktype::ETHERNET => SlicedPacket::from_ethernet(octets),
        Linktype::LINUX_SLL => SlicedPacket::from_linux_sll(octets),
        // Version 2 of the cooked header begins with the ethertype, in 20 octets.
        LINUX_SLL2 => match (octets.first_chunk::<2>(), octets.get(20..)) {
            (Some(kind), Some(rest)) => {
                SlicedPacket::from_ether_type(EtherType(u16::from_be_bytes(*kind)), rest)
            }
            _ => return Ok(None),
        },
        // Four octets of address family.
        Linktype::NULL | LOOP => match octets.get(4..) {
            Some(rest) => SlicedPacket::from_ip(rest),
            None => return Ok(None),
        },
        Linktype::RAW | Linktype::IPV4 | Linktype::IPV6 | RAW_BSD | RAW_OPENBSD => {
            SlicedPacket::from_ip(octets)
        }
        other => return Err(CaptureError::LinkType(other.0)),
    };
    let Ok(packet) = sliced else { return Ok(None) };
    let (from, to): (IpAddr, IpAddr) = match &packet.net {
        Some(NetSlice::Ipv4(ip)) => {
            let header = ip.header();
            (
                header.source_addr().into(),
                header.destination_addr().into(),
            )
        }
        Some(NetSlice::Ipv6(ip)) => {
            let header = ip.header();
            (
                header.source_addr().into(),
                header.destination_addr().into(),
            )
        }
        _ => return Ok(None),
    };
    let Some(TransportSlice::Tcp(tcp)) = &packet.transport else {
        return Ok(None);
    };
    Ok(Some(Segment {
        direction: Direction {
            from: SocketAddr::new(from, tcp.source_port()),
            to: SocketAddr::new(to, tcp.destination_port()),
        },
        sequence: tcp.sequence_number(),
        syn: tcp.syn(),
        end: tcp.fin() || tcp.rst(),
        payload: tcp.payload(),
    }))
}

const LINUX_SLL2: Linktype = Linktype(276);
const LOOP: Linktype = Linktype(108);
const RAW_BSD: Linktype = Linktype(12);
const RAW_OPENBSD: Linktype = Linktype(14);
