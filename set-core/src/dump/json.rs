//! The tree of a dump as JSON.

use super::tree::Node;

/// An array of objects.
pub(super) fn write(nodes: &[Node]) -> String {
    let mut out = String::new();
    array(nodes, &mut out);
    out
}

fn array(nodes: &[Node], out: &mut String) {
    out.push('[');
    for (index, node) in nodes.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        object(node, out);
    }
    out.push(']');
}

fn object(node: &Node, out: &mut String) {
    out.push('{');
    for (key, text) in [
        ("name", Some(&node.name)),
        ("type", Some(&node.type_name)),
        ("tag", Some(&node.tag)),
        ("value", node.value.as_ref()),
        ("note", node.note.as_ref()),
    ] {
        if let Some(text) = text {
            string(key, out);
            out.push(':');
            string(text, out);
            out.push(',');
        }
    }
    let (offset, header, length) = (node.offset, node.header, node.length);
    out.push_str(&format!(
        "\"offset\":{offset},\"header\":{header},\"length\":{length}"
    ));
    if !node.children.is_empty() {
        out.push_str(",\"children\":");
        array(&node.children, out);
    }
    out.push('}');
}

fn string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{0}'..='\u{1f}' | '\u{7f}' | '\u{2028}' | '\u{2029}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_backslashes_and_controls_are_escaped() {
        let mut out = String::new();
        string("a\"b\\c\n\u{2028}é", &mut out);
        assert_eq!(out, "\"a\\\"b\\\\c\\u000a\\u2028é\"");
    }
}
