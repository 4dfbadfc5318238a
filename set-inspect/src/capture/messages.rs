//! SET messages out of streams: DER over TCP, or HTTP bodies.

use set_core::asn1::Limits;
use set_core::asn1::limits::Element;

use super::Heard;
use super::segments::Direction;
use super::streams::Stream;

/// How far a stream is read, and as what.
#[derive(Debug, Default)]
pub(super) struct Reading {
    protocol: Protocol,
    /// Whether nothing more will come.
    pub(super) ended: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Protocol {
    /// Nothing was read yet.
    #[default]
    Unknown,
    /// Wrappers one after another.
    Der,
    /// Requests or responses.
    Http,
    /// Something else.
    Other,
}

/// What was heard so far.
#[derive(Debug, Default)]
pub(super) struct Messages {
    heard: Vec<Heard>,
}

/// What the start of a stream is.
enum Step {
    /// A message of so many octets, found so many octets after the start.
    Message { from: usize, until: usize },
    /// Octets that are no message.
    Skip(usize),
    /// Not all of it is there.
    Wait,
    /// Nothing that can be read.
    Lost,
}

impl Messages {
    /// Takes out of a stream what is complete.
    pub(super) fn more(&mut self, packet: usize, direction: Direction, stream: &mut Stream) {
        if stream.reading.protocol == Protocol::Unknown {
            stream.reading.protocol = match stream.octets.first() {
                None => Protocol::Unknown,
                Some(0x30) => Protocol::Der,
                Some(b'A'..=b'Z') => Protocol::Http,
                Some(_) => Protocol::Other,
            };
        }
        let mut at = 0;
        loop {
            let rest = stream.octets.get(at..).unwrap_or_default();
            let step = match (stream.reading.protocol, rest.is_empty()) {
                (_, true) | (Protocol::Unknown, _) => Step::Wait,
                (Protocol::Der, _) => der(rest),
                (Protocol::Http, _) => http(rest),
                (Protocol::Other, _) => Step::Lost,
            };
            match step {
                Step::Message { from, until } => {
                    let octets = rest.get(from..until).unwrap_or_default();
                    self.hear(packet, direction, octets, "");
                    at += until;
                }
                Step::Skip(octets) => at += octets,
                Step::Wait => break,
                Step::Lost => {
                    if stream.reading.protocol == Protocol::Der {
                        // What cannot be delimited is shown as what it is.
                        let most = Limits::default().octets;
                        let octets = rest.get(..most).unwrap_or(rest);
                        self.hear(packet, direction, octets, ", not delimited");
                    }
                    stream.reading.protocol = Protocol::Other;
                    stream.octets.clear();
                    return;
                }
            }
        }
        stream.octets.drain(..at.min(stream.octets.len()));
        if stream.reading.ended {
            self.end(packet, direction, stream);
        }
    }

    /// The end of a stream: what is left of it is a message that was broken off.
    pub(super) fn end(&mut self, packet: usize, direction: Direction, stream: &mut Stream) {
        let rest = core::mem::take(&mut stream.octets);
        if stream.reading.protocol == Protocol::Der && !rest.is_empty() {
            self.hear(packet, direction, &rest, ", broken off");
        }
    }

    pub(super) fn into_heard(self) -> Vec<Heard> {
        self.heard
    }

