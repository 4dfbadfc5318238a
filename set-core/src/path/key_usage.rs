//! Rule 5: each key is used for what its certificate says.
//!
//! An end entity's key has one use and says nothing else. A CA's may do several things: it
//! has up to four keys, and fewer where one serves two uses.

use super::{ChainError, Links, Purpose, Rule};
use crate::x509::ext::{CertificateType, KeyUsage};

pub(super) fn check(links: &Links<'_>, purpose: Purpose) -> Result<(), ChainError> {
    for (below, subject, _) in links.downwards() {
        let extensions = subject.extensions();
        let needed = if below == 0 {
            purpose.key_usage()
        } else {
            KeyUsage::KEY_CERT_SIGN
        };
        let of_end_entity = extensions
            .certificate_type
            .intersects(CertificateType::END_ENTITIES);
        let fits = if of_end_entity {
            extensions.key_usage == needed
        } else {
            extensions.key_usage.contains(needed)
        };
        if !fits {
            return Err(links.refuse(subject, Rule::KeyUsage));
        }
    }
    Ok(())
}
