//! A report for people at a terminal.

use std::fmt::Write as _;

use super::{Report, name};
use crate::runner::Verdict;

/// A line for each outcome that is not a pass, and the counts.
#[must_use]
pub fn terminal(report: &Report) -> String {
    let mut out = String::new();
    for outcome in &report.results {
        if outcome.verdict == Verdict::Pass && outcome.expected {
            continue;
        }
        // Writing to a String does not fail.
        let _ = writeln!(
            out,
            "{:<13} {} {} at {}: {}",
            name(outcome.verdict),
            outcome.case,
            outcome.subject.name(),
            outcome.address,
            outcome.title
        );
        if let Some(reason) = &outcome.reason {
            let _ = writeln!(out, "              {reason}");
        }
        if !outcome.expected {
            let _ = writeln!(out, "              {} ({})", outcome.rule, outcome.place);
            let _ = writeln!(out, "              {}", outcome.reproduce);
        }
    }
    let counts: Vec<String> = report
        .counts
        .iter()
        .map(|(verdict, count)| format!("{count} {verdict}"))
        .collect();
    let _ = writeln!(out, "{} (seed {})", counts.join(", "), report.seed);
    out
}
