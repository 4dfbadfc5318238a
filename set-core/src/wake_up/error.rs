use der::asn1::ObjectIdentifier;

use super::field::Field;

/// Why a wake-up is refused, and the field at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WakeUpError {
    field: Option<Field>,
    fault: WakeUpFault,
}

impl WakeUpError {
    pub(super) const fn whole(fault: WakeUpFault) -> Self {
        Self { field: None, fault }
    }

    pub(super) const fn within(field: Field, fault: WakeUpFault) -> Self {
        Self {
            field: Some(field),
            fault,
        }
    }

    /// The field at fault, for SET-Error-Field; none when no single field is.
    #[must_use]
    pub const fn field(&self) -> Option<Field> {
        self.field
    }

    /// What is wrong.
    #[must_use]
    pub const fn fault(&self) -> &WakeUpFault {
        &self.fault
    }
}

impl core::fmt::Display for WakeUpError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.field {
            Some(field) => write!(f, "wake-up, {field}: {}", self.fault),
            None => write!(f, "wake-up: {}", self.fault),
        }
    }
}

impl std::error::Error for WakeUpError {}

/// What is wrong with a wake-up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WakeUpFault {
    /// Longer than [`MAX_OCTETS`](super::MAX_OCTETS).
    #[error("longer than 65536 octets")]
    TooLarge,
    /// More than [`MAX_FIELDS`](super::MAX_FIELDS) fields.
    #[error("more than 100 fields")]
    TooManyFields,
    /// A line longer than [`MAX_LINE`](super::MAX_LINE), folded lines together.
    #[error("line {0} is longer than 998 octets")]
    LongLine(usize),
    /// A line that does not end in CRLF, or no empty line after the last field.
    #[error("line {0} does not end in CRLF")]
    LineEnd(usize),
    /// A line that is no field.
    #[error("line {0} is not \"name: value\" in printable ASCII")]
    NotAField(usize),
    /// A field that must be there is not.
    #[error("the field is missing")]
    Missing,
    /// A field that may come once came again, or one that another excludes.
    #[error("the field is there twice, or excluded by another")]
    Repeated,
    /// A value that its field cannot have.
    #[error("expected {expected}")]
    Value {
        /// What it may be.
        expected: &'static str,
    },
    /// A mandatory extension that nobody here knows.
    #[error("the mandatory extension {0} is unknown")]
    UnknownExtension(ObjectIdentifier),
}
