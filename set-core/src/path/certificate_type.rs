//! Rule 6: the end entity has the role that it claims, and each CA may certify the type
//! below it.
//!
//! A CA may be of several types; a root is a root only, so that brand CAs always stand below
//! it, and an end entity is one thing only.

use super::{ChainError, Links, Purpose, Rule};
use crate::x509::Certificate;
use crate::x509::ext::CertificateType;

pub(super) fn check(links: &Links<'_>, purpose: Purpose) -> Result<(), ChainError> {
    for (below, subject, issuer) in links.downwards() {
        let extensions = subject.extensions();
        if subject.is_self_issued() {
            if extensions.certificate_type != CertificateType::RCA {
                return Err(refuse(
                    links,
                    subject,
                    "a self-signed certificate is no root",
                ));
            }
        } else if !may_certify(issuer, subject) {
            return Err(refuse(
                links,
                subject,
                "its issuer may not certify this type",
            ));
        }
        let claimed = extensions.certificate_type;
        if claimed.intersects(CertificateType::END_ENTITIES) && !claimed.is_single() {
            return Err(refuse(links, subject, "an end entity is of one type"));
        }
        if below == 0 && !purpose.admits(claimed) {
            return Err(refuse(links, subject, "not the type of this role"));
        }
    }
    Ok(())
}

/// Whether all types that the subject claims are within what the issuer may certify.
///
/// A CA's message signing, encryption and CRL signing certificates carry the CA's type and
/// come from the CA above it, like its certificate signing one.
fn may_certify(issuer: &Certificate, subject: &Certificate) -> bool {
    let allowed = issuer.extensions().certificate_type.certifies();
    let claimed = subject.extensions().certificate_type;
    !claimed.is_empty() && allowed.contains(claimed)
}

fn refuse(links: &Links<'_>, subject: &Certificate, what: &'static str) -> ChainError {
    links.refuse(subject, Rule::CertificateType(what))
}
