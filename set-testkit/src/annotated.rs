//! Octets and a schema, joined into a tree that can be changed and written again.

use der::asn1::ObjectIdentifier;
use der::{SliceReader, Tag};
use set_core::asn1::limits;
use set_core::asn1::{Field, Presence, Schema, Shape, Tagging};
use set_core::msg::content::schema_of_content;

use crate::generate;

/// One element with its place in the specification.
#[derive(Clone, Debug)]
pub struct Element {
    /// Names from the outermost type to this element, as errors show them.
    pub path: String,
    /// The identifier octets.
    pub identifier: Vec<u8>,
    /// What is in it.
    pub body: Body,
    /// Its type; none for the tag around an EXPLICIT component and inside ANY.
    pub schema: Option<&'static Schema>,
    /// The component that it is, if it is one.
    pub field: Option<&'static Field>,
    /// Whether it lies in an ANY, so that who decodes the whole does not look at it.
    pub opaque: bool,
    /// Where its identifier started.
    pub start: usize,
    /// Where its content started.
    pub content: usize,
    /// One past where it ended.
    pub end: usize,
    /// Whether to write its length with one octet more than needed.
    pub long_length: bool,
}

/// The content of an element.
#[derive(Clone, Debug)]
pub enum Body {
    /// Content octets.
    Primitive(Vec<u8>),
    /// Elements.
    Constructed(Vec<Element>),
    /// Octets that are written in place of the element, whatever they are.
    Verbatim(Vec<u8>),
    /// The element is not to be written at all.
    Removed,
}

impl Element {
    /// Reads `octets` as a value of type `schema`.
    ///
    /// None when they are not one.
    #[must_use]
    pub fn read(octets: &[u8], schema: &'static Schema) -> Option<Self> {
        let reader = Source { octets };
        let element = limits::Element::parse(octets, 0, octets.len()).ok()?;
        (element.end == octets.len()).then_some(())?;
        reader.typed(&element, schema, schema.name.to_owned())
    }

    /// Writes it, with lengths that fit what is in it now.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let content = match &self.body {
            Body::Primitive(content) => content.clone(),
            Body::Constructed(children) => children.iter().flat_map(Self::write).collect(),
            Body::Verbatim(octets) => return octets.clone(),
            Body::Removed => return Vec::new(),
        };
        if !self.long_length {
            return generate::tlv(self.identifier.clone(), &content);
        }
        let mut all = self.identifier.clone();
        let mut length = generate::length(content.len());
        match length.first_mut() {
            Some(first) if *first >= 0x80 => {
                *first += 1;
                length.insert(1, 0);
            }
            _ => length.insert(0, 0x81),
        }
        all.extend(length);
        all.extend(content);
        all
    }

    /// This element and all inside it, outermost first.
    #[must_use]
    pub fn all(&self) -> Vec<&Self> {
        let mut all = vec![self];
        if let Body::Constructed(children) = &self.body {
            all.extend(children.iter().flat_map(Self::all));
        }
        all
    }

    /// The whole with its `index`th element, as [`Element::all`] counts them, changed.
    #[must_use]
    pub fn with(&self, index: usize, change: impl FnOnce(&mut Self)) -> Self {
        let mut whole = self.clone();
        let mut left = index;
        if let Some(element) = whole.nth(&mut left) {
            change(element);
        }
        whole
    }

    fn nth(&mut self, left: &mut usize) -> Option<&mut Self> {
        if *left == 0 {
            return Some(self);
        }
        *left -= 1;
        match &mut self.body {
            Body::Constructed(children) => children.iter_mut().find_map(|child| child.nth(left)),
            _ => None,
        }
    }
}

struct Source<'a> {
    octets: &'a [u8],
}

