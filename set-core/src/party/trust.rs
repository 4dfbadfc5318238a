//! Whom a party believes: roots, and what it holds of certificates, CRLs and BCI.

use std::sync::Arc;

use crate::error::{Error, PeerFault};
use crate::exchange::Context;
use crate::msg::thumbs::{CertThumb, Thumbs};
use crate::path::cache::{self, ChainMemory};
use crate::path::{self, ChainError, Culprit, Material, Purpose, Question, Rule, TrustStore};
use crate::pkcs7::SignedData;
use crate::proof::ChainVerified;
use crate::treatment::Attached;
use crate::x509::ext::{CertificateType, KeyUsage};
use crate::x509::name::Brand;
use crate::x509::{BrandCrlIdentifier, Certificate, Crl, thumbs};

mod absorb;
mod offered;

use self::offered::Offered;
pub(crate) use self::offered::check_bag;

/// Roots, certificates, CRLs and BCI of one brand.
///
/// What comes by message is on offer only while that message is treated, beside what is
/// held. Only a chain that verifies moves its own certificates and CRLs to what is held, so
/// a liar can neither fill the memory nor push out what is true. Nor can a certified party of
/// another brand under the same roots: the BCI stays that of the brand whose BCI came first,
/// which is that of the party's own CA.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// The roots.
    pub roots: TrustStore,
    certificates: Vec<Certificate>,
    crls: Vec<Crl>,
    bci: Option<BrandCrlIdentifier>,
    offered: Offered,
    memory: Option<Arc<dyn ChainMemory>>,
}

impl Trust {
    /// Believes these roots and holds nothing else.
    #[must_use]
    pub fn new(roots: TrustStore) -> Self {
        Self {
            roots,
            ..Self::default()
        }
    }

    /// The same, with chains that verify remembered in `memory`; clones share it.
    #[must_use]
    pub fn remembering(self, memory: Arc<dyn ChainMemory>) -> Self {
        Self {
            memory: Some(memory),
            ..self
        }
    }

    /// The certificates held.
    #[must_use]
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// The CRLs held, the newest of each issuer.
    #[must_use]
    pub fn crls(&self) -> &[Crl] {
        &self.crls
    }

    /// The BCI held.
    #[must_use]
    pub fn bci(&self) -> Option<&BrandCrlIdentifier> {
        self.bci.as_ref()
    }

    /// Holds a certificate.
    pub fn hold(&mut self, certificate: Certificate) {
        if !self.certificates.contains(&certificate) {
            self.certificates.push(certificate);
        }
    }

    /// Holds a CRL unless a newer one of its issuer that verifies is held.
    ///
    /// A CRL is taken only when it is signed by a certificate held, so that a forged one with
    /// a high number cannot push out the true one.
    pub fn hold_crl(&mut self, context: &Context<'_>, crl: Crl) {
        let newer = self
            .crls
            .iter()
            .all(|held| held.issuer() != crl.issuer() || held.number() < crl.number());
        let mut signers = self
            .certificates
            .iter()
            .chain(self.roots.roots())
            .filter(|signer| signer.subject() == crl.issuer() && signs_crls(signer));
        let is_signed_by = |signer: &Certificate| {
            crl.verify_signature(signer.public_key(), context.crypto)
                .is_ok()
        };
        if newer && signers.any(is_signed_by) {
            self.crls.retain(|held| held.issuer() != crl.issuer());
            self.crls.push(crl);
        }
    }

    /// Holds a BCI unless a newer one, or one of another brand, is held; these are dropped in
    /// silence.
    pub fn hold_bci(&mut self, context: &Context<'_>, bci: BrandCrlIdentifier) {
        let signed = self
            .certificates
            .iter()
            .any(|signer| bci.verify_signature(signer, context.crypto).is_ok());
        if signed && bci.supersedes(self.bci.as_ref()) {
            self.bci = Some(bci);
        }
    }

    /// Takes in the certificates and CRLs of a SignedData and the BCI beside it, in place of
    /// what the message before brought.
    ///
    /// # Errors
    ///
    /// unspecifiedFailure when there are more of either than the policy's
    /// [`max_enclosed`](crate::policy::Policy::max_enclosed). Elements that do not parse are left
    /// out; a chain that needs them will say that they are missing.
    pub fn learn(
        &mut self,
        context: &Context<'_>,
        signed: &SignedData,
        bci: Option<&BrandCrlIdentifier>,
    ) -> Result<(), Error> {
        self.offered = Offered::with(context, signed, bci)?;
        self.adopt_successors(context);
        Ok(())
    }

