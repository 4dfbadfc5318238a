//! Rule 4: whoever issues is a CA, with no more CAs below it than its pathLen allows.

use super::{ChainError, Links, Rule};

pub(super) fn check(links: &Links<'_>) -> Result<(), ChainError> {
    for (below, subject, _) in links.downwards() {
        if below == 0 {
            continue;
        }
        let constraints = &subject.extensions().basic_constraints;
        let allowed = constraints.path_len_constraint.unwrap_or(0);
        let below_it = u32::try_from(below - 1).unwrap_or(u32::MAX);
        if !constraints.ca || below_it > allowed {
            return Err(links.refuse(subject, Rule::BasicConstraints));
        }
    }
    Ok(())
}
