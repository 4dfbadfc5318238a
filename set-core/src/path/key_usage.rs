//! Rule 5: each key is used for what its certificate says.

use super::{ChainError, Links, Purpose, Rule};
use crate::x509::ext::KeyUsage;

pub(super) fn check(links: &Links<'_>, purpose: Purpose) -> Result<(), ChainError> {
    for (below, subject, _) in links.downwards() {
        let needed = if below == 0 {
            purpose.key_usage()
        } else {
            KeyUsage::KEY_CERT_SIGN
        };
        if !subject.extensions().key_usage.contains(needed) {
            return Err(links.refuse(subject, Rule::KeyUsage));
        }
    }
    Ok(())
}
