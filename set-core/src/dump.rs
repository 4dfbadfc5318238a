//! Any message as annotated text or JSON, secrets left out.
//!
//! Octets are walked along a [`Schema`], so each element shows the specification's name
//! and type beside its offset, size and value. What is inside a SignedData is named by its
//! content type and walked as well; certificates and CRLs take one line each. Octets that
//! do not fit the schema are shown as what they are, with a remark.
//!
//! Nothing that must stay secret appears: values whose type is a secret print as
//! `[redacted]`, so do extension values known to carry card data, and digit runs that
//! look like an account number are starred out wherever they stand.
//!
//! ```
//! use set_core::asn1::Asn1;
//! use set_core::dump;
//! use set_core::msg::amount::CurrencyAmount;
//!
//! let octets = b"\x30\x0b\x02\x02\x03\x48\x02\x02\x32\x96\x02\x01\xfe";
//! let mut text = String::new();
//! dump::text(octets, CurrencyAmount::SCHEMA, &mut text)?;
//! assert_eq!(
//!     text,
//!     "     0 2+11    SEQUENCE CurrencyAmount\n\
//!      \x20    2 2+2       INTEGER currency Currency: 840\n\
//!      \x20    6 2+2       INTEGER amount INTEGER (0..MAX): 12950\n\
//!      \x20   10 2+1       INTEGER amtExp10 INTEGER: -2\n"
//! );
//! # Ok::<(), std::fmt::Error>(())
//! ```

mod json;
mod mask;
mod tree;
mod value;

use std::fmt;

pub use self::tree::Node;
use crate::asn1::{Asn1, Schema};
use crate::msg::MessageWrapper;

/// What a dump shows beyond the usual.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Showing {
    /// Show account numbers, keys and other secrets. Default no.
    pub secrets: bool,
    /// Show certificates, CRLs and their extensions part by part instead of in one line each.
    /// Default no.
    pub certificates: bool,
}

/// The elements of `octets`, which should be a value of type `schema`: one for the value,
/// and more only where octets follow it. At most 65,536 elements are made.
///
/// ```
/// use set_core::asn1::Asn1;
/// use set_core::dump::{self, Showing};
/// use set_core::msg::ids::Bin;
///
/// let nodes = dump::tree(b"\x12\x06411111", Bin::SCHEMA, Showing::default());
/// assert_eq!(nodes.len(), 1);
/// assert_eq!(nodes.first().and_then(|node| node.value.as_deref()), Some("\"411111\""));
/// ```
#[must_use]
pub fn tree(octets: &[u8], schema: &'static Schema, showing: Showing) -> Vec<Node> {
    tree::build(octets, schema, showing)
}

/// Writes one line for each element of `octets`, which should be a value of type `schema`.
///
/// A line has the offset of the element, the octets of its header and of its content, its
/// tag, its name and type in the specification, its value, and a remark after `!` where
/// the octets are not what the schema says. At most 65,536 elements are shown.
///
/// # Errors
///
/// Only those of `out`: octets of any kind can be shown.
pub fn text(octets: &[u8], schema: &'static Schema, out: &mut impl fmt::Write) -> fmt::Result {
    for node in tree(octets, schema, Showing::default()) {
        write_node(&node, 0, out)?;
    }
    Ok(())
}

/// The same as JSON: an array with one object for the value, and more only where octets
/// follow it.
///
/// An object has `name`, `type`, `tag`, `offset`, `header`, `length`, and `value`, `note`
/// and `children` where there are such.
#[must_use]
pub fn json(octets: &[u8], schema: &'static Schema) -> String {
    to_json(&tree(octets, schema, Showing::default()))
}

/// Elements as [`json()`] writes them.
#[must_use]
pub fn to_json(nodes: &[Node]) -> String {
    json::write(nodes)
}

/// A text in which what looks like an account number is starred out.
///
/// ```
/// use set_core::dump::masked;
///
/// assert_eq!(masked("card 4111111111111111"), "card 411111******1111");
/// ```
#[must_use]
pub fn masked(text: &str) -> String {
    mask::text(text)
}

/// The octets of a [`MessageWrapper`] as [`text()`].
#[must_use]
pub fn wrapper(octets: &[u8]) -> String {
    let mut shown = String::new();
    // Writing to a String does not fail.
    let _ = text(octets, MessageWrapper::SCHEMA, &mut shown);
    shown
}

fn write_node(node: &Node, depth: usize, out: &mut impl fmt::Write) -> fmt::Result {
    let size = format!("{}+{}", node.header, node.length);
    write!(
        out,
        "{:>6} {size:<7}{:indent$} {}",
        node.offset,
        "",
        node.tag,
        indent = depth * 2
    )?;
    for word in [node.name.as_str(), node.type_name.as_str()] {
        if !word.is_empty() {
            write!(out, " {word}")?;
        }
    }
    if let Some(value) = &node.value {
        write!(out, ": {value}")?;
    }
    if let Some(note) = &node.note {
        write!(out, " ! {note}")?;
    }
    out.write_char('\n')?;
    node.children
        .iter()
        .try_for_each(|child| write_node(child, depth + 1, out))
}

#[cfg(test)]
mod tests;
