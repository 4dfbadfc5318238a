use std::{io, time::Duration};

use bytes::{Bytes, BytesMut};
use set_core::asn1::{DecodeError, Fault};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    time::{Instant, timeout, timeout_at},
};

use crate::config::{Period, Timeouts};

/// Why a request is turned away before the role has treated it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FramingFault {
    /// The first octet is not 30, the identifier of a SEQUENCE.
    #[error("a message begins with octet 30, this one with {found:02x}")]
    NotASequence {
        /// The octet found.
        found: u8,
    },
    /// Length octet 80: indefinite, which DER has not.
    #[error("the message's length is indefinite")]
    IndefiniteLength,
    /// The length takes more octets than it has to, or more than eight.
    #[error("the message's length is not in its shortest form")]
    NonMinimalLength,
    /// The message is longer than this node takes; nothing past its header was waited for.
    #[error("the message has {length} octets, the limit is {limit}")]
    TooBig {
        /// Octets of the whole message by its own header.
        length: u64,
        /// Octets taken at most.
        limit: usize,
    },
    /// The peer ended the stream within a message.
    #[error("the peer closed after {received} octets of a message")]
    Truncated {
        /// Octets of the message that had come.
        received: usize,
    },
    /// The queue of requests is full, or the role found itself overloaded.
    #[error("the node is busy")]
    Busy,
    /// The role did not answer in time.
    #[error("the request was not answered in time")]
    TimedOut,
}

impl FramingFault {
    /// What decoding the octets would have found: it names the ErrorCode. None where the
    /// octets are not at fault but this node is.
    ///
    /// ```
    /// use set_core::error::Error;
    /// use set_node::transport::FramingFault;
    ///
    /// let fault = FramingFault::IndefiniteLength.decoding();
    /// let code = fault.map(|fault| Error::from(fault).code().to_string());
    /// assert_eq!(code.as_deref(), Some("decodingFailure"));
    /// assert_eq!(FramingFault::Busy.decoding(), None);
    /// ```
    #[must_use]
    pub fn decoding(&self) -> Option<DecodeError> {
        let fault = match *self {
            Self::NotASequence { found } => Fault::WrongTag { found },
            Self::IndefiniteLength => Fault::IndefiniteLength,
            Self::NonMinimalLength => Fault::NotMinimal,
            Self::TooBig { length, limit } => Fault::TooLarge {
                octets: usize::try_from(length).unwrap_or(usize::MAX),
                limit,
            },
            Self::Truncated { .. } => Fault::Truncated,
            Self::Busy | Self::TimedOut => return None,
        };
        Some(DecodeError::new(fault, 0))
    }
}

/// The identifier and length octets of a DER SEQUENCE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHeader {
    /// Octets of the header itself: 2 to 10.
    pub header: usize,
    /// Octets of the whole message, header included.
    pub total: usize,
}

