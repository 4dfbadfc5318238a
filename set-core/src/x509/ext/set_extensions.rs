//! SETExtensions.

use der::asn1::ObjectIdentifier;

use crate::asn1::SeqOf;

/// The message extensions that a gateway understands.
///
/// ```text
/// SETExtensions ::= SEQUENCE SIZE(1..MAX) OF OBJECT IDENTIFIER
/// ```
///
/// Not critical; in gateway certificates.
pub type SetExtensions = SeqOf<ObjectIdentifier>;
