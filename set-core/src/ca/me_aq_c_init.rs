//! Me-AqCInitReq → Me-AqCInitRes: a merchant or acquirer gets the CA's certificates and
//! the form.

use super::Ca;
use super::record::{Offered, Registration};
use crate::asn1::{Raw, oid};
use crate::error::{Error, PeerFault};
use crate::exchange::Context;
use crate::exchange::receive::check_rrpid;
use crate::msg::cert::id_data::IdData;
use crate::msg::cert::me_aq_c_init::{MeAqCInitReq, MeAqCInitResTbs};
use crate::msg::cert::reg_form::RegFormOrReferral;
use crate::msg::ids::Bin;
use crate::msg::message::Message;
use crate::msg::wrapper::MessageHeader;
use crate::registration::Wanted;
use crate::treatment::s;

/// Answers Me-AqCInitReq with the form of the acquirer, or with a referral when there is
/// none for that acquirer or language.
///
/// # Errors
///
/// unknownRRPID; unspecifiedFailure for a brand or kind of entity that the CA does not
/// serve, and when idData names another kind of entity than requestType; anything wrong
/// with our own certificates.
pub fn me_aq_c_init(
    context: &Context<'_>,
    ca: &Ca,
    header: &MessageHeader,
    request: &MeAqCInitReq,
) -> Result<(Registration, Vec<u8>), Error> {
    check_rrpid(header, request.rrpid)?;
    ca.check_brand(&request.brand_id)?;
    let wanted = Wanted::from(request.request_type);
    ca.check_entity(wanted.entity)?;
    if !wanted.entity.is_named_by(&request.id_data) {
        return Err(PeerFault::Unspecified("requestType and idData are not of one kind").into());
    }
    let bin = bin(&request.id_data);
    let form = ca.forms.find(wanted.entity, bin, &request.language);
    let registration = Offered {
        ca: ca.name().clone(),
        lid_ca: super::fresh_local_id(context)?,
        lid_ee: request.lid_ee.clone(),
        chall_ca: context.fresh_challenge()?,
        request_type: request.request_type,
        bin: bin.clone(),
        date: context.now,
        id_data: Some(request.id_data.clone()),
        reg_form_id: form.ok().map(|form| form.id),
        refusal: form.err().map(super::form::Unserved::code),
    };
    let (attached, brand_crl_identifier) = ca.attach(context, request.thumbs.as_ref())?;
    let data = Raw::new(MeAqCInitResTbs {
        rrpid: request.rrpid,
        lid_ee: request.lid_ee.clone(),
        chall_ee: request.chall_ee,
        lid_ca: Some(registration.lid_ca.clone()),
        chall_ca: registration.chall_ca,
        request_type: request.request_type,
        form_or_referral: form.map_or_else(
            |_| RegFormOrReferral::ReferralData(ca.forms.referral.clone()),
            super::Form::to_wire,
        ),
        acct_data_field: form.ok().and_then(|form| form.acct_data_field.clone()),
        cae_thumb: ca.encryption.certificate.thumb(context.crypto)?,
        brand_crl_identifier,
        thumbs: request.thumbs.clone(),
    })?;
    let signed = s::s(
        context.crypto,
        &[ca.message_signing.signer()],
        oid::content::ME_AQ_C_INIT_RES_TBS,
        &data,
        &attached,
    )?;
    let octets = context.wrap(
        Message::MeAqCInitRes(Box::new(signed)),
        Some(request.rrpid),
        None,
    )?;
    Ok((Registration::Offered(registration), octets))
}

/// The acquirer's BIN.
fn bin(id_data: &IdData) -> &Bin {
    match id_data {
        IdData::MerchantAcquirerId(merchant) => &merchant.merchant_bin,
        IdData::AcquirerId(acquirer) => &acquirer.acquirer_bin,
    }
}
