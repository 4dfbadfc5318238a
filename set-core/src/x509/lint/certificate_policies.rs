//! certificatePolicies.

use super::{Findings, Given, Lint};
use crate::asn1::oid::extension::{CERTIFICATE_POLICIES, POLICY_MAPPINGS};
use crate::asn1::oid::policy;
use crate::x509::ext::CertificatePolicies;

pub(super) const RULE: Lint = Lint {
    id: "certificate-policies",
    clause: "the policies are of the root's and of the issuer's, each with a SET qualifier, and none is mapped",
    check,
};

fn check(given: &Given<'_>, found: &mut Findings<'_>) {
    if given.subject.extension(POLICY_MAPPINGS).is_some() {
        found.error("there is a policyMappings");
    }
    let policies: CertificatePolicies = match given.subject.decode(CERTIFICATE_POLICIES) {
        None => return,
        Some(Err(fault)) => return found.error(fault.to_string()),
        Some(Ok(policies)) => policies,
    };
    if !policies
        .iter()
        .any(|one| one.policy_identifier == policy::ROOT)
    {
        found.error("the policy of the SET root is not among them");
    }
    let above: Option<CertificatePolicies> = given
        .issuer
        .and_then(|issuer| issuer.value(CERTIFICATE_POLICIES));
    for (number, one) in policies.iter().enumerate() {
        let id = one.policy_identifier;
        match one.set_qualifier() {
            Ok(Some(_)) => {}
            Ok(None) => found.error(format!("policy {id} has no SET qualifier")),
            Err(fault) => found.error(format!("the qualifier of policy {id}: {fault}")),
        }
        let known = above
            .as_ref()
            .is_none_or(|above| above.iter().any(|theirs| theirs.policy_identifier == id));
        if !known {
            found.error(format!("policy {id} is not one of the issuer's"));
        }
        let twice = policies
            .iter()
            .take(number)
            .any(|before| before.policy_identifier == id);
        if twice {
            found.error(format!("policy {id} is there twice"));
        }
    }
}
