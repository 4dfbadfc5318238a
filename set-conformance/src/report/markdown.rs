//! A report as Markdown: a matrix of cases and subjects, and what did not pass.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{Report, name};

/// The report as Markdown.
#[must_use]
pub fn markdown(report: &Report) -> String {
    let mut out = String::from("# SET conformance\n\n");
    let subjects: BTreeSet<(&str, &str)> = report
        .results
        .iter()
        .map(|outcome| (outcome.subject.name(), outcome.address.as_str()))
        .collect();
    let mut rows: BTreeMap<&str, BTreeMap<(&str, &str), &str>> = BTreeMap::new();
    for outcome in &report.results {
        let column = (outcome.subject.name(), outcome.address.as_str());
        rows.entry(&outcome.case)
            .or_default()
            .insert(column, name(outcome.verdict));
    }
    let titles: Vec<String> = subjects
        .iter()
        .map(|(role, address)| cell(&format!("{role} {address}")))
        .collect();
    // Writing to a String does not fail.
    let _ = writeln!(out, "| case | {} |", titles.join(" | "));
    let _ = writeln!(out, "|---|{}", "---|".repeat(subjects.len()));
    for (case, verdicts) in &rows {
        let cells: Vec<&str> = subjects
            .iter()
            .map(|subject| verdicts.get(subject).copied().unwrap_or(""))
            .collect();
        let _ = writeln!(out, "| {case} | {} |", cells.join(" | "));
    }
    for outcome in report.results.iter().filter(|outcome| !outcome.expected) {
        let _ = writeln!(
            out,
            "\n## {}: {} ({})\n\n{}\n\n- {}\n- rule: {} ({})\n- again: `{}`",
            outcome.case,
            name(outcome.verdict),
            outcome.subject.name(),
            outcome.title,
            outcome.reason.as_deref().unwrap_or("no reason"),
            outcome.rule,
            outcome.place,
            outcome.reproduce
        );
    }
    out
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
