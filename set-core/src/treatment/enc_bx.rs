//! EncBX(s, r, t, b, p): EncB with a parameter in the OAEP block.

use der::asn1::ObjectIdentifier;

use super::enc::Types;
use super::{Attached, Extra, Recipient, Signer, TreatmentError, enc_x, l};
use crate::asn1::{Raw, Wire};
use crate::crypto::CryptoProvider;
use crate::pkcs7::EnvelopedData;

/// EncX over L(t, b), as the linkage type `Link`. Opened by [`enc_x::open`]; the baggage is
/// then checked against the digest in `Link` by [`super::dd::check`].
///
/// # Errors
///
/// As [`enc_x::enc_x`] and [`l::l`].
#[expect(clippy::too_many_arguments, reason = "the operands of the operator")]
pub fn enc_bx<Link: Wire, T, B, P: Extra>(
    crypto: &dyn CryptoProvider,
    signers: &[Signer<'_>],
    recipient: &Recipient<'_>,
    types: Types,
    t: &Raw<T>,
    baggage_type: ObjectIdentifier,
    b: &Raw<B>,
    p: &P,
    attached: &Attached,
) -> Result<EnvelopedData, TreatmentError> {
    let link: Raw<Link> = l::l(crypto, t, baggage_type, b)?;
    enc_x::enc_x(crypto, signers, recipient, types, &link, p, attached)
}
