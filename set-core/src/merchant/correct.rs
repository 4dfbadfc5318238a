//! CapRev, Cred and CredRev: the merchant undoes captures, gives money back, and undoes that.

use der::asn1::OctetString;

use crate::asn1::{Date, EncodeError, Raw, SeqOf, oid};
use crate::error::{CallerFault, Error, PeerFault};
use crate::exchange::context::ids_of_all;
use crate::exchange::receive::check_ids_of_all;
use crate::exchange::{CapRevOrCred, Context, receive_response};
use crate::merchant::capture::{payment, together, token};
use crate::merchant::sale::{Captured, Correcting, Credited, Payment, Sale, Waiting, named};
use crate::merchant::{Merchant, gateway_response};
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::{BatchId, Rrpid};
use crate::msg::payment::account::PanToken;
use crate::msg::payment::cap::CapTokenSeq;
use crate::msg::payment::cap_rev_or_cred::{
    CapRevOrCredCode, CapRevOrCredReqB, CapRevOrCredReqBx, CapRevOrCredReqData,
    CapRevOrCredReqItem, CapRevOrCredReqTbs, CapRevOrCredResData, CapRevOrCredResItem,
};
use crate::party::identity::recipient;
use crate::treatment::{enc_b, enc_bx};

/// One capture or credit to be undone, or one amount to be given back.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The authorization.
    pub auth_rrpid: Rrpid,
    /// Which of its captures, from 0.
    pub capture: usize,
    /// Which of the capture's credits, from 0; needed when a credit is to be undone, and of no
    /// meaning otherwise.
    pub credit: Option<usize>,
    /// How much to give back; all of the capture without it.
    pub amount: Option<CurrencyAmount>,
    /// The batch that takes the item where that of the original is closed.
    pub new_batch_id: Option<BatchId>,
}

/// A sale after its items were answered.
#[derive(Debug)]
pub struct Answer {
    /// The sale as it is now.
    pub sale: Sale,
    /// What came of each of its items, in the order in which they were wished.
    pub codes: Vec<CapRevOrCredCode>,
}

/// Asks for corrections of sales, all of one kind.
///
/// Gives the sales to be stored before the octets are sent. `new_account` is the account to
/// which credits are to go instead of the one that paid.
///
/// # Errors
///
/// [`Error::Caller`] when there is nothing to correct, a capture or credit is not the sale's, it
/// is not said which credit is to be undone,
/// another answer is awaited, or no gateway certificate is held; whatever is wrong with our
/// own keys and certificates.
pub fn correct(
    context: &Context<'_>,
    merchant: &Merchant,
    what: CapRevOrCred,
    sales: Vec<(Sale, Vec<Wish>)>,
    new_account: Option<&PanToken>,
) -> Result<(Vec<Sale>, Vec<u8>), Error> {
    let gateway = merchant.one_gateway(context, sales.iter().map(|(sale, _)| sale.bin()))?;
    let tags = gateway_response::tags(context, merchant)?;
    let rrpid = tags.rrpid;
    let mut asked = Vec::new();
    let mut tokens = Vec::new();
    for (sale, wishes) in sales {
        sale.check_idle()?;
        let mut items = Vec::new();
        for wish in &wishes {
            let payment = payment(&sale, wish.auth_rrpid)?;
            tokens.push(token(payment));
            let new_account = new_account.is_some();
            items.push(item(context.now, what, &sale, payment, wish, new_account)?);
        }
        asked.push((sale, SeqOf::new(items).map_err(|_| NOTHING)?));
    }
    let items: Vec<CapRevOrCredReqItem> =
        asked.iter().flat_map(|(_, items)| items.to_vec()).collect();
    let ids = ids_of_all(items.iter().map(|item| &item.trans_ids));
    let baggage: Raw<CapTokenSeq> = Raw::new(SeqOf::new(tokens).map_err(|_| NOTHING)?)?;
    let data = Raw::new(CapRevOrCredReqData {
        cap_rev_or_cred_rr_tags: tags,
        m_thumbs: merchant.trust.thumbs(context)?,
        cap_rev_or_cred_req_item_seq: SeqOf::new(items)?,
        c_rv_rq_extensions: None,
    })?;
    let signers = [merchant.signature.signer()];
    let to = recipient(gateway.certificate());
    let baggage_type = oid::content::CAP_TOKEN_SEQ;
    let attached = gateway_response::attached(context, merchant)?;
    let message = match new_account {
        None => what.request_message(CapRevOrCredReqB {
            enc: enc_b::enc_b::<CapRevOrCredReqTbs, _, _>(
                context.crypto,
                &signers,
                &to,
                what.plain(),
                &data,
                baggage_type,
                &baggage,
                &attached,
            )?,
            baggage,
        }),
        Some(account) => what.request_message_with_account(CapRevOrCredReqBx {
            enc_x: enc_bx::enc_bx::<CapRevOrCredReqTbs, _, _, _>(
                context.crypto,
                &signers,
                &to,
                what.with_account(),
                &data,
                baggage_type,
                &baggage,
                account,
                &attached,
            )?,
            baggage,
        }),
    };
    let octets = context.wrap(message, Some(rrpid), ids)?;
    let request = OctetString::new(octets.as_slice()).map_err(EncodeError::from)?;
    let sales = asked.into_iter().map(|(mut sale, items)| {
        sale.waiting = Some(Waiting::Correction(Correcting {
            what: what.into(),
            rrpid,
            items,
            request: request.clone(),
        }));
        sale
    });
    Ok((sales.collect(), octets))
}

