//! PRes and InqRes: how far the order has come, signed.

use crate::asn1::{FloatingPoint, Raw, SeqOf, oid};
use crate::error::Error;
use crate::exchange::Context;
use crate::exchange::context::ids_of;
use crate::merchant::Merchant;
use crate::merchant::order::{Authorized, Order};
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::{Challenge, Rrpid};
use crate::msg::message::Message;
use crate::msg::payment::auth_res::AuthCode;
use crate::msg::payment::p_res::{
    AuthStatus, CapStatus, CompletionCode, PResData, PResPayload, Results,
};
use crate::msg::tags::TransIds;
use crate::treatment::s;

/// Answers PReq with the order's present state.
///
/// # Errors
///
/// [`Error::Provider`] when the key fails.
pub fn p_res(
    context: &Context<'_>,
    merchant: &Merchant,
    trans_ids: &TransIds,
    rrpid: Rrpid,
    chall_c: Challenge,
    order: &Order,
) -> Result<Vec<u8>, Error> {
    let signed = signed(context, merchant, trans_ids, rrpid, chall_c, order)?;
    context.wrap(
        Message::PRes(Box::new(signed)),
        Some(rrpid),
        Some(ids_of(trans_ids)),
    )
}

pub(super) fn signed(
    context: &Context<'_>,
    merchant: &Merchant,
    trans_ids: &TransIds,
    rrpid: Rrpid,
    chall_c: Challenge,
    order: &Order,
) -> Result<crate::pkcs7::SignedData, Error> {
    // The wallet may have restarted since PInitRes, or ask after weeks, when its BCI is out of
    // date; neither PReq nor InqReq has thumbs: so everything is sent.
    let (attached, brand_crl_identifier) =
        merchant
            .trust
            .attach(context, &[&merchant.signature.certificate], None)?;
    let data = Raw::new(PResData {
        trans_ids: trans_ids.clone(),
        rrpid,
        chall_c,
        brand_crl_identifier,
        p_res_payload_seq: SeqOf::one(payload(order)),
    })?;
    Ok(s::s(
        context.crypto,
        &[merchant.signature.signer()],
        oid::content::P_RES_DATA,
        &data,
        &attached,
    )?)
}

/// The state in the terms of PResPayload.
fn payload(order: &Order) -> PResPayload {
    let purchase = order.offer().purch_amt;
    let (completion_code, results) = match order {
        Order::Offered(_) | Order::Initiated(_) => (CompletionCode::OrderNotReceived, None),
        Order::Ordered(_) | Order::Authorizing(_) => (CompletionCode::OrderReceived, None),
        Order::Authorized(state) => (
            CompletionCode::AuthorizationPerformed,
            Some(approved(state, purchase)),
        ),
        Order::Capturing(state) => (
            CompletionCode::AuthorizationPerformed,
            Some(approved(&state.authorized, purchase)),
        ),
        Order::Captured(state) => {
            let mut results = approved(&state.authorized, purchase);
            results.cap_status = Some(CapStatus {
                cap_date: state.date,
                cap_code: state.cap_code,
                cap_ratio: ratio(state.amount, purchase),
            });
            (CompletionCode::CapturePerformed, Some(results))
        }
        Order::Declined(state) => (
            CompletionCode::OrderRejected,
            Some(Results {
                acq_card_msg: state.acq_card_msg.clone(),
                auth_status: Some(AuthStatus {
                    auth_date: state.date,
                    auth_code: state.auth_code,
                    auth_ratio: FloatingPoint::ratio(0, 1),
                    curr_conv: None,
                }),
                cap_status: None,
                cred_status_seq: None,
            }),
        ),
    };
    PResPayload {
        completion_code,
        results,
        p_rs_extensions: None,
    }
}

fn approved(state: &Authorized, purchase: CurrencyAmount) -> Results {
    Results {
        acq_card_msg: state.acq_card_msg.clone(),
        auth_status: Some(AuthStatus {
            auth_date: state.date,
            auth_code: AuthCode::Approved,
            auth_ratio: ratio(state.amount, purchase),
            curr_conv: None,
        }),
        cap_status: None,
        cred_status_seq: None,
    }
}

/// `part` over `whole`; both are in the currency and unit of the purchase.
fn ratio(part: CurrencyAmount, whole: CurrencyAmount) -> FloatingPoint {
    FloatingPoint::ratio(part.amount, whole.amount)
}
