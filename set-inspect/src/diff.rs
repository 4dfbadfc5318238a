//! Two values compared field by field.

use std::fmt::Write as _;

use serde::Serialize;
use set_core::dump::Node;

use crate::cli::Format;
use crate::examine::Inspection;
use crate::layer::Layer;
use crate::report::{Colour, escaped, paint};

/// One field that is not the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Which layer: 0 is what was given, each further one what an envelope held.
    pub layer: usize,
    /// Names from the outermost type to the field.
    pub path: String,
    /// The field in the first value; none where it has none.
    pub a: Option<Side>,
    /// The field in the second.
    pub b: Option<Side>,
}

/// A field in one of two values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Side {
    /// Octets from the start of the layer.
    pub offset: usize,
    /// What it says, masked as in all that is shown.
    pub value: String,
}

/// The fields in which two values differ, in the order of the first.
///
/// Components are compared by their names, elements of lists by their numbers, and both by
/// their octets; what an envelope holds is compared where both were opened.
#[must_use]
pub fn diff(a: &Inspection, b: &Inspection) -> Vec<Difference> {
    let mut differences = Vec::new();
    for (index, (one, other)) in a.layers.iter().zip(&b.layers).enumerate() {
        let mut walk = Walk {
            layer: index,
            a: one,
            b: other,
            found: &mut differences,
        };
        let (ours, theirs) = (one.tree(a.showing), other.tree(b.showing));
        walk.all(&ours, &theirs, "");
    }
    differences
}

struct Walk<'a> {
    layer: usize,
    a: &'a Layer,
    b: &'a Layer,
    found: &'a mut Vec<Difference>,
}

impl Walk<'_> {
    fn all(&mut self, a: &[Node], b: &[Node], path: &str) {
        let mut rest: Vec<&Node> = b.iter().collect();
        for one in a {
            let same = rest.iter().position(|other| named_alike(one, other));
            let other = same.map(|place| rest.remove(place));
            match other {
                Some(other) => self.one(one, other, &join(path, one)),
                None => self.tell(join(path, one), Some(one), None),
            }
        }
        for other in rest {
            self.tell(join(path, other), None, Some(other));
        }
    }

    fn one(&mut self, a: &Node, b: &Node, path: &str) {
        if octets(self.a, a) == octets(self.b, b) {
            return;
        }
        if a.tag != b.tag || a.type_name != b.type_name {
            self.tell(path.to_owned(), Some(a), Some(b));
        } else if a.children.is_empty() || b.children.is_empty() {
            // An encrypted or redacted field, or a primitive one.
            self.tell(path.to_owned(), Some(a), Some(b));
        } else {
            let before = self.found.len();
            self.all(&a.children, &b.children, path);
            if self.found.len() == before {
                self.tell(path.to_owned(), Some(a), Some(b));
            }
        }
    }

    fn tell(&mut self, path: String, a: Option<&Node>, b: Option<&Node>) {
        self.found.push(Difference {
            layer: self.layer,
            path,
            a: a.map(side),
            b: b.map(side),
        });
    }
}

/// Whether two elements stand for the same field.
fn named_alike(a: &Node, b: &Node) -> bool {
    a.name == b.name && (!a.name.is_empty() || a.tag == b.tag)
}

fn octets<'a>(layer: &'a Layer, node: &Node) -> &'a [u8] {
    let end = node
        .offset
        .saturating_add(node.header)
        .saturating_add(node.length);
    layer.octets().get(node.offset..end).unwrap_or_default()
}

fn side(node: &Node) -> Side {
    let what = match node.type_name.as_str() {
        "" => node.tag.as_str(),
        name => name,
    };
    let value = match &node.value {
        Some(value) => value.clone(),
        None => format!("{what} of {} octets", node.length),
    };
    Side {
        offset: node.offset,
        value,
    }
}

fn join(path: &str, node: &Node) -> String {
    let name = match (node.name.as_str(), node.type_name.as_str()) {
        ("", _) if !path.is_empty() => return path.to_owned(),
        ("", "") => &node.tag,
        ("", name) | (name, _) => name,
    };
    match (path.is_empty(), name.starts_with('[')) {
        (true, _) => name.to_owned(),
        (_, true) => format!("{path}{name}"),
        _ => format!("{path}.{name}"),
    }
}

/// The differences as text, JSON or HTML.
#[must_use]
pub fn show(differences: &[Difference], format: Format, colour: Colour) -> String {
    match format {
        // Strings and numbers always serialize.
        Format::Json => serde_json::to_string(differences).unwrap_or_default() + "\n",
        Format::Text => text(differences, colour),
        Format::Html => html(differences),
    }
}

fn text(differences: &[Difference], colour: Colour) -> String {
    let mut out = String::new();
    for one in differences {
        // Writing to a String does not fail.
        let _ = writeln!(out, "{}", paint(colour, "1", &place(one)));
        for (sign, code, side) in [('-', "31", &one.a), ('+', "32", &one.b)] {
            if let Some(side) = side {
                let line = format!("  {sign} {:>6} {}", side.offset, side.value);
                let _ = writeln!(out, "{}", paint(colour, code, &line));
            }
        }
    }
    out
}

fn html(differences: &[Difference]) -> String {
    let mut out = String::from(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>set-inspect diff</title></head><body><table>\n<tr><th>field</th><th>first</th><th>second</th></tr>\n",
    );
    for one in differences {
        let cell = |side: &Option<Side>| {
            side.as_ref()
                .map_or_else(String::new, |side| escaped(&side.value))
        };
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
            escaped(&place(one)),
            cell(&one.a),
            cell(&one.b)
        );
    }
    out.push_str("</table></body></html>\n");
    out
}

fn place(one: &Difference) -> String {
    match one.layer {
        0 => one.path.clone(),
        layer => format!("layer {layer}: {}", one.path),
    }
}
