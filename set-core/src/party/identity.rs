//! A private key with the certificate that vouches for it.

use crate::crypto::PrivateKey;
use crate::treatment::{Attached, Recipient, Signer};
use crate::x509::Certificate;

/// A key, its certificate, and the certificates above it.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The private key.
    pub key: PrivateKey,
    /// Its certificate.
    pub certificate: Certificate,
    /// The CAs above it, the issuer first; the root may be left out.
    pub chain: Vec<Certificate>,
}

impl Identity {
    /// As the signer of a treatment.
    #[must_use]
    pub fn signer(&self) -> Signer<'_> {
        Signer {
            key: &self.key,
            certificate: self.certificate.issuer_and_serial_number().clone(),
        }
    }

    /// As the recipient of a treatment.
    #[must_use]
    pub fn recipient(&self) -> Recipient<'_> {
        recipient(&self.certificate)
    }

    /// The certificate and its chain without the root, to travel with a signature.
    #[must_use]
    pub fn attached(&self) -> Attached {
        Attached {
            certificates: std::iter::once(&self.certificate)
                .chain(&self.chain)
                .filter(|certificate| !certificate.is_self_issued())
                .map(Certificate::to_opaque)
                .collect(),
            crls: Vec::new(),
        }
    }
}

/// The owner of an encryption certificate as the recipient of a treatment.
#[must_use]
pub fn recipient(certificate: &Certificate) -> Recipient<'_> {
    Recipient {
        key: certificate.public_key(),
        certificate: certificate.issuer_and_serial_number().clone(),
    }
}