    fn hear(&mut self, packet: usize, direction: Direction, octets: &[u8], how: &str) {
        self.heard.push(Heard {
            place: format!("packet {packet}, {direction}{how}"),
            octets: octets.to_vec(),
        });
    }
}

/// A wrapper at the start of `octets`.
fn der(octets: &[u8]) -> Step {
    // The header alone says how long it is, so it is read as if all were there.
    let length = match Element::parse(octets, 0, octets.len()) {
        Ok(element) if element.identifier == 0x30 => {
            return Step::Message {
                from: 0,
                until: element.end,
            };
        }
        Ok(_) => return Step::Lost,
        Err(_) => announced(octets),
    };
    match length {
        Announced::Octets(octets) if octets <= Limits::default().octets => Step::Wait,
        Announced::Nothing => Step::Wait,
        _ => Step::Lost,
    }
}

enum Announced {
    /// So many octets of content.
    Octets(usize),
    /// The header is not complete.
    Nothing,
    /// It is no definite length.
    Wrong,
}

fn announced(octets: &[u8]) -> Announced {
    match octets {
        [0x30] => Announced::Nothing,
        [0x30, first @ 0..=0x7f, ..] => Announced::Octets(usize::from(*first)),
        [0x30, first @ 0x81..=0x84, rest @ ..] => {
            let count = usize::from(first & 0x7f);
            match rest.get(..count) {
                None => Announced::Nothing,
                Some(length) => Announced::Octets(
                    length
                        .iter()
                        .fold(0, |length, octet| length << 8 | usize::from(*octet)),
                ),
            }
        }
        _ => Announced::Wrong,
    }
}

/// A request or response at the start of `octets`.
fn http(octets: &[u8]) -> Step {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let parsed = if octets.starts_with(b"HTTP/") {
        let mut response = httparse::Response::new(&mut headers);
        let parsed = response.parse(octets);
        parsed.map(|status| (status, described(response.headers)))
    } else {
        let mut request = httparse::Request::new(&mut headers);
        let parsed = request.parse(octets);
        parsed.map(|status| (status, described(request.headers)))
    };
    let (head, body) = match parsed {
        Ok((httparse::Status::Complete(head), body)) => (head, body),
        Ok((httparse::Status::Partial, _)) if octets.len() <= MOST_HEAD => return Step::Wait,
        _ => return Step::Lost,
    };
    let Some(body) = body else { return Step::Lost };
    let until = head.saturating_add(body.length);
    if body.length > MOST_BODY {
        return Step::Lost;
    }
    if octets.len() < until {
        return Step::Wait;
    }
    match body.is_set && body.length > 0 {
        true => Step::Message { from: head, until },
        false => Step::Skip(until),
    }
}

struct Body {
    length: usize,
    is_set: bool,
}

/// What the header says of the body; none where it cannot be delimited here (chunks, or the
/// end of the connection).
fn described(headers: &[httparse::Header<'_>]) -> Option<Body> {
    let value = |name: &str| {
        headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case(name))
            .map(|header| {
                String::from_utf8_lossy(header.value)
                    .trim()
                    .to_ascii_lowercase()
            })
    };
    if value("transfer-encoding").is_some() {
        return None;
    }
    let length = match value("content-length") {
        None => 0,
        Some(length) => length.parse().ok()?,
    };
    let media = value("content-type").unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    Some(Body {
        length,
        is_set: MEDIA.contains(&media),
    })
}

/// The media types of messages.
const MEDIA: [&str; 2] = ["application/set-payment", "application/set-registration"];
const MOST_HEADERS: usize = 64;
/// Octets of a header.
const MOST_HEAD: usize = 1 << 16;
/// Octets of a body.
const MOST_BODY: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrappers_are_delimited_by_their_length() {
        assert!(matches!(
            der(b"\x30\x02\x05\x00\x30"),
            Step::Message { from: 0, until: 4 }
        ));
        for part in [&b"\x30"[..], b"\x30\x82", b"\x30\x82\x01", b"\x30\x05\x00"] {
            assert!(matches!(der(part), Step::Wait), "{part:?}");
        }
        for wrong in [
            &b"\x30\x80\x00"[..],
            b"\x30\x84\x7f\xff\xff\xff",
            b"\x31\x00",
        ] {
            assert!(matches!(der(wrong), Step::Lost), "{wrong:?}");
        }
    }

    #[test]
    fn bodies_of_the_media_types_of_set_are_messages() {
        let request = b"POST /set HTTP/1.1\r\nContent-Type: application/set-payment\r\nContent-Length: 2\r\n\r\n\x30\x00";
        let head = request.len() - 2;
        assert!(
            matches!(http(request), Step::Message { from, until } if from == head && until == request.len())
        );
        assert!(matches!(http(&request[..head + 1]), Step::Wait));
        assert!(matches!(http(&request[..10]), Step::Wait));
        let other = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi";
        assert!(matches!(http(other), Step::Skip(octets) if octets == other.len()));
        let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        assert!(matches!(http(chunked), Step::Lost));
    }
}
