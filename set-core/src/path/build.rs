//! Finding chains among the certificates at hand, within bounds.
//!
//! A depth-first search upwards by names, certificates that authorityKeyIdentifier names
//! first. It goes back where a chain ends nowhere or fails a rule: after a change of roots
//! two certificates of one brand CA may bear the same name and number, and only one of them
//! leads to a root that still holds. Every certificate looked at as somebody's issuer
//! counts against the policy's bound, over all chains together, so a hostile bag costs no
//! more than that many steps.

use super::{ChainError, Culprit, Material, Rule};
use crate::crypto::CryptoProvider;
use crate::pkcs7::Name;
use crate::policy::Policy;
use crate::x509::Certificate;
use crate::x509::ext::KeyUsage;

/// The search for the chains of one certificate.
pub(super) struct Search<'a> {
    crypto: &'a dyn CryptoProvider,
    policy: &'a Policy,
    material: &'a Material<'a>,
    end_entity: &'a Certificate,
    /// Partial chains not yet extended, from the end entity upwards; the next one last.
    open: Vec<Vec<&'a Certificate>>,
    candidates: usize,
    /// The issuers looked for so far.
    names: Vec<&'a Name>,
    /// Where the search first ended without a chain.
    dead_end: Option<ChainError>,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        crypto: &'a dyn CryptoProvider,
        policy: &'a Policy,
        material: &'a Material<'a>,
        end_entity: &'a Certificate,
    ) -> Self {
        Self {
            crypto,
            policy,
            material,
            end_entity,
            open: vec![vec![end_entity]],
            candidates: 0,
            names: Vec::new(),
            dead_end: None,
        }
    }

    /// The next chain that ends in a trusted root, the end entity first; none when there
    /// are no more.
    ///
    /// # Errors
    ///
    /// [`Rule::TooManyCandidates`].
    pub(super) fn next_chain(&mut self) -> Result<Option<Vec<Certificate>>, ChainError> {
        while let Some(partial) = self.open.pop() {
            let Some(top) = partial.last().copied() else {
                continue;
            };
            if top.is_self_issued() {
                if self.material.roots.believes(self.crypto, top) {
                    return Ok(Some(partial.into_iter().cloned().collect()));
                }
                self.ends_at(top, Rule::UntrustedRoot);
            } else if partial.len() >= self.policy.max_chain {
                self.ends_at(top, Rule::TooLong(self.policy.max_chain));
            } else {
                self.extend(&partial, top)?;
            }
        }
        Ok(None)
    }

    /// The issuers looked for on the way to `chain`, and its root: the certificates of these
    /// names are all that the search and rule 10 looked at.
    pub(super) fn names(&self, chain: &[Certificate]) -> Vec<Name> {
        let root = chain.last().map(Certificate::subject);
        let root = root.filter(|root| !self.names.contains(root));
        self.names.iter().copied().chain(root).cloned().collect()
    }

    /// Why there is no chain at all.
    pub(super) fn nothing_found(self) -> ChainError {
        self.dead_end.unwrap_or_else(|| ChainError {
            certificate: Box::new(Culprit::issuer_of(self.end_entity)),
            rule: Rule::Missing,
        })
    }

    /// Opens the search above each possible issuer of `top`.
    fn extend(
        &mut self,
        partial: &[&'a Certificate],
        top: &'a Certificate,
    ) -> Result<(), ChainError> {
        let material = self.material;
        if !self.names.contains(&top.issuer()) {
            self.names.push(top.issuer());
        }
        let mut found: Vec<&Certificate> = Vec::new();
        for candidate in material.roots.roots().iter().chain(material.certificates) {
            let usage = candidate.extensions().key_usage;
            let fits = candidate.subject() == top.issuer()
                && (usage.contains(KeyUsage::KEY_CERT_SIGN) || points_at(top, candidate));
            if !fits || partial.contains(&candidate) || found.contains(&candidate) {
                continue;
            }
            self.candidates += 1;
            if self.candidates > self.policy.max_candidates {
                let rule = Rule::TooManyCandidates(self.policy.max_candidates);
                return Err(self.refuse(top, rule));
            }
            found.push(candidate);
        }
        if found.is_empty() {
            self.dead_end.get_or_insert_with(|| ChainError {
                certificate: Box::new(Culprit::issuer_of(top)),
                rule: Rule::Missing,
            });
        }
        // What is to be tried first goes on the stack last, whole groups in their order.
        let (named, others): (Vec<_>, Vec<_>) = found
            .into_iter()
            .partition(|candidate| points_at(top, candidate));
        for candidate in named.into_iter().chain(others).rev() {
            let mut longer = partial.to_vec();
            longer.push(candidate);
            self.open.push(longer);
        }
        Ok(())
    }

    fn ends_at(&mut self, top: &Certificate, rule: Rule) {
        if self.dead_end.is_none() {
            self.dead_end = Some(self.refuse(top, rule));
        }
    }

    fn refuse(&self, certificate: &Certificate, rule: Rule) -> ChainError {
        ChainError {
            certificate: Box::new(Culprit::of(self.crypto, certificate)),
            rule,
        }
    }
}

/// Whether the authorityKeyIdentifier of `subject` names `issuer`.
pub(super) fn points_at(subject: &Certificate, issuer: &Certificate) -> bool {
    subject
        .extensions()
        .authority_key_identifier
        .as_ref()
        .and_then(|identifier| identifier.signer())
        .is_some_and(|signer| signer == *issuer.issuer_and_serial_number())
}
