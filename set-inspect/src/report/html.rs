//! Inspections as one HTML page that needs nothing else.

use std::fmt::{self, Write as _};

use set_core::dump::Node;

use super::word;
use crate::examine::Inspection;
use crate::finding::Verdict;

/// Everything as a page.
#[must_use]
pub fn html(inspections: &[Inspection]) -> String {
    let mut out = String::from(HEAD);
    for inspection in inspections {
        // Writing to a String does not fail.
        let _ = one(inspection, &mut out);
    }
    out.push_str("</body></html>\n");
    out
}

fn one(inspection: &Inspection, out: &mut String) -> fmt::Result {
    let octets = inspection
        .layers
        .first()
        .map_or(0, |layer| layer.octets().len());
    writeln!(
        out,
        "<section><h2>{}</h2><p>{}, {octets} octets{}</p>",
        escaped(&inspection.source),
        escaped(inspection.kind),
        inspection
            .title
            .as_ref()
            .map(|title| format!(", {}", escaped(title)))
            .unwrap_or_default()
    )?;
    if let Some(flaw) = &inspection.fault {
        writeln!(
            out,
            "<p class=\"misfit\">{}, octet {}: {}<br>likely cause: {}</p>",
            escaped(&flaw.path),
            flaw.offset,
            escaped(&flaw.what),
            escaped(flaw.cause)
        )?;
    }
    if !inspection.findings.is_empty() {
        out.push_str("<table>");
        for finding in &inspection.findings {
            let class = match finding.verdict {
                Verdict::Fits => "fits",
                Verdict::Open => "open",
                Verdict::Misfit => "misfit",
            };
            writeln!(
                out,
                "<tr class=\"{class}\"><td>{}</td><td>{}</td><td>layer {}, octet {}</td><td>{}</td></tr>",
                word(finding.verdict),
                escaped(&finding.what),
                finding.place.layer,
                finding.place.offset,
                escaped(&finding.found)
            )?;
        }
        out.push_str("</table>\n");
    }
    for (index, layer) in inspection.layers.iter().enumerate() {
        if let Some(place) = layer.inside {
            writeln!(
                out,
                "<h3>layer {index}: {} of layer {} at octet {}</h3>",
                escaped(&layer.name),
                place.layer,
                place.offset
            )?;
        }
        out.push_str("<div class=\"tree\">");
        for node in layer.tree(inspection.showing) {
            element(&node, out)?;
        }
        out.push_str("</div>\n");
    }
    out.push_str("</section>\n");
    Ok(())
}

fn element(node: &Node, out: &mut String) -> fmt::Result {
    let leaf = node.children.is_empty();
    out.push_str(if leaf {
        "<div class=\"leaf\">"
    } else {
        "<details open><summary>"
    });
    write!(
        out,
        "<i>{} {}+{}</i> {} <b>{}</b> {}",
        node.offset,
        node.header,
        node.length,
        escaped(&node.tag),
        escaped(&node.name),
        escaped(&node.type_name)
    )?;
    if let Some(value) = &node.value {
        write!(out, " <code>{}</code>", escaped(value))?;
    }
    if let Some(note) = &node.note {
        write!(out, " <em>{}</em>", escaped(note))?;
    }
    out.push_str(if leaf { "</div>" } else { "</summary>" });
    node.children
        .iter()
        .try_for_each(|child| element(child, out))?;
    if !leaf {
        out.push_str("</details>");
    }
    Ok(())
}

pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

const HEAD: &str = "<!doctype html>
<html lang=\"en\"><head><meta charset=\"utf-8\"><title>set-inspect</title>
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">
<style>
body { font: 14px/1.5 sans-serif; margin: 2em; color: #222; background: #fff }
h2 { font-size: 1.2em } h3 { font-size: 1em }
.tree { font-family: monospace; white-space: pre-wrap }
details, .leaf { margin-left: 1.2em }
summary { cursor: pointer }
i { color: #777; font-style: normal } b { color: #05597a } code { color: #333; background: #f3f3f3 }
em { color: #b00020; font-style: normal }
td { padding: 0 1em 0 0; vertical-align: top }
.fits td:first-child { color: #16703a } .open td:first-child { color: #8a6100 }
.misfit, .misfit td:first-child { color: #b00020 }
</style></head><body>
<h1>set-inspect</h1>
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_octets_say_is_not_taken_for_markup() {
        assert_eq!(
            escaped("<script>\"a\" & 'b'"),
            "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;"
        );
    }
}
