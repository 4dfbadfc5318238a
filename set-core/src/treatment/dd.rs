//! DD(t): the hash of a value that is elsewhere.

use der::asn1::ObjectIdentifier;
use subtle::ConstantTimeEq;

use super::{TreatmentError, h};
use crate::asn1::{Raw, oid};
use crate::crypto::CryptoProvider;
use crate::pkcs7::encrypted::Version0;
use crate::pkcs7::{AlgorithmIdentifier, ContentInfo, DetachedDigest, Digest};

/// Digests `t`, whose type is `content_type`.
///
/// # Errors
///
/// [`TreatmentError::Encode`], never in practice.
pub fn dd<T>(
    crypto: &dyn CryptoProvider,
    content_type: ObjectIdentifier,
    t: &Raw<T>,
) -> Result<DetachedDigest, TreatmentError> {
    of_digest(content_type, h::h(crypto, t))
}

/// Wraps a digest computed before.
///
/// # Errors
///
/// [`TreatmentError::Encode`], never in practice.
pub fn of_digest(
    content_type: ObjectIdentifier,
    digest: Digest,
) -> Result<DetachedDigest, TreatmentError> {
    Ok(DetachedDigest {
        dd_version: Version0::VER0,
        digest_algorithm: AlgorithmIdentifier::sha1()?,
        content_info: ContentInfo {
            content_type,
            content: None,
        },
        digest,
    })
}

/// Checks that `dd` is the digest of `t`, whose type is `content_type`.
///
/// # Errors
///
/// [`TreatmentError::Algorithm`] when it is not SHA-1, [`TreatmentError::ContentType`] when
/// it names another type or carries content, [`TreatmentError::Digest`] when it differs.
pub fn check<T>(
    crypto: &dyn CryptoProvider,
    dd: &DetachedDigest,
    content_type: ObjectIdentifier,
    t: &Raw<T>,
) -> Result<(), TreatmentError> {
    check_octets(crypto, dd, content_type, t.octets())
}

/// [`check`] over octets that are the DER of the value.
///
/// # Errors
///
/// As [`check`].
pub fn check_octets(
    crypto: &dyn CryptoProvider,
    dd: &DetachedDigest,
    content_type: ObjectIdentifier,
    octets: &[u8],
) -> Result<(), TreatmentError> {
    if !dd.digest_algorithm.is_plain(oid::algorithm::SHA1) {
        return Err(TreatmentError::Algorithm(dd.digest_algorithm.algorithm));
    }
    if dd.content_info.content_type != content_type || dd.content_info.content.is_some() {
        return Err(TreatmentError::ContentType {
            expected: content_type,
            found: dd.content_info.content_type,
        });
    }
    let ours = h::of_octets(crypto, octets);
    if bool::from(ours.as_octets().ct_eq(dd.digest.as_octets())) {
        Ok(())
    } else {
        Err(TreatmentError::Digest(
            oid::name(&content_type).unwrap_or("the linked value"),
        ))
    }
}
