//! Rule 10: every certificate is checked against a fresh CRL of its issuer.
//!
//! The BrandCRLIdentifier says which CRLs are in force in the brand. Those that concern
//! the chain must be held, no older than it says, signed by their issuer and not past their
//! next update; the others it names must be held too where the policy asks for that.
//! Whatever is missing or stale refuses the chain. Cardholder certificates are not put on
//! CRLs (the issuer tells the gateway), so a chain that ends in one needs its CA's CRL only
//! when the BCI names one.
//!
//! A CA may sign its CRLs with another key than its certificates. The certificate of that
//! key is not of the chain, so it is judged here: same name, type and issuer, in force, and
//! not on the CRL of the CA above. That is why the check goes from the root down.

mod signers;

use self::signers::{Authority, signers};
use super::{ChainError, Links, Material, Rule};
use crate::asn1::Date;
use crate::pkcs7::Name;
use crate::policy::Policy;
use crate::x509::ext::{CertificateType, KeyUsage};
use crate::x509::{BrandCrlIdentifier, Certificate, Crl};

pub(super) fn check(
    links: &Links<'_>,
    material: &Material<'_>,
    policy: &Policy,
    at: Date,
) -> Result<(), ChainError> {
    let check = Check {
        links,
        material,
        policy,
        at,
    };
    let Some(root) = links.chain.last() else {
        return Ok(());
    };
    let mut above = root;
    let mut crl = check.crl_of(Authority::root(root), root)?;
    check.not_on(crl, root)?;
    let mut believed_bci = None;
    for (below, subject, issuer) in links.downwards().skip(1) {
        if issuer != above {
            let authority = Authority {
                certificate: issuer,
                issuer: above,
                issuer_crl: Some(crl),
            };
            if below == 0 && check.exempt(subject, believed_bci) {
                break;
            }
            crl = check.crl_of(authority, subject)?;
            above = issuer;
        }
        check.not_on(crl, subject)?;
        let is_brand_ca = subject
            .extensions()
            .certificate_type
            .contains(CertificateType::BCA);
        if below > 0 && is_brand_ca {
            let authority = Authority {
                certificate: subject,
                issuer,
                issuer_crl: Some(crl),
            };
            believed_bci = Some(check.bci(authority)?);
        }
    }
    if let Some(bci) = believed_bci.filter(|_| policy.require_every_listed_crl) {
        check.all_listed(bci)?;
    }
    Ok(())
}

struct Check<'a> {
    links: &'a Links<'a>,
    material: &'a Material<'a>,
    policy: &'a Policy,
    at: Date,
}

impl<'a> Check<'a> {
    /// Whether `end_entity` is a cardholder's and the BCI names no CRL of its CA.
    fn exempt(&self, end_entity: &Certificate, bci: Option<&BrandCrlIdentifier>) -> bool {
        end_entity.extensions().certificate_type == CertificateType::CARD
            && bci.is_some_and(|bci| bci.number_of(end_entity.issuer()).is_none())
    }

    /// The CRL of a CA, wanted because of `subject`: the newest held that verifies.
    fn crl_of(
        &self,
        authority: Authority<'_>,
        subject: &Certificate,
    ) -> Result<&'a Crl, ChainError> {
        let crls = self
            .in_force(authority.certificate.subject())
            .map_err(|rule| self.links.refuse(subject, rule))?;
        let signers = signers(
            self.links.crypto,
            self.material,
            self.policy,
            self.at,
            authority,
        );
        let refuse = |rule| self.links.refuse(authority.certificate, rule);
        let signers = signers.map_err(refuse)?;
        for crl in crls {
            for signer in &signers {
                if signer.signed_crl(self.links.crypto, crl).map_err(refuse)? {
                    return Ok(crl);
                }
            }
        }
        Err(refuse(Rule::RevocationSignature))
    }

    /// The CRLs of an issuer that are in force, the newest first; there is at least one, and
    /// no more than the policy's number of candidates.
    fn in_force(&self, issuer: &Name) -> Result<Vec<&'a Crl>, Rule> {
        let listed = self
            .material
            .bci
            .and_then(|bci| bci.number_of(issuer))
            .unwrap_or(0);
        let mut crls: Vec<&Crl> = self
            .material
            .crls
            .iter()
            .filter(|crl| crl.issuer() == issuer && crl.number() >= listed)
            .collect();
        crls.sort_by_key(|crl| core::cmp::Reverse((crl.number(), crl.this_update())));
        let first = crls.first().copied().ok_or(Rule::CrlMissing)?;
        crls.retain(|crl| crl.this_update() <= self.latest() && self.at <= crl.next_update());
        crls.truncate(self.policy.max_candidates);
        if !crls.is_empty() {
            Ok(crls)
        } else if first.next_update() < self.at {
            Err(Rule::Stale(first.next_update()))
        } else {
            Err(Rule::NotYetValid(first.this_update()))
        }
    }

    /// The latest moment at which something signed just now may begin: clocks differ.
    fn latest(&self) -> Date {
        self.at.plus(self.policy.freshness_seconds)
    }

    /// The brand's BCI, believed: signed by the brand CA of this very chain, and in time.
    fn bci(&self, brand_ca: Authority<'_>) -> Result<&'a BrandCrlIdentifier, ChainError> {
        let refuse = |rule| self.links.refuse(brand_ca.certificate, rule);
        let bci = self.material.bci.ok_or_else(|| refuse(Rule::BciMissing))?;
        let signers = signers(
            self.links.crypto,
            self.material,
            self.policy,
            self.at,
            brand_ca,
        )
        .map_err(refuse)?;
        let mut signed = false;
        for signer in &signers {
            signed |= signer.signed_bci(self.links.crypto, bci).map_err(refuse)?;
        }
        if !signed {
            return Err(refuse(Rule::RevocationSignature));
        }
        let list = &bci.to_be_signed;
        if list.bci_not_after < self.at {
            Err(refuse(Rule::Stale(list.bci_not_after)))
        } else if self.latest() < list.bci_not_before {
            Err(refuse(Rule::NotYetValid(list.bci_not_before)))
        } else {
            Ok(bci)
        }
    }

    /// Every CRL that the BCI names is held and in force, those of other issuers included.
    /// What these say is not asked, as nothing in this chain depends on it.
    ///
    /// Not asked for whoever signs CRLs: a list that has run out could never be replaced.
    fn all_listed(&self, bci: &BrandCrlIdentifier) -> Result<(), ChainError> {
        let end_entity = self.links.chain.first().filter(|end_entity| {
            let usage = end_entity.extensions().key_usage;
            !usage.contains(KeyUsage::CRL_SIGN)
        });
        for listed in bci.crls() {
            if let (Err(rule), Some(end_entity)) = (self.in_force(&listed.issuer_name), end_entity)
            {
                return Err(self.links.refuse(end_entity, rule));
            }
        }
        Ok(())
    }

    fn not_on(&self, crl: &Crl, subject: &Certificate) -> Result<(), ChainError> {
        match crl.revoked_since(subject.serial_number()) {
            Some(since) => Err(self.links.refuse(subject, Rule::Revoked(since))),
            None => Ok(()),
        }
    }
}
