//! Rule 7: every policy of a certificate is one of the certificate above it, up to the
//! root's; no policy is mapped to another.

use super::{ChainError, Links, Rule};

pub(super) fn check(links: &Links<'_>) -> Result<(), ChainError> {
    for (_, subject, issuer) in links.downwards() {
        let (ours, theirs) = (subject.extensions(), issuer.extensions());
        let derived = ours.certificate_policies.iter().all(|policy| {
            theirs
                .certificate_policies
                .iter()
                .any(|above| above.policy_identifier == policy.policy_identifier)
        });
        if !derived || ours.has_policy_mappings {
            return Err(links.refuse(subject, Rule::Policies));
        }
    }
    Ok(())
}
