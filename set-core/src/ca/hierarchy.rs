//! Making the CAs, from the root down, in any shape that SET allows.
//!
//! ```text
//! root ─┬─ brand CA ─┬─ [geopolitical CAs] ─┬─ cardholder CA
//!       ├─ brand CA  │                      ├─ merchant CA
//!       └─ …         └──────────────────────┴─ gateway CA
//! ```
//!
//! A [`Plan`] says which; [`Hierarchy::make`] makes them all at once, with [`certify`] for
//! each certificate. CAs that are made apart, each on a machine of its own, are certified with it too.
//!
//! The root's key has 2048 bits, all others 1024. A CA for end entities may certify several
//! kinds of them. It has keys for certificates, CRLs, messages and envelopes; those that
//! certify CAs have the first two only. One key may sign certificates and CRLs.

mod certify;
mod plan;
mod recertify;
mod root;

pub(super) use self::certify::share;
pub use self::certify::{certify, fresh_serial_number, path_len};
pub use self::plan::{
    BrandPlan, CaPlan, EndEntityCaPlan, GeopoliticalPlan, Plan, SigningShare, Validity, label,
};
pub use self::recertify::recertify;
pub use self::root::{ROOT_BITS, make_root, succeed};

use std::collections::HashSet;

use super::lists::{next_bci, next_crl};
use super::{Ca, Forms};
use crate::crypto::PrivateKey;
use crate::error::{CallerFault, Error};
use crate::exchange::Context;
use crate::msg::ids::BrandId;
use crate::party::{Identity, Trust};
use crate::path::TrustStore;
use crate::registration::EndEntity;
use crate::x509::build::CaKey;
use crate::x509::ext::CertificateType;
use crate::x509::lint::DraftKey;
use crate::x509::pkcs10::CaRequest;
use crate::x509::{BrandCrlIdentifier, Certificate, Crl, SetName};

/// A root and the brands below it, with their private keys.
#[derive(Debug)]
pub struct Hierarchy {
    /// The root.
    pub root: Identity,
    /// The key that the root announces as its successor's.
    pub next_root_key: PrivateKey,
    /// The brands.
    pub brands: Vec<BrandHierarchy>,
}

/// The CAs of one brand.
#[derive(Debug)]
pub struct BrandHierarchy {
    /// The brand.
    pub brand_id: BrandId,
    /// The brand CA.
    pub brand: SigningCa,
    /// The geopolitical CAs.
    pub geopolitical: Vec<SigningCa>,
    /// The CAs for end entities.
    pub end_entity_cas: Vec<EndEntityCa>,
    /// The first CRL of every CA, the root's included.
    pub crls: Vec<Crl>,
    /// The list of those CRLs.
    pub bci: BrandCrlIdentifier,
}

/// A CA that certifies CAs.
#[derive(Debug)]
pub struct SigningCa {
    /// Its name for files: the labels of the plan down to it, with dots between.
    pub name: String,
    /// Signs certificates.
    pub certificate_signing: Identity,
    /// Signs CRLs, and BCIs at the brand CA; may be the same.
    pub crl_signing: Identity,
}

/// A CA for end entities.
#[derive(Debug)]
pub struct EndEntityCa {
    /// Its name for files: the labels of the plan down to it, with dots between.
    pub name: String,
    /// Signs certificates.
    pub certificate_signing: Identity,
    /// Signs CRLs; may be the same.
    pub crl_signing: Identity,
    /// Signs messages.
    pub message_signing: Identity,
    /// Receives requests.
    pub encryption: Identity,
}

impl Hierarchy {
    /// Makes the hierarchy: draws all keys, certifies them, and signs empty CRLs and each
    /// brand's first BCI.
    ///
    /// # Errors
    ///
    /// [`Error::Caller`] when the plan is none: labels or names that occur twice, a CA for
    /// nobody; [`Error::X509`] when a name does not fit a certificate; [`Error::Provider`].
    pub fn make(context: &Context<'_>, plan: &Plan) -> Result<Self, Error> {
        let (root, next_root_key) = make_root(context, &plan.policy, &plan.validity)?;
        let root_crl = next_crl(context, &root, None, 0, &[], plan.validity.lists)?;
        let drafts = (
            DraftKey::generate(context.crypto, CA_BITS)?,
            DraftKey::generate(context.crypto, ROOT_BITS)?,
        );
        let mut labels = HashSet::new();
        let mut names = HashSet::new();
        let brands = plan
            .brands
            .iter()
            .map(|brand| {
                Maker {
                    context,
                    drafts: &drafts,
                    validity: &plan.validity,
                    brand_id: &brand.brand_id,
                    labels: &mut labels,
                    names: &mut names,
                }
                .brand(brand, &root, &root_crl)
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            root,
            next_root_key,
            brands,
        })
    }

    /// Every certificate with its private key, each under a name for files.
    #[must_use]
    pub fn identities(&self) -> Vec<(String, &Identity)> {
        let mut all = vec![("root".to_owned(), &self.root)];
        all.extend(self.brands.iter().flat_map(BrandHierarchy::identities));
        all
    }
}

