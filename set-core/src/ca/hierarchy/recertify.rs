//! Certifying a CA anew after its root was succeeded.

use super::Validity;
use super::certify::{seconds, signing_end};
use crate::error::{CallerFault, Error};
use crate::exchange::Context;
use crate::party::Identity;
use crate::x509::Certificate;
use crate::x509::build::{CaKey, CertificateContents, Profile};
use crate::x509::ext::KeyUsage;
use crate::x509::lint::{self, DraftKey};

/// Certifies a CA's key once more, with the key of the root that succeeds the one above it.
///
/// Name, serial number, key, policies and use stay, so that whatever names the CA as its
/// issuer goes on naming it: nothing below is touched. It holds from now on, as long as
/// `validity` has it for its type, never past the root; its key is said to sign since it did.
///
/// # Errors
///
/// [`Error::Caller`] when `old` is not of a key that signs certificates or CRLs;
/// [`Error::X509`] when the certificate would be outside of the profile, such as when another
/// root certified it; [`Error::Provider`].
pub fn recertify(
    context: &Context<'_>,
    root: &Identity,
    draft_key: &DraftKey,
    old: &Certificate,
    validity: &Validity,
) -> Result<Certificate, Error> {
    if old.issuer() != root.certificate.subject() || old.is_self_issued() {
        return Err(CallerFault::State("the CA is not one of this root's").into());
    }
    let extensions = old.extensions();
    let key = ca_key(old)?;
    let certificate_type = extensions.certificate_type;
    let not_after = context
        .now
        .plus(seconds(certificate_type, validity))
        .min(root.certificate.not_after());
    let period = extensions.private_key_usage_period.as_ref();
    let not_before = validity
        .backdate
        .begin(context.now, Some(&root.certificate));
    let contents = CertificateContents {
        serial_number: old.serial_number().clone(),
        subject: old.subject_name()?,
        public_key: old.public_key().clone(),
        not_before,
        not_after,
        private_key_not_before: period
            .and_then(|period| period.not_before)
            .map(|begin| begin.min(not_before)),
        private_key_not_after: signing_end(key, context.now, not_after, validity),
        policies: extensions.certificate_policies.clone(),
        profile: Profile::Ca {
            certificate_type,
            key,
        },
    };
    Ok(lint::issue(
        &contents,
        &root.certificate,
        &root.key,
        draft_key,
        context.crypto,
    )?)
}

/// What the key is for.
fn ca_key(certificate: &Certificate) -> Result<CaKey, CallerFault> {
    let extensions = certificate.extensions();
    let usage = extensions.key_usage;
    let path_len = extensions
        .basic_constraints
        .path_len_constraint
        .unwrap_or_default();
    match (
        usage.contains(KeyUsage::KEY_CERT_SIGN),
        usage.contains(KeyUsage::CRL_SIGN),
    ) {
        (true, true) => Ok(CaKey::CertAndCrlSigning { path_len }),
        (true, false) => Ok(CaKey::CertSigning { path_len }),
        (false, true) => Ok(CaKey::CrlSigning),
        (false, false) => Err(CallerFault::State("it signs neither certificates nor CRLs")),
    }
}
