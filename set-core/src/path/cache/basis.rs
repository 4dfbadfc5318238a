//! What a verified chain stands on.

use crate::asn1::Date;
use crate::path::{Found, Material, Question, TrustStore};
use crate::pkcs7::Name;
use crate::policy::Policy;
use crate::proof::ChainVerified;
use crate::x509::{BrandCrlIdentifier, Certificate, Crl};

/// A verified chain and everything that its verdict was drawn from.
///
/// The search for a chain looks at certificates by the names of issuers; so, as long as the
/// certificates of those names are the same ones in the same order, it comes by the same
/// chain again. Rule 10 looks at the CRLs of these issuers, at certificates of the same
/// names that may sign CRLs, and at the BCI; the other rules look at the chain alone. Between
/// two moments at which one of these begins or ceases to hold, time changes nothing.
#[derive(Debug)]
pub struct Basis {
    proof: ChainVerified,
    /// The issuers that the search looked for, the root's among them.
    names: Vec<Name>,
    roots: TrustStore,
    bounds: Bounds,
    certificates: Vec<Certificate>,
    crls: Vec<Crl>,
    bci: Option<BrandCrlIdentifier>,
    /// When it was verified.
    from: Date,
    /// The last second for which the verdict is known.
    until: Date,
}

impl Basis {
    /// What `found` stood on at `at`, or none where so much of it is at hand that the
    /// policy's bound cut some off: what is cut off depends on order and repetition.
    pub(super) fn of(
        found: Found,
        policy: &Policy,
        material: &Material<'_>,
        at: Date,
    ) -> Option<Self> {
        let Found { proof, names } = found;
        let bounds = Bounds::of(policy);
        let certificates = bounds.certificates(material, &names)?;
        let crls = bounds.crls(material, &names)?;
        let moments = Moments {
            chain: proof.chain(),
            certificates: &certificates,
            crls: &crls,
            bci: material.bci,
            freshness: bounds.freshness_seconds,
        };
        let until = moments.last_before_change(at);
        let basis = Self {
            until,
            bounds,
            certificates: certificates.into_iter().cloned().collect(),
            crls: crls.into_iter().cloned().collect(),
            bci: material.bci.cloned(),
            roots: material.roots.clone(),
            from: at,
            proof,
            names,
        };
        Some(basis)
    }

    /// The chain.
    #[must_use]
    pub fn proof(&self) -> &ChainVerified {
        &self.proof
    }

    /// Until when the verdict is known, this second included.
    #[must_use]
    pub fn until(&self) -> Date {
        self.until
    }

    /// Whether the chain answers `question`, verified again from `material` under `policy`.
    #[must_use]
    pub fn holds(&self, policy: &Policy, material: &Material<'_>, question: &Question<'_>) -> bool {
        let brand = self.proof.brand();
        self.from <= question.at
            && question.at <= self.until
            && self.proof.purpose() == question.purpose
            && *self.proof.certificate() == *question.certificate
            && (brand.is_none() || question.brand.is_none() || brand == question.brand)
            && self.bounds == Bounds::of(policy)
            && self.bci.as_ref() == material.bci
            && self.roots == *material.roots
            && self.bounds.crls(material, &self.names) == Some(self.crls.iter().collect())
            && self.bounds.certificates(material, &self.names)
                == Some(self.certificates.iter().collect())
    }
}

/// The items of the policy that rules of this module go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bounds {
    max_chain: usize,
    max_candidates: usize,
    freshness_seconds: u64,
    require_every_listed_crl: bool,
}

impl Bounds {
    fn of(policy: &Policy) -> Self {
        Self {
            max_chain: policy.max_chain,
            max_candidates: policy.max_candidates,
            freshness_seconds: policy.freshness_seconds,
            require_every_listed_crl: policy.require_every_listed_crl,
        }
    }

    /// The certificates at hand that the search could look at.
    fn certificates<'a>(
        &self,
        material: &Material<'a>,
        names: &[Name],
    ) -> Option<Vec<&'a Certificate>> {
        self.no_more_than_looked_at(material.certificates, |certificate| {
            names.contains(certificate.subject())
        })
    }

    /// The CRLs at hand that rule 10 could look at.
    fn crls<'a>(&self, material: &Material<'a>, names: &[Name]) -> Option<Vec<&'a Crl>> {
        if self.require_every_listed_crl {
            return Some(material.crls.iter().collect());
        }
        self.no_more_than_looked_at(material.crls, |crl| names.contains(crl.issuer()))
    }

    /// Those of `all` that are `wanted`, each once, in their order.
    fn no_more_than_looked_at<'a, T: PartialEq>(
        &self,
        all: &'a [T],
        wanted: impl Fn(&T) -> bool,
    ) -> Option<Vec<&'a T>> {
        let mut some: Vec<&T> = Vec::new();
        for (number, item) in all.iter().filter(|item| wanted(item)).enumerate() {
            if number >= self.max_candidates {
                return None;
            }
            if !some.contains(&item) {
                some.push(item);
            }
        }
        Some(some)
    }
}

/// What begins or ceases to hold at some moment.
struct Moments<'a> {
    chain: &'a [Certificate],
    certificates: &'a [&'a Certificate],
    crls: &'a [&'a Crl],
    bci: Option<&'a BrandCrlIdentifier>,
    freshness: u64,
}

impl Moments<'_> {
    /// The last second from `at` on at which everything is as it is at `at`.
    fn last_before_change(&self, at: Date) -> Date {
        let certificates = self.chain.iter().chain(self.certificates.iter().copied());
        let spans = certificates.flat_map(|certificate| {
            let period = certificate.extensions().private_key_usage_period;
            let (from, until) = (certificate.not_before(), certificate.not_after());
            [
                (from, until),
                (
                    period.and_then(|period| period.not_before).unwrap_or(from),
                    period.and_then(|period| period.not_after).unwrap_or(until),
                ),
            ]
        });
        let lists = self
            .crls
            .iter()
            .map(|crl| (crl.this_update(), crl.next_update()));
        let bci = self.bci.map(|bci| {
            let list = &bci.to_be_signed;
            (list.bci_not_before, list.bci_not_after)
        });
        // Clocks differ, so a list counts a little before it begins to hold.
        let early = lists
            .chain(bci)
            .map(|(from, until)| (from.minus(self.freshness), until));
        spans
            .chain(early)
            .flat_map(|(from, until)| [from, until.plus(1)])
            .filter(|change| at < *change)
            .min()
            .map_or_else(|| at.plus(u64::MAX), |change| change.minus(1))
    }
}
