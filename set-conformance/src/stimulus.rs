//! Octets that a step sends: a request with changes.

use set_core::asn1::{self, Date, Limits};
use set_core::crypto::CryptoProvider as _;
use set_core::msg::MessageWrapper;
use set_testkit::annotated::{Body, Element};

use crate::case::Change;
use crate::layers::{self, Signers};
use crate::recorder::Recorder;
use crate::values;

/// Why a change cannot be made. The case does not fit the message, or is malformed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StimulusError {
    /// There is nothing at the path.
    #[error("the message has no {0}")]
    NoSuchPath(String),
    /// The octets are not hexadecimal.
    #[error("\"{0}\" is not hexadecimal")]
    NotHexadecimal(String),
    /// The element has no such value.
    #[error("\"{0}\" is no value of this type")]
    NoSuchValue(String),
    /// A change before this one has left no message that could be changed.
    #[error("a message that is malformed already cannot be changed further")]
    Malformed,
}

/// Makes the changes in a message that is in clear, one after another.
///
/// # Errors
///
/// [`StimulusError`].
pub fn change(octets: Vec<u8>, changes: &[Change]) -> Result<Vec<u8>, StimulusError> {
    let recorder = Recorder::seeded(0);
    let signers = Signers {
        identities: Vec::new(),
        new_key: None,
        sign: false,
    };
    change_inside(octets, changes, &signers, &recorder)
}

/// Makes the changes, in envelopes that `recorder` sealed as well.
pub(crate) fn change_inside(
    octets: Vec<u8>,
    changes: &[Change],
    signers: &Signers<'_>,
    recorder: &Recorder,
) -> Result<Vec<u8>, StimulusError> {
    let workshop = Workshop { signers, recorder };
    changes
        .iter()
        .try_fold(octets, |octets, change| workshop.one(octets, change))
}

struct Workshop<'a> {
    signers: &'a Signers<'a>,
    recorder: &'a Recorder,
}

