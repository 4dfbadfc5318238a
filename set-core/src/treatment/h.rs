//! H(t): the hash of a value.

use crate::asn1::Raw;
use crate::crypto::CryptoProvider;
use crate::pkcs7::Digest;

/// SHA-1 over the octets of `t`, identifier and length included.
#[must_use]
pub fn h<T>(crypto: &dyn CryptoProvider, t: &Raw<T>) -> Digest {
    of_octets(crypto, t.octets())
}

/// SHA-1 over octets that are the DER of something.
#[must_use]
pub fn of_octets(crypto: &dyn CryptoProvider, octets: &[u8]) -> Digest {
    Digest::new(crypto.sha1(&[octets]))
}