impl FrameHeader {
    /// Reads a header from the first octets of a message.
    ///
    /// `None` means that more octets are needed to tell.
    ///
    /// # Errors
    ///
    /// The octets are no definite, minimal header of a SEQUENCE, or the message
    /// is longer than `limit` octets.
    ///
    /// ```
    /// use set_node::transport::{FrameHeader, FramingFault};
    ///
    /// assert_eq!(FrameHeader::parse(&[0x30, 0x82], 1000), Ok(None));
    /// assert_eq!(
    ///     FrameHeader::parse(&[0x30, 0x81, 0x80], 1000),
    ///     Ok(Some(FrameHeader { header: 3, total: 131 })),
    /// );
    /// assert_eq!(
    ///     FrameHeader::parse(&[0x30, 0x82, 0x04, 0x00], 1000),
    ///     Err(FramingFault::TooBig { length: 1028, limit: 1000 }),
    /// );
    /// ```
    pub fn parse(octets: &[u8], limit: usize) -> Result<Option<Self>, FramingFault> {
        let (found, rest) = match octets {
            [] => return Ok(None),
            [found, rest @ ..] => (*found, rest),
        };
        if found != SEQUENCE {
            return Err(FramingFault::NotASequence { found });
        }
        let (first, rest) = match rest {
            [] => return Ok(None),
            [first, rest @ ..] => (*first, rest),
        };
        let (count, content) = match first {
            0..=0x7f => (0, u64::from(first)),
            0x80 => return Err(FramingFault::IndefiniteLength),
            0x81..=0x88 => {
                let count = usize::from(first & 0x7f);
                let shown = rest.get(..count).unwrap_or(rest);
                if shown.first() == Some(&0) {
                    return Err(FramingFault::NonMinimalLength);
                }
                if shown.len() < count {
                    return Ok(None);
                }
                let content = shown
                    .iter()
                    .fold(0, |sum, octet| sum << 8 | u64::from(*octet));
                if content < 0x80 {
                    return Err(FramingFault::NonMinimalLength);
                }
                (count, content)
            }
            0x89..=0xff => return Err(FramingFault::NonMinimalLength),
        };
        let header = 2 + count;
        let length = content.saturating_add(u64::try_from(header).unwrap_or(u64::MAX));
        match usize::try_from(length) {
            Ok(total) if total <= limit => Ok(Some(Self { header, total })),
            _ => Err(FramingFault::TooBig { length, limit }),
        }
    }
}

/// Why no message could be read from a stream.
#[derive(Debug, thiserror::Error)]
pub enum ReadFault {
    /// The octets are not a message.
    #[error(transparent)]
    Framing(#[from] FramingFault),
    /// The peer fell silent.
    #[error("the peer sent nothing for {} while it was to send {wait}", Period::from(*.after))]
    Stalled {
        /// What was waited for.
        wait: Wait,
        /// For how long.
        after: Duration,
    },
    /// The socket failed.
    #[error("reading failed: {0}")]
    Io(#[from] io::Error),
}

/// What a reader was waiting for when its patience ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// The first octet of a first message.
    FirstOctet,
    /// The next message on a connection that has had one.
    NextMessage,
    /// More octets of a message begun.
    MoreOctets,
    /// The end of a message begun, though octets kept coming.
    WholeMessage,
}

impl std::fmt::Display for Wait {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::FirstOctet => "the first octet",
            Self::NextMessage => "the next message",
            Self::MoreOctets => "more of a message",
            Self::WholeMessage => "a whole message",
        })
    }
}

/// Cuts a stream of octets into DER messages, within limits of size and time.
#[derive(Debug)]
pub struct FrameReader<R> {
    stream: R,
    buffer: BytesMut,
    limit: usize,
    timeouts: Timeouts,
}

impl<R: AsyncRead + Unpin> FrameReader<R> {
    /// A reader of messages of at most `limit` octets.
    pub fn new(stream: R, limit: usize, timeouts: Timeouts) -> Self {
        Self {
            stream,
            buffer: BytesMut::new(),
            limit,
            timeouts,
        }
    }

    /// Waits until a message has begun; `false` when the peer has closed instead.
    ///
    /// May be cancelled without losing octets.
    ///
    /// # Errors
    ///
    /// The peer was silent for too long, or the socket failed.
    pub async fn begun(&mut self, wait: Wait) -> Result<bool, ReadFault> {
        if !self.buffer.is_empty() {
            return Ok(true);
        }
        let patience = match wait {
            Wait::FirstOctet => self.timeouts.first_octet,
            Wait::NextMessage => self.timeouts.idle,
            Wait::MoreOctets => self.timeouts.between_octets,
            Wait::WholeMessage => self.timeouts.message,
        }
        .duration();
        self.buffer.reserve(FIRST_READ);
        match timeout(patience, self.stream.read_buf(&mut self.buffer)).await {
            Ok(read) => Ok(read? > 0),
            Err(_) => Err(ReadFault::Stalled {
                wait,
                after: patience,
            }),
        }
    }

