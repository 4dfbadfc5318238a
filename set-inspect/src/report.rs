//! How inspections are shown.

mod html;
mod json;
mod text;

pub use self::html::html;
pub use self::json::json;
pub use self::text::{Colour, text};
pub(crate) use self::{html::escaped, text::paint};

use crate::finding::Verdict;

/// How a verdict is said in one word.
fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fits => "fits",
        Verdict::Open => "open",
        Verdict::Misfit => "MISFIT",
    }
}