impl Source<'_> {
    fn typed(
        &self,
        element: &limits::Element,
        schema: &'static Schema,
        path: String,
    ) -> Option<Element> {
        match &schema.shape {
            Shape::Choice(alternatives) => {
                let tag = self.tag(element)?;
                let field = alternatives.iter().find(|field| field.admits(tag))?;
                let path = format!("{path}.{}", field.name);
                self.component(element, field, None, path)
            }
            Shape::Any => self.opaque(element, path),
            _ => self.content(element, schema, path),
        }
    }

    fn component(
        &self,
        element: &limits::Element,
        field: &'static Field,
        inside: Option<&'static Schema>,
        path: String,
    ) -> Option<Element> {
        let mut read = match field.tagging {
            Tagging::Universal => self.typed(element, field.schema, path)?,
            Tagging::Implicit(_) => self.content(element, field.schema, path)?,
            Tagging::Explicit(_) => {
                let children = element.children(self.octets).ok()?;
                let inside = inside.filter(|_| matches!(field.schema.shape, Shape::Any));
                let schema = inside.unwrap_or(field.schema);
                let mut inner = self.typed(children.first()?, schema, path.clone())?;
                if inside.is_some() {
                    inner.hide();
                }
                self.element(element, path, Body::Constructed(vec![inner]))
            }
        };
        read.field = Some(field);
        Some(read)
    }

    fn content(
        &self,
        element: &limits::Element,
        schema: &'static Schema,
        path: String,
    ) -> Option<Element> {
        let body = match &schema.shape {
            Shape::Sequence(fields) => {
                let mut rest = fields.iter();
                let mut inside = None;
                let mut children = Vec::new();
                for child in element.children(self.octets).ok()? {
                    let tag = self.tag(&child)?;
                    let field = rest.find(|field| field.admits(tag))?;
                    let path = format!("{path}.{}", field.name);
                    children.push(self.component(&child, field, inside, path)?);
                    if matches!(field.schema.shape, Shape::Oid) {
                        inside = ObjectIdentifier::from_bytes(self.slice(&child))
                            .ok()
                            .and_then(|id| schema_of_content(&id));
                    }
                }
                Body::Constructed(children)
            }
            Shape::SequenceOf(inner) | Shape::SetOf(inner) => {
                let children = element.children(self.octets).ok()?;
                let read = children.iter().enumerate();
                let read =
                    read.map(|(index, child)| self.typed(child, inner, format!("{path}[{index}]")));
                Body::Constructed(read.collect::<Option<_>>()?)
            }
            _ => Body::Primitive(self.slice(element).to_vec()),
        };
        let mut read = self.element(element, path, body);
        read.schema = Some(schema);
        Some(read)
    }

    fn opaque(&self, element: &limits::Element, path: String) -> Option<Element> {
        let body = if element.constructed {
            let children = element.children(self.octets).ok()?;
            let read = children.iter().enumerate();
            let read = read.map(|(index, child)| self.opaque(child, format!("{path}[{index}]")));
            Body::Constructed(read.collect::<Option<_>>()?)
        } else {
            Body::Primitive(self.slice(element).to_vec())
        };
        let mut read = self.element(element, path, body);
        read.opaque = true;
        Some(read)
    }

    fn element(&self, element: &limits::Element, path: String, body: Body) -> Element {
        let header = self.octets.get(element.start..element.content);
        let identifier = header.unwrap_or_default();
        let octets = if element.number < 0x1f {
            1
        } else {
            1 + identifier
                .iter()
                .skip(1)
                .take_while(|octet| **octet >= 0x80)
                .count()
                + 1
        };
        Element {
            path,
            identifier: identifier.get(..octets).unwrap_or_default().to_vec(),
            body,
            schema: None,
            field: None,
            opaque: false,
            start: element.start,
            content: element.content,
            end: element.end,
            long_length: false,
        }
    }

    fn tag(&self, element: &limits::Element) -> Option<Tag> {
        let header = self.octets.get(element.start..element.content)?;
        Tag::peek(&SliceReader::new(header).ok()?).ok()
    }

    fn slice(&self, element: &limits::Element) -> &[u8] {
        self.octets
            .get(element.content..element.end)
            .unwrap_or_default()
    }
}

impl Element {
    fn hide(&mut self) {
        self.opaque = true;
        if let Body::Constructed(children) = &mut self.body {
            children.iter_mut().for_each(Self::hide);
        }
    }

    /// Whether the component may be absent.
    #[must_use]
    pub fn may_be_absent(&self) -> bool {
        self.field
            .is_some_and(|field| field.presence != Presence::Required)
    }
}
