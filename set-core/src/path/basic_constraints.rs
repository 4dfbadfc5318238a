//! Rule 4: whoever issues is a CA, with no more CAs below it than its pathLen allows;
//! and an end entity is none.

use super::{ChainError, Links, Rule};
use crate::x509::ext::CertificateType;

pub(super) fn check(links: &Links<'_>) -> Result<(), ChainError> {
    for (below, subject, _) in links.downwards() {
        let extensions = subject.extensions();
        let constraints = &extensions.basic_constraints;
        if below == 0 {
            let end_entity = extensions
                .certificate_type
                .intersects(CertificateType::END_ENTITIES);
            if end_entity && constraints.ca {
                return Err(links.refuse(subject, Rule::BasicConstraints));
            }
            continue;
        }
        let allowed = constraints.path_len_constraint.unwrap_or(0);
        let below_it = u32::try_from(below - 1).unwrap_or(u32::MAX);
        if !constraints.ca || below_it > allowed {
            return Err(links.refuse(subject, Rule::BasicConstraints));
        }
    }
    Ok(())
}
