//! Why a chain was refused: which certificate, which rule.

use core::fmt;

use crate::asn1::Date;
use crate::crypto::CryptoProvider;
use crate::msg::error::ErrorCode;
use crate::pkcs7::{Digest, IssuerAndSerialNumber, SerialNumber};
use crate::x509::Certificate;

/// A certificate, or its chain, that is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("certificate {certificate}: {rule}")]
pub struct ChainError {
    /// The certificate at fault.
    pub certificate: Box<Culprit>,
    /// The rule that it breaks.
    pub rule: Rule,
}

/// Names the certificate at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Culprit {
    /// Its issuer and number.
    pub pointer: IssuerAndSerialNumber,
    /// Its subject, for people.
    pub subject: String,
    /// Its thumbprint, for `errorThumb`; none where the certificate itself is missing.
    pub thumb: Option<Digest>,
}

impl fmt::Display for Culprit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of {}{}",
            self.pointer.serial_number,
            self.pointer.issuer,
            if self.subject.is_empty() {
                String::new()
            } else {
                format!(" ({})", self.subject)
            }
        )
    }
}

/// The rules of chain validation, in the order in which they are checked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rule {
    /// The certificate, or one above it, is nowhere to be found.
    #[error("not at hand; the peer must send it or it must be installed")]
    Missing,
    /// It does not parse, or its key is refused.
    #[error("malformed or with an unacceptable key: {0}")]
    Malformed(String),
    /// More certificates than a chain may have.
    #[error("the chain is longer than {0} certificates")]
    TooLong(usize),
    /// More candidates than are looked at.
    #[error("more than {0} certificates were offered for the chain")]
    TooManyCandidates(usize),
    /// 1: the issuer's key does not verify it.
    #[error("its issuer did not sign it")]
    Signature,
    /// 1: it ends in a root that is not trusted.
    #[error("its root is not one of the trusted roots")]
    UntrustedRoot,
    /// 2: not yet valid.
    #[error("not valid before {0}")]
    NotYetValid(Date),
    /// 2: expired.
    #[error("expired at {0}")]
    Expired(Date),
    /// 2: outside of the private key usage period.
    #[error("its private key may not sign at {0}")]
    PrivateKeyUsagePeriod(Date),
    /// 3: names or key identifiers do not chain.
    #[error("its issuer's name or key identifier does not match the certificate above it")]
    NameChaining,
    /// 4: not a CA, or too many CAs below.
    #[error("basicConstraints do not let it issue here")]
    BasicConstraints,
    /// 5: the key is not for this use.
    #[error("keyUsage does not allow this use")]
    KeyUsage,
    /// 6: the type is not that of the role, or its issuer may not issue it.
    #[error("its CertificateType does not fit: {0}")]
    CertificateType(&'static str),
    /// 7: policies.
    #[error("its policies are not those of the root")]
    Policies,
    /// 8: another brand.
    #[error("its brand is not that of the chain or of the payment")]
    Brand,
    /// 9: a critical extension that nobody here knows.
    #[error("critical extension {0} is unknown")]
    CriticalExtension(der::asn1::ObjectIdentifier),
    /// 10: on its issuer's CRL.
    #[error("revoked at {0}")]
    Revoked(Date),
    /// 10: the CRL of its issuer, or one that the BCI names, is not held.
    #[error("the CRL of its issuer is not at hand")]
    CrlMissing,
    /// 10: the list of CRLs in force in the brand is not held.
    #[error("the list of CRLs in force in its brand is not at hand")]
    BciMissing,
    /// 10: the CRL or BCI is too old to believe.
    #[error("the CRL or BCI is out of date since {0}")]
    Stale(Date),
    /// 10: the CRL or BCI is not signed by whom it should be.
    #[error("the CRL or BCI is not signed by its issuer")]
    RevocationSignature,
    /// Our own provider failed, which says nothing of the certificate.
    #[error("cannot be judged, as the cryptographic provider failed: {0}")]
    Provider(String),
}

impl ChainError {
    /// The code that tells the peer.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self.rule {
            Rule::Missing => ErrorCode::MissingCertificate,
            Rule::Expired(_) => ErrorCode::ExpiredCertificate,
            Rule::Revoked(_) => ErrorCode::RevokedCertificate,
            Rule::Provider(_) => ErrorCode::UnspecifiedFailure,
            _ => ErrorCode::InvalidCertificate,
        }
    }
}

impl Culprit {
    /// Names a certificate.
    #[must_use]
    pub fn of(crypto: &dyn CryptoProvider, certificate: &Certificate) -> Self {
        Self {
            pointer: certificate.issuer_and_serial_number().clone(),
            subject: certificate.subject().to_string(),
            thumb: Some(certificate.thumbprint(crypto)),
        }
    }

    /// Names the missing issuer of a certificate.
    pub(crate) fn issuer_of(certificate: &Certificate) -> Self {
        let extensions = certificate.extensions();
        let pointer = extensions
            .authority_key_identifier
            .as_ref()
            .and_then(|identifier| identifier.signer());
        Self {
            subject: certificate.issuer().to_string(),
            pointer: pointer.unwrap_or_else(|| IssuerAndSerialNumber {
                issuer: certificate.issuer().clone(),
                serial_number: SerialNumber::zero(),
            }),
            thumb: None,
        }
    }

    /// Names a certificate that only its pointer is known of.
    pub(crate) fn pointed_at(pointer: &IssuerAndSerialNumber) -> Self {
        Self {
            pointer: pointer.clone(),
            subject: String::new(),
            thumb: None,
        }
    }
}
