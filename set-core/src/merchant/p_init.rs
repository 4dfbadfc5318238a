//! PInitReq → PInitRes: the transaction gets its name.

use crate::asn1::{Raw, oid};
use crate::error::{Error, PeerFault};
use crate::exchange::context::ids_of;
use crate::exchange::receive::{check_local_ids, check_rrpid};
use crate::exchange::{Context, extensions};
use crate::merchant::Merchant;
use crate::merchant::order::{Initiated, Offer};
use crate::msg::message::Message;
use crate::msg::payment::p_init::{PInitReq, PInitResData};
use crate::msg::tags::TransIds;
use crate::msg::wrapper::MessageHeader;
use crate::treatment::s;
use crate::x509::name::Brand;

/// Answers PInitReq for an order that the shop has offered.
///
/// The response carries the merchant's and the gateway's chains, as far as the thumbs do
/// not show that the wallet holds them.
///
/// # Errors
///
/// In the order of checking: wrapperMsgMismatch; unrecognizedExtension; unknownRRPID;
/// unspecifiedFailure for a brand that the shop did not offer; anything wrong with our own
/// certificates.
pub fn p_init(
    context: &Context<'_>,
    merchant: &Merchant,
    header: &MessageHeader,
    request: &PInitReq,
    offer: Offer,
) -> Result<(Initiated, Vec<u8>), Error> {
    check_local_ids(header, &request.local_id_c, request.local_id_m.as_ref())?;
    extensions::check(&Raw::new(request.clone())?, context.policy)?;
    check_rrpid(header, request.rrpid)?;
    let wanted = Brand::of(&request.brand_id);
    let ours = merchant.signature.certificate.brand()?;
    let offered = offer.brands.iter().any(|brand| Brand::of(brand) == wanted);
    if !offered || ours != wanted {
        return Err(PeerFault::Unspecified("this brand is not accepted for the order").into());
    }
    let gateway = merchant.gateway(context, Some(&request.bin))?;
    let trans_ids = TransIds {
        lid_c: request.local_id_c.clone(),
        lid_m: Some(offer.lid_m.clone()),
        xid: context.fresh_xid()?,
        p_req_date: context.now,
        pay_sys_id: None,
        language: request.language.clone(),
    };
    let chall_m = context.fresh_challenge()?;
    let (attached, bci) = merchant.trust.attach(
        context,
        &[&merchant.signature.certificate, gateway.certificate()],
        request.thumbs.as_ref(),
    )?;
    let data = Raw::new(PInitResData {
        trans_ids: trans_ids.clone(),
        rrpid: request.rrpid,
        chall_c: request.chall_c,
        chall_m,
        brand_crl_identifier: bci,
        pe_thumb: gateway.certificate().thumb(context.crypto)?,
        thumbs: request.thumbs.clone(),
        pi_rs_extensions: None,
    })?;
    let signed = s::s(
        context.crypto,
        &[merchant.signature.signer()],
        oid::content::P_INIT_RES_DATA,
        &data,
        &attached,
    )?;
    let octets = context.wrap(
        Message::PInitRes(Box::new(signed)),
        Some(request.rrpid),
        Some(ids_of(&trans_ids)),
    )?;
    let state = Initiated {
        offer,
        trans_ids,
        chall_m,
        brand_id: request.brand_id.clone(),
        bin: request.bin.clone(),
    };
    Ok((state, octets))
}
