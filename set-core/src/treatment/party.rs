//! Who signs, who receives, and what travels beside a signature.

use crate::asn1::Opaque;
use crate::crypto::{PrivateKey, PublicKey};
use crate::pkcs7::IssuerAndSerialNumber;

/// A signature key and the certificate that vouches for it.
#[derive(Clone, Debug)]
pub struct Signer<'a> {
    /// The key.
    pub key: &'a PrivateKey,
    /// Its certificate; [`IssuerAndSerialNumber::none`] while the key has none yet.
    pub certificate: IssuerAndSerialNumber,
}

/// An encryption key and the certificate that vouches for it.
#[derive(Clone, Debug)]
pub struct Recipient<'a> {
    /// The key.
    pub key: &'a PublicKey,
    /// Its certificate.
    pub certificate: IssuerAndSerialNumber,
}

/// Certificates and CRLs put into a SignedData for the receiver.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attached {
    /// DER of certificates.
    pub certificates: Vec<Opaque>,
    /// DER of CRLs.
    pub crls: Vec<Opaque>,
}

impl Attached {
    /// Nothing attached.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }
}
