//! Messages in a stream: each after its length.

use core::fmt;

use zeroize::{Zeroize as _, Zeroizing};

/// How the length before a message is written. It does not count itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Prefix {
    /// Two octets, the higher first.
    #[default]
    Binary,
    /// Four digits.
    Ascii,
}

impl Prefix {
    const fn size(self) -> usize {
        match self {
            Self::Binary => 2,
            Self::Ascii => 4,
        }
    }

    fn read(self, octets: &[u8]) -> Option<usize> {
        match (self, octets) {
            (Self::Binary, &[high, low]) => Some(usize::from(u16::from_be_bytes([high, low]))),
            (Self::Ascii, digits) if digits.iter().all(u8::is_ascii_digit) => {
                core::str::from_utf8(digits).ok()?.parse().ok()
            }
            _ => None,
        }
    }

    /// The octets with their length before them; nothing when they are more than
    /// [`LARGEST`].
    pub(super) fn frame(self, octets: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let length = octets.len();
        if length > LARGEST {
            return None;
        }
        let mut framed = Zeroizing::new(Vec::with_capacity(self.size().saturating_add(length)));
        match self {
            Self::Binary => framed.extend(u16::try_from(length).ok()?.to_be_bytes()),
            Self::Ascii => framed.extend(format!("{length:04}").into_bytes()),
        }
        framed.extend_from_slice(octets);
        Some(framed)
    }
}

/// A length that no message has: what follows cannot be told from another message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the host's octets are not framed as configured, or a message has more than {LARGEST}")]
pub(super) struct FrameFault;

/// What was read of a stream and is not yet a whole message; never more than one message's
/// worth and its length.
pub(super) struct Frames {
    prefix: Prefix,
    octets: Zeroizing<Vec<u8>>,
    filled: usize,
}

impl Frames {
    pub(super) fn new(prefix: Prefix) -> Self {
        Self {
            prefix,
            octets: Zeroizing::new(vec![0; prefix.size().saturating_add(LARGEST)]),
            filled: 0,
        }
    }

    /// Where the next octets of the stream go. It is empty only while a whole message waits
    /// for [`next`](Self::next).
    pub(super) fn space(&mut self) -> &mut [u8] {
        self.octets.get_mut(self.filled..).unwrap_or_default()
    }

    /// So many octets were put into the space.
    pub(super) fn filled(&mut self, count: usize) {
        self.filled = self.filled.saturating_add(count).min(self.octets.len());
    }

    /// The next whole message; empty for a length of zero, by which some hosts keep a
    /// connection alive.
    pub(super) fn next(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>, FrameFault> {
        let size = self.prefix.size();
        let held = self.octets.get(..self.filled).unwrap_or_default();
        let Some((prefix, rest)) = held.split_at_checked(size) else {
            return Ok(None);
        };
        let length = self
            .prefix
            .read(prefix)
            .filter(|length| *length <= LARGEST)
            .ok_or(FrameFault)?;
        let Some(message) = rest.get(..length) else {
            return Ok(None);
        };
        let message = Zeroizing::new(message.to_vec());
        let end = size.saturating_add(length);
        self.octets.copy_within(end..self.filled, 0);
        let left = self.filled.saturating_sub(end);
        if let Some(behind) = self.octets.get_mut(left..self.filled) {
            behind.zeroize();
        }
        self.filled = left;
        Ok(Some(message))
    }
}

impl fmt::Debug for Frames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frames")
            .field("filled", &self.filled)
            .finish_non_exhaustive()
    }
}

/// Octets of the largest message. One with every field that this gateway looks at has less
/// than 2,000.
pub const LARGEST: usize = 8_192;

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(frames: &mut Frames, octets: &[u8]) {
        frames.space()[..octets.len()].copy_from_slice(octets);
        frames.filled(octets.len());
    }

    #[test]
    fn messages_come_out_as_they_went_in_however_the_stream_is_cut() {
        for prefix in [Prefix::Binary, Prefix::Ascii] {
            let stream = [
                prefix.frame(b"one").unwrap().as_slice(),
                prefix.frame(b"").unwrap().as_slice(),
                prefix.frame(&[7; 300]).unwrap().as_slice(),
            ]
            .concat();
            for piece in [1, 2, 5, 400] {
                let mut frames = Frames::new(prefix);
                let mut found = Vec::new();
                for octets in stream.chunks(piece) {
                    feed(&mut frames, octets);
                    while let Some(message) = frames.next().unwrap() {
                        found.push(message.to_vec());
                    }
                }
                assert_eq!(found, [b"one".to_vec(), Vec::new(), vec![7; 300]]);
            }
        }
    }

    #[test]
    fn a_length_above_the_limit_is_a_fault_before_anything_is_read() {
        for (prefix, octets) in [
            (Prefix::Binary, b"\xff\xff".as_slice()),
            (Prefix::Ascii, b"9999"),
            (Prefix::Ascii, b"00x1"),
            (Prefix::Ascii, b"+001"),
        ] {
            let mut frames = Frames::new(prefix);
            feed(&mut frames, octets);
            assert_eq!(frames.next(), Err(FrameFault));
        }
        assert_eq!(Prefix::Binary.frame(&[0; LARGEST + 1]), None);
    }

    #[test]
    fn the_largest_message_fits_and_there_is_space_until_it_is_whole() {
        let mut frames = Frames::new(Prefix::Binary);
        let framed = Prefix::Binary.frame(&[1; LARGEST]).unwrap();
        for octet in framed.iter() {
            assert!(frames.next().unwrap().is_none());
            assert!(!frames.space().is_empty());
            feed(&mut frames, &[*octet]);
        }
        assert_eq!(frames.next().unwrap().unwrap().len(), LARGEST);
        assert!(frames.next().unwrap().is_none());
    }
}
