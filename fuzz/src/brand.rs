//! The test hierarchy as material for chains.

use set_core::crypto::RustCrypto;
use set_core::path::{self, ChainError, Material, Purpose, Question, TrustStore};
use set_core::policy::Policy;
use set_core::proof::ChainVerified;
use set_core::x509::{BrandCrlIdentifier, Certificate, Crl};
use set_testkit::clock::noon;
use set_testkit::hierarchy::hierarchy;

/// Verifies the chain of a certificate at noon, from these certificates and lists alone, under
/// the root of the test hierarchy.
///
/// # Errors
///
/// As [`path::verify`].
pub fn verify(
    certificates: &[Certificate],
    crls: &[Crl],
    bci: Option<&BrandCrlIdentifier>,
    end_entity: &Certificate,
    purpose: Purpose,
) -> Result<ChainVerified, ChainError> {
    let roots = TrustStore::new(vec![hierarchy().root.certificate.clone()]);
    let material = Material {
        roots: &roots,
        certificates,
        crls,
        bci,
    };
    let question = Question {
        certificate: end_entity,
        purpose,
        brand: None,
        at: noon(),
    };
    path::verify(&RustCrypto, &Policy::default(), &material, &question)
}

/// The merchant of the test hierarchy, verified.
///
/// # Panics
///
/// When the test hierarchy does not verify.
#[must_use]
pub fn merchant() -> ChainVerified {
    let brand = hierarchy();
    verify(
        &brand.certificates(),
        &brand.crls,
        Some(&brand.bci),
        &brand.merchant_signature.certificate,
        Purpose::MerchantSignature,
    )
    .unwrap_or_else(|error| panic!("{error}"))
}
