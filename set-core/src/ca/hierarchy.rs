//! Making the CAs of a brand, from the root down.
//!
//! ```text
//! root ── brand CA ─┬─ [geopolitical CA] ─┬─ cardholder CA
//!                   │                     ├─ merchant CA
//!                   └─────────────────────┴─ gateway CA
//! ```
//!
//! The root's key has 2048 bits, all others 1024. Root, brand and geopolitical CA have one
//! key, for certificates and CRLs; a CA for end entities has four.

use super::{Ca, Forms};
use crate::asn1::Date;
use crate::crypto::PrivateKey;
use crate::error::Error;
use crate::exchange::Context;
use crate::msg::ids::BrandId;
use crate::party::{Identity, Trust};
use crate::path::TrustStore;
use crate::pkcs7::{Name, SerialNumber};
use crate::registration::EndEntity;
use crate::x509::bci::{BciContents, CrlIdentifier};
use crate::x509::build::{self, CaKey, CertificateContents, Profile};
use crate::x509::crl::CrlContents;
use crate::x509::ext::{CertificatePolicies, CertificateType};
use crate::x509::{BrandCrlIdentifier, Certificate, Crl, SetName};

/// What hierarchy to make.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The country of all CAs but the root, two capital letters (ISO 3166).
    pub country: String,
    /// The brand, `Brand` or `Brand:Product`.
    pub brand_id: BrandId,
    /// The region or institution of a geopolitical CA, up to 64 characters; without, there
    /// is none.
    pub geopolitical: Option<String>,
    /// What the root's policy says in short.
    pub policy: Option<String>,
    /// How long certificates hold, in seconds.
    pub validity: Validity,
}

/// How long the CAs' certificates and lists hold, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// The root's certificate.
    pub root: u64,
    /// The brand CA's and the geopolitical CA's certificates.
    pub brand: u64,
    /// The certificates of the CAs for end entities.
    pub ca: u64,
    /// CRLs and the BCI.
    pub lists: u64,
}

impl Default for Validity {
    /// 20, 10 and 5 years; one year for the lists.
    fn default() -> Self {
        Self {
            root: 20 * YEAR,
            brand: 10 * YEAR,
            ca: 5 * YEAR,
            lists: YEAR,
        }
    }
}

/// A whole hierarchy with its private keys.
#[derive(Debug)]
pub struct Hierarchy {
    /// The root.
    pub root: Identity,
    /// The key that the root announces as its successor's.
    pub next_root_key: PrivateKey,
    /// The brand CA.
    pub brand: Identity,
    /// The geopolitical CA, if there is one.
    pub geopolitical: Option<Identity>,
    /// The cardholder CA.
    pub cca: EndEntityCa,
    /// The merchant CA.
    pub mca: EndEntityCa,
    /// The gateway CA.
    pub pca: EndEntityCa,
    /// The first CRL of every CA.
    pub crls: Vec<Crl>,
    /// The list of those CRLs.
    pub bci: BrandCrlIdentifier,
}

/// A CA for one kind of end entity.
#[derive(Debug)]
pub struct EndEntityCa {
    /// Signs certificates.
    pub certificate_signing: Identity,
    /// Signs CRLs.
    pub crl_signing: Identity,
    /// Signs messages.
    pub message_signing: Identity,
    /// Receives requests.
    pub encryption: Identity,
}

