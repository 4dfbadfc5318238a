//! A report as JUnit XML, for build servers.

use std::fmt::Write as _;

use super::{Report, name};
use crate::runner::Verdict;

/// The report as one test suite.
#[must_use]
pub fn junit(report: &Report) -> String {
    let failures = report.results.iter().filter(|outcome| !outcome.expected);
    let skipped = report
        .results
        .iter()
        .filter(|outcome| outcome.verdict == Verdict::Skip);
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites><testsuite name=\"set-conformance\" tests=\"{}\" failures=\"{}\" skipped=\"{}\">\n",
        report.results.len(),
        failures.count(),
        skipped.count()
    );
    for outcome in &report.results {
        // Writing to a String does not fail.
        let _ = write!(
            out,
            "<testcase classname=\"{}\" name=\"{} {}\">",
            escaped(&outcome.case),
            outcome.subject.name(),
            escaped(&outcome.title)
        );
        let reason = escaped(outcome.reason.as_deref().unwrap_or_default());
        if outcome.verdict == Verdict::Skip {
            let _ = write!(out, "<skipped message=\"{reason}\"/>");
        } else if !outcome.expected {
            let _ = write!(
                out,
                "<failure type=\"{}\" message=\"{reason}\">{}</failure>",
                name(outcome.verdict),
                escaped(&outcome.reproduce)
            );
        }
        out.push_str("</testcase>\n");
    }
    out.push_str("</testsuite></testsuites>\n");
    out
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            // XML 1.0 has no other control characters, escaped or not.
            '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_controls_are_escaped() {
        assert_eq!(
            escaped("<a b=\"c\">&\u{1}"),
            "&lt;a b=&quot;c&quot;&gt;&amp;\u{fffd}"
        );
    }
}
