//! PRes and InqRes: how far the order has come, signed.

use crate::asn1::{FloatingPoint, Raw, SeqOf, oid};
use crate::error::Error;
use crate::exchange::Context;
use crate::exchange::context::ids_of;
use crate::merchant::Merchant;
use crate::merchant::order::Order;
use crate::merchant::sale::{Declined, Payment};
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::{Challenge, Rrpid};
use crate::msg::message::Message;
use crate::msg::payment::auth_res::AuthCode;
use crate::msg::payment::cap::CapCode;
use crate::msg::payment::cap_rev_or_cred::CapRevOrCredCode;
use crate::msg::payment::p_res::{
    AuthStatus, CapStatus, CompletionCode, CreditStatus, PResData, PResPayload, Results,
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
        p_res_payload_seq: payloads(order),
    })?;
    Ok(s::s(
        context.crypto,
        &[merchant.signature.signer()],
        oid::content::P_RES_DATA,
        &data,
        &attached,
    )?)
}

/// The state in the terms of PResPayload: one for each authorization of the order, or one
/// that says why there is none.
fn payloads(order: &Order) -> SeqOf<PResPayload> {
    let purchase = order.offer().purch_amt;
    let Some(sale) = order.sale() else {
        return SeqOf::one(bare(CompletionCode::OrderNotReceived));
    };
    let declined = match (&sale.declined, &sale.waiting) {
        (Some(declined), None) => Some(rejected(declined)),
        _ => None,
    };
    let parts = sale.payments.iter().map(|part| payload(part, purchase));
    let all: Vec<PResPayload> = parts.chain(declined).collect();
    SeqOf::new(all).unwrap_or_else(|_| SeqOf::one(bare(CompletionCode::OrderReceived)))
}

fn bare(completion_code: CompletionCode) -> PResPayload {
    PResPayload {
        completion_code,
        results: None,
        p_rs_extensions: None,
    }
}

fn rejected(declined: &Declined) -> PResPayload {
    PResPayload {
        completion_code: CompletionCode::OrderRejected,
        results: Some(Results {
            acq_card_msg: declined.acq_card_msg.clone(),
            auth_status: Some(AuthStatus {
                auth_date: declined.date,
                auth_code: declined.auth_code,
                auth_ratio: FloatingPoint::ratio(0, 1),
                curr_conv: None,
            }),
            cap_status: None,
            cred_status_seq: None,
        }),
        p_rs_extensions: None,
    }
}

/// One authorization, with what was captured and given back of it.
fn payload(part: &Payment, purchase: CurrencyAmount) -> PResPayload {
    let standing = || part.captures.iter().filter(|capture| !capture.reversed);
    let credits: Vec<CreditStatus> = standing()
        .flat_map(|capture| capture.credits.iter())
        .filter(|credit| !credit.reversed)
        .map(|credit| CreditStatus {
            credit_date: credit.date,
            credit_code: CapRevOrCredCode::Success,
            credit_ratio: ratio(u128::from(credit.amount.amount), purchase),
        })
        .collect();
    let cap_status = standing().next_back().map(|capture| CapStatus {
        cap_date: capture.date,
        cap_code: CapCode::Success,
        cap_ratio: ratio(part.captured(), purchase),
    });
    let completion_code = if purchase.amount == 0 {
        CompletionCode::MeaninglessRatio
    } else if !credits.is_empty() {
        CompletionCode::CreditPerformed
    } else if cap_status.is_some() {
        CompletionCode::CapturePerformed
    } else if part.amount.amount == 0 {
        CompletionCode::OrderRejected
    } else {
        CompletionCode::AuthorizationPerformed
    };
    let header = &part.response.auth_header;
    PResPayload {
        completion_code,
        results: Some(Results {
            acq_card_msg: part.acq_card_msg.clone(),
            auth_status: Some(AuthStatus {
                auth_date: part.date,
                auth_code: AuthCode::Approved,
                auth_ratio: ratio(u128::from(part.amount.amount), purchase),
                curr_conv: header.curr_conv.clone(),
            }),
            cap_status,
            cred_status_seq: SeqOf::new(credits).ok(),
        }),
        p_rs_extensions: None,
    }
}

/// `part` over the purchase amount, of which it is in currency and unit.
fn ratio(part: u128, whole: CurrencyAmount) -> FloatingPoint {
    FloatingPoint::ratio(u64::try_from(part).unwrap_or(u64::MAX), whole.amount)
}