impl Hierarchy {
    /// Makes the hierarchy: draws all keys, certifies them, and signs empty CRLs and the
    /// first BCI.
    ///
    /// # Errors
    ///
    /// [`Error::Caller`] when a name of the plan does not fit a certificate;
    /// [`Error::Provider`].
    pub fn make(context: &Context<'_>, plan: &Plan) -> Result<Self, Error> {
        let next_root_key = context.crypto.generate_rsa(ROOT_BITS)?;
        let root = make_root(context, plan, &next_root_key)?;
        let below_brand = 1 + u32::from(plan.geopolitical.is_some());
        let brand_id = plan.brand_id.as_str();
        let brand = make_ca(
            context,
            &root,
            SetName::new(plan.country.as_str(), brand_id)?,
            2,
            plan.validity.brand,
            Profile::Ca {
                certificate_type: CertificateType::BCA,
                key: CaKey::CertAndCrlSigning {
                    path_len: below_brand,
                },
            },
        )?;
        let geopolitical = match &plan.geopolitical {
            None => None,
            Some(region) => Some(make_ca(
                context,
                &brand,
                SetName::new(plan.country.as_str(), brand_id)?.with_unit(region.as_str())?,
                1,
                plan.validity.brand,
                Profile::Ca {
                    certificate_type: CertificateType::GCA,
                    key: CaKey::CertAndCrlSigning { path_len: 1 },
                },
            )?),
        };
        let parent = geopolitical.as_ref().unwrap_or(&brand);
        let cca = EndEntityCa::make(context, plan, parent, EndEntity::Cardholder, 10)?;
        let mca = EndEntityCa::make(context, plan, parent, EndEntity::Merchant, 20)?;
        let pca = EndEntityCa::make(context, plan, parent, EndEntity::Gateway, 30)?;
        let crls = [Some(&root), Some(&brand), geopolitical.as_ref()]
            .into_iter()
            .flatten()
            .chain([&cca.crl_signing, &mca.crl_signing, &pca.crl_signing])
            .map(|signer| first_crl(context, plan, signer))
            .collect::<Result<Vec<_>, _>>()?;
        let bci = first_bci(context, plan, &brand, &crls)?;
        Ok(Self {
            root,
            next_root_key,
            brand,
            geopolitical,
            cca,
            mca,
            pca,
            crls,
            bci,
        })
    }

    /// The root, and everything that the hierarchy's members hold: certificates, CRLs, BCI.
    #[must_use]
    pub fn trust(&self, context: &Context<'_>) -> Trust {
        let mut trust = Trust::new(TrustStore::new(vec![self.root.certificate.clone()]));
        for (_, identity) in self.identities() {
            if !identity.certificate.is_self_issued() {
                trust.hold(identity.certificate.clone());
            }
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
        let mut all = vec![
            ("root".to_owned(), &self.root),
            ("brand".to_owned(), &self.brand),
        ];
        if let Some(geopolitical) = &self.geopolitical {
            all.push(("geopolitical".to_owned(), geopolitical));
        }
        for (name, ca) in [("cca", &self.cca), ("mca", &self.mca), ("pca", &self.pca)] {
            all.extend([
                (
                    format!("{name}-certificate-signing"),
                    &ca.certificate_signing,
                ),
                (format!("{name}-crl-signing"), &ca.crl_signing),
                (format!("{name}-message-signing"), &ca.message_signing),
                (format!("{name}-encryption"), &ca.encryption),
            ]);
        }
        all
    }
}

impl EndEntityCa {
    /// The CA at work.
    #[must_use]
    pub fn open(&self, trust: Trust, forms: Forms, validity: super::Validity) -> Ca {
        Ca {
            certificate_signing: self.certificate_signing.clone(),
            message_signing: self.message_signing.clone(),
            encryption: self.encryption.clone(),
            trust,
            forms,
            validity,
        }
    }