    /// Reads one message that has begun.
    ///
    /// A message beyond the limit is refused by its header; no octet is waited for
    /// past that. Memory grows with what has come, not with what was announced.
    ///
    /// # Errors
    ///
    /// The octets are not a message, the peer stalled, or the socket failed.
    pub async fn message(&mut self) -> Result<Bytes, ReadFault> {
        let patience = self.timeouts.between_octets.duration();
        let whole = self.timeouts.message.duration();
        let deadline = Instant::now() + whole;
        loop {
            let header = FrameHeader::parse(&self.buffer, self.limit)?;
            let missing = match header {
                Some(header) if self.buffer.len() >= header.total => {
                    return Ok(self.buffer.split_to(header.total).freeze());
                }
                Some(header) => header.total - self.buffer.len(),
                None => FIRST_READ,
            };
            self.buffer.reserve(missing.min(READ_STEP));
            let read = timeout(patience, self.stream.read_buf(&mut self.buffer));
            match timeout_at(deadline, read).await {
                Ok(Ok(Ok(0))) => {
                    let received = self.buffer.len();
                    return Err(FramingFault::Truncated { received }.into());
                }
                Ok(Ok(Ok(_))) => {}
                Ok(Ok(Err(fault))) => return Err(fault.into()),
                Ok(Err(_)) => {
                    return Err(ReadFault::Stalled {
                        wait: Wait::MoreOctets,
                        after: patience,
                    });
                }
                Err(_) => {
                    return Err(ReadFault::Stalled {
                        wait: Wait::WholeMessage,
                        after: whole,
                    });
                }
            }
        }
    }

    /// What has come and is not yet part of a message given out.
    pub fn pending(&self) -> &[u8] {
        &self.buffer
    }

    /// The stream underneath, for writing.
    pub fn stream(&mut self) -> &mut R {
        &mut self.stream
    }
}

const SEQUENCE: u8 = 0x30;

/// Room for a message's beginning, in octets.
const FIRST_READ: usize = 4 * 1024;

