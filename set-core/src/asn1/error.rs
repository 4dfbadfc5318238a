//! What can be wrong with octets, and where.

use std::fmt;

use der::ErrorKind;

/// Why octets were refused.
///
/// All of them reach the peer as the ErrorCode `decodingFailure`, except
/// [`Fault::TooLarge`], which is `messageTooBig`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The whole is longer than the receiver takes.
    #[error("{octets} octets are more than the {limit} accepted")]
    TooLarge {
        /// Octets announced or received.
        octets: usize,
        /// Octets accepted.
        limit: usize,
    },
    /// More levels of nesting than the receiver takes.
    #[error("nested deeper than {limit} levels")]
    TooDeep {
        /// Levels accepted.
        limit: usize,
    },
    /// More elements than the receiver takes.
    #[error("more than {limit} elements")]
    TooMany {
        /// Elements accepted.
        limit: usize,
    },
    /// The octets end before the value does.
    #[error("the octets end in the middle of an element")]
    Truncated,
    /// The indefinite form of length, which DER forbids.
    #[error("indefinite length")]
    IndefiniteLength,
    /// A length or tag spelled with more octets than needed.
    #[error("length or tag not in its shortest form")]
    NotMinimal,
    /// Octets after the end of the value, or an element that its SEQUENCE does not have.
    #[error("unexpected octets after the last element")]
    Trailing,
    /// A required element is absent.
    #[error("required element missing")]
    Missing,
    /// An element of another type.
    #[error("wrong tag {found:#04x}")]
    WrongTag {
        /// The identifier octet found.
        found: u8,
    },
    /// The value is outside its type.
    #[error("not a {expected}")]
    Value {
        /// The type, in ASN.1 notation.
        expected: &'static str,
    },
    /// A SEQUENCE OF with too few or too many elements.
    #[error("{count} elements where {min} to {max} are allowed")]
    Count {
        /// Elements found.
        count: usize,
        /// Fewest allowed.
        min: usize,
        /// Most allowed.
        max: usize,
    },
    /// A DEFAULT value was written out.
    #[error("a DEFAULT value was encoded")]
    DefaultEncoded,
    /// Some other encoding of the value than the canonical one.
    #[error("not the canonical encoding of its value")]
    NotCanonical,
    /// Anything else that the DER reader refuses.
    #[error("malformed DER: {0}")]
    Malformed(ErrorKind),
}

/// A fault in received octets, with its path and offset.
///
/// Values are never part of it, so it may be logged whatever the octets held.
#[derive(Clone, PartialEq, Eq)]
pub struct DecodeError {
    fault: Fault,
    offset: usize,
    /// Innermost name first.
    path: Vec<Step>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Name(&'static str),
    Index(usize),
}

impl DecodeError {
    /// A fault at `offset`, counted in octets from the start of what was decoded.
    #[must_use]
    pub fn new(fault: Fault, offset: usize) -> Self {
        Self {
            fault,
            offset,
            path: Vec::new(),
        }
    }

    /// What is wrong.
    #[must_use]
    pub fn fault(&self) -> &Fault {
        &self.fault
    }

    /// Where it is wrong, in octets from the start of what was decoded.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// The names from the outermost type to the faulty element, joined by dots.
    #[must_use]
    pub fn path(&self) -> String {
        let mut path = String::new();
        for step in self.path.iter().rev() {
            match step {
                Step::Name(name) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(name);
                }
                Step::Index(index) => path.push_str(&format!("[{index}]")),
            }
        }
        path
    }

    /// The same error, seen from the element `name` around it.
    #[must_use]
    pub fn within(mut self, name: &'static str) -> Self {
        self.path.push(Step::Name(name));
        self
    }

    /// The same error, seen from the list around it.
    #[must_use]
    pub fn at_index(mut self, index: usize) -> Self {
        self.path.push(Step::Index(index));
        self
    }

    /// The same error with its offset counted from `base` octets earlier.
    #[must_use]
    pub fn shifted(mut self, base: usize) -> Self {
        self.offset = self.offset.saturating_add(base);
        self
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, octet {}: {}", self.path(), self.offset, self.fault)
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DecodeError({self})")
    }
}

impl std::error::Error for DecodeError {}

impl From<der::Error> for DecodeError {
    fn from(error: der::Error) -> Self {
        let offset = error
            .position()
            .and_then(|position| usize::try_from(position).ok())
            .unwrap_or(0);
        let fault = match error.kind() {
            ErrorKind::Incomplete { .. } => Fault::Truncated,
            ErrorKind::IndefiniteLength => Fault::IndefiniteLength,
            ErrorKind::TrailingData { .. } => Fault::Trailing,
            ErrorKind::TagUnexpected { actual, .. } => Fault::WrongTag {
                found: first_octet(actual),
            },
            ErrorKind::TagUnknown { byte } => Fault::WrongTag { found: byte },
            ErrorKind::Noncanonical { .. } => Fault::NotCanonical,
            kind => Fault::Malformed(kind),
        };
        Self::new(fault, offset)
    }
}

/// A value could not be put into DER, because it would be too long.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot be encoded: {0}")]
pub struct EncodeError(#[from] der::Error);

fn first_octet(tag: der::Tag) -> u8 {
    use der::Encode as _;
    tag.to_der()
        .ok()
        .and_then(|octets| octets.first().copied())
        .unwrap_or(0)
}

/// A value handed to a constructor lies outside its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a {expected}")]
pub struct OutOfRange {
    /// The type, in ASN.1 notation.
    pub expected: &'static str,
}
