//! Segments put in order again.
//!
//! Each direction of a connection has a stream. Segments that come early wait until those
//! before them are there; what comes twice is dropped. All streams together hold a bounded
//! number of octets: when there are more, the largest is given up.

use std::collections::BTreeMap;
use std::collections::HashMap;

use super::segments::{Direction, Segment};

/// All streams of a capture.
#[derive(Debug, Default)]
pub(super) struct Streams {
    open: HashMap<Direction, Stream>,
    /// Octets that wait in all of them.
    waiting: usize,
}

/// One direction of a connection.
#[derive(Debug, Default)]
pub(super) struct Stream {
    /// In order, from the first that was not used yet. Whoever reads takes them out.
    pub(super) octets: Vec<u8>,
    /// What becomes of it, for whoever reads it.
    pub(super) reading: super::messages::Reading,
    /// The number of the octet after those.
    next: u32,
    /// Segments that came early, by how far ahead of `next` they were when it was 0.
    early: BTreeMap<u64, Vec<u8>>,
    /// How many octets `next` has gone on since the start.
    passed: u64,
}

impl Streams {
    /// Adds a segment; `more` is given the stream when there is more of it in order.
    pub(super) fn take(
        &mut self,
        segment: &Segment<'_>,
        mut more: impl FnMut(Direction, &mut Stream),
    ) {
        if segment.syn {
            let fresh = Stream {
                next: segment.sequence.wrapping_add(1),
                ..Stream::default()
            };
            self.remove(segment.direction, &mut more);
            self.insert(segment.direction, fresh);
            return;
        }
        if !self.open.contains_key(&segment.direction) {
            if segment.payload.is_empty() {
                return;
            }
            // The capture began later than the connection.
            let late = Stream {
                next: segment.sequence,
                ..Stream::default()
            };
            self.insert(segment.direction, late);
        }
        if let Some(stream) = self.open.get_mut(&segment.direction) {
            let before = stream.held();
            if stream.add(segment.sequence, segment.payload) {
                more(segment.direction, stream);
            }
            self.waiting = self
                .waiting
                .saturating_sub(before)
                .saturating_add(stream.held());
        }
        // Whoever has nothing more to say is heard out.
        let done = self.open.get(&segment.direction);
        if segment.end && done.is_some_and(|stream| stream.early.is_empty()) {
            self.remove(segment.direction, &mut more);
        }
        while self.waiting > MOST_WAITING || self.open.len() > MOST_STREAMS {
            let largest = self.open.iter().max_by_key(|(_, stream)| stream.held());
            let Some(direction) = largest.map(|(direction, _)| *direction) else {
                break;
            };
            self.remove(direction, &mut more);
        }
    }

    /// The end of the capture: `last` is given each stream that is still open.
    pub(super) fn finish(self, mut last: impl FnMut(Direction, &mut Stream)) {
        let mut open: Vec<_> = self.open.into_iter().collect();
        open.sort_by_key(|(direction, _)| *direction);
        for (direction, mut stream) in open {
            last(direction, &mut stream);
        }
    }

    fn insert(&mut self, direction: Direction, stream: Stream) {
        self.open.insert(direction, stream);
    }

    fn remove(&mut self, direction: Direction, more: &mut impl FnMut(Direction, &mut Stream)) {
        if let Some(mut stream) = self.open.remove(&direction) {
            self.waiting = self.waiting.saturating_sub(stream.held());
            stream.reading.ended = true;
            more(direction, &mut stream);
        }
    }
}

impl Stream {
    /// Adds octets from number `sequence` on. Says whether there is more in order.
    fn add(&mut self, sequence: u32, payload: &[u8]) -> bool {
        // Numbers go round; what is less than half a round ahead is ahead.
        let ahead = sequence.wrapping_sub(self.next);
        let at = match ahead < HALF {
            true => self.passed.checked_add(u64::from(ahead)),
            false => self.passed.checked_sub(u64::from(ahead.wrapping_neg())),
        };
        let Some(at) = at else { return false };
        if !payload.is_empty() {
            let known = self.early.entry(at).or_default();
            if known.len() < payload.len() {
                *known = payload.to_vec();
            }
        }
        let before = self.octets.len();
        while let Some(first) = self.early.first_entry() {
            let Some(old) = self.passed.checked_sub(*first.key()) else {
                break;
            };
            let octets = first.remove();
            let old = usize::try_from(old).unwrap_or(usize::MAX);
            let Some(new) = octets.get(old..) else {
                continue;
            };
            self.octets.extend_from_slice(new);
            // Segments are shorter than a round of numbers.
            let step = u32::try_from(new.len()).unwrap_or(u32::MAX);
            self.next = self.next.wrapping_add(step);
            self.passed = self.passed.saturating_add(u64::from(step));
        }
        self.octets.len() > before
    }

    /// Octets that it holds.
    fn held(&self) -> usize {
        self.early.values().map(Vec::len).sum::<usize>() + self.octets.len()
    }
}

const HALF: u32 = 1 << 31;
/// Octets that wait in all streams together: 32 MiB.
const MOST_WAITING: usize = 32 << 20;
/// Streams at one time.
const MOST_STREAMS: usize = 1 << 14;

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(next: u32) -> Stream {
        Stream {
            next,
            ..Stream::default()
        }
    }

    #[test]
    fn segments_come_in_any_order_and_twice() {
        let mut stream = stream(100);
        assert!(!stream.add(103, b"def"));
        assert!(!stream.add(106, b"gh"));
        assert!(stream.add(100, b"abc"));
        assert!(!stream.add(100, b"abc"));
        assert!(!stream.add(104, b"ef"));
        assert_eq!(stream.octets, b"abcdefgh");
    }

    #[test]
    fn a_segment_that_overlaps_adds_what_is_new() {
        let mut stream = stream(0);
        assert!(stream.add(0, b"abc"));
        assert!(stream.add(1, b"bcde"));
        assert_eq!(stream.octets, b"abcde");
    }

    #[test]
    fn numbers_go_round() {
        let mut stream = stream(u32::MAX - 1);
        assert!(!stream.add(1, b"de"));
        assert!(stream.add(u32::MAX - 1, b"abc"));
        assert_eq!(stream.octets, b"abcde");
    }

    #[test]
    fn a_gap_holds_back_what_follows() {
        let mut stream = stream(0);
        assert!(stream.add(0, b"ab"));
        assert!(!stream.add(3, b"d"));
        assert_eq!(stream.octets, b"ab");
        assert_eq!(stream.held(), 3);
    }
}
