//! What must hold for an authorization whose payment instruction is an AuthToken.

use super::agreement::{self, Agreed};
use crate::error::Error;
use crate::exchange::Context;
use crate::gateway::Gateway;
use crate::gateway::auth_token::{FollowUp, SoFar};
use crate::gateway::peer::Peer;
use crate::gateway::record::Authorization;
use crate::msg::payment::auth_req::AuthReqData;
use crate::msg::payment::auth_res::AuthCode;
use crate::msg::recur::InstallRecurInd;

/// The checks, in their order; see [`Asked::judge`](super::Asked::judge).
pub(super) fn check(
    context: &Context<'_>,
    gateway: &Gateway,
    data: &AuthReqData,
    merchant: &Peer,
    follow_up: &FollowUp,
    previous: &[Authorization],
) -> Result<Result<(), AuthCode>, Error> {
    let asked = &data.auth_req_item.auth_tags.trans_ids;
    let same = agreement::same_transaction(asked, &follow_up.trans_ids)
        && merchant.merchant_id == follow_up.merchant_id;
    if !same {
        return Ok(Err(AuthCode::PiAuthMismatch));
    }
    if !agreement::same_brand(gateway, merchant, None)? {
        return Ok(Err(AuthCode::CardMerchBrandMismatch));
    }
    let terms = &follow_up.terms;
    let Some(so_far) = &terms.so_far else {
        return Ok(Err(AuthCode::InvalidTransaction));
    };
    if let Err(code) = check_token(so_far, previous) {
        return Ok(Err(code));
    }
    let agreed = Agreed {
        purch_amt: &terms.purch_amt,
        install_recur_data: terms.install_recur_data.as_ref(),
        account: &terms.account,
    };
    if let Err(code) = agreed
        .check_instalments(context, data)
        .and_then(|()| check_pace(context, &agreed, so_far, previous))
    {
        return Ok(Err(code));
    }
    let before = match agreed.recurring() {
        Some(_) => 0,
        None => authorized(previous),
    };
    Ok(agreed.check_rest(context, gateway, data, before))
}

/// That the token is the newest of its authorization, and was not used.
fn check_token(so_far: &SoFar, previous: &[Authorization]) -> Result<(), AuthCode> {
    let token = &so_far.after;
    let origin = |record: &&Authorization| {
        record.auth_rrpid == token.auth_rrpid && record.auth_code == AuthCode::Approved
    };
    let origin = previous
        .iter()
        .find(origin)
        .ok_or(AuthCode::InvalidTransaction)?;
    if origin.generation != token.generation {
        return Err(AuthCode::InvalidTransaction);
    }
    let used = |record: &Authorization| record.after == Some(token.auth_rrpid) && record.in_force();
    if previous.iter().any(used) {
        return Err(AuthCode::PiPreviouslyUsed);
    }
    Ok(())
}

/// That it is not too soon, and not one too many.
///
/// A token tells what was before it; the records tell what came by tokens after it, when
/// this one works again because the authorization that it was used for was taken back.
fn check_pace(
    context: &Context<'_>,
    agreed: &Agreed<'_>,
    so_far: &SoFar,
    previous: &[Authorization],
) -> Result<(), AuthCode> {
    let in_force = || previous.iter().filter(|record| record.in_force());
    if let Some(recurring) = agreed.recurring() {
        let pause = u64::from(recurring.recurring_frequency.value()) * SECONDS_OF_A_DAY;
        let last = in_force()
            .map(|record| record.date)
            .fold(so_far.prev_auth_date_time, Ord::max);
        if context.now < last.plus(pause) {
            return Err(AuthCode::RecurringTooSoon);
        }
    }
    let most = agreed
        .install_recur_data
        .map(|data| &data.install_recur_ind);
    let count = u64::try_from(in_force().count())
        .unwrap_or(u64::MAX)
        .max(so_far.count);
    match most {
        Some(InstallRecurInd::InstallTotalTrans(total)) if count >= total.value() => {
            Err(AuthCode::InstallRecurMismatch)
        }
        _ => Ok(()),
    }
}

/// What is authorized of the transaction.
fn authorized(previous: &[Authorization]) -> u128 {
    let in_force = previous.iter().filter(|record| record.in_force());
    in_force
        .map(|record| u128::from(record.auth_amt.amount))
        .sum()
}

const SECONDS_OF_A_DAY: u64 = 86_400;
