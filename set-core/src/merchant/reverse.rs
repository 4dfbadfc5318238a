//! AuthRevReq → AuthRevRes: the merchant gives back what was authorized, in part or all.

use der::asn1::OctetString;

use crate::asn1::{EncodeError, Raw, oid};
use crate::error::{CallerFault, Error, PeerFault};
use crate::exchange::context::ids_of;
use crate::exchange::receive::check_ids;
use crate::exchange::{Context, receive_response};
use crate::merchant::capture::payment;
use crate::merchant::sale::{Reversing, Sale, Waiting};
use crate::merchant::{Merchant, gateway_response};
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::Rrpid;
use crate::msg::message::Message;
use crate::msg::payment::auth_req::AuthReqData;
use crate::msg::payment::auth_rev::{
    AuthRevCode, AuthRevReq, AuthRevReqBaggage, AuthRevReqData, AuthRevReqTbs, AuthRevRes,
    AuthRevResBaggage, AuthRevResData, AuthRevResTbs, AuthRevTags,
};
use crate::msg::payment::p_req::Pi;
use crate::party::identity::recipient;
use crate::treatment::enc::Types;
use crate::treatment::{dd, enc_b};

const REQUEST: Types = Types {
    tbe: oid::content::AUTH_REV_REQ_TBE,
    tbs: oid::content::AUTH_REV_REQ_TBS,
};
const WITH_TOKENS: Types = Types {
    tbe: oid::content::AUTH_REV_RES_TBEB,
    tbs: oid::content::AUTH_REV_RES_TBS,
};
const WITHOUT: Types = Types {
    tbe: oid::content::AUTH_REV_RES_TBE,
    tbs: oid::content::AUTH_REV_RES_DATA,
};

/// What came of a reversal.
#[derive(Debug)]
pub struct Answer {
    /// The sale as it is now.
    pub sale: Sale,
    /// Whether it was done, and why not.
    pub auth_rev_code: AuthRevCode,
}

/// Asks that only `new_amt` be left of an authorization; nothing when it is zero.
///
/// Gives the sale to be stored before the octets are sent.
///
/// # Errors
///
/// [`Error::Caller`] when the authorization is not the sale's, another answer is awaited, or
/// no gateway certificate is held; whatever is wrong with our own keys and certificates.
pub fn reverse(
    context: &Context<'_>,
    merchant: &Merchant,
    mut sale: Sale,
    auth_rrpid: Rrpid,
    new_amt: CurrencyAmount,
) -> Result<(Sale, Vec<u8>), Error> {
    sale.check_idle()?;
    let payment = payment(&sale, auth_rrpid)?;
    let gateway = merchant.gateway(context, Some(sale.bin()))?;
    let auth_rev_tags = AuthRevTags {
        auth_rev_rr_tags: gateway_response::tags(context, merchant)?,
        trans_ids: sale.trans_ids().clone(),
        auth_ret_num: None,
    };
    let rrpid = auth_rev_tags.auth_rev_rr_tags.rrpid;
    let data = Raw::new(AuthRevReqData {
        auth_rev_tags,
        m_thumbs: merchant.trust.thumbs(context)?,
        auth_req_data: Some(AuthReqData {
            auth_req_item: payment.request.clone(),
            m_thumbs: None,
            capture_now: false,
            sale_detail: None,
        }),
        auth_res_payload: Some(payment.response.clone()),
        auth_new_amt: new_amt,
        a_rv_rq_extensions: None,
    })?;
    let baggage = Raw::new(AuthRevReqBaggage {
        pi: match &payment.instruction {
            Some(token) => Pi::AuthToken(token.clone()),
            None => (*sale.ordered.pi).clone(),
        },
        cap_token: payment.cap_token.clone(),
    })?;
    let enc = enc_b::enc_b::<AuthRevReqTbs, _, _>(
        context.crypto,
        &[merchant.signature.signer()],
        &recipient(gateway.certificate()),
        REQUEST,
        &data,
        oid::content::AUTH_REV_REQ_BAGGAGE,
        &baggage,
        &gateway_response::attached(context, merchant)?,
    )?;
    let octets = context.wrap(
        Message::AuthRevReq(Box::new(AuthRevReq { enc, baggage })),
        Some(rrpid),
        Some(ids_of(sale.trans_ids())),
    )?;
    sale.waiting = Some(Waiting::Reversal(Reversing {
        rrpid,
        auth_rrpid,
        new_amt,
        request: OctetString::new(octets.as_slice()).map_err(EncodeError::from)?,
    }));
    Ok((sale, octets))
}

