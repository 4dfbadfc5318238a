//! Chains from what came and what is held, up to a root that is believed.

use set_core::exchange::Context;
use set_core::party::Trust;
use set_core::x509::Certificate;
use set_core::x509::ext::AuthorityKeyIdentifier;
use set_core::x509::lint::{self, Severity};

use super::Bundle;
use crate::ceremony::fault::CeremonyFault;

/// Certificates that may be above others.
pub(super) struct Chains<'a> {
    context: &'a Context<'a>,
    roots: Vec<Certificate>,
    others: Vec<Certificate>,
}

impl<'a> Chains<'a> {
    pub(super) fn of(context: &'a Context<'a>, trust: &Trust, bundle: &Bundle) -> Self {
        let others = trust.certificates().iter().chain(&bundle.certificates);
        Self {
            context,
            roots: trust.roots.roots().to_vec(),
            others: others
                .filter(|one| !one.is_self_issued())
                .cloned()
                .collect(),
        }
    }

    /// Refuses unless every certificate that came has a chain to a root that is believed,
    /// all of it inside of the profile and in force.
    pub(super) fn check_all(&self, bundle: &Bundle) -> Result<(), CeremonyFault> {
        for certificate in &bundle.certificates {
            self.check(certificate)?;
        }
        Ok(())
    }

    fn check(&self, certificate: &Certificate) -> Result<(), CeremonyFault> {
        let refuse = |why: String| CeremonyFault::Chain {
            subject: certificate.subject().to_string(),
            why,
        };
        let now = self.context.now;
        if now < certificate.not_before() || certificate.not_after() < now {
            return Err(refuse("it is not in force".to_owned()));
        }
        let issuer = if certificate.is_self_issued() {
            certificate.clone()
        } else {
            self.issuer(certificate)
                .ok_or_else(|| refuse("its issuer's certificate is not at hand".to_owned()))?
        };
        let findings = lint::lint(
            certificate.octets(),
            Some(issuer.octets()),
            self.context.crypto,
        );
        if let Some(finding) = findings
            .iter()
            .find(|finding| finding.severity == Severity::Error)
        {
            return Err(refuse(finding.to_string()));
        }
        let ends = self
            .above(certificate)
            .last()
            .is_some_and(|last| self.roots.contains(last));
        if ends || self.roots.contains(certificate) {
            Ok(())
        } else {
            Err(refuse(
                "its chain ends at no root that is believed".to_owned(),
            ))
        }
    }

    /// The certificates above, the issuer first, as far as they are at hand.
    pub(super) fn above(&self, certificate: &Certificate) -> Vec<Certificate> {
        let mut chain: Vec<Certificate> = Vec::new();
        while let Some(issuer) = self.issuer(chain.last().unwrap_or(certificate)) {
            if chain.len() >= self.context.policy.max_chain {
                break;
            }
            chain.push(issuer);
        }
        chain
    }

    /// The certificate that a certificate names as its issuer's and that signed it.
    fn issuer(&self, certificate: &Certificate) -> Option<Certificate> {
        let identifier = certificate.extensions().authority_key_identifier.as_ref();
        let named = identifier.and_then(AuthorityKeyIdentifier::signer)?;
        self.roots
            .iter()
            .chain(&self.others)
            .find(|one| {
                *one.issuer_and_serial_number() == named
                    && one.subject() == certificate.issuer()
                    && certificate
                        .verify_signature(one.public_key(), self.context.crypto)
                        .is_ok()
            })
            .cloned()
    }
}