/// How much room is made at a time for the rest, in octets.
const READ_STEP: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncWriteExt, duplex};

    use super::*;

    const LIMIT: usize = 1024 * 1024;

    fn message(content: usize) -> Vec<u8> {
        let mut octets = match content {
            0..=0x7f => vec![0x30, u8::try_from(content).unwrap()],
            0x80..=0xff => vec![0x30, 0x81, u8::try_from(content).unwrap()],
            _ => {
                let [high, low] = u16::try_from(content).unwrap().to_be_bytes();
                vec![0x30, 0x82, high, low]
            }
        };
        octets.extend((0..content).map(|i| u8::try_from(i % 251).unwrap()));
        octets
    }

    #[test]
    fn a_header_is_asked_for_more_until_it_is_complete() {
        let header = [0x30, 0x83, 0x0f, 0xff, 0xfb];
        for cut in 0..header.len() {
            assert_eq!(FrameHeader::parse(&header[..cut], LIMIT), Ok(None), "{cut}");
        }
        let complete = FrameHeader {
            header: 5,
            total: LIMIT,
        };
        assert_eq!(FrameHeader::parse(&header, LIMIT), Ok(Some(complete)));
    }

    #[test]
    fn one_octet_beyond_the_limit_is_too_big() {
        let fault = FrameHeader::parse(&[0x30, 0x83, 0x0f, 0xff, 0xfc], LIMIT).unwrap_err();
        assert_eq!(
            fault,
            FramingFault::TooBig {
                length: 1_048_577,
                limit: LIMIT
            }
        );
        let fault =
            FrameHeader::parse(&[0x30, 0x88, 255, 255, 255, 255, 255, 255, 255, 255], LIMIT);
        assert_eq!(
            fault,
            Err(FramingFault::TooBig {
                length: u64::MAX,
                limit: LIMIT
            })
        );
    }

    #[test]
    fn forms_that_der_has_not_are_refused_at_the_earliest_octet() {
        for (octets, fault) in [
            (&[0x31][..], FramingFault::NotASequence { found: 0x31 }),
            (&[0x30, 0x80], FramingFault::IndefiniteLength),
            (&[0x30, 0x81, 0x7f], FramingFault::NonMinimalLength),
            (&[0x30, 0x82, 0x00], FramingFault::NonMinimalLength),
            (&[0x30, 0x89], FramingFault::NonMinimalLength),
            (&[0x30, 0xff], FramingFault::NonMinimalLength),
        ] {
            assert_eq!(
                FrameHeader::parse(octets, LIMIT),
                Err(fault),
                "{octets:02x?}"
            );
        }
    }

    #[test]
    fn no_ten_octets_make_the_parser_panic() {
        for first in 0..=255 {
            for second in 0..=255 {
                for fill in [0, 1, 0x7f, 0x80, 0xff] {
                    let octets = [
                        first, second, fill, fill, fill, fill, fill, fill, fill, fill,
                    ];
                    for cut in 0..=octets.len() {
                        let _ = FrameHeader::parse(&octets[..cut], LIMIT);
                    }
                }
            }
        }
    }

    #[tokio::test]
    async fn messages_are_cut_apart_however_the_octets_arrive() {
        let messages = [message(0), message(127), message(128), message(5000)];
        let stream: Vec<u8> = messages.concat();
        for step in [1, 2, 3, 7, 64, 4096, stream.len()] {
            let (mut ours, theirs) = duplex(64);
            let stream = stream.clone();
            let writer = tokio::spawn(async move {
                for piece in stream.chunks(step) {
                    ours.write_all(piece).await.unwrap();
                }
            });
            let mut reader = FrameReader::new(theirs, LIMIT, Timeouts::default());
            for expected in &messages {
                assert!(reader.begun(Wait::FirstOctet).await.unwrap());
                assert_eq!(reader.message().await.unwrap(), expected, "step {step}");
            }
            writer.await.unwrap();
            assert!(!reader.begun(Wait::NextMessage).await.unwrap());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn each_kind_of_silence_ends_at_its_own_time() {
        let (mut ours, theirs) = duplex(64);
        let mut reader = FrameReader::new(theirs, LIMIT, Timeouts::default());
        for (wait, seconds) in [(Wait::FirstOctet, 30), (Wait::NextMessage, 300)] {
            let start = Instant::now();
            let fault = reader.begun(wait).await.unwrap_err();
            assert!(matches!(fault, ReadFault::Stalled { wait: w, .. } if w == wait));
            assert_eq!(start.elapsed().as_secs(), seconds);
        }
        ours.write_all(&[0x30]).await.unwrap();
        let start = Instant::now();
        assert!(matches!(
            reader.message().await.unwrap_err(),
            ReadFault::Stalled {
                wait: Wait::MoreOctets,
                ..
            }
        ));
        assert_eq!(start.elapsed().as_secs(), 10);
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_drips_octets_does_not_hold_the_connection_past_the_message_time() {
        let (mut ours, theirs) = duplex(64);
        let mut reader = FrameReader::new(theirs, LIMIT, Timeouts::default());
        let drip = tokio::spawn(async move {
            for octet in message(5000) {
                if ours.write_all(&[octet]).await.is_err() {
                    return;
                }
                tokio::time::sleep(Duration::from_secs(9)).await;
            }
        });
        let start = Instant::now();
        assert!(matches!(
            reader.message().await.unwrap_err(),
            ReadFault::Stalled {
                wait: Wait::WholeMessage,
                ..
            }
        ));
        assert_eq!(start.elapsed().as_secs(), 120);
        drip.abort();
    }

    #[tokio::test]
    async fn a_stream_that_ends_within_a_message_is_truncated() {
        let (mut ours, theirs) = duplex(64);
        ours.write_all(&message(20)[..10]).await.unwrap();
        drop(ours);
        let mut reader = FrameReader::new(theirs, LIMIT, Timeouts::default());
        assert!(matches!(
            reader.message().await.unwrap_err(),
            ReadFault::Framing(FramingFault::Truncated { received: 10 })
        ));
    }
}
