//! Bounds that hold before anything is decoded.

use der::{SliceReader, Tag};

use super::{DecodeError, Fault};

/// How much a receiver takes: size, nesting and number of elements.
///
/// [`Limits::check`] walks the octets once, allocates only a stack of `depth` numbers, and
/// refuses what later steps should not have to think about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Octets of the whole value. Default 1 MiB.
    pub octets: usize,
    /// Levels of nesting. Default 32; the deepest SET message has 23.
    pub depth: usize,
    /// Elements of all levels together. Default 65,536.
    pub elements: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            octets: 1 << 20,
            depth: 32,
            elements: 1 << 16,
        }
    }
}

impl Limits {
    /// Checks size, nesting, count, and that every length is definite, minimal and inside
    /// its parent; and that one element fills `octets`.
    ///
    /// # Errors
    ///
    /// The first of these that does not hold, with its offset.
    pub fn check(&self, octets: &[u8]) -> Result<(), DecodeError> {
        if octets.len() > self.octets {
            return Err(DecodeError::new(
                Fault::TooLarge {
                    octets: octets.len(),
                    limit: self.octets,
                },
                0,
            ));
        }
        let mut ends: Vec<usize> = Vec::with_capacity(self.depth.min(64));
        let mut at = 0;
        let mut elements = 0usize;
        loop {
            while ends.last() == Some(&at) {
                ends.pop();
            }
            if ends.is_empty() && elements > 0 {
                return if at == octets.len() {
                    Ok(())
                } else {
                    Err(DecodeError::new(Fault::Trailing, at))
                };
            }
            elements += 1;
            if elements > self.elements {
                return Err(DecodeError::new(
                    Fault::TooMany {
                        limit: self.elements,
                    },
                    at,
                ));
            }
            let end = ends.last().copied().unwrap_or(octets.len());
            let element = Element::parse(octets, at, end)?;
            if element.constructed {
                if ends.len() >= self.depth {
                    return Err(DecodeError::new(Fault::TooDeep { limit: self.depth }, at));
                }
                ends.push(element.end);
                at = element.content;
            } else {
                if ends.is_empty() {
                    ends.push(element.end);
                }
                at = element.end;
            }
        }
    }
}

/// Where one element's parts lie.
///
/// Offsets are in octets from the start of the buffer that it was parsed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element {
    /// The class bits, constructed bit and low tag bits: the first octet.
    pub identifier: u8,
    /// The tag number.
    pub number: u32,
    /// Whether the content is a series of elements.
    pub constructed: bool,
    /// Where it starts.
    pub start: usize,
    /// Where its content starts.
    pub content: usize,
    /// One past its last octet.
    pub end: usize,
}

impl Element {
    /// Reads the identifier and length at `at`, for an element that must end by `end`.
    ///
    /// # Errors
    ///
    /// [`Fault::Truncated`], [`Fault::IndefiniteLength`], [`Fault::NotMinimal`].
    pub fn parse(octets: &[u8], at: usize, end: usize) -> Result<Self, DecodeError> {
        let octets = octets.get(..end).unwrap_or(octets);
        let mut next = at;
        let mut take = || {
            let octet = octets.get(next).copied();
            next = next.saturating_add(1);
            octet.ok_or(DecodeError::new(Fault::Truncated, at))
        };
        let identifier = take()?;
        let mut number = u32::from(identifier & 0x1f);
        if number == 0x1f {
            number = 0;
            let mut first = true;
            loop {
                let octet = take()?;
                if first && octet == 0x80 {
                    return Err(DecodeError::new(Fault::NotMinimal, at));
                }
                first = false;
                number = number
                    .checked_mul(128)
                    .and_then(|high| high.checked_add(u32::from(octet & 0x7f)))
                    .ok_or(DecodeError::new(Fault::WrongTag { found: identifier }, at))?;
                if octet & 0x80 == 0 {
                    break;
                }
            }
            if number < 0x1f {
                return Err(DecodeError::new(Fault::NotMinimal, at));
            }
        }
        let first = take()?;
        let length = match first {
            0x80 => return Err(DecodeError::new(Fault::IndefiniteLength, at)),
            0..0x80 => usize::from(first),
            _ => {
                let mut length = 0usize;
                for position in 0..first & 0x7f {
                    let octet = take()?;
                    if position == 0 && octet == 0 {
                        return Err(DecodeError::new(Fault::NotMinimal, at));
                    }
                    length = length
                        .checked_mul(256)
                        .and_then(|high| high.checked_add(usize::from(octet)))
                        .ok_or(DecodeError::new(Fault::Truncated, at))?;
                }
                if length < 0x80 {
                    return Err(DecodeError::new(Fault::NotMinimal, at));
                }
                length
            }
        };
        let stop = next
            .checked_add(length)
            .filter(|stop| *stop <= octets.len())
            .ok_or(DecodeError::new(Fault::Truncated, at))?;
        Ok(Self {
            identifier,
            number,
            constructed: identifier & 0x20 != 0,
            start: at,
            content: next,
            end: stop,
        })
    }

