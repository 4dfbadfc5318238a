//! Chain validation: from an end entity up to a trusted root.
//!
//! [`verify`] builds the chain by issuer names and key identifiers within the bounds of
//! the policy, then checks ten rules, one file each, from the root down; the first that
//! fails names its certificate in a [`ChainError`]. [`cache`] remembers chains that verified.
//!
//! | rule | module |
//! |---|---|
//! | 1 signatures, and the root is trusted | [`signature`](mod@signature) |
//! | 2 validity and private key usage period | [`validity`] |
//! | 3 names and authorityKeyIdentifier chain | [`name_chaining`] |
//! | 4 basicConstraints and pathLen | [`basic_constraints`] |
//! | 5 keyUsage fits the use | [`key_usage`] |
//! | 6 CertificateType permits issuance and role | [`certificate_type`] |
//! | 7 policies | [`policies`] |
//! | 8 one brand below the root | [`brand`] |
//! | 9 no unknown critical extension | [`critical_extensions`] |
//! | 10 revocation | [`revocation`] |

pub mod basic_constraints;
pub mod brand;
mod build;
pub mod cache;
pub mod certificate_type;
pub mod critical_extensions;
pub mod error;
pub mod key_usage;
pub mod name_chaining;
pub mod policies;
pub mod purpose;
pub mod revocation;
pub mod signature;
pub mod trust_store;
pub mod validity;

pub use self::error::{ChainError, Culprit, Rule};
pub use self::purpose::Purpose;
pub use self::trust_store::TrustStore;

use crate::asn1::Date;
use crate::crypto::CryptoProvider;
use crate::pkcs7::Name;
use crate::policy::Policy;
use crate::proof::ChainVerified;
use crate::x509::name::Brand;
use crate::x509::{BrandCrlIdentifier, Certificate, Crl};

/// What a chain may be built from and is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Material<'a> {
    /// The roots believed.
    pub roots: &'a TrustStore,
    /// Certificates that came or are held, in any order.
    pub certificates: &'a [Certificate],
    /// CRLs that came or are held.
    pub crls: &'a [Crl],
    /// The newest BCI held for the brand.
    pub bci: Option<&'a BrandCrlIdentifier>,
}

/// What is asked: may this certificate be believed for this, now.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The certificate at the lower end of the chain.
    pub certificate: &'a Certificate,
    /// The role and the use of its key.
    pub purpose: Purpose,
    /// The brand that the chain must be of; any, if none.
    pub brand: Option<&'a Brand>,
    /// The date of the message.
    pub at: Date,
}

/// Answers `question` from `material`.
///
/// # Errors
///
/// The first rule that fails, and the certificate that breaks it. Where several chains can
/// be built, all are tried; the error is then that of the first.
pub fn verify(
    crypto: &dyn CryptoProvider,
    policy: &Policy,
    material: &Material<'_>,
    question: &Question<'_>,
) -> Result<ChainVerified, ChainError> {
    find(crypto, policy, material, question).map(|found| found.proof)
}

/// A chain that verified, and the issuers by whose names the search came to it.
struct Found {
    proof: ChainVerified,
    names: Vec<Name>,
}

fn find(
    crypto: &dyn CryptoProvider,
    policy: &Policy,
    material: &Material<'_>,
    question: &Question<'_>,
) -> Result<Found, ChainError> {
    let mut search = build::Search::new(crypto, policy, material, question.certificate);
    let mut first_error = None;
    loop {
        let chain = match search.next_chain() {
            Ok(Some(chain)) => chain,
            Ok(None) => return Err(first_error.unwrap_or_else(|| search.nothing_found())),
            Err(error) => return Err(first_error.unwrap_or(error)),
        };
        let links = Links {
            crypto,
            chain: &chain,
        };
        match check(&links, policy, material, question) {
            Ok(brand) => {
                let names = search.names(&chain);
                let proof = ChainVerified::checked(chain, question.purpose, brand);
                return Ok(Found { proof, names });
            }
            Err(error) if matches!(error.rule, Rule::Provider(_)) => return Err(error),
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
}

/// The ten rules, in their order.
fn check(
    links: &Links<'_>,
    policy: &Policy,
    material: &Material<'_>,
    question: &Question<'_>,
) -> Result<Option<Brand>, ChainError> {
    let Question { purpose, at, .. } = *question;
    signature::check(links, material.roots)?;
    validity::check(links, at, purpose)?;
    name_chaining::check(links)?;
    basic_constraints::check(links)?;
    key_usage::check(links, purpose)?;
    certificate_type::check(links, purpose)?;
    policies::check(links)?;
    let brand = self::brand::check(links, question.brand)?;
    critical_extensions::check(links)?;
    revocation::check(links, material, policy, at)?;
    Ok(brand)
}

/// A chain under examination, the end entity first.
pub(crate) struct Links<'a> {
    crypto: &'a dyn CryptoProvider,
    chain: &'a [Certificate],
}

impl Links<'_> {
    /// Each certificate with its issuer, from the root down; the root is its own issuer.
    /// The number is how many certificates stand below.
    fn downwards(&self) -> impl Iterator<Item = (usize, &Certificate, &Certificate)> {
        (0..self.chain.len()).rev().filter_map(|below| {
            let subject = self.chain.get(below)?;
            let issuer = self.chain.get(below + 1).unwrap_or(subject);
            Some((below, subject, issuer))
        })
    }

    fn refuse(&self, certificate: &Certificate, rule: Rule) -> ChainError {
        ChainError {
            certificate: Box::new(Culprit::of(self.crypto, certificate)),
            rule,
        }
    }
}
