//! The certificates with which a CA of a chain may sign its CRLs.

use crate::asn1::Date;
use crate::crypto::CryptoProvider;
use crate::path::{Material, Rule, build, signature, validity};
use crate::policy::Policy;
use crate::x509::ext::{AuthorityKeyIdentifier, KeyUsage};
use crate::x509::{BrandCrlIdentifier, Certificate, Crl};

/// A CA of the chain.
#[derive(Clone, Copy)]
pub(super) struct Authority<'a> {
    /// Its certificate in the chain.
    pub(super) certificate: &'a Certificate,
    /// Who certified it; itself, if it is the root.
    pub(super) issuer: &'a Certificate,
    /// The believed CRL of that issuer; none while it is the root's own that is wanted.
    pub(super) issuer_crl: Option<&'a Crl>,
}

impl<'a> Authority<'a> {
    pub(super) fn root(root: &'a Certificate) -> Self {
        Self {
            certificate: root,
            issuer: root,
            issuer_crl: None,
        }
    }
}

/// A certificate that may sign the CRLs of a CA.
pub(super) struct Signer<'a>(&'a Certificate);

/// The CA's certificate in the chain, if its key does both, and others that the same issuer
/// gave to the same name for signing CRLs.
pub(super) fn signers<'a>(
    crypto: &dyn CryptoProvider,
    material: &Material<'a>,
    policy: &Policy,
    at: Date,
    authority: Authority<'a>,
) -> Result<Vec<Signer<'a>>, Rule> {
    let own = authority.certificate;
    let siblings = material.certificates.iter().filter(|sibling| {
        *sibling != own
            && sibling.subject() == own.subject()
            && sibling.issuer() == authority.issuer.subject()
            && signs_crls(sibling)
    });
    let mut signers: Vec<Signer<'a>> = Some(own)
        .filter(|own| signs_crls(own))
        .into_iter()
        .map(Signer)
        .collect();
    for sibling in siblings.take(policy.max_candidates) {
        if believed(crypto, sibling, authority, at)? {
            signers.push(Signer(sibling));
        }
    }
    Ok(signers)
}

/// Whether the rules hold for another certificate of a CA of the chain.
fn believed(
    crypto: &dyn CryptoProvider,
    sibling: &Certificate,
    authority: Authority<'_>,
    at: Date,
) -> Result<bool, Rule> {
    let (ours, own) = (sibling.extensions(), authority.certificate.extensions());
    let not_revoked = |crl: &Crl| crl.revoked_since(sibling.serial_number()).is_none();
    let fits = ours.certificate_type == own.certificate_type
        && ours.unknown_critical.is_empty()
        && !ours.has_policy_mappings
        && build::points_at(sibling, authority.issuer)
        && validity::in_force(sibling, at).is_ok()
        && authority.issuer_crl.is_some_and(not_revoked);
    if !fits {
        return Ok(false);
    }
    signature::holds(sibling.verify_signature(authority.issuer.public_key(), crypto))
}

impl Signer<'_> {
    pub(super) fn signed_crl(&self, crypto: &dyn CryptoProvider, crl: &Crl) -> Result<bool, Rule> {
        let fits = self.is_named(crl.authority_key_identifier())
            && !crl.has_unknown_critical()
            && validity::could_sign(self.0, crl.this_update());
        if !fits {
            return Ok(false);
        }
        signature::holds(crl.verify_signature(self.0.public_key(), crypto))
    }

    pub(super) fn signed_bci(
        &self,
        crypto: &dyn CryptoProvider,
        bci: &BrandCrlIdentifier,
    ) -> Result<bool, Rule> {
        let fits = self.is_named(bci.authority_key_identifier().as_ref())
            && !bci.has_unknown_critical()
            && validity::could_sign(self.0, bci.to_be_signed.bci_not_before);
        if !fits {
            return Ok(false);
        }
        signature::holds(bci.verify_signature(self.0, crypto))
    }

    /// Whether the identifier, where it says something, says this certificate.
    fn is_named(&self, identifier: Option<&AuthorityKeyIdentifier>) -> bool {
        identifier
            .and_then(AuthorityKeyIdentifier::signer)
            .is_none_or(|signer| signer == *self.0.issuer_and_serial_number())
    }
}

fn signs_crls(certificate: &Certificate) -> bool {
    certificate
        .extensions()
        .key_usage
        .contains(KeyUsage::CRL_SIGN)
}
