//! Rule 3: issuer names and key identifiers lead to the certificate above.
//!
//! Only a root goes without authorityKeyIdentifier: there is nobody above it to point at. The
//! profile has issuer and serial number in it; one that leaves either out names nothing and
//! is refused, as is a root's that points elsewhere.

use super::build::points_at;
use super::{ChainError, Links, Rule};

pub(super) fn check(links: &Links<'_>) -> Result<(), ChainError> {
    for (_, subject, issuer) in links.downwards() {
        let without = subject.extensions().authority_key_identifier.is_none();
        let identified = (without && subject.is_self_issued()) || points_at(subject, issuer);
        if subject.issuer() != issuer.subject() || !identified {
            return Err(links.refuse(subject, Rule::NameChaining));
        }
    }
    Ok(())
}
