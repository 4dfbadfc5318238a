//! The signature itself.

use super::{Findings, Given, Lint};

pub(super) const RULE: Lint = Lint {
    id: "signature",
    clause: "the issuer's key signs the DER of the tbsCertificate",
    check,
};

fn check(given: &Given<'_>, found: &mut Findings<'_>) {
    let signer = match (given.drafted_by, given.issuer) {
        (Some(key), _) => Some(key.clone()),
        (None, Some(issuer)) => issuer.public_key(),
        (None, None) => None,
    };
    let Some(signer) = signer else { return };
    let digest = given.provider.sha1(&[&given.subject.tbs_octets]);
    let verified = given.subject.signature.as_bytes().is_some_and(|signature| {
        given
            .provider
            .verify_sha1(&signer, &digest, signature)
            .is_ok()
    });
    if !verified {
        found.error("it does not verify under the issuer's key");
    }
}