impl BrandHierarchy {
    /// Below that root, everything that the members of the brand hold: certificates, CRLs,
    /// BCI.
    #[must_use]
    pub fn trust(&self, context: &Context<'_>, root: &Certificate) -> Trust {
        let mut trust = Trust::new(TrustStore::new(vec![root.clone()]));
        for (_, identity) in self.identities() {
            trust.hold(identity.certificate.clone());
        }
        for crl in &self.crls {
            trust.hold_crl(context, crl.clone());
        }
        trust.hold_bci(context, self.bci.clone());
        trust
    }

    /// Every certificate with its private key, each under a name for files.
    #[must_use]
    pub fn identities(&self) -> Vec<(String, &Identity)> {
        let signing = std::iter::once(&self.brand).chain(&self.geopolitical);
        signing
            .flat_map(SigningCa::identities)
            .chain(self.end_entity_cas.iter().flat_map(EndEntityCa::identities))
            .collect()
    }

    /// The first CA for that kind of end entity.
    #[must_use]
    pub fn ca_for(&self, entity: EndEntity) -> Option<&EndEntityCa> {
        self.end_entity_cas
            .iter()
            .find(|ca| ca.certificate_type().contains(entity.ca_type()))
    }
}

impl SigningCa {
    /// Its certificates with their private keys, each under a name for files.
    #[must_use]
    pub fn identities(&self) -> Vec<(String, &Identity)> {
        signing_identities(&self.name, &self.certificate_signing, &self.crl_signing)
    }
}

impl EndEntityCa {
    /// The CA at work.
    #[must_use]
    pub fn open(
        &self,
        draft_key: DraftKey,
        trust: Trust,
        forms: Forms,
        validity: super::Validity,
    ) -> Ca {
        Ca {
            draft_key,
            certificate_signing: self.certificate_signing.clone(),
            message_signing: self.message_signing.clone(),
            encryption: self.encryption.clone(),
            trust,
            forms,
            validity,
        }
    }

    /// Whom it certifies.
    #[must_use]
    pub fn certificate_type(&self) -> CertificateType {
        self.certificate_signing
            .certificate
            .extensions()
            .certificate_type
    }

    /// Its certificates with their private keys, each under a name for files.
    #[must_use]
    pub fn identities(&self) -> Vec<(String, &Identity)> {
        let mut all = signing_identities(&self.name, &self.certificate_signing, &self.crl_signing);
        all.push((
            file_name(&self.name, MESSAGE_SIGNING),
            &self.message_signing,
        ));
        all.push((file_name(&self.name, ENCRYPTION), &self.encryption));
        all
    }
}

/// The name for files of one key of a CA.
#[must_use]
pub fn file_name(ca: &str, key: &str) -> String {
    format!("{ca}.{key}")
}

/// How the key that signs certificates, and CRLs if there is no other for them, is called
/// in the names of files.
pub const CERTIFICATE_SIGNING: &str = "certificate-signing";

/// How a key for CRLs alone is called.
pub const CRL_SIGNING: &str = "crl-signing";

/// How the key for messages is called.
pub const MESSAGE_SIGNING: &str = "message-signing";

/// How the key for envelopes is called.
pub const ENCRYPTION: &str = "encryption";

fn signing_identities<'a>(
    name: &str,
    certificates: &'a Identity,
    crls: &'a Identity,
) -> Vec<(String, &'a Identity)> {
    let mut all = vec![(file_name(name, CERTIFICATE_SIGNING), certificates)];
    if crls.certificate != certificates.certificate {
        all.push((file_name(name, CRL_SIGNING), crls));
    }
    all
}

/// Makes the CAs of one brand.
struct Maker<'a> {
    context: &'a Context<'a>,
    /// For a CA's key and for the root's.
    drafts: &'a (DraftKey, DraftKey),
    validity: &'a Validity,
    brand_id: &'a BrandId,
    /// Names for files that are taken.
    labels: &'a mut HashSet<String>,
    /// Subjects that are taken: two CAs of one name could not be told apart on CRLs.
    names: &'a mut HashSet<String>,
}

