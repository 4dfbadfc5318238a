//! CapReq → CapRes: the merchant collects what was authorized, one order or many.

use der::asn1::{Null, OctetString};

use crate::asn1::{EncodeError, Raw, SeqOf, oid};
use crate::error::{CallerFault, Error, PeerFault};
use crate::exchange::context::ids_of;
use crate::exchange::receive::check_ids;
use crate::exchange::{Context, extensions, receive_response};
use crate::merchant::order::{Authorized, Captured, Capturing, Order};
use crate::merchant::{Merchant, gateway_response};
use crate::msg::amount::CurrencyAmount;
use crate::msg::message::Message;
use crate::msg::payment::cap::{
    CapCode, CapItem, CapPayload, CapReq, CapReqB, CapReqData, CapReqTbs, CapResData, CapResItem,
};
use crate::msg::payment::tokens::CapToken;
use crate::party::identity::recipient;
use crate::treatment::enc::{self, Types};
use crate::treatment::{enc_b, s};

const REQUEST: Types = Types {
    tbe: oid::content::CAP_REQ_TBE,
    tbs: oid::content::CAP_REQ_TBS,
};
const RESPONSE: Types = Types {
    tbe: oid::content::CAP_RES_TBE,
    tbs: oid::content::CAP_RES_DATA,
};

/// What came of one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The amount is collected.
    Captured(Captured),
    /// It is not, and the authorization stands as it was.
    NotCaptured(Authorized, CapCode),
}

impl From<Outcome> for Order {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Captured(state) => Self::Captured(state),
            Outcome::NotCaptured(state, _) => Self::Authorized(state),
        }
    }
}

/// Asks to capture orders, each with its amount.
///
/// Gives their states, to be stored before the octets are sent; each has the octets, for a
/// retry.
///
/// # Errors
///
/// [`Error::Caller`] when there is no item or no gateway certificate is held; whatever is
/// wrong with our own keys and certificates.
pub fn capture(
    context: &Context<'_>,
    merchant: &Merchant,
    orders: Vec<(Authorized, CurrencyAmount)>,
) -> Result<(Vec<Capturing>, Vec<u8>), Error> {
    if orders.is_empty() {
        return Err(CallerFault::State("there is nothing to capture").into());
    }
    let gateway = merchant.gateway(context)?;
    let cap_rr_tags = gateway_response::tags(context, merchant)?;
    let rrpid = cap_rr_tags.rrpid;
    let items = orders
        .iter()
        .map(|(order, amount)| item(context, order, *amount))
        .collect();
    let tokens = orders.iter().map(|(order, _)| token(order)).collect();
    let baggage = Raw::new(SeqOf::new(tokens)?)?;
    let data = Raw::new(CapReqData {
        cap_rr_tags,
        m_thumbs: merchant.trust.thumbs(context)?,
        cap_item_seq: SeqOf::new(items)?,
        c_rq_extensions: None,
    })?;
    let enc = enc_b::enc_b::<CapReqTbs, _, _>(
        context.crypto,
        &[merchant.signature.signer()],
        &recipient(gateway.certificate()),
        REQUEST,
        &data,
        oid::content::CAP_TOKEN_SEQ,
        &baggage,
        &gateway_response::attached(context, merchant)?,
    )?;
    let ids = match orders.as_slice() {
        [(order, _)] => Some(ids_of(&order.ordered.initiated.trans_ids)),
        _ => None,
    };
    let request = CapReq::EncB(CapReqB { enc, baggage });
    let octets = context.wrap(Message::CapReq(Box::new(request)), Some(rrpid), ids)?;
    let request = OctetString::new(octets.as_slice()).map_err(EncodeError::from)?;
    let states = orders
        .into_iter()
        .map(|(authorized, amount)| Capturing {
            authorized,
            rrpid,
            amount,
            request: request.clone(),
        })
        .collect();
    Ok((states, octets))
}

fn item(context: &Context<'_>, order: &Authorized, amount: CurrencyAmount) -> CapItem {
    CapItem {
        trans_ids: order.ordered.initiated.trans_ids.clone(),
        auth_rrpid: order.auth_rrpid,
        cap_payload: CapPayload {
            cap_date: context.now,
            cap_req_amt: amount,
            auth_req_item: None,
            auth_res_payload: None,
            sale_detail: None,
            c_pay_extensions: None,
        },
    }
}

fn token(order: &Authorized) -> CapToken {
    order.cap_token.clone().unwrap_or(CapToken::Null(Null))
}

/// Takes CapRes for the orders that were asked for together, in that order.
///
/// # Errors
///
/// Whatever is wrong with the response, an item too few or too many included: it is
/// dropped, and the request may be sent again as it was. [`Error::Caller`] when the orders
/// are not of one request.
pub fn handle(
    context: &Context<'_>,
    merchant: &mut Merchant,
    orders: Vec<Capturing>,
    octets: &[u8],
) -> Result<Vec<Outcome>, Error> {
    let rrpid = match orders.as_slice() {
        [first, rest @ ..] if rest.iter().all(|other| other.rrpid == first.rrpid) => first.rrpid,
        _ => return Err(CallerFault::State("the orders were not captured together").into()),
    };
    let (header, message) = receive_response(context, octets, rrpid)?;
    let Message::CapRes(response) = message else {
        return Err(PeerFault::MessageNotSupported(message.name()).into());
    };
    let crypto = context.crypto;
    let signed = enc::open(crypto, &merchant.encryption.key, RESPONSE, &response)?;
    let unverified = s::unverified::<CapResData>(&signed, RESPONSE.tbs)?;
    let bci = unverified.brand_crl_identifier.as_ref();
    let gateway = gateway_response::signer(context, merchant, &signed, bci)?;
    let verified = s::verify::<CapResData>(crypto, &signed, RESPONSE.tbs, &gateway)?;
    let data = verified.content();
    extensions::check(data.c_rs_extensions.as_ref(), context.policy)?;
    gateway_response::check_tags(&data.cap_rr_tags, rrpid, merchant)?;
    gateway_response::check_pe_thumb(context, merchant, data.pe_thumb.as_ref())?;
    if let [item] = &*data.cap_res_item_seq {
        check_ids(&header, &item.trans_ids)?;
    }
    if data.cap_res_item_seq.len() != orders.len() {
        return Err(PeerFault::Unspecified("CapRes does not list every item once").into());
    }
    orders
        .into_iter()
        .zip(&data.cap_res_item_seq)
        .map(|(order, item)| order.outcome(context, item))
        .collect()
}

impl Capturing {
    fn outcome(self, context: &Context<'_>, item: &CapResItem) -> Result<Outcome, Error> {
        let ours = &self.authorized.ordered.initiated.trans_ids;
        if item.trans_ids.xid != ours.xid {
            return Err(PeerFault::UnknownXid.into());
        }
        if item.trans_ids != *ours {
            return Err(PeerFault::UnknownLid.into());
        }
        if item.auth_rrpid != self.authorized.auth_rrpid {
            return Err(PeerFault::UnknownRrpid.into());
        }
        let payload = &item.cap_res_payload;
        if payload.cap_code != CapCode::Success {
            return Ok(Outcome::NotCaptured(self.authorized, payload.cap_code));
        }
        if payload.cap_amt != self.amount {
            return Err(PeerFault::Unspecified("captured is not what was asked for").into());
        }
        Ok(Outcome::Captured(Captured {
            authorized: self.authorized,
            amount: payload.cap_amt,
            cap_code: payload.cap_code,
            date: context.now,
            batch_id: payload.batch_id,
        }))
    }
}
