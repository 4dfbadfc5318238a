//! Why octets are wrong, most likely.

use set_core::asn1::Fault;

/// What usually lies behind a fault, and what to look at.
pub(crate) fn likely(fault: &Fault) -> &'static str {
    match fault {
        Fault::TooLarge { .. } => {
            "no SET message is that long; is this several, or a whole capture?"
        }
        Fault::TooDeep { .. } | Fault::TooMany { .. } => {
            "no SET message has so many elements; it was made to cost its reader time"
        }
        Fault::Truncated => {
            "the end is missing: the file was cut, the connection broke off, or a length was altered"
        }
        Fault::IndefiniteLength => {
            "this is BER, not DER: whoever wrote it used an encoder that streams"
        }
        Fault::NotMinimal => {
            "this is BER, not DER: whoever wrote it reserved more octets for a length than it needs"
        }
        Fault::Trailing => {
            "something was added: more than one value in the file, or a field that SET does not have"
        }
        Fault::Missing => "a required field was left out, or stands in another place",
        Fault::WrongTag { .. } => {
            "a field of another type: a wrong order of fields, or IMPLICIT where SET has EXPLICIT tags, or the other way round"
        }
        Fault::Value { .. } => "the field has another length or other characters than its type",
        Fault::Count { .. } => "the list has fewer or more elements than SET allows",
        Fault::DefaultEncoded => {
            "DER leaves a field out that has its DEFAULT value; whoever wrote it did not"
        }
        Fault::NotCanonical => {
            "the same value has one DER encoding only, and this is another: an unsorted SET, a padded number, an odd BOOLEAN"
        }
        // Faults that are added later are of the same kind.
        _ => "the octets were altered, or are not DER at all",
    }
}
