//! AcqCardMsg: what the acquirer tells the cardholder past the merchant.

use crate::asn1::{Raw, oid};
use crate::error::Error;
use crate::exchange::Context;
use crate::gateway::Gateway;
use crate::msg::back_key::BackKeyData;
use crate::msg::payment::acq_card::{AcqCardCodeMsg, AcqCardMsg};
use crate::treatment::ek::Cipher;
use crate::treatment::enc::Types;
use crate::treatment::enc_k;

const TYPES: Types = Types {
    tbe: oid::content::ACQ_CARD_CODE_MSG_TBE,
    tbs: oid::content::ACQ_CARD_CODE_MSG,
};

/// Signs the message and encrypts it under the key and with the cipher that the cardholder
/// offered. Nothing when the cipher is none of SET's: the payment does not depend on it.
pub(super) fn seal(
    context: &Context<'_>,
    gateway: &Gateway,
    back_key: &BackKeyData,
    message: &AcqCardCodeMsg,
) -> Result<Option<AcqCardMsg>, Error> {
    let Ok(cipher) = Cipher::from_oid(back_key.back_alg_id.algorithm) else {
        return Ok(None);
    };
    // The cardholder holds the chain of the encryption key, not of the signature key.
    let (attached, _) = gateway
        .trust
        .attach(context, &[&gateway.signature.certificate], None)?;
    let sealed = enc_k::enc_k(
        context.crypto,
        cipher,
        &back_key.back_key,
        &[gateway.signature.signer()],
        TYPES,
        &Raw::new(message.clone())?,
        &attached,
    )?;
    Ok(Some(sealed))
}
