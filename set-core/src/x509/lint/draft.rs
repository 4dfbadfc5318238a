//! Signing only what passes: a certificate is made with a throw-away key first.

use super::examined::{Examined, Given};
use super::{Finding, Severity, apply};
use crate::crypto::{CryptoError, CryptoProvider, PrivateKey};
use crate::x509::build::{self, CertificateContents, Draft};
use crate::x509::{Certificate, X509Error};

/// A key that signs nothing but drafts of certificates, and that nobody trusts.
///
/// It is made once and kept as long as the CA is open: RSA keys take their time.
#[derive(Clone, Debug)]
pub struct DraftKey(PrivateKey);

impl From<PrivateKey> for DraftKey {
    /// A key that is at hand. It must not be trusted by anybody for anything.
    fn from(key: PrivateKey) -> Self {
        Self(key)
    }
}

impl DraftKey {
    /// A fresh key of the size of the one that will sign, so that drafts are as long as what
    /// is signed in the end.
    ///
    /// # Errors
    ///
    /// As [`CryptoProvider::generate_rsa`].
    pub fn generate(provider: &dyn CryptoProvider, bits: usize) -> Result<Self, CryptoError> {
        provider.generate_rsa(bits).map(Self)
    }
}

/// A certificate was not signed because of what its draft looks like.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the certificate was not signed: {}", list(.0))]
pub struct Refused(pub Vec<Finding>);

fn list(findings: &[Finding]) -> String {
    let all: Vec<String> = findings.iter().map(Finding::to_string).collect();
    all.join("; ")
}

/// Issues a certificate as [`build::issue`] does, once its draft has no error.
///
/// # Errors
///
/// [`X509Error::Refused`] when it has; nothing is signed then. Otherwise as
/// [`build::issue`].
pub fn issue(
    contents: &CertificateContents,
    issuer: &Certificate,
    issuer_key: &PrivateKey,
    draft_key: &DraftKey,
    provider: &dyn CryptoProvider,
) -> Result<Certificate, X509Error> {
    let draft = build::draft(contents, issuer, issuer_key, provider)?;
    check(&draft, Some(issuer), draft_key, provider)?;
    draft.sign(issuer_key, provider)
}

/// Makes a root as [`build::self_sign`] does, once its draft has no error.
///
/// # Errors
///
/// As [`issue`].
pub fn self_sign(
    contents: &CertificateContents,
    key: &PrivateKey,
    draft_key: &DraftKey,
    provider: &dyn CryptoProvider,
) -> Result<Certificate, X509Error> {
    let draft = build::self_draft(contents, key, provider)?;
    check(&draft, None, draft_key, provider)?;
    draft.sign(key, provider)
}

fn check(
    draft: &Draft,
    issuer: Option<&Certificate>,
    DraftKey(key): &DraftKey,
    provider: &dyn CryptoProvider,
) -> Result<(), X509Error> {
    let octets = draft.signed_octets(key, provider)?;
    let malformed = |fault: der::Error| X509Error::Encode(fault.into());
    let subject = Examined::read(&octets).map_err(malformed)?;
    let issuer = match issuer {
        Some(issuer) => Some(Examined::read(issuer.octets()).map_err(malformed)?),
        None => None,
    };
    let given = Given {
        subject: &subject,
        issuer: issuer.as_ref().or(Some(&subject)),
        drafted_by: Some(key.public_key()),
        provider,
    };
    let mut findings = Vec::new();
    apply(&given, &mut findings);
    findings.retain(|finding| finding.severity == Severity::Error);
    if findings.is_empty() {
        Ok(())
    } else {
        Err(X509Error::Refused(Refused(findings)))
    }
}
