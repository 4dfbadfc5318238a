//! SO(s, t): a signature without what is signed.

use der::Encode as _;
use der::asn1::{ObjectIdentifier, OctetString};
use subtle::ConstantTimeEq;

use super::error::SignatureFault;
use super::{Attached, Signer, TreatmentError, h};
use crate::asn1::{Opaque, Raw, SeqOf, oid};
use crate::crypto::{CryptoProvider, PublicKey};
use crate::pkcs7::signed::{EncryptedDigest, SdVersion};
use crate::pkcs7::{
    AlgorithmIdentifier, Attribute, AttributeSeq, ContentInfo, Digest, IssuerAndSerialNumber,
    SignedData, SignerInfo,
};
use crate::proof::ChainVerified;

/// Signs `octets`, the DER of a value whose type is `content_type`, without including them.
///
/// # Errors
///
/// [`TreatmentError::Provider`] when a key fails; [`TreatmentError::Encode`].
pub fn so(
    crypto: &dyn CryptoProvider,
    signers: &[Signer<'_>],
    content_type: ObjectIdentifier,
    octets: &[u8],
    attached: &Attached,
) -> Result<SignedData, TreatmentError> {
    let digest = h::of_octets(crypto, octets);
    let content_info = ContentInfo {
        content_type,
        content: None,
    };
    signed_data(crypto, signers, content_info, &digest, attached)
}

/// Verifies the signature of the one signer whose chain is verified, over `octets`, the DER
/// of a value whose type is `content_type`.
///
/// # Errors
///
/// [`TreatmentError::Signature`], also when content is inside; [`TreatmentError::ContentType`].
pub fn verify(
    crypto: &dyn CryptoProvider,
    signed: &SignedData,
    content_type: ObjectIdentifier,
    octets: &[u8],
    signer: &ChainVerified,
) -> Result<(), TreatmentError> {
    if signed.content_info.content.is_some() {
        return Err(TreatmentError::Signature(SignatureFault::ContentPresence));
    }
    verify_with_key(
        crypto,
        signed,
        content_type,
        octets,
        signer.certificate().issuer_and_serial_number(),
        signer.certificate().public_key(),
    )
}

/// Verifies the one signature that names `signer` over `octets`, the DER of a value whose
/// type is `content_type`, with `key`.
///
/// The octets of the attributes are verified as they came in. Nothing is said of whose key
/// it is, so this is for looking at messages: a role asks [`verify`], which wants evidence
/// of the chain.
///
/// # Errors
///
/// [`TreatmentError::Signature`] and [`TreatmentError::ContentType`].
pub fn verify_with_key(
    crypto: &dyn CryptoProvider,
    signed: &SignedData,
    content_type: ObjectIdentifier,
    octets: &[u8],
    signer: &IssuerAndSerialNumber,
    key: &PublicKey,
) -> Result<(), TreatmentError> {
    if signed.content_info.content_type != content_type {
        return Err(TreatmentError::ContentType {
            expected: content_type,
            found: signed.content_info.content_type,
        });
    }
    let mut infos = signed
        .signer_infos
        .iter()
        .filter(|info| info.issuer_and_serial_number == *signer);
    let (Some(info), None) = (infos.next(), infos.next()) else {
        return Err(TreatmentError::Signature(SignatureFault::NoSuchSigner));
    };
    let sha1 = oid::algorithm::SHA1;
    let consistent = info.digest_algorithm.is_plain(sha1)
        && signed
            .digest_algorithms
            .iter()
            .any(|algorithm| algorithm.is_plain(sha1))
        && info
            .digest_encryption_algorithm
            .is_plain(oid::algorithm::RSA_ENCRYPTION);
    if !consistent {
        return Err(TreatmentError::Signature(SignatureFault::Algorithms));
    }
    let attributes = info
        .authenticated_attributes
        .as_ref()
        .ok_or(TreatmentError::Signature(SignatureFault::Attributes))?;
    check_attributes(attributes, content_type, &h::of_octets(crypto, octets))?;
    let digest = crypto.sha1(&[attributes.octets()]);
    crypto.verify_sha1(key, &digest, info.encrypted_digest.as_octets())?;
    Ok(())
}

/// The SignedData over a digest.
pub(super) fn signed_data(
    crypto: &dyn CryptoProvider,
    signers: &[Signer<'_>],
    content_info: ContentInfo,
    digest: &Digest,
    attached: &Attached,
) -> Result<SignedData, TreatmentError> {
    let attributes = Raw::new(
        AttributeSeq::new(vec![
            Attribute::content_type(content_info.content_type)?,
            Attribute::message_digest(digest.as_octets())?,
        ])
        .map_err(|_| TreatmentError::Signature(SignatureFault::Attributes))?,
    )?;
    let to_sign = crypto.sha1(&[attributes.octets()]);
    let mut infos = Vec::with_capacity(signers.len());
    for signer in signers {
        let signature = signer.key.sign_sha1(crypto, &to_sign)?;
        infos.push(SignerInfo {
            si_version: SdVersion::VER2,
            issuer_and_serial_number: signer.certificate.clone(),
            digest_algorithm: AlgorithmIdentifier::sha1()?,
            authenticated_attributes: Some(attributes.clone()),
            digest_encryption_algorithm: AlgorithmIdentifier::with_null(
                oid::algorithm::RSA_ENCRYPTION,
            )?,
            encrypted_digest: EncryptedDigest::new(signature)
                .map_err(|_| TreatmentError::Signature(SignatureFault::Rsa))?,
            unauthenticated_attributes: None,
        });
    }
    let none_if_empty = |elements: &[Opaque]| {
        SeqOf::<Opaque, 0>::new(elements.to_vec())
            .ok()
            .filter(|elements| !elements.is_empty())
    };
    Ok(SignedData {
        sd_version: SdVersion::VER2,
        digest_algorithms: SeqOf::one(AlgorithmIdentifier::sha1()?),
        content_info,
        certificates: none_if_empty(&attached.certificates),
        crls: none_if_empty(&attached.crls),
        signer_infos: SeqOf::new(infos)
            .map_err(|_| TreatmentError::Signature(SignatureFault::NoSuchSigner))?,
    })
}

/// Exactly one contentType and one messageDigest, each with one value, and the right ones.
fn check_attributes(
    attributes: &AttributeSeq,
    content_type: ObjectIdentifier,
    digest: &Digest,
) -> Result<(), TreatmentError> {
    let fault = |fault| Err(TreatmentError::Signature(fault));
    let single = |wanted: ObjectIdentifier| {
        let mut found = attributes
            .iter()
            .filter(|attribute| attribute.attribute_type == wanted);
        match (found.next(), found.next()) {
            (Some(attribute), None) => match attribute.values.as_slice() {
                [value] => Some(value),
                _ => None,
            },
            _ => None,
        }
    };
    let (Some(signed_type), Some(signed_digest)) = (
        single(oid::attribute::CONTENT_TYPE),
        single(oid::attribute::MESSAGE_DIGEST),
    ) else {
        return fault(SignatureFault::Attributes);
    };
    if content_type.to_der()? != signed_type.as_octets() {
        return fault(SignatureFault::ContentType);
    }
    let ours = OctetString::new(digest.as_octets().as_slice())?.to_der()?;
    if bool::from(ours.as_slice().ct_eq(signed_digest.as_octets())) {
        Ok(())
    } else {
        fault(SignatureFault::MessageDigest)
    }
}
