//! Whom a party believes: roots, and what it holds of certificates, CRLs and BCI.

use std::sync::Arc;

use crate::asn1::Opaque;
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

/// Certificates, and CRLs, taken from one message.
pub(crate) const TAKEN_AT_ONCE: usize = 32;

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

/// What the message under treatment brought.
#[derive(Clone, Debug, Default)]
struct Offered {
    certificates: Vec<Certificate>,
    crls: Vec<Crl>,
    bci: Option<BrandCrlIdentifier>,
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
        let held = self.certificates.iter().chain(self.roots.roots());
        let signed = held
            .filter(|signer| signer.subject() == crl.issuer() && signs_crls(signer))
            .any(|signer| {
                crl.verify_signature(signer.public_key(), context.crypto)
                    .is_ok()
            });
        let newer = self
            .crls
            .iter()
            .all(|held| held.issuer() != crl.issuer() || held.number() < crl.number());
        if signed && newer {
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
    /// unspecifiedFailure when there are more than 32 of either: a hostile bag. Elements that
    /// do not parse are left out; a chain that needs them will say that they are missing.
    pub fn learn(
        &mut self,
        context: &Context<'_>,
        signed: &SignedData,
        bci: Option<&BrandCrlIdentifier>,
    ) -> Result<(), Error> {
        let bag = |elements: Option<&crate::asn1::SeqOf<Opaque, 0>>| -> Result<Vec<Opaque>, Error> {
            let elements: Vec<Opaque> = elements.into_iter().flatten().cloned().collect();
            if elements.len() > TAKEN_AT_ONCE {
                return Err(PeerFault::Unspecified("more than 32 certificates or CRLs").into());
            }
            Ok(elements)
        };
        let rules = &context.policy.key_rules;
        self.offered = Offered {
            certificates: bag(signed.certificates.as_ref())?
                .iter()
                .filter_map(|octets| Certificate::parse(octets.as_octets(), rules).ok())
                .collect(),
            crls: bag(signed.crls.as_ref())?
                .iter()
                .filter_map(|octets| Crl::parse(octets.as_octets()).ok())
                .collect(),
            bci: bci.cloned(),
        };
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
        let certificates = [&*self.certificates, &*self.offered.certificates].concat();
        let crls = [&*self.crls, &*self.offered.crls].concat();
        let attempt = |bci| {
            let material = Material {
                roots: &self.roots,
                certificates: &certificates,
                crls: &crls,
                bci,
            };
            let question = Question {
                certificate,
                purpose,
                brand,
                at: context.now,
            };
            let (crypto, policy) = (context.crypto, context.policy);
            match &self.memory {
                Some(memory) => cache::verify(&**memory, crypto, policy, &material, &question),
                None => path::verify(crypto, policy, &material, &question),
            }
        };
        // A newer BCI on offer counts if it is believed; a forged one must not stand in the
        // way of the true one that is held. One of another brand says nothing of this chain.
        let brand = certificate.brand().ok();
        let of_brand =
            |bci: &&BrandCrlIdentifier| brand.as_ref().is_none_or(|it| *it == bci.brand());
        let held = self.bci.as_ref().filter(of_brand);
        let on_offer = self.offered.bci.as_ref().filter(of_brand);
        let newer = on_offer.filter(|offered| offered.supersedes(held));
        match newer.map(|offered| attempt(Some(offered))) {
            Some(Err(error)) if error.rule == Rule::RevocationSignature && held.is_some() => {}
            Some(outcome) => return Ok(outcome?),
            None => {}
        }
        Ok(attempt(held)?)
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
        for signer in &offered.certificates {
            let certified = chain
                .iter()
                .chain(self.roots.roots())
                .filter(|above| above.subject() == signer.issuer())
                .any(|above| {
                    signer
                        .verify_signature(above.public_key(), context.crypto)
                        .is_ok()
                });
            let is_ca = signs_crls(signer) || signer.extensions().basic_constraints.ca;
            if certified && is_ca && !signer.is_self_issued() {
                self.hold(signer.clone());
            }
        }
        for crl in &offered.crls {
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
        let mut failure = None;
        let pointed_at: Vec<Certificate> = self
            .at_hand()
            .filter(|certificate| certificate.issuer_and_serial_number() == pointer)
            .take(context.policy.max_candidates)
            .cloned()
            .collect();
        for certificate in pointed_at {
            match self.verify(context, &certificate, purpose, None) {
                Ok(verified) => {
                    self.settle(context, &verified);
                    return Ok(verified);
                }
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        Err(failure.unwrap_or_else(|| {
            ChainError {
                certificate: Box::new(Culprit::pointed_at(pointer)),
                rule: Rule::Missing,
            }
            .into()
        }))
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
        let certificate = self
            .at_hand()
            .find(|certificate| thumbs::names(thumb, certificate, context.crypto))
            .cloned()
            .ok_or(PeerFault::MissingCertificate("the thumbprint given"))?;
        let verified = self.verify(context, &certificate, purpose, None)?;
        self.settle(context, &verified);
        Ok(verified)
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
        let mut fitting: Vec<&Certificate> = self
            .certificates
            .iter()
            .filter(|certificate| {
                let extensions = certificate.extensions();
                purpose.admits(extensions.certificate_type)
                    && extensions.key_usage.contains(purpose.key_usage())
                    && certificate.brand().is_ok_and(|theirs| theirs == *brand)
                    && fits(certificate)
            })
            .collect();
        fitting.sort_by_key(|certificate| certificate.not_after());
        let mut failure = None;
        for certificate in fitting.into_iter().rev() {
            match self.verify(context, certificate, purpose, Some(brand)) {
                Ok(verified) => return Ok(verified),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        Err(failure.unwrap_or_else(|| PeerFault::MissingCertificate("this purpose").into()))
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
