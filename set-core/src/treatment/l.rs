//! L(t1, t2): one value linked to another by digest.
//!
//! Each linkage has a type of its own in the contract, `SEQUENCE { t1, t2 DetachedDigest }`;
//! this composes and checks them by their octets.

use der::asn1::ObjectIdentifier;

use super::{TreatmentError, dd};
use crate::asn1::{Raw, SeqOf, Wire};
use crate::crypto::CryptoProvider;

/// The linkage type `Link` of `t1` to `t2`, whose type is `content_type`.
///
/// # Errors
///
/// [`TreatmentError::Content`] when `Link` is not made of `t1` and a digest.
pub fn l<Link: Wire, T1, T2>(
    crypto: &dyn CryptoProvider,
    t1: &Raw<T1>,
    content_type: ObjectIdentifier,
    t2: &Raw<T2>,
) -> Result<Raw<Link>, TreatmentError> {
    let digest = crate::asn1::encode(&dd::dd(crypto, content_type, t2)?)?;
    let octets = compose(&[t1.octets(), &digest])?;
    Ok(Raw::from_octets(octets)?)
}

/// A SEQUENCE of elements that are encoded already.
pub(super) fn compose(elements: &[&[u8]]) -> Result<Vec<u8>, TreatmentError> {
    let mut opaque = Vec::with_capacity(elements.len());
    for element in elements {
        opaque.push(crate::asn1::Opaque::from_encoded(element));
    }
    let sequence = SeqOf::<_, 0>::new(opaque).map_err(|_| TreatmentError::Undecryptable)?;
    Ok(crate::asn1::encode(&sequence)?)
}

/// The elements of a SEQUENCE that has exactly `N` of them.
pub(super) fn split<const N: usize>(octets: &[u8]) -> Option<[crate::asn1::Opaque; N]> {
    // Whoever received the whole has checked its size.
    let limits = crate::asn1::Limits {
        octets: usize::MAX,
        ..crate::asn1::Limits::default()
    };
    let elements: SeqOf<crate::asn1::Opaque, 0> = crate::asn1::decode(octets, &limits).ok()?;
    elements.into_vec().try_into().ok()
}