/// Takes AuthRevRes: new tokens replace the old ones. After an authorization that was taken back
/// the AuthToken that it used works again.
///
/// # Errors
///
/// Whatever is wrong with the response: it is dropped, and the request may be sent again as
/// it was. [`Error::Caller`] when no AuthRevRes is awaited.
pub fn handle(
    context: &Context<'_>,
    merchant: &mut Merchant,
    mut sale: Sale,
    octets: &[u8],
) -> Result<Answer, Error> {
    let Some(Waiting::Reversal(state)) = sale.waiting.clone() else {
        return Err(CallerFault::State("no reversal was asked for").into());
    };
    let (header, message) = receive_response(context, octets, state.rrpid)?;
    let Message::AuthRevRes(response) = message else {
        return Err(PeerFault::MessageNotSupported(message.name()).into());
    };
    let (data, baggage) = open(context, merchant, *response)?;
    let tags = &data.auth_rev_tags;
    check_ids(&header, &tags.trans_ids)?;
    gateway_response::check_tags(&tags.auth_rev_rr_tags, state.rrpid, merchant)?;
    gateway_response::check_item(
        (&tags.trans_ids, state.auth_rrpid),
        (sale.trans_ids(), state.auth_rrpid),
    )?;
    gateway_response::check_pe_thumb(context, merchant, data.pe_thumb.as_ref())?;
    sale.waiting = None;
    let auth_rev_code = data.auth_rev_code;
    if auth_rev_code == AuthRevCode::Approved {
        if data.auth_new_amt != state.new_amt {
            return Err(PeerFault::Unspecified("what is left is not what was asked for").into());
        }
        if let Some(payment) = sale.payment_mut(state.auth_rrpid) {
            payment.amount = state.new_amt;
            payment.cap_token = baggage.cap_token_new;
            payment.auth_token = baggage.auth_token_new;
            if let Some(payload) = data.auth_res_data_new.auth_res_payload_new {
                payment.response = payload;
            }
        }
        sale.auth_token = sale.newest_token();
    }
    Ok(Answer {
        sale,
        auth_rev_code,
    })
}

fn open(
    context: &Context<'_>,
    merchant: &mut Merchant,
    response: AuthRevRes,
) -> Result<(AuthRevResData, AuthRevResBaggage), Error> {
    match response {
        AuthRevRes::Enc(envelope) => {
            let data = gateway_response::open(
                context,
                merchant,
                WITHOUT,
                &envelope,
                |data: &AuthRevResData| data.brand_crl_identifier.as_ref(),
            )?;
            let nothing = AuthRevResBaggage {
                cap_token_new: None,
                auth_token_new: None,
            };
            Ok((data, nothing))
        }
        AuthRevRes::EncB(response) => {
            let AuthRevResTbs { t1, t2 } = gateway_response::open(
                context,
                merchant,
                WITH_TOKENS,
                &response.enc,
                |tbs: &AuthRevResTbs| tbs.t1.brand_crl_identifier.as_ref(),
            )?;
            let baggage_type = oid::content::AUTH_REV_RES_BAGGAGE;
            dd::check(context.crypto, &t2, baggage_type, &response.baggage)?;
            Ok((t1, response.baggage.into_value()))
        }
    }
}
