//! CapReq → CapRes: the merchant collects what was authorized: one order or many, whole or in
//! parts.

use der::asn1::{Null, OctetString};

use crate::asn1::{EncodeError, Raw, SeqOf, oid};
use crate::error::{CallerFault, Error, PeerFault};
use crate::exchange::context::ids_of_all;
use crate::exchange::receive::check_ids_of_all;
use crate::exchange::{Context, receive_response};
use crate::merchant::sale::{Captured, Capturing, Payment, Sale, Waiting};
use crate::merchant::{Merchant, gateway_response};
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::Rrpid;
use crate::msg::message::Message;
use crate::msg::payment::account::PanToken;
use crate::msg::payment::cap::{
    CapCode, CapItem, CapPayload, CapReq, CapReqB, CapReqBx, CapReqData, CapReqTbs, CapResData,
    CapResItem, CapTokenSeq,
};
use crate::msg::payment::sale_detail::SaleDetail;
use crate::msg::payment::tokens::CapToken;
use crate::party::identity::recipient;
use crate::treatment::enc::Types;
use crate::treatment::{enc_b, enc_bx};

const REQUEST: Types = Types {
    tbe: oid::content::CAP_REQ_TBE,
    tbs: oid::content::CAP_REQ_TBS,
};
const REQUEST_WITH_PAN: Types = Types {
    tbe: oid::content::CAP_REQ_TBEX,
    tbs: oid::content::CAP_REQ_TBSX,
};
pub(super) const RESPONSE: Types = Types {
    tbe: oid::content::CAP_RES_TBE,
    tbs: oid::content::CAP_RES_DATA,
};

/// One amount to be collected.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The authorization.
    pub auth_rrpid: Rrpid,
    /// How much.
    pub amount: CurrencyAmount,
    /// Details of the sale. Two captures of one authorization with the same date and amount
    /// must have different order numbers in it.
    pub sale_detail: Option<SaleDetail>,
}

/// A sale after its items were answered.
#[derive(Debug)]
pub struct Answer {
    /// The sale as it is now.
    pub sale: Sale,
    /// What came of each of its items, in the order in which they were wished.
    pub cap_codes: Vec<CapCode>,
}

/// Asks to capture parts of sales.
///
/// Gives the sales to be stored before the octets are sent; each has the octets, for a
/// retry. `pan_token` is the account, where the gateway gave it to us and wants it back.
///
/// # Errors
///
/// [`Error::Caller`] when there is nothing to capture, an authorization is not the sale's,
/// the same capture was made before, another answer is awaited, or no gateway certificate is
/// held; whatever is wrong with our own keys and certificates.
pub fn capture(
    context: &Context<'_>,
    merchant: &Merchant,
    sales: Vec<(Sale, Vec<Wish>)>,
    pan_token: Option<&PanToken>,
) -> Result<(Vec<Sale>, Vec<u8>), Error> {
    let gateway = merchant.one_gateway(context, sales.iter().map(|(sale, _)| sale.bin()))?;
    let cap_rr_tags = gateway_response::tags(context, merchant)?;
    let rrpid = cap_rr_tags.rrpid;
    let mut asked = Vec::new();
    let mut tokens = Vec::new();
    for (sale, wishes) in sales {
        sale.check_idle()?;
        let mut items = Vec::new();
        for wish in wishes {
            let payment = payment(&sale, wish.auth_rrpid)?;
            let item = item(context, &sale, payment, wish);
            let again = |other: &CapItem| {
                other.auth_rrpid == item.auth_rrpid && alike(&other.cap_payload, &item.cap_payload)
            };
            if items.iter().any(again) || payment.has(&item.cap_payload) {
                return Err(SAME.into());
            }
            items.push(item);
            tokens.push(token(payment));
        }
        asked.push((sale, SeqOf::new(items).map_err(|_| NOTHING)?));
    }
    let items: Vec<CapItem> = asked.iter().flat_map(|(_, items)| items.to_vec()).collect();
    let ids = ids_of_all(items.iter().map(|item| &item.trans_ids));
    let baggage: Raw<CapTokenSeq> = Raw::new(SeqOf::new(tokens).map_err(|_| NOTHING)?)?;
    let data = Raw::new(CapReqData {
        cap_rr_tags,
        m_thumbs: merchant.trust.thumbs(context)?,
        cap_item_seq: SeqOf::new(items)?,
        c_rq_extensions: None,
    })?;
    let signers = [merchant.signature.signer()];
    let to = recipient(gateway.certificate());
    let baggage_type = oid::content::CAP_TOKEN_SEQ;
    let attached = gateway_response::attached(context, merchant)?;
    let request = match pan_token {
        None => CapReq::EncB(CapReqB {
            enc: enc_b::enc_b::<CapReqTbs, _, _>(
                context.crypto,
                &signers,
                &to,
                REQUEST,
                &data,
                baggage_type,
                &baggage,
                &attached,
            )?,
            baggage,
        }),
        Some(pan_token) => CapReq::EncBx(CapReqBx {
            enc_x: enc_bx::enc_bx::<CapReqTbs, _, _, _>(
                context.crypto,
                &signers,
                &to,
                REQUEST_WITH_PAN,
                &data,
                baggage_type,
                &baggage,
                pan_token,
                &attached,
            )?,
            baggage,
        }),
    };
    let octets = context.wrap(Message::CapReq(Box::new(request)), Some(rrpid), ids)?;
    let request = OctetString::new(octets.as_slice()).map_err(EncodeError::from)?;
    let sales = asked.into_iter().map(|(mut sale, items)| {
        sale.waiting = Some(Waiting::Capture(Capturing {
            rrpid,
            items,
            request: request.clone(),
        }));
        sale
    });
    Ok((sales.collect(), octets))
}