fn item(
    now: Date,
    what: CapRevOrCred,
    sale: &Sale,
    payment: &Payment,
    wish: &Wish,
    new_account_ind: bool,
) -> Result<CapRevOrCredReqItem, CallerFault> {
    let capture = payment.captures.get(wish.capture);
    let capture = capture.ok_or(CallerFault::State("the order has no such capture"))?;
    let (mut cap_payload, amount) = match (what, wish.credit) {
        (CapRevOrCred::CredRev, Some(credit)) => {
            let credit = capture.credits.get(credit);
            let credit = credit.ok_or(CallerFault::State("the order has no such credit"))?;
            let payload = named(&capture.payload, credit.slot);
            (payload, Some(credit.amount))
        }
        // The gateway would undo the first that stands, which need not be the one noted here.
        (CapRevOrCred::CredRev, None) => {
            return Err(CallerFault::State(
                "it is not said which credit is to be undone",
            ));
        }
        (CapRevOrCred::CapRev, _) => (capture.named(), None),
        (CapRevOrCred::Cred, _) => (capture.named(), wish.amount),
    };
    // A gateway whose records are gone needs the authorization as it was.
    cap_payload.auth_req_item = Some(payment.request.clone());
    cap_payload.auth_res_payload = Some(payment.response.clone());
    Ok(CapRevOrCredReqItem {
        trans_ids: sale.trans_ids().clone(),
        auth_rrpid: payment.auth_rrpid,
        cap_payload,
        new_batch_id: wish.new_batch_id,
        cap_rev_or_cred_req_date: now,
        cap_rev_or_cred_req_amt: amount,
        new_account_ind,
        c_rv_rq_item_extensions: None,
    })
}

