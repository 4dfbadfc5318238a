//! Message extensions: what is critical must be known, wherever in a message it stands.
//!
//! What is looked through is found by the schema, so that no place can be forgotten when a
//! type gets another one. ANY is not looked into: what a SignedData holds is a content of its
//! own, checked once its type is known.

use crate::asn1::limits::Element;
use crate::asn1::{Asn1, DecodeError, Fault, Field, Raw, Schema, Shape, Tagging};
use crate::error::{Error, PeerFault};
use crate::msg::tags::{MsgExtension, MsgExtensions};
use crate::policy::Policy;

/// Refuses a content with a critical extension, at any depth, that the policy does not list.
///
/// # Errors
///
/// [`PeerFault::UnrecognizedExtension`] with the object identifier of the first.
pub fn check<T: Asn1>(content: &Raw<T>, policy: &Policy) -> Result<(), Error> {
    check_octets(T::SCHEMA, content.octets(), policy)
}

/// The same for `octets` that were decoded as a value of type `schema`.
///
/// # Errors
///
/// As [`check`]; [`Error::Octets`] when they are no such value.
pub fn check_octets(schema: &'static Schema, octets: &[u8], policy: &Policy) -> Result<(), Error> {
    let walk = Walk { octets, policy };
    walk.typed(&Element::parse(octets, 0, octets.len())?, schema)
}

/// The same for the extensions of the wrapper, which are no part of a content.
///
/// # Errors
///
/// [`PeerFault::UnrecognizedExtension`] with the object identifier of the first.
pub fn check_wrapper(extensions: Option<&MsgExtensions>, policy: &Policy) -> Result<(), PeerFault> {
    extensions
        .into_iter()
        .flatten()
        .try_for_each(|extension| known(extension, policy))
}

fn known(extension: &MsgExtension, policy: &Policy) -> Result<(), PeerFault> {
    if extension.critical && !policy.message_extensions.contains(&extension.extn_id) {
        Err(PeerFault::UnrecognizedExtension(extension.extn_id))
    } else {
        Ok(())
    }
}

struct Walk<'a> {
    octets: &'a [u8],
    policy: &'a Policy,
}

impl Walk<'_> {
    fn typed(&self, element: &Element, schema: &'static Schema) -> Result<(), Error> {
        match &schema.shape {
            Shape::Choice(alternatives) => self.next(element, &mut alternatives.iter()),
            Shape::Sequence(_) if schema.name == MsgExtension::SCHEMA.name => {
                let octets = self.octets.get(element.start..element.end);
                let extension = Raw::from_octets(octets.unwrap_or_default().to_vec())?;
                Ok(known(&extension, self.policy)?)
            }
            Shape::Sequence(fields) => {
                let mut fields = fields.iter();
                let children = element.children(self.octets)?;
                children
                    .iter()
                    .try_for_each(|child| self.next(child, &mut fields))
            }
            Shape::SequenceOf(inner) | Shape::SetOf(inner) => self.all(element, inner),
            _ => Ok(()),
        }
    }

    /// An element that is the next of `fields` which can be it.
    fn next(
        &self,
        element: &Element,
        fields: &mut core::slice::Iter<'static, Field>,
    ) -> Result<(), Error> {
        let tag = element.tag(self.octets);
        let field = fields.find(|field| tag.is_some_and(|tag| field.admits(tag)));
        let field = field.ok_or_else(|| {
            let found = element.identifier;
            DecodeError::new(Fault::WrongTag { found }, element.start)
        })?;
        match field.tagging {
            Tagging::Universal | Tagging::Implicit(_) => self.typed(element, field.schema),
            Tagging::Explicit(_) => self.all(element, field.schema),
        }
    }

    fn all(&self, element: &Element, schema: &'static Schema) -> Result<(), Error> {
        let children = element.children(self.octets)?;
        children
            .iter()
            .try_for_each(|child| self.typed(child, schema))
    }
}