    /// Takes in the roots on offer that one of ours announces, and those that they announce.
    /// Nothing else is asked of them: the announcement names their keys.
    fn adopt_successors(&mut self, context: &Context<'_>) {
        let on_offer: Vec<Certificate> = self
            .offered
            .certificates
            .iter()
            .filter(|certificate| certificate.is_self_issued())
            .cloned()
            .collect();
        for _ in &on_offer {
            let mut adopted = false;
            for root in &on_offer {
                adopted |= self.roots.adopt(context.crypto, root);
            }
            if !adopted {
                break;
            }
        }
    }

    /// The thumbprints of what is held, for a request; none when nothing is.
    ///
    /// Certificates of cardholders and merchants are not among them, not even our own: the
    /// request may be in clear, and would tell where its sender was before.
    ///
    /// # Errors
    ///
    /// [`Error::X509`], never in practice.
    pub fn thumbs(&self, context: &Context<'_>) -> Result<Option<Thumbs>, Error> {
        let bcis: Vec<BrandCrlIdentifier> = self.bci.iter().cloned().collect();
        let successors = self.roots.successors(context.crypto).cloned();
        let certificates: Vec<Certificate> = self
            .certificates
            .iter()
            .filter(|certificate| !is_customer(certificate))
            .cloned()
            .chain(successors)
            .collect();
        Ok(thumbs::thumbs_of(
            &certificates,
            &self.crls,
            &bcis,
            context.crypto,
        )?)
    }

    /// Verifies a chain from what is held and on offer.
    ///
    /// # Errors
    ///
    /// [`Error::Certificate`].
    pub fn verify(
        &self,
        context: &Context<'_>,
        certificate: &Certificate,
        purpose: Purpose,
        brand: Option<&Brand>,
    ) -> Result<ChainVerified, Error> {
        let question = Question {
            certificate,
            purpose,
            brand,
            at: context.now,
        };
        let (certificates, crls) = (&self.offered.certificates, &self.offered.crls);
        self.verify_among(context, certificates, crls, &question)
            .or_else(|error| {
                let sifted = self.offered.sifted(context, self.issuers());
                if !self.offered.is_more_than(sifted) {
                    return Err(error);
                }
                let (certificates, crls) = (&sifted.certificates, &sifted.crls);
                self.verify_among(context, certificates, crls, &question)
                    .map_err(|_| error)
            })
            .map_err(Error::from)
    }

    /// Verifies a chain from what is held and these certificates and CRLs.
    fn verify_among(
        &self,
        context: &Context<'_>,
        certificates: &[Certificate],
        crls: &[Crl],
        question: &Question<'_>,
    ) -> Result<ChainVerified, ChainError> {
        let certificates = [&*self.certificates, certificates].concat();
        let crls = [&*self.crls, crls].concat();
        let attempt = |bci| {
            let material = Material {
                roots: &self.roots,
                certificates: &certificates,
                crls: &crls,
                bci,
            };
            let (crypto, policy) = (context.crypto, context.policy);
            match &self.memory {
                Some(memory) => cache::verify(&**memory, crypto, policy, &material, question),
                None => path::verify(crypto, policy, &material, question),
            }
        };
        // A newer BCI on offer counts if it is believed; a forged one must not stand in the
        // way of the true one that is held. One of another brand says nothing of this chain.
        let brand = question.certificate.brand().ok();
        let of_brand =
            |bci: &&BrandCrlIdentifier| brand.as_ref().is_none_or(|it| *it == bci.brand());
        let held = self.bci.as_ref().filter(of_brand);
        let on_offer = self.offered.bci.as_ref().filter(of_brand);
        let newer = on_offer.filter(|offered| offered.supersedes(held));
        match newer.map(|offered| attempt(Some(offered))) {
            Some(Err(error)) if error.rule == Rule::RevocationSignature && held.is_some() => {}
            Some(outcome) => return outcome,
            None => {}
        }
        attempt(held)
    }

    /// The roots, and what is held.
    fn issuers(&self) -> impl Iterator<Item = &Certificate> {
        self.roots.roots().iter().chain(&self.certificates)
    }

