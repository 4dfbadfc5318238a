//! Rule 9: no critical extension that nobody here knows.

use super::{ChainError, Links, Rule};

pub(super) fn check(links: &Links<'_>) -> Result<(), ChainError> {
    for (_, subject, _) in links.downwards() {
        if let Some(unknown) = subject.extensions().unknown_critical.first() {
            return Err(links.refuse(subject, Rule::CriticalExtension(*unknown)));
        }
    }
    Ok(())
}
