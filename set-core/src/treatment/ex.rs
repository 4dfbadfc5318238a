//! EX(r, t, p): a value linked to a parameter, which travels in the OAEP block.

use der::asn1::ObjectIdentifier;
use zeroize::Zeroizing;

use super::envelope::{self, RawExtra};
use super::{LinkedExtra, Recipient, TreatmentError, dd, l};
use crate::asn1::{Raw, Wire};
use crate::crypto::{CryptoProvider, PrivateKey};
use crate::pkcs7::{DetachedDigest, EnvelopedData};

/// Encrypts L(t, p) as the linkage type named by `content_type`, with p in the block.
///
/// # Errors
///
/// As [`super::e::e`].
pub fn ex<T, P: LinkedExtra>(
    crypto: &dyn CryptoProvider,
    recipient: &Recipient<'_>,
    content_type: ObjectIdentifier,
    t: &Raw<T>,
    p: &P,
) -> Result<EnvelopedData, TreatmentError> {
    seal(crypto, recipient, content_type, t, p, false)
}

/// Opens an envelope of L(t, p) and checks that p belongs to t.
///
/// # Errors
///
/// As [`super::e::open`]; a `p` that was not linked is
/// [`TreatmentError::Undecryptable`] as well.
pub fn open<T: Wire, P: LinkedExtra>(
    crypto: &dyn CryptoProvider,
    key: &PrivateKey,
    content_type: ObjectIdentifier,
    envelope: &EnvelopedData,
) -> Result<(Raw<T>, P), TreatmentError> {
    unseal(crypto, key, content_type, envelope, false)
}

pub(super) fn seal<T, P: LinkedExtra>(
    crypto: &dyn CryptoProvider,
    recipient: &Recipient<'_>,
    content_type: ObjectIdentifier,
    t: &Raw<T>,
    p: &P,
    with_hd: bool,
) -> Result<EnvelopedData, TreatmentError> {
    let parameter = Zeroizing::new(crate::asn1::encode(p)?);
    let digest = super::h::of_octets(crypto, &parameter);
    let digest = crate::asn1::encode(&dd::of_digest(P::CONTENT_TYPE, digest)?)?;
    let plaintext = Zeroizing::new(l::compose(&[t.octets(), &digest])?);
    let extra = RawExtra {
        kind: P::KIND,
        octets: p.to_block(),
    };
    envelope::seal(crypto, recipient, content_type, &plaintext, extra, with_hd)
}

pub(super) fn unseal<T: Wire, P: LinkedExtra>(
    crypto: &dyn CryptoProvider,
    key: &PrivateKey,
    content_type: ObjectIdentifier,
    envelope: &EnvelopedData,
    with_hd: bool,
) -> Result<(Raw<T>, P), TreatmentError> {
    let (plaintext, block) = envelope::open(crypto, key, content_type, envelope, P::KIND, with_hd)?;
    let inside = || -> Option<(Raw<T>, P)> {
        let [t, digest] = l::split(&plaintext)?;
        let digest: DetachedDigest = digest.decode_as().ok()?;
        let p = P::from_block(&block)?;
        let parameter = Zeroizing::new(crate::asn1::encode(&p).ok()?);
        dd::check_octets(crypto, &digest, P::CONTENT_TYPE, &parameter).ok()?;
        Some((Raw::from_octets(t.as_octets().to_vec()).ok()?, p))
    };
    inside().ok_or(TreatmentError::Undecryptable)
}