/// Takes the answer for the sales that were asked for together, in that order.
///
/// # Errors
///
/// As [`capture::handle`](super::capture::handle).
pub fn handle(
    context: &Context<'_>,
    merchant: &mut Merchant,
    sales: Vec<Sale>,
    octets: &[u8],
) -> Result<Vec<Answer>, Error> {
    let asked: Vec<Correcting> = sales
        .iter()
        .map(|sale| match &sale.waiting {
            Some(Waiting::Correction(state)) => Ok(state.clone()),
            _ => Err(NOTHING),
        })
        .collect::<Result<_, _>>()?;
    let what = CapRevOrCred::from(asked.first().ok_or(NOTHING)?.what);
    let rrpid = together(asked.iter().map(|state| state.rrpid))?;
    let (header, message) = receive_response(context, octets, rrpid)?;
    let response = what
        .response_in(&message)
        .ok_or(PeerFault::MessageNotSupported(message.name()))?;
    let data: CapRevOrCredResData = gateway_response::open(
        context,
        merchant,
        what.response(),
        response,
        |data: &CapRevOrCredResData| data.brand_crl_identifier.as_ref(),
    )?;
    gateway_response::check_tags(&data.cap_rev_or_cred_rr_tags, rrpid, merchant)?;
    gateway_response::check_pe_thumb(context, merchant, data.pe_thumb.as_ref())?;
    let items = &data.cap_rev_or_cred_res_item_seq;
    check_ids_of_all(&header, items.iter().map(|item| &item.trans_ids))?;
    let expected: usize = asked.iter().map(|state| state.items.len()).sum();
    if items.len() != expected {
        return Err(PeerFault::Unspecified("the answer does not list every item once").into());
    }
    let mut answers = items.iter();
    sales
        .into_iter()
        .zip(asked)
        .map(|(sale, state)| {
            let items = state.items.into_vec();
            let answers = answers.by_ref().take(items.len());
            outcome(context.now, what, sale, items, answers)
        })
        .collect()
}

fn outcome<'a>(
    now: Date,
    what: CapRevOrCred,
    mut sale: Sale,
    items: Vec<CapRevOrCredReqItem>,
    answers: impl Iterator<Item = &'a CapRevOrCredResItem>,
) -> Result<Answer, Error> {
    let mut codes = Vec::new();
    for (item, answer) in items.into_iter().zip(answers) {
        gateway_response::check_item(
            (&answer.trans_ids, answer.auth_rrpid),
            (&item.trans_ids, item.auth_rrpid),
        )?;
        let payload = &answer.cap_rev_or_cred_res_payload;
        codes.push(payload.cap_rev_or_cred_code);
        if payload.cap_rev_or_cred_code != CapRevOrCredCode::Success {
            continue;
        }
        let amount = payload.cap_rev_or_cred_actual_amt;
        let whole = item.cap_payload.cap_req_amt;
        if amount != item.cap_rev_or_cred_req_amt.unwrap_or(whole) {
            return Err(PeerFault::Unspecified("the amount is not what was asked for").into());
        }
        let payment = sale.payment_mut(item.auth_rrpid);
        let Some(captures) = payment.map(|payment| payment.captures.as_mut_slice()) else {
            continue;
        };
        match what {
            CapRevOrCred::CapRev => {
                if let Some(capture) = captures.iter_mut().find(|one| is(one, &item)) {
                    capture.reversed = true;
                }
            }
            CapRevOrCred::Cred => {
                if let Some(capture) = captures.iter_mut().find(|one| is(one, &item)) {
                    capture.credits.push(Credited {
                        asked: item.cap_rev_or_cred_req_date,
                        amount,
                        date: now,
                        reversed: false,
                        slot: gateway_response::slot(payload.batch_id, payload.batch_sequence_num),
                    });
                }
            }
            CapRevOrCred::CredRev => {
                let mut credits = captures.iter_mut().flat_map(|capture| {
                    let payload = capture.payload.clone();
                    let all = capture.credits.as_mut_slice().iter_mut();
                    all.map(move |credit| (payload.clone(), credit))
                });
                let named_so = |(payload, credit): &(_, &mut Credited)| {
                    !credit.reversed
                        && credit.amount == amount
                        && same(&named(payload, credit.slot), &item)
                };
                if let Some((_, credit)) = credits.find(named_so) {
                    credit.reversed = true;
                }
            }
        }
    }
    sale.waiting = None;
    Ok(Answer { sale, codes })
}

/// Whether an item is about this capture, and it stands.
fn is(capture: &Captured, item: &CapRevOrCredReqItem) -> bool {
    !capture.reversed && same(&capture.named(), item)
}

/// Whether an item names what `payload` does; the authorization's details do not count.
fn same(payload: &crate::msg::payment::cap::CapPayload, item: &CapRevOrCredReqItem) -> bool {
    let asked = &item.cap_payload;
    payload.cap_date == asked.cap_date
        && payload.cap_req_amt == asked.cap_req_amt
        && payload.sale_detail == asked.sale_detail
}

const NOTHING: CallerFault = CallerFault::State("there is nothing to correct");
