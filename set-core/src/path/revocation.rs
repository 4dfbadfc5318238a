//! Rule 10: every certificate is checked against a fresh CRL of its issuer.
//!
//! The BrandCRLIdentifier says which CRLs are in force in the brand. Those that concern
//! the chain must be held, no older than it says, signed by their issuer and not past their
//! next update. Whatever is missing or stale refuses the chain. Cardholder certificates are
//! not put on CRLs (the issuer tells the gateway), so a chain that ends in one needs its
//! CA's CRL only when the BCI names one.

use super::{ChainError, Links, Material, Rule};
use crate::asn1::Date;
use crate::x509::ext::{CertificateType, KeyUsage};
use crate::x509::{BrandCrlIdentifier, Certificate, Crl};

pub(super) fn check(
    links: &Links<'_>,
    material: &Material<'_>,
    at: Date,
) -> Result<(), ChainError> {
    let bci = fresh_bci(links, material, at)?;
    for (_, subject, issuer) in links.downwards() {
        if subject.is_self_issued() {
            continue;
        }
        let number = bci.and_then(|bci| {
            bci.crls()
                .find(|identifier| identifier.issuer_name == *issuer.subject())
                .map(|identifier| identifier.crl_number)
        });
        let only_cardholders = subject
            .extensions()
            .certificate_type
            .contains(CertificateType::CARD);
        if only_cardholders && number.is_none() {
            continue;
        }
        let crl = newest(material, issuer)
            .filter(|crl| number.is_none_or(|number| crl.number() >= number))
            .ok_or_else(|| links.refuse(subject, Rule::CrlMissing))?;
        verify_crl(links, material, crl, issuer, at)?;
        if let Some(since) = crl.revoked_since(subject.serial_number()) {
            return Err(links.refuse(subject, Rule::Revoked(since)));
        }
    }
    Ok(())
}

/// The brand's BCI, believed: signed by the brand CA of this very chain, and in time. A
/// chain that ends at the brand CA or above needs none.
fn fresh_bci<'a>(
    links: &Links<'_>,
    material: &Material<'a>,
    at: Date,
) -> Result<Option<&'a BrandCrlIdentifier>, ChainError> {
    let brand_ca = links.downwards().find(|(below, subject, _)| {
        *below > 0
            && subject
                .extensions()
                .certificate_type
                .contains(CertificateType::BCA)
    });
    let Some((_, brand_ca, _)) = brand_ca else {
        return Ok(None);
    };
    let bci = material
        .bci
        .ok_or_else(|| links.refuse(brand_ca, Rule::CrlMissing))?;
    let signed = crl_signers(links, material, brand_ca)
        .any(|signer| bci.verify_signature(signer, links.crypto).is_ok());
    if !signed || bci.has_unknown_critical() {
        return Err(links.refuse(brand_ca, Rule::RevocationSignature));
    }
    let unsigned = &bci.to_be_signed;
    if unsigned.bci_not_after < at {
        return Err(links.refuse(brand_ca, Rule::Stale(unsigned.bci_not_after)));
    }
    if at < unsigned.bci_not_before {
        return Err(links.refuse(brand_ca, Rule::NotYetValid(unsigned.bci_not_before)));
    }
    Ok(Some(bci))
}

fn newest<'a>(material: &Material<'a>, issuer: &Certificate) -> Option<&'a Crl> {
    material
        .crls
        .iter()
        .filter(|crl| crl.issuer() == issuer.subject())
        .max_by_key(|crl| crl.number())
}

fn verify_crl(
    links: &Links<'_>,
    material: &Material<'_>,
    crl: &Crl,
    issuer: &Certificate,
    at: Date,
) -> Result<(), ChainError> {
    let signed = crl_signers(links, material, issuer).any(|signer| {
        crl.verify_signature(signer.public_key(), links.crypto)
            .is_ok()
    });
    if !signed || crl.has_unknown_critical() {
        return Err(links.refuse(issuer, Rule::RevocationSignature));
    }
    if crl.next_update() < at {
        return Err(links.refuse(issuer, Rule::Stale(crl.next_update())));
    }
    if at < crl.this_update() {
        return Err(links.refuse(issuer, Rule::NotYetValid(crl.this_update())));
    }
    Ok(())
}

/// The certificates whose key may sign the issuer's CRLs: its own, where one key does both,
/// and those of the same name, issued by the same CA, for CRL signing alone.
fn crl_signers<'a>(
    links: &'a Links<'_>,
    material: &'a Material<'_>,
    issuer: &'a Certificate,
) -> impl Iterator<Item = &'a Certificate> {
    let may_sign = |candidate: &&Certificate| {
        candidate
            .extensions()
            .key_usage
            .contains(KeyUsage::CRL_SIGN)
    };
    let above = links
        .chain
        .iter()
        .find(|certificate| *certificate.subject() == *issuer.issuer());
    let siblings = material.certificates.iter().filter(move |candidate| {
        *candidate != issuer
            && candidate.subject() == issuer.subject()
            && candidate.issuer() == issuer.issuer()
            && above.is_some_and(|above| {
                candidate
                    .verify_signature(above.public_key(), links.crypto)
                    .is_ok()
            })
    });
    std::iter::once(issuer).chain(siblings).filter(may_sign)
}