    /// Makes the four keys; their certificates take the serial numbers from `first` on.
    fn make(
        context: &Context<'_>,
        plan: &Plan,
        parent: &Identity,
        entity: EndEntity,
        first: u8,
    ) -> Result<Self, Error> {
        let (certificate_type, unit) = match entity {
            EndEntity::Cardholder => (CertificateType::CCA, "Cardholder CA"),
            EndEntity::Merchant => (CertificateType::MCA, "Merchant CA"),
            EndEntity::Gateway => (CertificateType::PCA, "Payment Gateway CA"),
        };
        let subject =
            SetName::new(plan.country.as_str(), plan.brand_id.as_str())?.with_unit(unit)?;
        let make = |offset: u8, key: CaKey| {
            let profile = Profile::Ca {
                certificate_type,
                key,
            };
            let serial = first.saturating_add(offset);
            let subject = subject.clone();
            make_ca(context, parent, subject, serial, plan.validity.ca, profile)
        };
        Ok(Self {
            certificate_signing: make(0, CaKey::CertSigning { path_len: 0 })?,
            crl_signing: make(1, CaKey::CrlSigning)?,
            message_signing: make(2, CaKey::MessageSigning)?,
            encryption: make(3, CaKey::Encryption)?,
        })
    }
}

/// Makes the successor of a root: self-signed, with the key that the old root announced,
/// announcing the key after that. It is believed by whoever believes the old root.
///
/// # Errors
///
/// [`Error::Caller`] when the old root has no SET name; [`Error::Provider`].
pub fn succeed(
    context: &Context<'_>,
    old: &Certificate,
    key: &PrivateKey,
    next: &PrivateKey,
    serial_number: SerialNumber,
    validity: u64,
) -> Result<Certificate, Error> {
    let extensions = old.extensions();
    let contents = CertificateContents {
        serial_number,
        subject: old.subject_name()?,
        public_key: key.public_key().clone(),
        not_before: context.now,
        not_after: context.now.plus(validity),
        private_key_not_after: None,
        policies: extensions.certificate_policies.clone(),
        profile: Profile::Root {
            next: next.public_key().clone(),
            path_len: extensions
                .basic_constraints
                .path_len_constraint
                .unwrap_or(PATH_LEN),
        },
    };
    Ok(build::self_sign(&contents, key, context.crypto)?)
}

fn make_root(context: &Context<'_>, plan: &Plan, next: &PrivateKey) -> Result<Identity, Error> {
    let key = context.crypto.generate_rsa(ROOT_BITS)?;
    let contents = CertificateContents {
        serial_number: SerialNumber::new(&[1])?,
        subject: SetName::new("US", "SET Root")?,
        public_key: key.public_key().clone(),
        not_before: context.now,
        not_after: context.now.plus(plan.validity.root),
        private_key_not_after: None,
        policies: build::root_policy(plan.policy.as_deref())?,
        profile: Profile::Root {
            next: next.public_key().clone(),
            path_len: PATH_LEN,
        },
    };
    let certificate = build::self_sign(&contents, &key, context.crypto)?;
    Ok(Identity {
        key,
        chain: Vec::new(),
        certificate,
    })
}

fn make_ca(
    context: &Context<'_>,
    parent: &Identity,
    subject: SetName,
    serial: u8,
    validity: u64,
    profile: Profile,
) -> Result<Identity, Error> {
    let key = context.crypto.generate_rsa(CA_BITS)?;
    let not_after = context
        .now
        .plus(validity)
        .min(parent.certificate.not_after());
    let policies: CertificatePolicies =
        parent.certificate.extensions().certificate_policies.clone();
    let contents = CertificateContents {
        serial_number: SerialNumber::new(&[serial])?,
        subject,
        public_key: key.public_key().clone(),
        not_before: context.now,
        not_after,
        private_key_not_after: None,
        policies,
        profile,
    };
    let certificate = build::issue(&contents, &parent.certificate, &parent.key, context.crypto)?;
    let mut chain = vec![parent.certificate.clone()];
    chain.extend(parent.chain.iter().cloned());
    Ok(Identity {
        key,
        certificate,
        chain,
    })
}

fn first_crl(context: &Context<'_>, plan: &Plan, signer: &Identity) -> Result<Crl, Error> {
    let contents = CrlContents {
        number: 1,
        this_update: context.now,
        next_update: lists_until(context, plan),
        revoked: Vec::new(),
    };
    Ok(Crl::sign(
        &contents,
        &signer.certificate,
        &signer.key,
        context.crypto,
    )?)
}

fn first_bci(
    context: &Context<'_>,
    plan: &Plan,
    brand: &Identity,
    crls: &[Crl],
) -> Result<BrandCrlIdentifier, Error> {
    let identifier = |crl: &Crl| CrlIdentifier {
        issuer_name: Name::clone(crl.issuer()),
        crl_number: crl.number(),
    };
    let contents = BciContents {
        sequence_num: 1,
        brand_id: plan.brand_id.clone(),
        not_before: context.now,
        not_after: lists_until(context, plan),
        crls: crls.iter().map(identifier).collect(),
    };
    Ok(BrandCrlIdentifier::sign(
        contents,
        &brand.certificate,
        &brand.key,
        context.crypto,
    )?)
}

fn lists_until(context: &Context<'_>, plan: &Plan) -> Date {
    context.now.plus(plan.validity.lists)
}

/// Bits of the root's key.
const ROOT_BITS: usize = 2048;

/// Bits of every other key.
const CA_BITS: usize = 1024;

/// CA certificates below the root, at most: brand, geopolitical, end entities'.
const PATH_LEN: u32 = 3;

const YEAR: u64 = 365 * 86_400;