    /// Moves what made a chain believable from on offer to held: its certificates (but a
    /// cardholder's own), the CRLs of its CAs, and the BCI.
    fn settle(&mut self, context: &Context<'_>, verified: &ChainVerified) {
        let chain = verified.chain();
        let cardholder = verified.purpose() == Purpose::CardholderSignature;
        for certificate in chain.iter().skip(usize::from(cardholder)) {
            if !certificate.is_self_issued() {
                self.hold(certificate.clone());
            }
        }
        let offered = std::mem::take(&mut self.offered);
        // Whoever signs certificates or CRLs and was certified by this chain's CAs or a root:
        // what they list concerns chains to come, as does a CA that a new root certifies anew.
        let is_new_ca = |signer: &&Certificate| {
            let is_ca = signs_crls(signer) || signer.extensions().basic_constraints.ca;
            is_ca && !signer.is_self_issued()
        };
        let (certificates, crls) = offered.best_known();
        for signer in certificates.iter().filter(is_new_ca) {
            if self.certificates.contains(signer) {
                continue;
            }
            let certified = chain
                .iter()
                .chain(self.roots.roots())
                .filter(|above| above.subject() == signer.issuer())
                .any(|above| {
                    signer
                        .verify_signature(above.public_key(), context.crypto)
                        .is_ok()
                });
            if certified {
                self.hold(signer.clone());
            }
        }
        for crl in crls {
            self.hold_crl(context, crl.clone());
        }
        if let Some(bci) = &offered.bci {
            self.hold_bci(context, bci.clone());
        }
        self.offered = offered;
    }

    /// What is held and on offer.
    pub(crate) fn at_hand(&self) -> impl Iterator<Item = &Certificate> {
        self.certificates.iter().chain(&self.offered.certificates)
    }

    /// Finds and verifies the certificate of the one signer of a SignedData.
    ///
    /// # Errors
    ///
    /// missingCertificate when it is not held; signatureFailure unless there is exactly one
    /// signer; whatever is wrong with its chain.
    pub fn signer(
        &mut self,
        context: &Context<'_>,
        signed: &SignedData,
        purpose: Purpose,
    ) -> Result<ChainVerified, Error> {
        let [info] = &*signed.signer_infos else {
            return Err(PeerFault::SignatureFailure("exactly one signature belongs here").into());
        };
        let pointer = &info.issuer_and_serial_number;
        // A brand CA has two certificates of one name, number and key after a change of
        // roots.
        let pointed_at = self.candidates(context, |certificate| {
            certificate.issuer_and_serial_number() == pointer
        });
        let verified = self.first_believed(context, &pointed_at, purpose, None)?;
        let verified = verified.ok_or_else(|| ChainError {
            certificate: Box::new(Culprit::pointed_at(pointer)),
            rule: Rule::Missing,
        })?;
        self.settle(context, &verified);
        Ok(verified)
    }

    /// Finds a certificate by thumbprint and verifies it.
    ///
    /// # Errors
    ///
    /// missingCertificate; whatever is wrong with its chain.
    pub fn by_thumb(
        &mut self,
        context: &Context<'_>,
        thumb: &CertThumb,
        purpose: Purpose,
    ) -> Result<ChainVerified, Error> {
        // The thumbprint leaves the signature out, so several may have it.
        let named = self.candidates(context, |certificate| {
            thumbs::names(thumb, certificate, context.crypto)
        });
        let verified = self
            .first_believed(context, &named, purpose, None)?
            .ok_or(PeerFault::MissingCertificate("the thumbprint given"))?;
        self.settle(context, &verified);
        Ok(verified)
    }

    /// The certificates at hand that are `wanted`, those held first, and no more than the
    /// policy's candidates. Where there are more, those that no CA has signed are left out.
    pub(crate) fn candidates(
        &self,
        context: &Context<'_>,
        wanted: impl Fn(&Certificate) -> bool,
    ) -> Vec<Certificate> {
        let most = context.policy.max_candidates;
        let mut found: Vec<&Certificate> = self.at_hand().filter(|it| wanted(it)).collect();
        if found.len() > most {
            let sifted = self.offered.sifted(context, self.issuers());
            let signed = self.certificates.iter().chain(&sifted.certificates);
            found = signed.filter(|it| wanted(it)).collect();
        }
        found.into_iter().take(most).cloned().collect()
    }

