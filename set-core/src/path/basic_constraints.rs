//! Rule 4: whoever issues is a CA, with no more CAs below it than its pathLen allows; an end
//! entity is none, and nobody has a pathLen without being a CA.
//!
//! The profile sets pathLen on CAs. One without it may have no CA below.

use super::{ChainError, Links, Rule};
use crate::x509::ext::CertificateType;

pub(super) fn check(links: &Links<'_>) -> Result<(), ChainError> {
    for (below, subject, _) in links.downwards() {
        let extensions = subject.extensions();
        let constraints = &extensions.basic_constraints;
        let path_len = constraints.path_len_constraint;
        let fits = match below.checked_sub(1) {
            None => {
                let end_entity = extensions
                    .certificate_type
                    .intersects(CertificateType::END_ENTITIES);
                !(end_entity && constraints.ca)
            }
            Some(cas_below) => {
                let allowed = usize::try_from(path_len.unwrap_or(0)).unwrap_or(usize::MAX);
                constraints.ca && cas_below <= allowed
            }
        };
        if !fits || (path_len.is_some() && !constraints.ca) {
            return Err(links.refuse(subject, Rule::BasicConstraints));
        }
    }
    Ok(())
}
