//! subjectAltName and issuerAltName.

use crate::asn1::{Opaque, SeqOf};

/// Other names of the subject or the issuer. SET makes no use of them: they are kept, and
/// shown by dumps, but nothing is decided by them.
///
/// ```text
/// GeneralNames ::= SEQUENCE SIZE(1..MAX) OF GeneralName
/// ```
///
/// Not critical; optional anywhere.
pub type AltName = SeqOf<Opaque>;
