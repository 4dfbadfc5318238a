//! Certificates, parsed.

use core::fmt;
use std::sync::Arc;

mod extensions;
mod facts;
mod wire;

pub use self::extensions::CertificateExtensions;
pub(super) use self::extensions::{refuse_doubles, value};
pub use self::wire::{CertificateVersion, SignedCertificate, TbsCertificate, Validity};

use super::{X509Error, name::SetName, signed};
use crate::asn1::{self, Date, Limits, Opaque};
use crate::crypto::{CryptoProvider, KeyRules, PublicKey};
use crate::pkcs7::{Digest, IssuerAndSerialNumber, Name, SerialNumber};

/// A certificate that is well formed and inside the SET profile.
///
/// It keeps its octets: signatures and thumbprints are over what came in. Whether it may
/// be believed is not known yet; [`path::verify`](crate::path::verify) says.
///
/// Cheap to clone: the parts are shared. Two certificates are equal when their octets are.
#[derive(Clone)]
pub struct Certificate(Arc<Parts>);

struct Parts {
    octets: Vec<u8>,
    wire: SignedCertificate,
    extensions: CertificateExtensions,
    public_key: PublicKey,
    identity: IssuerAndSerialNumber,
}

impl Certificate {
    /// Reads the DER of a certificate of at most 64 KiB.
    ///
    /// # Errors
    ///
    /// [`X509Error`] says what is malformed or outside the profile: unknown algorithms, a
    /// validity that ends before it begins, a key that breaks `rules`, an extension that is
    /// malformed, missing, doubled, or not critical where the profile wants it so. An unknown
    /// critical extension is no error here; it is recorded and fails chain validation.
    pub fn parse(octets: &[u8], rules: &KeyRules) -> Result<Self, X509Error> {
        let wire: SignedCertificate = asn1::decode(octets, &LIMITS)?;
        let tbs = &wire.to_be_signed;
        signed::check_algorithm(&wire.signature_algorithm)?;
        signed::check_algorithm(&tbs.signature)?;
        if tbs.validity.not_after < tbs.validity.not_before {
            return Err(X509Error::Validity);
        }
        if tbs.issuer.0.is_empty() || tbs.subject.0.is_empty() {
            return Err(X509Error::Name("empty issuer or subject"));
        }
        let public_key = tbs
            .subject_public_key_info
            .key(rules)
            .map_err(X509Error::Key)?;
        let extensions = CertificateExtensions::read(&tbs.extensions)?;
        let identity = IssuerAndSerialNumber {
            issuer: tbs.issuer.clone(),
            serial_number: tbs.serial_number.clone(),
        };
        Ok(Self(Arc::new(Parts {
            octets: octets.to_vec(),
            extensions,
            public_key,
            identity,
            wire,
        })))
    }

    /// The exact octets.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.0.octets
    }

    /// The exact octets of the tbsCertificate, which the signature is over.
    #[must_use]
    pub fn tbs_octets(&self) -> &[u8] {
        self.0.wire.to_be_signed.octets()
    }

    /// The certificate for the `certificates` of a SignedData.
    #[must_use]
    pub fn to_opaque(&self) -> Opaque {
        Opaque::from_encoded(&self.0.octets)
    }

    /// SHA-1 of the tbsCertificate: by this number SET speaks of certificates.
    #[must_use]
    pub fn thumbprint(&self, provider: &dyn CryptoProvider) -> Digest {
        Digest::new(provider.sha1(&[self.tbs_octets()]))
    }

    /// Issuer and serial number: by these signatures and envelopes point at it.
    #[must_use]
    pub fn issuer_and_serial_number(&self) -> &IssuerAndSerialNumber {
        &self.0.identity
    }

    /// The serial number.
    #[must_use]
    pub fn serial_number(&self) -> &SerialNumber {
        &self.0.identity.serial_number
    }

    /// Who issued it.
    #[must_use]
    pub fn issuer(&self) -> &Name {
        &self.0.identity.issuer
    }

    /// Whose it is.
    #[must_use]
    pub fn subject(&self) -> &Name {
        &self.0.wire.to_be_signed.subject
    }

    /// Whose it is, taken apart.
    ///
    /// # Errors
    ///
    /// [`X509Error::Name`] when the subject is not in SET's form.
    pub fn subject_name(&self) -> Result<SetName, X509Error> {
        SetName::parse(self.subject())
    }

    /// The first second at which it holds.
    #[must_use]
    pub fn not_before(&self) -> Date {
        self.0.wire.to_be_signed.validity.not_before.date()
    }

    /// The last second at which it holds.
    #[must_use]
    pub fn not_after(&self) -> Date {
        self.0.wire.to_be_signed.validity.not_after.date()
    }

    /// The certified key.
    ///
    /// To use it for anything but finding the certificate's owner, take it from a
    /// [`ChainVerified`](crate::proof::ChainVerified) instead.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.0.public_key
    }

    /// The extensions.
    #[must_use]
    pub fn extensions(&self) -> &CertificateExtensions {
        &self.0.extensions
    }

    /// Whether issuer and subject are the same.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.issuer() == self.subject()
    }

    /// Checks that `key` signed this certificate.
    ///
    /// # Errors
    ///
    /// [`X509Error::Signature`] if it did not; [`X509Error::Provider`].
    pub fn verify_signature(
        &self,
        key: &PublicKey,
        provider: &dyn CryptoProvider,
    ) -> Result<(), X509Error> {
        signed::verify(self.tbs_octets(), &self.0.wire.signature, key, provider)
    }

    /// The declaration of its parts, for dumps.
    #[must_use]
    pub fn wire(&self) -> &SignedCertificate {
        &self.0.wire
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.0.octets == other.0.octets
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", &self.subject().to_string())
            .field("serial", &self.serial_number().to_string())
            .field("type", &self.extensions().certificate_type)
            .finish_non_exhaustive()
    }
}

/// A certificate with all its extensions stays well below 64 KiB.
const LIMITS: Limits = Limits {
    octets: 1 << 16,
    depth: 16,
    elements: 1 << 12,
};
