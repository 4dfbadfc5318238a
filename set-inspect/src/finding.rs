//! What was checked, and how it came out.

use serde::Serialize;

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// What was said and what was found agree.
    Fits,
    /// It could not be checked: a key, a certificate or a value is not at hand.
    Open,
    /// What was said and what was found contradict each other.
    Misfit,
}

/// A place in what is inspected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// Which layer: 0 is what was given, each further one what an envelope held.
    pub layer: usize,
    /// Octets from the start of the layer.
    pub offset: usize,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How it came out.
    pub verdict: Verdict,
    /// Where the element is that was checked.
    pub place: Place,
    /// What was checked, in the specification's words.
    pub what: String,
    /// What was found.
    pub found: String,
}
