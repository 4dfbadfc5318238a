//! CardCInitReq → CardCInitRes: the cardholder gets the CA's certificates.

use super::Ca;
use crate::asn1::{Raw, oid};
use crate::error::Error;
use crate::exchange::Context;
use crate::exchange::receive::check_rrpid;
use crate::msg::cert::card_c_init::{CardCInitReq, CardCInitResTbs};
use crate::msg::message::Message;
use crate::msg::wrapper::MessageHeader;
use crate::registration::EndEntity;
use crate::treatment::s;

/// Answers CardCInitReq.
///
/// Nothing is remembered, so anybody may ask as often as they like: the CA gives its id to
/// the registration in RegFormRes, once it knows that there is a card.
///
/// # Errors
///
/// unknownRRPID; unspecifiedFailure for a brand that the CA does not serve; anything wrong
/// with our own certificates.
pub fn card_c_init(
    context: &Context<'_>,
    ca: &Ca,
    header: &MessageHeader,
    request: &CardCInitReq,
) -> Result<Vec<u8>, Error> {
    check_rrpid(header, request.rrpid)?;
    ca.check_brand(&request.brand_id)?;
    ca.check_entity(EndEntity::Cardholder)?;
    let (attached, brand_crl_identifier) = ca.attach(context, request.thumbs.as_ref())?;
    let data = Raw::new(CardCInitResTbs {
        rrpid: request.rrpid,
        lid_ee: request.lid_ee.clone(),
        chall_ee: request.chall_ee,
        lid_ca: None,
        cae_thumb: ca.encryption.certificate.thumb(context.crypto)?,
        brand_crl_identifier,
        thumbs: request.thumbs.clone(),
    })?;
    let signed = s::s(
        context.crypto,
        &[ca.message_signing.signer()],
        oid::content::CARD_C_INIT_RES_TBS,
        &data,
        &attached,
    )?;
    context.wrap(
        Message::CardCInitRes(Box::new(signed)),
        Some(request.rrpid),
        None,
    )
}
