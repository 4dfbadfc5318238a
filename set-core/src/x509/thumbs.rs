//! Thumbprints in requests, and what a response need not carry because of them.

use std::collections::HashSet;

use super::{BrandCrlIdentifier, Certificate, Crl, X509Error};
use crate::asn1::{SeqOf, oid};
use crate::crypto::CryptoProvider;
use crate::msg::thumbs::{CertThumb, Thumbs};
use crate::pkcs7::{AlgorithmIdentifier, Digest};

/// The thumbprints of what a requester holds; none when it holds nothing.
///
/// # Errors
///
/// [`X509Error::Encode`], never in practice.
pub fn thumbs_of(
    certificates: &[Certificate],
    crls: &[Crl],
    bcis: &[BrandCrlIdentifier],
    provider: &dyn CryptoProvider,
) -> Result<Option<Thumbs>, X509Error> {
    if certificates.is_empty() && crls.is_empty() && bcis.is_empty() {
        return Ok(None);
    }
    let list = |digests: Vec<Digest>| SeqOf::new(digests).ok();
    Ok(Some(Thumbs {
        digest_algorithm: AlgorithmIdentifier::sha1()?,
        cert_thumbs: list(
            certificates
                .iter()
                .map(|certificate| certificate.thumbprint(provider))
                .collect(),
        ),
        crl_thumbs: list(crls.iter().map(|crl| crl.thumbprint(provider)).collect()),
        brand_crl_id_thumbs: list(bcis.iter().map(|bci| bci.thumbprint(provider)).collect()),
    }))
}

/// The thumbprint of one certificate, as messages carry it.
///
/// # Errors
///
/// [`X509Error::Encode`], never in practice.
pub fn cert_thumb(
    certificate: &Certificate,
    provider: &dyn CryptoProvider,
) -> Result<CertThumb, X509Error> {
    Ok(CertThumb {
        digest_algorithm: AlgorithmIdentifier::sha1()?,
        thumbprint: certificate.thumbprint(provider),
    })
}

/// Whether a thumbprint, by the one digest that SET has, is that of a certificate.
#[must_use]
pub fn names(thumb: &CertThumb, certificate: &Certificate, provider: &dyn CryptoProvider) -> bool {
    thumb.digest_algorithm.is_plain(oid::algorithm::SHA1)
        && certificate.thumbprint(provider) == thumb.thumbprint
}

/// What a response carries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToSend {
    /// Certificates.
    pub certificates: Vec<Certificate>,
    /// CRLs.
    pub crls: Vec<Crl>,
    /// The list of CRLs in force.
    pub bci: Option<BrandCrlIdentifier>,
}

/// Decides what of the response's certificates, CRLs and BCI the requester lacks.
///
/// Without thumbprints everything is sent. The BCI is sent when no thumbprint of it came, or
/// one of another list of the brand did, which can only be an older one. Thumbprints by
/// another digest than SHA-1 show nothing.
#[must_use]
pub fn to_send(
    requester: Option<&Thumbs>,
    certificates: &[Certificate],
    crls: &[Crl],
    bci: Option<&BrandCrlIdentifier>,
    provider: &dyn CryptoProvider,
) -> ToSend {
    let requester =
        requester.filter(|thumbs| thumbs.digest_algorithm.is_plain(oid::algorithm::SHA1));
    let held = |list: Option<&SeqOf<Digest>>| -> HashSet<Digest> {
        list.into_iter().flatten().copied().collect()
    };
    let held_certificates = held(requester.and_then(|thumbs| thumbs.cert_thumbs.as_ref()));
    let held_crls = held(requester.and_then(|thumbs| thumbs.crl_thumbs.as_ref()));
    let held_bcis = held(requester.and_then(|thumbs| thumbs.brand_crl_id_thumbs.as_ref()));
    ToSend {
        certificates: certificates
            .iter()
            .filter(|certificate| !held_certificates.contains(&certificate.thumbprint(provider)))
            .cloned()
            .collect(),
        crls: crls
            .iter()
            .filter(|crl| !held_crls.contains(&crl.thumbprint(provider)))
            .cloned()
            .collect(),
        bci: bci
            .filter(|bci| held_bcis != HashSet::from([bci.thumbprint(provider)]))
            .cloned(),
    }
}
