//! What certificates, CRLs and BCIs share: a part to be signed and a signature over it.

use der::asn1::BitString;

use super::X509Error;
use crate::asn1::oid;
use crate::crypto::{CryptoError, CryptoProvider, PrivateKey, PublicKey};
use crate::pkcs7::AlgorithmIdentifier;

/// The one signature algorithm, sha1WithRSAEncryption with NULL parameters.
pub(super) fn algorithm() -> Result<AlgorithmIdentifier, X509Error> {
    Ok(AlgorithmIdentifier::with_null(
        oid::algorithm::SHA1_WITH_RSA,
    )?)
}

/// Refuses any other algorithm than that one.
pub(super) fn check_algorithm(found: &AlgorithmIdentifier) -> Result<(), X509Error> {
    if found.is_plain(oid::algorithm::SHA1_WITH_RSA) {
        Ok(())
    } else {
        Err(X509Error::Algorithm)
    }
}

pub(super) fn sign(
    to_be_signed: &[u8],
    key: &PrivateKey,
    provider: &dyn CryptoProvider,
) -> Result<BitString, X509Error> {
    let signature = key
        .sign_sha1(provider, &provider.sha1(&[to_be_signed]))
        .map_err(X509Error::Provider)?;
    Ok(BitString::from_bytes(&signature).map_err(crate::asn1::EncodeError::from)?)
}

pub(super) fn verify(
    to_be_signed: &[u8],
    signature: &BitString,
    key: &PublicKey,
    provider: &dyn CryptoProvider,
) -> Result<(), X509Error> {
    let signature = signature.as_bytes().ok_or(X509Error::Signature)?;
    provider
        .verify_sha1(key, &provider.sha1(&[to_be_signed]), signature)
        .map_err(|error| match error {
            CryptoError::Signature => X509Error::Signature,
            other => X509Error::Provider(other),
        })
}
