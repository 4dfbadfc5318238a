//! EncB(s, r, t, b): b travels outside the envelope, tied to t by its digest.

use der::asn1::ObjectIdentifier;

use super::enc::{self, Types};
use super::{Attached, Recipient, Signer, TreatmentError, l};
use crate::asn1::{Raw, Wire};
use crate::crypto::CryptoProvider;
use crate::pkcs7::EnvelopedData;

/// Signs and encrypts L(t, b), as the linkage type `Link`. The baggage is the caller's to
/// put beside the result. Opened by [`enc::open`]; the baggage is then checked against the
/// digest in `Link` by [`super::dd::check`].
///
/// # Errors
///
/// As [`enc::enc`] and [`l::l`].
#[expect(clippy::too_many_arguments, reason = "the operands of the operator")]
pub fn enc_b<Link: Wire, T, B>(
    crypto: &dyn CryptoProvider,
    signers: &[Signer<'_>],
    recipient: &Recipient<'_>,
    types: Types,
    t: &Raw<T>,
    baggage_type: ObjectIdentifier,
    b: &Raw<B>,
    attached: &Attached,
) -> Result<EnvelopedData, TreatmentError> {
    let link: Raw<Link> = l::l(crypto, t, baggage_type, b)?;
    enc::enc(crypto, signers, recipient, types, &link, attached)
}