pub(super) fn payment(sale: &Sale, auth_rrpid: Rrpid) -> Result<&Payment, CallerFault> {
    sale.payment(auth_rrpid).ok_or(CallerFault::State(
        "the order has no authorization of that name",
    ))
}

/// The token of an authorization; the gateway may keep it.
pub(super) fn token(payment: &Payment) -> CapToken {
    payment.cap_token.clone().unwrap_or(CapToken::Null(Null))
}

fn item(context: &Context<'_>, sale: &Sale, payment: &Payment, wish: Wish) -> CapItem {
    // Who shows no token shows the request and the answer instead.
    let kept = matches!(payment.cap_token, Some(CapToken::Null(_)));
    CapItem {
        trans_ids: sale.trans_ids().clone(),
        auth_rrpid: payment.auth_rrpid,
        cap_payload: CapPayload {
            cap_date: context.now,
            cap_req_amt: wish.amount,
            auth_req_item: kept.then(|| payment.request.clone()),
            auth_res_payload: kept.then(|| payment.response.clone()),
            sale_detail: wish.sale_detail,
            c_pay_extensions: None,
        },
    }
}

/// Takes CapRes for the sales that were asked for together, in that order.
///
/// # Errors
///
/// Whatever is wrong with the response, an item too few or too many included: it is
/// dropped, and the request may be sent again as it was. [`Error::Caller`] when the sales
/// are not of one request.
pub fn handle(
    context: &Context<'_>,
    merchant: &mut Merchant,
    sales: Vec<Sale>,
    octets: &[u8],
) -> Result<Vec<Answer>, Error> {
    let asked: Vec<Capturing> = sales
        .iter()
        .map(|sale| match &sale.waiting {
            Some(Waiting::Capture(state)) => Ok(state.clone()),
            _ => Err(APART),
        })
        .collect::<Result<_, _>>()?;
    let rrpid = together(asked.iter().map(|state| state.rrpid))?;
    let (header, message) = receive_response(context, octets, rrpid)?;
    let Message::CapRes(response) = message else {
        return Err(PeerFault::MessageNotSupported(message.name()).into());
    };
    let data: CapResData = gateway_response::open(
        context,
        merchant,
        RESPONSE,
        &response,
        |data: &CapResData| data.brand_crl_identifier.as_ref(),
    )?;
    gateway_response::check_tags(&data.cap_rr_tags, rrpid, merchant)?;
    gateway_response::check_pe_thumb(context, merchant, data.pe_thumb.as_ref())?;
    let items = data.cap_res_item_seq.iter();
    check_ids_of_all(&header, items.map(|item| &item.trans_ids))?;
    let expected: usize = asked.iter().map(|state| state.items.len()).sum();
    if data.cap_res_item_seq.len() != expected {
        return Err(PeerFault::Unspecified("CapRes does not list every item once").into());
    }
    let mut answers = data.cap_res_item_seq.iter();
    sales
        .into_iter()
        .zip(asked)
        .map(|(sale, state)| {
            let items = state.items.into_vec();
            let answers = answers.by_ref().take(items.len());
            outcome(context, sale, items, answers)
        })
        .collect()
}

/// The RRPID that all have in common.
pub(super) fn together(mut rrpids: impl Iterator<Item = Rrpid>) -> Result<Rrpid, CallerFault> {
    let first = rrpids.next().ok_or(APART)?;
    if rrpids.all(|other| other == first) {
        Ok(first)
    } else {
        Err(APART)
    }
}

fn outcome<'a>(
    context: &Context<'_>,
    mut sale: Sale,
    items: Vec<CapItem>,
    answers: impl Iterator<Item = &'a CapResItem>,
) -> Result<Answer, Error> {
    let mut cap_codes = Vec::new();
    for (item, answer) in items.into_iter().zip(answers) {
        gateway_response::check_item(
            (&answer.trans_ids, answer.auth_rrpid),
            (&item.trans_ids, item.auth_rrpid),
        )?;
        let payload = &answer.cap_res_payload;
        cap_codes.push(payload.cap_code);
        if payload.cap_code != CapCode::Success {
            continue;
        }
        if payload.cap_amt != item.cap_payload.cap_req_amt {
            return Err(PeerFault::Unspecified("captured is not what was asked for").into());
        }
        let captured = Captured {
            payload: CapPayload {
                auth_req_item: None,
                auth_res_payload: None,
                ..item.cap_payload
            },
            date: context.now,
            reversed: false,
            credits: SeqOf::default(),
            slot: gateway_response::slot(payload.batch_id, payload.batch_sequence_num),
        };
        if let Some(payment) = sale.payment_mut(item.auth_rrpid) {
            payment.captures.push(captured);
        }
    }
    sale.waiting = None;
    Ok(Answer { sale, cap_codes })
}

impl Payment {
    /// Whether a capture stands that the gateway could not tell from `payload`.
    fn has(&self, payload: &CapPayload) -> bool {
        let mut standing = self.captures.iter().filter(|capture| !capture.reversed);
        standing.any(|capture| alike(&capture.payload, payload))
    }
}

/// Whether the gateway could not tell one from the other: it looks at date, amount and order
/// number.
fn alike(one: &CapPayload, other: &CapPayload) -> bool {
    let number = |payload: &CapPayload| {
        let detail = payload.sale_detail.as_ref();
        detail.and_then(|detail| detail.mer_order_num.clone())
    };
    one.cap_date == other.cap_date
        && one.cap_req_amt == other.cap_req_amt
        && number(one) == number(other)
}

const NOTHING: CallerFault = CallerFault::State("there is nothing to capture");
const APART: CallerFault = CallerFault::State("the orders were not asked for together");
const SAME: CallerFault = CallerFault::State(
    "the same amount was captured at this moment; give the shipment an order number of its own",
);
