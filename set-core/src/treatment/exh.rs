//! EXH(r, t, p): EX with a hash of the plaintext in the OAEP block.

use der::asn1::ObjectIdentifier;

use super::{LinkedExtra, Recipient, TreatmentError, ex};
use crate::asn1::{Raw, Wire};
use crate::crypto::{CryptoProvider, PrivateKey};
use crate::pkcs7::EnvelopedData;

/// Encrypts L(t, p) as the linkage type named by `content_type`, with p and a hash of
/// L(t, p) in the block.
///
/// # Errors
///
/// As [`super::e::e`].
pub fn exh<T, P: LinkedExtra>(
    crypto: &dyn CryptoProvider,
    recipient: &Recipient<'_>,
    content_type: ObjectIdentifier,
    t: &Raw<T>,
    p: &P,
) -> Result<EnvelopedData, TreatmentError> {
    ex::seal(crypto, recipient, content_type, t, p, true)
}

/// Opens an envelope of L(t, p) and checks the hash and that p belongs to t.
///
/// # Errors
///
/// As [`ex::open`].
pub fn open<T: Wire, P: LinkedExtra>(
    crypto: &dyn CryptoProvider,
    key: &PrivateKey,
    content_type: ObjectIdentifier,
    envelope: &EnvelopedData,
) -> Result<(Raw<T>, P), TreatmentError> {
    ex::unseal(crypto, key, content_type, envelope, true)
}