impl Workshop<'_> {
    fn one(&self, octets: Vec<u8>, change: &Change) -> Result<Vec<u8>, StimulusError> {
        match change {
            Change::Put { path, value } => {
                let mut wrong = None;
                let changed = self.edit(&octets, path, |element| {
                    match values::content(element.schema, value) {
                        Some(content) => element.body = Body::Primitive(content),
                        None => wrong = Some(StimulusError::NoSuchValue(value.clone())),
                    }
                })?;
                wrong.map_or(Ok(changed), Err)
            }
            Change::Flip { path } => self.edit(&octets, path, |element| {
                if let Body::Primitive(content) = &mut element.body
                    && let Some(last) = content.last_mut()
                {
                    *last ^= 1;
                }
            }),
            Change::Digest { path, of } => {
                let element = self.element_at(&octets, of, false)?;
                let digest = self.recorder.sha1(&[&element.write()]);
                self.edit(&octets, path, |element| {
                    element.body = Body::Primitive(digest.to_vec());
                })
            }
            Change::Copy { path, from } => {
                let body = self.element_at(&octets, from, true)?.body;
                self.edit(&octets, path, |element| element.body = body)
            }
            Change::Set { path, to } => {
                let content = hexadecimal(to)?;
                self.edit(&octets, path, |element| {
                    element.body = Body::Primitive(content);
                })
            }
            Change::Remove { path } => {
                self.edit_outermost(&octets, path, |element| element.body = Body::Removed)
            }
            Change::Append { path, octets: more } => {
                let more = hexadecimal(more)?;
                self.append(&octets, path, &more)
            }
            Change::MoveDate { seconds } => self.move_date(&octets, *seconds),
            Change::LongLength { path } => {
                self.edit(&octets, path, |element| element.long_length = true)
            }
            Change::Trail { octets: more } => Ok([octets, hexadecimal(more)?].concat()),
            Change::Replace { octets } => hexadecimal(octets),
            Change::Grow { octets: size } => {
                // MsgExtension { 1.3.6.1.4.1.99999.1, critical FALSE, that many zeros }, as [1]
                // mwExtensions.
                let value = tlv(0x04, &vec![0; *size]);
                let extension = tlv(0x30, &[UNKNOWN_EXTENSION, &value].concat());
                self.append(&octets, "", &tlv(0xa1, &extension))
            }
        }
    }

    fn move_date(&self, octets: &[u8], seconds: i64) -> Result<Vec<u8>, StimulusError> {
        let wrapper: MessageWrapper =
            asn1::decode(octets, &Limits::default()).map_err(|_| StimulusError::Malformed)?;
        let date = wrapper.message_header.date.unix();
        let moved = date.saturating_add_signed(seconds);
        let moved = Date::from_unix(moved).map_err(|_| StimulusError::Malformed)?;
        let moved = asn1::encode(&moved).map_err(|_| StimulusError::Malformed)?;
        let content = moved.get(2..).unwrap_or_default().to_vec();
        self.edit(octets, "messageHeader.date", |element| {
            element.body = Body::Primitive(content);
        })
    }

    fn append(&self, octets: &[u8], path: &str, more: &[u8]) -> Result<Vec<u8>, StimulusError> {
        let element = verbatim(more);
        self.edit(octets, path, |at| match &mut at.body {
            Body::Constructed(children) => children.push(element),
            Body::Primitive(content) => content.extend(more),
            Body::Verbatim(_) | Body::Removed => {}
        })
    }

    fn element_at(&self, octets: &[u8], path: &str, inner: bool) -> Result<Element, StimulusError> {
        let (whole, used) = layers::own(octets, self.recorder).ok_or(StimulusError::Malformed)?;
        let missing = || StimulusError::NoSuchPath(path.to_owned());
        let index = place(&whole.all(), path, inner).ok_or_else(missing)?;
        // As it goes over the wire: with its envelopes closed.
        let found = whole.all().get(index).map(|found| (*found).clone());
        let found = found.ok_or_else(missing)?;
        Ok(layers::closed(found, &used, self.signers, self.recorder))
    }

    fn edit(
        &self,
        octets: &[u8],
        path: &str,
        change: impl FnOnce(&mut Element),
    ) -> Result<Vec<u8>, StimulusError> {
        self.edit_at(octets, path, true, change)
    }

    fn edit_outermost(
        &self,
        octets: &[u8],
        path: &str,
        change: impl FnOnce(&mut Element),
    ) -> Result<Vec<u8>, StimulusError> {
        self.edit_at(octets, path, false, change)
    }

    fn edit_at(
        &self,
        octets: &[u8],
        path: &str,
        inner: bool,
        change: impl FnOnce(&mut Element),
    ) -> Result<Vec<u8>, StimulusError> {
        let (whole, used) = layers::own(octets, self.recorder).ok_or(StimulusError::Malformed)?;
        let index = place(&whole.all(), path, inner)
            .ok_or_else(|| StimulusError::NoSuchPath(path.to_owned()))?;
        let whole = whole.with(index, change);
        Ok(layers::write(whole, &used, self.signers, self.recorder))
    }
}

/// The first element that a pattern fits. The tag around an EXPLICIT component has the path of
/// the component; `inner` says which of them counts.
fn place(all: &[&Element], pattern: &str, inner: bool) -> Option<usize> {
    let first = all
        .iter()
        .position(|element| layers::fits(&element.path, pattern))?;
    let path = &all.get(first)?.path;
    match inner {
        true => all.iter().rposition(|element| element.path == *path),
        false => Some(first),
    }
}

/// Octets of which nothing is known, as an element that is written as they are.
fn verbatim(octets: &[u8]) -> Element {
    Element {
        path: String::new(),
        identifier: Vec::new(),
        body: Body::Verbatim(octets.to_vec()),
        schema: None,
        field: None,
        opaque: true,
        start: 0,
        content: 0,
        end: octets.len(),
        long_length: false,
    }
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
