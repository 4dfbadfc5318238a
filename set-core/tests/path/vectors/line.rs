//! The chain of root, brand CA, merchant CA and merchant, to be spoilt at any level.

use set_core::asn1::{Date, SeqOf};
use set_core::crypto::PrivateKey;
use set_core::path::{Purpose, TrustStore};
use set_core::policy::Policy;
use set_core::x509::certificate::TbsCertificate;
use set_core::x509::extension::Extension;
use set_core::x509::{BrandCrlIdentifier, Certificate, Crl};
use set_testkit::clock::noon;
use set_testkit::hierarchy::{Issued, altered_octets, hierarchy};

use super::draft::{Draft, Verdict};
use crate::rig::Holdings;

/// Where in the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Merchant,
    MerchantCa,
    BrandCa,
    Root,
}

impl Level {
    pub(crate) const ALL: [Self; 4] = [Self::Merchant, Self::MerchantCa, Self::BrandCa, Self::Root];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Merchant => "merchant",
            Self::MerchantCa => "merchant-ca",
            Self::BrandCa => "brand-ca",
            Self::Root => "root",
        }
    }

    pub(crate) fn honest(self) -> &'static Issued {
        let all = hierarchy();
        match self {
            Self::Merchant => &all.merchant_signature,
            Self::MerchantCa => &all.mca.cert_signing,
            Self::BrandCa => &all.brand_ca,
            Self::Root => &all.root,
        }
    }

    pub(crate) fn issuer_key(self) -> &'static PrivateKey {
        match self {
            Self::Merchant => &Self::MerchantCa.honest().key,
            Self::MerchantCa => &Self::BrandCa.honest().key,
            Self::BrandCa | Self::Root => &Self::Root.honest().key,
        }
    }

    fn place(self) -> usize {
        Self::ALL.iter().position(|level| *level == self).unwrap()
    }
}

/// The chain and what else is at hand.
#[derive(Clone)]
pub(crate) struct Line {
    /// By level.
    chain: Vec<Vec<u8>>,
    pub(crate) others: Vec<Certificate>,
    pub(crate) roots: Option<Vec<Certificate>>,
    pub(crate) crls: Vec<Crl>,
    pub(crate) bci: Option<BrandCrlIdentifier>,
    pub(crate) policy: Policy,
    pub(crate) at: Date,
    pub(crate) purpose: Purpose,
    pub(crate) brand: Option<String>,
    /// CAs of the chain that are not at hand.
    absent: Vec<Level>,
}

impl Line {
    pub(crate) fn honest() -> Self {
        let all = hierarchy();
        Self {
            chain: Level::ALL
                .iter()
                .map(|level| level.honest().certificate.octets().to_vec())
                .collect(),
            others: vec![all.mca.crl_signing.certificate.clone()],
            roots: None,
            crls: all.crls[..3].to_vec(),
            bci: Some(all.bci.clone()),
            // Each case is about its own chain; where all lists are asked for, it says so.
            policy: Policy {
                require_every_listed_crl: false,
                ..Policy::default()
            },
            at: noon(),
            purpose: Purpose::MerchantSignature,
            brand: None,
            absent: Vec::new(),
        }
    }

    /// The chain with another end entity, for another purpose.
    pub(crate) fn of(end_entity: &Certificate, purpose: Purpose) -> Self {
        let mut line = Self::honest();
        line.chain[0] = end_entity.octets().to_vec();
        line.purpose = purpose;
        line
    }

    /// With the certificate of a level altered and signed anew by the same issuer.
    pub(crate) fn alter(self, level: Level, alter: impl FnOnce(&mut TbsCertificate)) -> Self {
        self.alter_under(level, level.issuer_key(), alter)
    }

    /// The same under a key of choice.
    pub(crate) fn alter_under(
        mut self,
        level: Level,
        key: &PrivateKey,
        alter: impl FnOnce(&mut TbsCertificate),
    ) -> Self {
        let before = self.certificate(level);
        self.chain[level.place()] = altered_octets(&before, key, alter).unwrap();
        self
    }

    /// With an extension added or replaced.
    pub(crate) fn extend(self, level: Level, extension: Extension) -> Self {
        self.alter(level, |tbs| crate::rig::with_extension(tbs, extension))
    }

    pub(crate) fn put(mut self, level: Level, octets: Vec<u8>) -> Self {
        self.chain[level.place()] = octets;
        self
    }

    pub(crate) fn without(mut self, level: Level) -> Self {
        self.absent.push(level);
        self
    }

    pub(crate) fn crls(mut self, crls: Vec<Crl>) -> Self {
        self.crls = crls;
        self
    }

    /// With `crl` in place of its issuer's.
    pub(crate) fn crl(mut self, crl: Crl) -> Self {
        self.crls.retain(|held| held.issuer() != crl.issuer());
        self.crls.push(crl);
        self
    }

    pub(crate) fn bci(mut self, bci: Option<BrandCrlIdentifier>) -> Self {
        self.bci = bci;
        self
    }

    pub(crate) fn brand(mut self, brand: &str) -> Self {
        self.brand = Some(brand.to_owned());
        self
    }

    pub(crate) fn with(mut self, certificates: &[&Certificate]) -> Self {
        self.others.extend(certificates.iter().copied().cloned());
        self
    }

    pub(crate) fn roots(mut self, roots: Vec<Certificate>) -> Self {
        self.roots = Some(roots);
        self
    }

    /// The certificate of a level as it is now.
    pub(crate) fn certificate(&self, level: Level) -> Certificate {
        Certificate::parse(&self.chain[level.place()], &Default::default()).unwrap()
    }

    pub(crate) fn accept(self, id: &str, description: &str) -> Draft {
        self.draft(id, description, Verdict::Accept)
    }

    /// Refused, with the certificate of a level at fault.
    pub(crate) fn refuse(self, id: &str, description: &str, rule: &str, culprit: Level) -> Draft {
        let expected = Verdict::blame(rule, &self.certificate(culprit));
        self.draft(id, description, expected)
    }

    /// Refused because the end entity does not parse.
    pub(crate) fn malformed(self, id: &str, description: &str) -> Draft {
        self.draft(id, description, Verdict::refuse("malformed", None))
    }

    pub(crate) fn draft(self, id: &str, description: &str, expected: Verdict) -> Draft {
        let cas = [Level::MerchantCa, Level::BrandCa]
            .into_iter()
            .filter(|level| !self.absent.contains(level))
            .map(|level| self.chain[level.place()].clone());
        let others = self.others.iter().map(|other| other.octets().to_vec());
        let certificates = cas.chain(others).collect();
        let roots = match &self.roots {
            Some(roots) => roots.clone(),
            None if self.absent.contains(&Level::Root) => Vec::new(),
            None => vec![self.certificate(Level::Root)],
        };
        Draft {
            id: id.to_owned(),
            description: description.to_owned(),
            holdings: Holdings {
                roots: TrustStore::new(roots),
                certificates: Vec::new(),
                crls: self.crls,
                bci: self.bci,
                policy: self.policy,
                at: self.at,
            },
            certificates,
            end_entity: self.chain[0].clone(),
            purpose: self.purpose,
            brand: self.brand,
            expected,
        }
    }
}

/// Puts extensions in place of those of a certificate.
pub(crate) fn replace(tbs: &mut TbsCertificate, extensions: Vec<Extension>) {
    tbs.extensions = SeqOf::new(extensions).unwrap();
}
