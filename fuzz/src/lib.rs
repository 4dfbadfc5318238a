//! What several fuzz targets need.
#![forbid(unsafe_code)]

pub mod alter;
pub mod brand;

pub use self::alter::altered;

/// An input that tells what to do with the rest of it.
///
/// Octets are taken from the front; when there are no more, zeros are, so that a short input
/// is a simple case and nothing is refused.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    /// All of it.
    #[must_use]
    pub const fn new(octets: &'a [u8]) -> Self {
        Self(octets)
    }

    /// The next octet.
    pub fn octet(&mut self) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => 0,
        }
    }

    /// A number below `count`, which is not 0.
    pub fn below(&mut self, count: usize) -> usize {
        let number = usize::from(u16::from_be_bytes([self.octet(), self.octet()]));
        number.checked_rem(count).unwrap_or(0)
    }

    /// One of these, which are not none.
    pub fn one_of<T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        let index = self.below(all.len());
        all.get(index)
    }

    /// As many octets as the next octet says, or as there are.
    pub fn some(&mut self) -> &'a [u8] {
        let count = usize::from(self.octet()).min(self.0.len());
        let (some, rest) = self.0.split_at(count);
        self.0 = rest;
        some
    }

    /// All that is left.
    #[must_use]
    pub const fn rest(self) -> &'a [u8] {
        self.0
    }

    /// Whether nothing is left.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
