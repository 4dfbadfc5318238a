//! Inspections as text for a terminal.

use std::fmt::{self, Write as _};

use set_core::dump::Node;

use super::word;
use crate::examine::Inspection;
use crate::finding::Verdict;

/// Whether text is coloured, with the escape sequences of ECMA-48.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// It is.
    On,
    /// It is not.
    Off,
}

/// Everything as text.
#[must_use]
pub fn text(inspections: &[Inspection], colour: Colour) -> String {
    let mut out = String::new();
    for inspection in inspections {
        // Writing to a String does not fail.
        let _ = one(inspection, colour, &mut out);
    }
    out
}

fn one(inspection: &Inspection, colour: Colour, out: &mut String) -> fmt::Result {
    let paint = |code, text: &str| paint(colour, code, text);
    let octets = inspection
        .layers
        .first()
        .map_or(0, |layer| layer.octets().len());
    write!(
        out,
        "{}: {}, {octets} octets",
        paint(BOLD, &inspection.source),
        inspection.kind
    )?;
    if let Some(title) = &inspection.title {
        write!(out, ", {title}")?;
    }
    out.write_char('\n')?;
    if let Some(flaw) = &inspection.fault {
        let line = format!("{}, octet {}: {}", flaw.path, flaw.offset, flaw.what);
        writeln!(out, "{}", paint(RED, &line))?;
        writeln!(out, "  likely cause: {}", flaw.cause)?;
    }
    for (index, layer) in inspection.layers.iter().enumerate() {
        if let Some(place) = layer.inside {
            let line = format!(
                "layer {index}: {} of layer {} at octet {}",
                layer.name, place.layer, place.offset
            );
            writeln!(out, "{}", paint(BOLD, &line))?;
        }
        for node in layer.tree(inspection.showing) {
            element(&node, 0, colour, out)?;
        }
    }
    for finding in &inspection.findings {
        let code = match finding.verdict {
            Verdict::Fits => GREEN,
            Verdict::Open => YELLOW,
            Verdict::Misfit => RED,
        };
        writeln!(
            out,
            "{} {} (layer {}, octet {}): {}",
            paint(code, &format!("{:<6}", word(finding.verdict))),
            finding.what,
            finding.place.layer,
            finding.place.offset,
            finding.found
        )?;
    }
    Ok(())
}

fn element(node: &Node, depth: usize, colour: Colour, out: &mut String) -> fmt::Result {
    let paint = |code, text: &str| paint(colour, code, text);
    let size = format!("{}+{}", node.header, node.length);
    let place = format!("{:>6} {size:<7}", node.offset);
    write!(
        out,
        "{}{:indent$} {}",
        paint(DIM, &place),
        "",
        node.tag,
        indent = depth * 2
    )?;
    if !node.name.is_empty() {
        write!(out, " {}", paint(CYAN, &node.name))?;
    }
    if !node.type_name.is_empty() {
        write!(out, " {}", node.type_name)?;
    }
    if let Some(value) = &node.value {
        write!(out, ": {}", paint(BOLD, value))?;
    }
    if let Some(note) = &node.note {
        write!(out, " {}", paint(RED, &format!("! {note}")))?;
    }
    out.write_char('\n')?;
    node.children
        .iter()
        .try_for_each(|child| element(child, depth + 1, colour, out))
}

pub(crate) fn paint(colour: Colour, code: &str, text: &str) -> String {
    match colour {
        Colour::On => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        Colour::Off => text.to_owned(),
    }
}

const BOLD: &str = "1";
const DIM: &str = "2";
const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const CYAN: &str = "36";
