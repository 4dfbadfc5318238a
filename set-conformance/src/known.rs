//! Differences that are known, each with a reason and an end.

use std::path::Path;

use serde::Deserialize;
use set_core::asn1::Date;

use crate::case::{Case, Role};
use crate::runner::Verdict;

/// The known differences of a file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    #[serde(default, rename = "known")]
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    case: String,
    subject: Option<Role>,
    reason: String,
    /// The last day, as `2027-01-31`.
    until: String,
}

impl Known {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words.
    pub fn read(file: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
        let known: Self = toml::from_str(&text).map_err(|error| error.to_string())?;
        for entry in &known.entries {
            let day = entry.until.as_bytes();
            let digits =
                |part: Option<&[u8]>| part.is_some_and(|part| part.iter().all(u8::is_ascii_digit));
            let sound = day.len() == 10
                && digits(day.get(..4))
                && digits(day.get(5..7))
                && digits(day.get(8..))
                && day.get(4) == Some(&b'-')
                && day.get(7) == Some(&b'-');
            if !sound {
                return Err(format!(
                    "{}: until = \"2027-01-31\" is how a day is written",
                    entry.case
                ));
            }
        }
        Ok(known)
    }

    /// Whether a verdict is as expected, and what there is to say of it.
    pub(crate) fn judge(
        &self,
        case: &Case,
        subject: Role,
        verdict: Verdict,
        now: Date,
    ) -> (bool, Option<String>) {
        let fine = matches!(
            verdict,
            Verdict::Pass | Verdict::NonStrict | Verdict::Info | Verdict::Skip
        );
        let entry = self.entries.iter().find(|entry| {
            entry.case == case.id && entry.subject.is_none_or(|role| role == subject)
        });
        let Some(entry) = entry else {
            return (fine, None);
        };
        // Days as text are in the order of time.
        let today: String = now.to_string().chars().take(10).collect();
        match (verdict, entry.until < today) {
            (Verdict::Skip, _) => (true, None),
            (Verdict::Pass, _) => (
                false,
                Some(format!(
                    "passes, though it is known not to: {}",
                    entry.reason
                )),
            ),
            (_, true) => (
                fine,
                Some(format!("was known until {}: {}", entry.until, entry.reason)),
            ),
            _ => (true, Some(format!("known: {}", entry.reason))),
        }
    }
}
