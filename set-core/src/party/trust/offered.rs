//! What the message under treatment brought, and which of it a CA really signed.

use std::sync::OnceLock;

use super::signs_crls;
use crate::asn1::{Opaque, SeqOf};
use crate::error::{Error, PeerFault};
use crate::exchange::Context;
use crate::pkcs7::SignedData;
use crate::x509::{BrandCrlIdentifier, Certificate, Crl};

/// What a message brought.
///
/// Certificates and CRLs beside a message are under no signature of its sender's, so anybody
/// on the way may have added to them. As the search for a chain looks at a bounded number of
/// candidates, what was added could stand in front of what is true. So where a chain
/// fails, only what is [sifted](Self::sifted) is looked at once more.
#[derive(Clone, Debug, Default)]
pub(super) struct Offered {
    pub(super) certificates: Vec<Certificate>,
    pub(super) crls: Vec<Crl>,
    pub(super) bci: Option<BrandCrlIdentifier>,
    sifted: OnceLock<Sifted>,
}

/// The certificates and CRLs on offer that a key of a root, of a CA held or of another CA among
/// them has signed.
#[derive(Clone, Debug, Default)]
pub(super) struct Sifted {
    pub(super) certificates: Vec<Certificate>,
    pub(super) crls: Vec<Crl>,
}

impl Offered {
    /// What came with a SignedData. Elements that do not parse are left out; a chain that
    /// needs them will say that they are missing.
    ///
    /// # Errors
    ///
    /// unspecifiedFailure when there are more of either than the policy's
    /// [`max_enclosed`](crate::policy::Policy::max_enclosed).
    pub(super) fn with(
        context: &Context<'_>,
        signed: &SignedData,
        bci: Option<&BrandCrlIdentifier>,
    ) -> Result<Self, Error> {
        check_bag(context, signed)?;
        let rules = &context.policy.key_rules;
        let octets = |bag: Option<&SeqOf<Opaque, 0>>| -> Vec<Opaque> {
            bag.into_iter().flatten().cloned().collect()
        };
        Ok(Self {
            certificates: octets(signed.certificates.as_ref())
                .iter()
                .filter_map(|octets| Certificate::parse(octets.as_octets(), rules).ok())
                .collect(),
            crls: octets(signed.crls.as_ref())
                .iter()
                .filter_map(|octets| Crl::parse(octets.as_octets()).ok())
                .collect(),
            bci: bci.cloned(),
            sifted: OnceLock::new(),
        })
    }

    /// What is left when all that no CA signed is taken out, worked out once.
    ///
    /// It goes from the top down: only what is signed by something believed is asked about
    /// what it signed. So each certificate or CRL costs a signature for each key of the one
    /// name that it gives as its issuer's, which are few, as nobody but a CA can make them.
    pub(super) fn sifted<'a>(
        &'a self,
        context: &Context<'_>,
        believed: impl Iterator<Item = &'a Certificate>,
    ) -> &'a Sifted {
        self.sifted.get_or_init(|| self.sift(context, believed))
    }

    /// The certificates and CRLs on offer, sifted if they are by now.
    pub(super) fn best_known(&self) -> (&[Certificate], &[Crl]) {
        match self.sifted.get() {
            Some(sifted) => (&sifted.certificates, &sifted.crls),
            None => (&self.certificates, &self.crls),
        }
    }

    /// Whether there is less in `sifted` than on offer.
    pub(super) fn is_more_than(&self, sifted: &Sifted) -> bool {
        self.certificates.len() > sifted.certificates.len() || self.crls.len() > sifted.crls.len()
    }

    fn sift<'a>(
        &'a self,
        context: &Context<'_>,
        believed: impl Iterator<Item = &'a Certificate>,
    ) -> Sifted {
        let mut left = SIGNATURES_EACH.saturating_mul(context.policy.max_enclosed);
        let mut believed: Vec<&Certificate> = believed.filter(|signer| signs(signer)).collect();
        let mut open: Vec<&Certificate> = Vec::new();
        for certificate in &self.certificates {
            if !open.contains(&certificate) {
                open.push(certificate);
            }
        }
        let mut sifted = Sifted::default();
        let mut next = 0;
        while let Some(issuer) = believed.get(next).copied() {
            next += 1;
            let mut signed = Vec::new();
            open.retain(|certificate| {
                let named = certificate.issuer() == issuer.subject();
                if !named || !issuer.extensions().basic_constraints.ca || left == 0 {
                    return true;
                }
                left -= 1;
                let key = issuer.public_key();
                let fits = certificate.verify_signature(key, context.crypto).is_ok();
                if fits {
                    signed.push(*certificate);
                }
                !fits
            });
            sifted.certificates.extend(signed.iter().copied().cloned());
            believed.extend(signed.into_iter().filter(|signer| signs(signer)));
        }
        for crl in &self.crls {
            let named = |signer: &&&Certificate| {
                signer.subject() == crl.issuer() && signs_crls(signer) && left > 0
            };
            let mut tried = 0;
            let fits = believed.iter().filter(named).any(|signer| {
                tried += 1;
                let key = signer.public_key();
                crl.verify_signature(key, context.crypto).is_ok()
            });
            left = left.saturating_sub(tried);
            if fits && !sifted.crls.contains(crl) {
                sifted.crls.push(crl.clone());
            }
        }
        sifted
    }
}

/// Refuses a SignedData with more certificates or CRLs than the policy takes from one message,
/// before anything else is done with it.
///
/// # Errors
///
/// unspecifiedFailure.
pub(crate) fn check_bag(context: &Context<'_>, signed: &SignedData) -> Result<(), Error> {
    let count = |bag: &Option<SeqOf<Opaque, 0>>| bag.as_deref().map_or(0, <[_]>::len);
    if count(&signed.certificates).max(count(&signed.crls)) > context.policy.max_enclosed {
        return Err(PeerFault::Unspecified("too many certificates or CRLs are enclosed").into());
    }
    Ok(())
}

fn signs(certificate: &Certificate) -> bool {
    certificate.extensions().basic_constraints.ca || signs_crls(certificate)
}

/// Signatures verified while sifting, on average for each element that the policy allows. An
/// honest CA has one or two keys of each kind under its name.
const SIGNATURES_EACH: usize = 4;
