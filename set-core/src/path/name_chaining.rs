//! Rule 3: issuer names and key identifiers lead to the certificate above.

use super::{ChainError, Links, Rule};

pub(super) fn check(links: &Links<'_>) -> Result<(), ChainError> {
    for (_, subject, issuer) in links.downwards() {
        let identifier = &subject.extensions().authority_key_identifier;
        let identified = match identifier {
            Some(identifier) => identifier
                .signer()
                .is_none_or(|signer| signer == *issuer.issuer_and_serial_number()),
            // Only a root goes without: there is nobody above it to point at.
            None => subject.is_self_issued(),
        };
        if subject.issuer() != issuer.subject() || !identified {
            return Err(links.refuse(subject, Rule::NameChaining));
        }
    }
    Ok(())
}
