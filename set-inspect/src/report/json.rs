//! Inspections as one JSON document.

use serde::Serialize;
use serde_json::Value;
use set_core::dump;

use crate::examine::{Flaw, Inspection};
use crate::finding::{Finding, Place};

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    sound: bool,
    inspected: Vec<Inspected<'a>>,
}

#[derive(Serialize)]
struct Inspected<'a> {
    source: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    sound: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<&'a Flaw>,
    layers: Vec<Shown<'a>>,
    findings: &'a [Finding],
}

#[derive(Serialize)]
struct Shown<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    octets: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    inside: Option<Place>,
    tree: Value,
}

/// Everything as JSON: `set-inspect/tests/report.schema.json` says how.
#[must_use]
pub fn json(inspections: &[Inspection]) -> String {
    let inspected = inspections
        .iter()
        .map(|inspection| Inspected {
            source: &inspection.source,
            kind: inspection.kind,
            title: inspection.title.as_deref(),
            sound: inspection.is_sound(),
            fault: inspection.fault.as_ref(),
            layers: layers(inspection),
            findings: &inspection.findings,
        })
        .collect();
    let document = Document {
        format: "set-inspect/1",
        sound: inspections.iter().all(Inspection::is_sound),
        inspected,
    };
    // Strings, numbers and lists always serialize.
    serde_json::to_string(&document).unwrap_or_default()
}

fn layers(inspection: &Inspection) -> Vec<Shown<'_>> {
    let layers = inspection.layers.iter();
    layers
        .map(|layer| Shown {
            name: &layer.name,
            kind: layer.schema.name,
            octets: layer.octets().len(),
            inside: layer.inside,
            // What the dump writes is JSON.
            tree: serde_json::from_str(&dump::to_json(&layer.tree(inspection.showing)))
                .unwrap_or_default(),
        })
        .collect()
}
