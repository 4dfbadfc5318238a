//! What the acquirer tells the cardholder past the merchant.
//!
//! The wallet offers a key with its payment instruction; the message comes back under it,
//! through a merchant who cannot read it. The key is not drawn but made from a secret that the
//! wallet keeps with the card and from the transaction, so that nothing more need be kept to
//! read a message that comes weeks later.

use der::asn1::ObjectIdentifier;

use crate::asn1::oid;
use crate::cardholder::inquiry::Placed;
use crate::error::Error;
use crate::exchange::Context;
use crate::msg::back_key::BackKeyData;
use crate::msg::ids::Xid;
use crate::msg::payment::acq_card::{AcqCardCodeMsg, AcqCardMsg};
use crate::party::{Purpose, Trust};
use crate::path::brand;
use crate::pkcs7::AlgorithmIdentifier;
use crate::secret::{BackKey, PanSecret};
use crate::sequence;
use crate::treatment::ek::Cipher;
use crate::treatment::enc::Types;
use crate::treatment::{enc_k, hmac, s};
use crate::x509::Certificate;
use crate::x509::name::Brand;

sequence! {
    /// What a back key is made from, beside the secret. It is no message and has another form
    /// than the XID alone, over which the merchant sees a MAC under the same secret.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct BackKeyInput = "BackKeyInput" {
        /// The transaction.
        xid: Xid = "xid",
        /// The cipher that the key is for.
        cipher: ObjectIdentifier = "cipher",
    }
}

const TYPES: Types = Types {
    tbe: oid::content::ACQ_CARD_CODE_MSG_TBE,
    tbs: oid::content::ACQ_CARD_CODE_MSG,
};

/// The key to offer to a gateway; none when its certificate does not say that it sends
/// messages, or under no cipher that SET has.
pub(super) fn offer(
    context: &Context<'_>,
    gateway: &Certificate,
    xid: Xid,
    secret: &PanSecret,
) -> Result<Option<BackKeyData>, Error> {
    let Some(tunneling) = &gateway.extensions().tunneling else {
        return Ok(None);
    };
    let offered = tunneling.tunnel_alg_ids.iter();
    let mut ciphers = offered.filter_map(|algorithm| Cipher::from_oid(*algorithm).ok());
    match ciphers.next() {
        Some(cipher) if tunneling.tunneling => Ok(Some(BackKeyData {
            back_alg_id: AlgorithmIdentifier::cbc(cipher.oid(), &[0; 8])?,
            back_key: key(context, xid, cipher, secret)?,
        })),
        _ => Ok(None),
    }
}

/// Reads a message about an order, and verifies that a gateway of the order's brand wrote it.
///
/// `secret` is that of the card paid with.
///
/// # Errors
///
/// decodingFailure when it is not for this transaction and card; the certificate codes;
/// signatureFailure.
pub fn read(
    context: &Context<'_>,
    trust: &mut Trust,
    placed: &Placed,
    secret: &PanSecret,
    message: &AcqCardMsg,
) -> Result<AcqCardCodeMsg, Error> {
    let info = &message.encrypted_content_info;
    let cipher = Cipher::from_oid(info.content_encryption_algorithm.algorithm)?;
    let key = key(context, placed.trans_ids.xid, cipher, secret)?;
    let signed = enc_k::open(context.crypto, cipher, &key, TYPES, message)?;
    trust.learn(context, &signed, None)?;
    let gateway = trust.signer(context, &signed, Purpose::GatewaySignature)?;
    brand::require(context.crypto, &gateway, &Brand::of(&placed.brand_id))?;
    let verified = s::verify::<AcqCardCodeMsg>(context.crypto, &signed, TYPES.tbs, &gateway)?;
    Ok((**verified.content()).clone())
}

fn key(
    context: &Context<'_>,
    xid: Xid,
    cipher: Cipher,
    secret: &PanSecret,
) -> Result<BackKey, Error> {
    let input = BackKeyInput {
        xid,
        cipher: cipher.oid(),
    };
    let digest = hmac::hmac(context.crypto, &input, secret.expose())?;
    Ok(BackKey::from_octets(*digest.as_octets()))
}