    /// The tag, in the octets that it was parsed from; none when it is not one that SET has.
    #[must_use]
    pub fn tag(&self, octets: &[u8]) -> Option<Tag> {
        let header = octets.get(self.start..self.content)?;
        Tag::peek(&SliceReader::new(header).ok()?).ok()
    }

    /// The elements inside this one; none when it is primitive.
    ///
    /// # Errors
    ///
    /// As [`Element::parse`].
    pub fn children(&self, octets: &[u8]) -> Result<Vec<Self>, DecodeError> {
        let mut children = Vec::new();
        if !self.constructed {
            return Ok(children);
        }
        let mut at = self.content;
        while at < self.end {
            let child = Self::parse(octets, at, self.end)?;
            at = child.end;
            children.push(child);
        }
        Ok(children)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(octets: &[u8], limits: &Limits) -> Fault {
        limits.check(octets).unwrap_err().fault().clone()
    }

    #[test]
    fn one_element_that_fills_the_octets_passes() {
        let limits = Limits::default();
        assert!(limits.check(b"\x30\x03\x02\x01\x05").is_ok());
        assert!(limits.check(b"\x30\x00").is_ok());
        assert!(limits.check(b"\x02\x01\x05").is_ok());
        assert!(limits.check(b"\xbf\x87\x67\x02\x05\x00").is_ok());
    }

    #[test]
    fn lengths_must_be_definite_minimal_and_inside_their_parent() {
        let limits = Limits::default();
        assert_eq!(fault(b"\x30\x80\x00\x00", &limits), Fault::IndefiniteLength);
        assert_eq!(fault(b"\x30\x81\x00", &limits), Fault::NotMinimal);
        assert_eq!(fault(b"\x04\x81\x01\x00", &limits), Fault::NotMinimal);
        assert_eq!(fault(b"\x30\x02\x04\x05", &limits), Fault::Truncated);
        assert_eq!(fault(b"\x30\x00\x00", &limits), Fault::Trailing);
        assert_eq!(fault(b"", &limits), Fault::Truncated);
        assert_eq!(fault(b"\x1f\x80\x01\x00", &limits), Fault::NotMinimal);
        assert_eq!(fault(b"\x1f\x1e\x00", &limits), Fault::NotMinimal);
        assert_eq!(
            fault(b"\x04\x89\x01\x01\x01\x01\x01\x01\x01\x01\x01", &limits),
            Fault::Truncated
        );
    }

    #[test]
    fn size_nesting_and_count_are_bounded() {
        let limits = Limits {
            octets: 20,
            depth: 2,
            elements: 4,
        };
        assert_eq!(
            fault(&[0; 21], &limits),
            Fault::TooLarge {
                octets: 21,
                limit: 20
            }
        );
        assert!(limits.check(b"\x30\x02\x30\x00").is_ok());
        assert_eq!(
            fault(b"\x30\x04\x30\x02\x30\x00", &limits),
            Fault::TooDeep { limit: 2 }
        );
        assert_eq!(
            fault(b"\x30\x08\x05\x00\x05\x00\x05\x00\x05\x00", &limits),
            Fault::TooMany { limit: 4 }
        );
    }
}
