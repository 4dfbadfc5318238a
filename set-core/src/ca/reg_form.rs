//! RegFormReq → RegFormRes: the cardholder gets the issuer's form.

use super::record::{Offered, Registration};
use super::{Ca, form};
use crate::asn1::{Raw, oid};
use crate::error::{Error, PeerFault};
use crate::exchange::Context;
use crate::exchange::receive::check_rrpid;
use crate::msg::cert::reg_form::{
    PanOnly, RegFormOrReferral, RegFormReq, RegFormReqData, RegFormResTbs,
};
use crate::msg::ids::Bin;
use crate::msg::message::Message;
use crate::msg::wrapper::MessageHeader;
use crate::registration::{EndEntity, Wanted};
use crate::treatment::{exh, s};

/// Answers RegFormReq with the form of the issuer, or with a referral when there is none
/// for that issuer or language. Of the account number only the BIN is remembered.
///
/// # Errors
///
/// decodingFailure when it does not decrypt; unknownRRPID; unspecifiedFailure when
/// requestType is not a cardholder's; anything wrong with our own certificates.
pub fn reg_form(
    context: &Context<'_>,
    ca: &Ca,
    header: &MessageHeader,
    request: &RegFormReq,
) -> Result<(Registration, Vec<u8>), Error> {
    let (data, only): (Raw<RegFormReqData>, PanOnly) = exh::open(
        context.crypto,
        &ca.encryption.key,
        oid::content::REG_FORM_REQ_TBE,
        request,
    )?;
    check_rrpid(header, data.rrpid)?;
    ca.check_entity(EndEntity::Cardholder)?;
    if Wanted::from(data.request_type).entity != EndEntity::Cardholder {
        return Err(PeerFault::Unspecified("requestType is not a cardholder's").into());
    }
    let bin = Bin::new(only.pan.bin())
        .map_err(|_| PeerFault::Unspecified("the account number is too short"))?;
    let form = ca.forms.find(EndEntity::Cardholder, &bin, &data.language);
    let registration = Offered {
        ca: ca.name().clone(),
        lid_ca: super::fresh_local_id(context)?,
        lid_ee: data.lid_ee.clone(),
        chall_ca: context.fresh_challenge()?,
        request_type: data.request_type,
        bin,
        date: context.now,
        id_data: None,
        reg_form_id: form.ok().map(|form| form.id),
        refusal: form.err().map(form::Unserved::code),
    };
    let (attached, brand_crl_identifier) = ca.attach(context, data.thumbs.as_ref())?;
    let answer = Raw::new(RegFormResTbs {
        rrpid: data.rrpid,
        lid_ee: data.lid_ee.clone(),
        chall_ee2: data.chall_ee2,
        lid_ca: Some(registration.lid_ca.clone()),
        chall_ca: registration.chall_ca,
        cae_thumb: Some(ca.encryption.certificate.thumb(context.crypto)?),
        request_type: data.request_type,
        form_or_referral: form.map_or_else(
            |_| RegFormOrReferral::ReferralData(ca.forms.referral.clone()),
            super::Form::to_wire,
        ),
        brand_crl_identifier,
        thumbs: data.thumbs.clone(),
    })?;
    let signed = s::s(
        context.crypto,
        &[ca.message_signing.signer()],
        oid::content::REG_FORM_RES_TBS,
        &answer,
        &attached,
    )?;
    let octets = context.wrap(
        Message::RegFormRes(Box::new(signed)),
        Some(data.rrpid),
        None,
    )?;
    Ok((Registration::Offered(registration), octets))
}
