//! Evidence that a check was done.
//!
//! Only the check can make one, and the step after it takes it as an argument; so a step
//! cannot be reached around its check.

use crate::asn1::Raw;
use crate::path::Purpose;
use crate::x509::Certificate;
use crate::x509::name::Brand;

/// A certificate whose chain to a trusted root was verified, for one purpose and moment.
#[derive(Clone, Debug)]
pub struct ChainVerified {
    chain: Vec<Certificate>,
    purpose: Purpose,
    brand: Option<Brand>,
}

impl ChainVerified {
    /// `chain` starts with the end entity and ends with the root; it is never empty.
    pub(crate) fn checked(chain: Vec<Certificate>, purpose: Purpose, brand: Option<Brand>) -> Self {
        Self {
            chain,
            purpose,
            brand,
        }
    }

    /// The certificate.
    #[must_use]
    #[expect(
        clippy::indexing_slicing,
        reason = "a chain has at least the end entity"
    )]
    pub fn certificate(&self) -> &Certificate {
        &self.chain[0]
    }

    /// The chain, from the certificate up to the root.
    #[must_use]
    pub fn chain(&self) -> &[Certificate] {
        &self.chain
    }

    /// What the certificate was verified for.
    #[must_use]
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// The brand of the chain below the root.
    #[must_use]
    pub fn brand(&self) -> Option<&Brand> {
        self.brand.as_ref()
    }
}

/// A value whose signature was verified with the key of a verified certificate.
#[derive(Debug)]
pub struct SignatureVerified<T> {
    content: Raw<T>,
    signer: Certificate,
}

impl<T> SignatureVerified<T> {
    pub(crate) fn checked(content: Raw<T>, signer: Certificate) -> Self {
        Self { content, signer }
    }

    /// What was signed.
    #[must_use]
    pub fn content(&self) -> &Raw<T> {
        &self.content
    }

    /// Who signed it.
    #[must_use]
    pub fn signer(&self) -> &Certificate {
        &self.signer
    }
}

/// One cardholder signed an order and a payment instruction together.
#[derive(Debug)]
pub struct DualSignatureLinked(());

impl DualSignatureLinked {
    pub(crate) const fn checked() -> Self {
        Self(())
    }
}
