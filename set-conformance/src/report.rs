//! What came of a run: one document, from which the other reports are made.

mod html;
mod junit;
mod markdown;
mod terminal;

use std::collections::BTreeMap;

use serde::Serialize;

pub use self::html::html;
pub use self::junit::junit;
pub use self::markdown::markdown;
pub use self::terminal::terminal;
use crate::runner::{Outcome, Verdict};

/// A run. As JSON it is as `set-conformance/tests/report.schema.json` says.
#[derive(Debug, Serialize)]
pub struct Report {
    format: &'static str,
    tool: String,
    seed: u64,
    /// Whether everything came out as expected, and something ran.
    pub ok: bool,
    counts: BTreeMap<String, usize>,
    results: Vec<Outcome>,
}

impl Report {
    /// The report of these outcomes.
    #[must_use]
    pub fn new(seed: u64, results: Vec<Outcome>) -> Self {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for outcome in &results {
            *counts.entry(name(outcome.verdict).to_owned()).or_default() += 1;
        }
        let mut report = Self {
            format: "set-conformance/1",
            tool: format!("set-conformance {}", env!("CARGO_PKG_VERSION")),
            seed,
            ok: false,
            counts,
            results,
        };
        report.ok = report.ran() > 0 && report.results.iter().all(|outcome| outcome.expected);
        report
    }

    /// How many cases were run, skipped ones aside.
    #[must_use]
    pub fn ran(&self) -> usize {
        let skipped = |outcome: &&Outcome| outcome.verdict != Verdict::Skip;
        self.results.iter().filter(skipped).count()
    }

    /// The outcomes, in the order in which they came.
    #[must_use]
    pub fn results(&self) -> &[Outcome] {
        &self.results
    }

    /// The document itself.
    #[must_use]
    pub fn json(&self) -> String {
        // Strings, numbers and lists always serialize.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

/// A verdict, as it is reported.
#[must_use]
pub const fn name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "PASS",
        Verdict::Fail => "FAIL",
        Verdict::NonStrict => "NON-STRICT",
        Verdict::Info => "INFO",
        Verdict::Skip => "SKIP",
        Verdict::Unimplemented => "UNIMPLEMENTED",
        Verdict::Timeout => "TIMEOUT",
        Verdict::Error => "ERROR",
    }
}
