//! Octets that a step sends: a request with changes.

use set_core::asn1::{self, Asn1 as _, Date, Limits};
use set_core::msg::MessageWrapper;
use set_testkit::annotated::{Body, Element};

use crate::case::Change;

/// Why a change cannot be made. The case does not fit the message, or is malformed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StimulusError {
    /// There is nothing at the path.
    #[error("the message has no {0}")]
    NoSuchPath(String),
    /// The octets are not hexadecimal.
    #[error("\"{0}\" is not hexadecimal")]
    NotHexadecimal(String),
    /// A change before this one has left no message that could be changed.
    #[error("a message that is malformed already cannot be changed further")]
    Malformed,
}

/// Makes the changes, one after another.
///
/// # Errors
///
/// [`StimulusError`].
pub fn change(octets: Vec<u8>, changes: &[Change]) -> Result<Vec<u8>, StimulusError> {
    changes.iter().try_fold(octets, one)
}

fn one(octets: Vec<u8>, change: &Change) -> Result<Vec<u8>, StimulusError> {
    match change {
        Change::Set { path, to } => {
            let content = hexadecimal(to)?;
            edit(&octets, path, |element| {
                element.body = Body::Primitive(content)
            })
        }
        Change::Remove { path } => edit(&octets, path, |element| element.body = Body::Removed),
        Change::Append { path, octets: more } => {
            let more = hexadecimal(more)?;
            append(&octets, path, &more)
        }
        Change::MoveDate { seconds } => move_date(&octets, *seconds),
        Change::LongLength { path } => edit(&octets, path, |element| element.long_length = true),
        Change::Trail { octets: more } => Ok([octets, hexadecimal(more)?].concat()),
        Change::Replace { octets } => hexadecimal(octets),
        Change::Grow { octets: size } => {
            // MsgExtension { 1.3.6.1.4.1.99999.1, critical FALSE, that many zeros }, as [1]
            // mwExtensions.
            let value = tlv(0x04, &vec![0; *size]);
            let extension = tlv(0x30, &[UNKNOWN_EXTENSION, &value].concat());
            append(&octets, "", &tlv(0xa1, &extension))
        }
    }
}

fn move_date(octets: &[u8], seconds: i64) -> Result<Vec<u8>, StimulusError> {
    let wrapper: MessageWrapper =
        asn1::decode(octets, &Limits::default()).map_err(|_| StimulusError::Malformed)?;
    let date = wrapper.message_header.date.unix();
    let moved = date.saturating_add_signed(seconds);
    let moved = Date::from_unix(moved).map_err(|_| StimulusError::Malformed)?;
    let moved = asn1::encode(&moved).map_err(|_| StimulusError::Malformed)?;
    let content = moved.get(2..).unwrap_or_default().to_vec();
    edit(octets, "messageHeader.date", |element| {
        element.body = Body::Primitive(content);
    })
}

fn append(octets: &[u8], path: &str, more: &[u8]) -> Result<Vec<u8>, StimulusError> {
    edit(octets, path, |element| {
        let mut content: Vec<u8> = match &element.body {
            Body::Primitive(content) => content.clone(),
            Body::Constructed(children) => children.iter().flat_map(Element::write).collect(),
            Body::Removed => Vec::new(),
        };
        content.extend(more);
        element.body = Body::Primitive(content);
    })
}

fn edit(
    octets: &[u8],
    path: &str,
    change: impl FnOnce(&mut Element),
) -> Result<Vec<u8>, StimulusError> {
    let whole = Element::read(octets, MessageWrapper::SCHEMA).ok_or(StimulusError::Malformed)?;
    let wanted: Vec<&str> = std::iter::once("MessageWrapper")
        .chain(path.split('.').filter(|name| !name.is_empty()))
        .collect();
    let fits = |element: &&Element| {
        let names: Vec<&str> = element.path.split('.').collect();
        names.len() == wanted.len()
            && names
                .iter()
                .zip(&wanted)
                .all(|(name, wanted)| *wanted == "*" || name == wanted)
    };
    // The tag around an EXPLICIT component has the path of the component; that inside counts.
    let all = whole.all();
    let index = all
        .iter()
        .rposition(fits)
        .ok_or_else(|| StimulusError::NoSuchPath(path.to_owned()))?;
    Ok(whole.with(index, change).write())
}

fn tlv(identifier: u8, content: &[u8]) -> Vec<u8> {
    set_testkit::generate::tlv(vec![identifier], content)
}

fn hexadecimal(text: &str) -> Result<Vec<u8>, StimulusError> {
    let wrong = || StimulusError::NotHexadecimal(text.to_owned());
    let digits: Vec<u8> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()
        .ok_or_else(wrong)?;
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(wrong());
    }
    Ok(pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

/// An object identifier under an enterprise number that nobody has.
const UNKNOWN_EXTENSION: &[u8] = b"\x06\x09\x2b\x06\x01\x04\x01\x86\x8d\x1f\x01";

#[cfg(test)]
mod tests {
    use super::*;
    use set_testkit::street::Street;

    fn changed(change: Change) -> Result<Vec<u8>, StimulusError> {
        let (_, octets) = Street::new().p_init_req();
        super::change(octets, &[change])
    }

    fn fault(octets: &[u8]) -> String {
        asn1::decode::<MessageWrapper>(octets, &Limits::default())
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_field_is_set_by_its_path_and_everything_around_it_fits() {
        let octets = changed(Change::Set {
            path: "messageHeader.version".into(),
            to: "02".into(),
        });
        let wrapper: MessageWrapper = asn1::decode(&octets.unwrap(), &Limits::default()).unwrap();
        assert_eq!(wrapper.message_header.version.value(), 2);
        let octets = changed(Change::Remove {
            path: "message.*.rrpid".into(),
        });
        assert!(fault(&octets.unwrap()).contains("rrpid"));
    }

    #[test]
    fn dates_move_and_messages_grow() {
        let octets = changed(Change::MoveDate { seconds: -60 }).unwrap();
        let wrapper: MessageWrapper = asn1::decode(&octets, &Limits::default()).unwrap();
        assert_eq!(
            wrapper.message_header.date.to_string(),
            "1997-06-04T11:59:00Z"
        );
        let octets = changed(Change::Grow { octets: 5_000 }).unwrap();
        let wrapper: MessageWrapper = asn1::decode(&octets, &Limits::default()).unwrap();
        assert!(wrapper.mw_extensions.is_some() && octets.len() > 5_000);
    }

    #[test]
    fn what_cannot_be_changed_is_said() {
        let set = |path: &str, to: &str| {
            changed(Change::Set {
                path: path.into(),
                to: to.into(),
            })
        };
        assert_eq!(
            set("messageHeader.nothing", "00"),
            Err(StimulusError::NoSuchPath("messageHeader.nothing".into()))
        );
        assert_eq!(
            set("messageHeader.version", "0"),
            Err(StimulusError::NotHexadecimal("0".into()))
        );
    }
}
