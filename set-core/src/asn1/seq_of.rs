//! SEQUENCE OF, with bounds on the number of elements.

use core::ops::Deref;

use der::{
    Decode, DecodeValue, Encode, EncodeValue, FixedTag, Header, Length, Reader, Tag, Writer,
};

use super::error::OutOfRange;
use super::schema::{Asn1, Schema, Shape};
use super::{DecodeError, Fault, field};

/// `SEQUENCE SIZE(MIN..MAX) OF T`.
///
/// Elements keep the order in which they came; SET never sorts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeqOf<T, const MIN: usize = 1, const MAX: usize = { usize::MAX }>(Vec<T>);

impl<T, const MIN: usize, const MAX: usize> SeqOf<T, MIN, MAX> {
    /// Takes elements whose number lies within the bounds.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] otherwise.
    pub fn new(elements: Vec<T>) -> Result<Self, OutOfRange> {
        if (MIN..=MAX).contains(&elements.len()) {
            Ok(Self(elements))
        } else {
            Err(OutOfRange {
                expected: "SEQUENCE OF with an allowed number of elements",
            })
        }
    }

    /// The elements.
    #[must_use]
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
}

impl<T, const MIN: usize, const MAX: usize> SeqOf<T, MIN, MAX> {
    /// The elements, to be changed in place: their number stays.
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        &mut self.0
    }
}

impl<T> SeqOf<T, 0> {
    /// Adds an element at the end.
    pub fn push(&mut self, element: T) {
        self.0.push(element);
    }
}

impl<T> Default for SeqOf<T, 0> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> From<Vec<T>> for SeqOf<T, 0> {
    fn from(elements: Vec<T>) -> Self {
        Self(elements)
    }
}

impl<T, const MAX: usize> SeqOf<T, 1, MAX> {
    /// A list of one.
    #[must_use]
    pub fn one(element: T) -> Self {
        Self(vec![element])
    }

    /// The element that is always there.
    #[must_use]
    #[expect(
        clippy::indexing_slicing,
        reason = "at least one element by construction"
    )]
    pub fn first(&self) -> &T {
        &self.0[0]
    }
}

impl<T, const MIN: usize, const MAX: usize> Deref for SeqOf<T, MIN, MAX> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'a, T, const MIN: usize, const MAX: usize> IntoIterator for &'a SeqOf<T, MIN, MAX> {
    type Item = &'a T;
    type IntoIter = core::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T: Asn1, const MIN: usize, const MAX: usize> Asn1 for SeqOf<T, MIN, MAX> {
    const SCHEMA: &'static Schema = &Schema {
        name: "SEQUENCE OF",
        shape: Shape::SequenceOf(T::SCHEMA),
        secret: T::SCHEMA.secret,
    };
}

impl<'r, T, const MIN: usize, const MAX: usize> DecodeValue<'r> for SeqOf<T, MIN, MAX>
where
    T: Asn1 + Decode<'r>,
    DecodeError: From<T::Error>,
{
    type Error = DecodeError;

    fn decode_value<R: Reader<'r>>(reader: &mut R, _header: Header) -> Result<Self, DecodeError> {
        let start = field::offset(reader);
        let mut elements = Vec::new();
        while let Some(tag) = field::peek(reader)? {
            let index = elements.len();
            if !T::SCHEMA.admits(tag) {
                return Err(field::wrong_tag(tag, field::offset(reader)).at_index(index));
            }
            if index >= MAX {
                return Err(count::<MIN, MAX>(index + 1, start));
            }
            elements
                .push(T::decode(reader).map_err(|error| DecodeError::from(error).at_index(index))?);
        }
        if elements.len() < MIN {
            return Err(count::<MIN, MAX>(elements.len(), start));
        }
        Ok(Self(elements))
    }
}

impl<T: Encode, const MIN: usize, const MAX: usize> EncodeValue for SeqOf<T, MIN, MAX> {
    fn value_len(&self) -> der::Result<Length> {
        self.0.iter().try_fold(Length::ZERO, |length, element| {
            length + element.encoded_len()?
        })
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        self.0.iter().try_for_each(|element| element.encode(writer))
    }
}

impl<T, const MIN: usize, const MAX: usize> FixedTag for SeqOf<T, MIN, MAX> {
    const TAG: Tag = Tag::Sequence;
}

fn count<const MIN: usize, const MAX: usize>(count: usize, offset: usize) -> DecodeError {
    DecodeError::new(
        Fault::Count {
            count,
            min: MIN,
            max: MAX,
        },
        offset,
    )
}
