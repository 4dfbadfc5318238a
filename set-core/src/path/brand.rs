//! Rule 8: one brand all the way below the root, and the one that is wanted.

use super::{ChainError, Culprit, Links, Rule};
use crate::crypto::CryptoProvider;
use crate::proof::ChainVerified;
use crate::x509::name::Brand;

pub(super) fn check(
    links: &Links<'_>,
    wanted: Option<&Brand>,
) -> Result<Option<Brand>, ChainError> {
    let mut chain_brand = None;
    for (_, subject, _) in links.downwards() {
        if subject.is_self_issued() {
            continue;
        }
        let name = subject
            .subject_name()
            .map_err(|error| links.refuse(subject, Rule::Malformed(error.to_string())))?;
        let brand = name.brand();
        let same_as_above = chain_brand.as_ref().is_none_or(|above| *above == brand);
        if !same_as_above || wanted.is_some_and(|wanted| *wanted != brand) {
            return Err(links.refuse(subject, Rule::Brand));
        }
        chain_brand = Some(brand);
    }
    Ok(chain_brand)
}

/// Refuses a verified chain of another brand than `wanted`.
///
/// # Errors
///
/// [`Rule::Brand`].
pub fn require(
    crypto: &dyn CryptoProvider,
    verified: &ChainVerified,
    wanted: &Brand,
) -> Result<(), ChainError> {
    if verified.brand() == Some(wanted) {
        Ok(())
    } else {
        Err(ChainError {
            certificate: Box::new(Culprit::of(crypto, verified.certificate())),
            rule: Rule::Brand,
        })
    }
}