    /// The first of the certificates whose chain verifies; none if there are no certificates.
    ///
    /// # Errors
    ///
    /// What is wrong with the first, if with all.
    pub(crate) fn first_believed(
        &self,
        context: &Context<'_>,
        certificates: &[Certificate],
        purpose: Purpose,
        brand: Option<&Brand>,
    ) -> Result<Option<ChainVerified>, Error> {
        let mut failure = None;
        for certificate in certificates {
            match self.verify(context, certificate, purpose, brand) {
                Ok(verified) => return Ok(Some(verified)),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        failure.map_or(Ok(None), Err)
    }

    /// The certificate held for a purpose and brand that holds longest.
    ///
    /// # Errors
    ///
    /// missingCertificate when there is none; whatever is wrong with the one that fits best.
    pub fn held_for(
        &self,
        context: &Context<'_>,
        purpose: Purpose,
        brand: &Brand,
    ) -> Result<ChainVerified, Error> {
        self.longest(context, purpose, brand, |_| true)
    }

    /// The certificate held with this thumbprint, or one that took its place: of those of its
    /// subject the one that holds longest.
    ///
    /// # Errors
    ///
    /// missingCertificate; whatever is wrong with the one that fits best.
    pub fn held_as(
        &self,
        context: &Context<'_>,
        thumb: &CertThumb,
        purpose: Purpose,
        brand: &Brand,
    ) -> Result<ChainVerified, Error> {
        let mut held = self.certificates.iter();
        let named = held.find(|held| held.thumbprint(context.crypto) == thumb.thumbprint);
        let subject = named
            .ok_or(PeerFault::MissingCertificate("the thumbprint given"))?
            .subject();
        self.longest(context, purpose, brand, |held| held.subject() == subject)
    }

    fn longest(
        &self,
        context: &Context<'_>,
        purpose: Purpose,
        brand: &Brand,
        fits: impl Fn(&Certificate) -> bool,
    ) -> Result<ChainVerified, Error> {
        let mut fitting: Vec<Certificate> = self
            .certificates
            .iter()
            .filter(|certificate| {
                let extensions = certificate.extensions();
                purpose.admits(extensions.certificate_type)
                    && extensions.key_usage.contains(purpose.key_usage())
                    && certificate.brand().is_ok_and(|theirs| theirs == *brand)
                    && fits(certificate)
            })
            .cloned()
            .collect();
        fitting.sort_by_key(|certificate| certificate.not_after());
        fitting.reverse();
        self.first_believed(context, &fitting, purpose, Some(brand))?
            .ok_or_else(|| PeerFault::MissingCertificate("this purpose").into())
    }

    /// What travels with a response: the chains of `certificates`, all CRLs held with the
    /// certificates that signed them, roots that succeed others, and the BCI, less what the requester's thumbprints show that it holds.
    ///
    /// # Errors
    ///
    /// None at present.
    pub fn attach(
        &self,
        context: &Context<'_>,
        certificates: &[&Certificate],
        requester: Option<&Thumbs>,
    ) -> Result<(Attached, Option<BrandCrlIdentifier>), Error> {
        let mut chains: Vec<Certificate> = Vec::new();
        for certificate in certificates {
            self.collect_chain(certificate, context.policy.max_chain, &mut chains);
        }
        for crl in &self.crls {
            let signers = self.certificates.iter().filter(|held| {
                held.subject() == crl.issuer() && signs_crls(held) && !held.is_self_issued()
            });
            for signer in signers {
                if !chains.contains(signer) {
                    chains.push(signer.clone());
                }
            }
        }
        chains.extend(self.roots.successors(context.crypto).cloned());
        let to_send = thumbs::to_send(
            requester,
            &chains,
            &self.crls,
            self.bci.as_ref(),
            context.crypto,
        );
        let attached = Attached {
            certificates: to_send
                .certificates
                .iter()
                .map(Certificate::to_opaque)
                .collect(),
            crls: to_send.crls.iter().map(Crl::to_opaque).collect(),
        };
        Ok((attached, to_send.bci))
    }

    /// Adds a certificate and those held above it, down to but without the root.
    fn collect_chain(
        &self,
        certificate: &Certificate,
        depth: usize,
        chains: &mut Vec<Certificate>,
    ) {
        if depth == 0 || certificate.is_self_issued() || chains.contains(certificate) {
            return;
        }
        chains.push(certificate.clone());
        for above in &self.certificates {
            if above.subject() == certificate.issuer() {
                self.collect_chain(above, depth - 1, chains);
            }
        }
    }
}

/// Whether it is a cardholder's or a merchant's.
fn is_customer(certificate: &Certificate) -> bool {
    certificate
        .extensions()
        .certificate_type
        .intersects(CertificateType::CARD.and(CertificateType::MER))
}

fn signs_crls(certificate: &Certificate) -> bool {
    certificate
        .extensions()
        .key_usage
        .contains(KeyUsage::CRL_SIGN)
}