impl Maker<'_> {
    fn brand(
        mut self,
        plan: &BrandPlan,
        root: &Identity,
        root_crl: &Crl,
    ) -> Result<BrandHierarchy, Error> {
        if plan.ca.unit.is_some() {
            return Err(CallerFault::State("a brand CA has no organizational unit").into());
        }
        let brand = self.signing_ca(None, &plan.ca, CertificateType::BCA, root)?;
        let mut geopolitical = Vec::with_capacity(plan.geopolitical.len());
        let mut end_entity_cas = Vec::new();
        for below in &plan.end_entity_cas {
            end_entity_cas.push(self.end_entity_ca(below, &brand)?);
        }
        for region in &plan.geopolitical {
            let above = &brand.certificate_signing;
            let ca = self.signing_ca(Some(&brand.name), &region.ca, CertificateType::GCA, above)?;
            for below in &region.end_entity_cas {
                end_entity_cas.push(self.end_entity_ca(below, &ca)?);
            }
            geopolitical.push(ca);
        }
        let lifetime = self.validity.lists;
        let mut crls = vec![root_crl.clone()];
        let signing = std::iter::once(&brand).chain(&geopolitical);
        for signer in signing
            .map(|ca| &ca.crl_signing)
            .chain(end_entity_cas.iter().map(|ca| &ca.crl_signing))
        {
            crls.push(next_crl(self.context, signer, None, 0, &[], lifetime)?);
        }
        let bci = next_bci(self.context, &brand.crl_signing, None, 0, &crls, lifetime)?;
        Ok(BrandHierarchy {
            brand_id: self.brand_id.clone(),
            brand,
            geopolitical,
            end_entity_cas,
            crls,
            bci,
        })
    }

    fn signing_ca(
        &mut self,
        above: Option<&str>,
        plan: &CaPlan,
        certificate_type: CertificateType,
        issuer: &Identity,
    ) -> Result<SigningCa, Error> {
        let name = self.name(above, plan)?;
        let (certificate_signing, crl_signing) =
            self.signing_keys(plan, certificate_type, issuer)?;
        Ok(SigningCa {
            name,
            certificate_signing,
            crl_signing,
        })
    }

    fn end_entity_ca(
        &mut self,
        plan: &EndEntityCaPlan,
        above: &SigningCa,
    ) -> Result<EndEntityCa, Error> {
        let certificate_type = plan.certificate_type();
        if certificate_type.is_empty() {
            return Err(CallerFault::State("a CA for end entities certifies nobody").into());
        }
        let issuer = &above.certificate_signing;
        let name = self.name(Some(&above.name), &plan.ca)?;
        let (certificate_signing, crl_signing) =
            self.signing_keys(&plan.ca, certificate_type, issuer)?;
        Ok(EndEntityCa {
            name,
            certificate_signing,
            crl_signing,
            message_signing: self.key(&plan.ca, certificate_type, CaKey::MessageSigning, issuer)?,
            encryption: self.key(&plan.ca, certificate_type, CaKey::Encryption, issuer)?,
        })
    }

    /// The keys for certificates and for CRLs, which may be one.
    fn signing_keys(
        &self,
        plan: &CaPlan,
        certificate_type: CertificateType,
        issuer: &Identity,
    ) -> Result<(Identity, Identity), Error> {
        let path_len = path_len(certificate_type);
        if plan.separate_crl_key {
            let certificates = CaKey::CertSigning { path_len };
            Ok((
                self.key(plan, certificate_type, certificates, issuer)?,
                self.key(plan, certificate_type, CaKey::CrlSigning, issuer)?,
            ))
        } else {
            let both = CaKey::CertAndCrlSigning { path_len };
            let both = self.key(plan, certificate_type, both, issuer)?;
            Ok((both.clone(), both))
        }
    }

    fn key(
        &self,
        plan: &CaPlan,
        certificate_type: CertificateType,
        key: CaKey,
        issuer: &Identity,
    ) -> Result<Identity, Error> {
        let pair = self.context.crypto.generate_rsa(CA_BITS)?;
        let asked = CaRequest {
            subject: self.subject(plan)?,
            public_key: pair.public_key().clone(),
            certificate_type,
            key,
        };
        let draft_key = match issuer.certificate.public_key().bits() {
            CA_BITS => &self.drafts.0,
            _ => &self.drafts.1,
        };
        let certificate = certify(
            self.context,
            issuer,
            draft_key,
            &asked,
            plan.policy.as_ref(),
            self.validity,
        )?;
        let mut chain = vec![issuer.certificate.clone()];
        chain.extend(issuer.chain.iter().cloned());
        Ok(Identity {
            key: pair,
            certificate,
            chain,
        })
    }

    fn subject(&self, plan: &CaPlan) -> Result<SetName, Error> {
        let mut name = SetName::new(plan.country.as_str(), self.brand_id.as_str())?;
        if let Some(unit) = &plan.unit {
            name = name.with_unit(unit.as_str())?;
        }
        if let Some(common_name) = &plan.common_name {
            name = name.with_common_name(common_name.as_str())?;
        }
        Ok(name)
    }

    /// The name for files; refuses one that is taken, and a subject that is.
    fn name(&mut self, above: Option<&str>, plan: &CaPlan) -> Result<String, Error> {
        if !plan::is_label(&plan.label) {
            return Err(
                CallerFault::State("a CA's label is not 1 to 14 characters a-z and 0-9").into(),
            );
        }
        let name = match above {
            Some(above) => file_name(above, &plan.label),
            None => plan.label.clone(),
        };
        // A label "root" would collide with the root's own file.
        if name == "root" || !self.labels.insert(name.clone()) {
            return Err(CallerFault::State("two CAs have the same label").into());
        }
        let subject = self.subject(plan)?.to_name()?;
        if !self.names.insert(subject.to_string()) {
            return Err(CallerFault::State("two CAs have the same name").into());
        }
        Ok(name)
    }
}

/// Bits of every key but the root's.
pub const CA_BITS: usize = 1024;
