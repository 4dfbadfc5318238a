//! What the host's responses mean.

use set_core::gateway::host::{Decision, HostAnswer, HostRequest};
use set_core::msg::amount::CurrencyAmount;
use set_core::msg::ids::{ApprovalCode, LogRefId};
use set_core::msg::payment::auth_res::{AvsResult, RespReason};

use super::amount;
use super::field::Field;
use super::message::Message;
use crate::host::response_code::{self, Meaning};

/// What a 0110 says to a request. One that cannot be believed is no reply: the request is
/// reversed.
pub(super) fn authorization(request: &HostRequest, response: &Message) -> HostAnswer {
    let decision = decision(request, response).unwrap_or_else(|fault| {
        tracing::error!(%fault, ?response, "a response of the host cannot be used; the request is reversed");
        Decision::NoReply
    });
    let decided = !matches!(decision, Decision::NoReply | Decision::SystemError);
    HostAnswer {
        resp_reason: decided.then_some(RespReason::Issuer),
        avs_result: request
            .avs_data
            .as_ref()
            .filter(|_| decided)
            .map(|_| avs_result(response.text(Field::RESPONSE_DATA))),
        log_ref_id: log_ref_id(response).filter(|_| decided),
        ..decision.into()
    }
}

/// Whether an advice was taken. A refusal is an acknowledgement as well: to say it again
/// would change nothing.
pub(super) fn acknowledged(what: &'static str, response: &Message) -> bool {
    match response.text(Field::RESPONSE_CODE) {
        None => false,
        Some(code) => {
            let taken = !response_code::later(code);
            if taken && !matches!(code, "00" | "25" | "94") {
                tracing::error!(
                    what,
                    code,
                    reference = response.text(Field::REFERENCE),
                    "the host acknowledges an advice but refuses it: to be settled by hand"
                );
            }
            taken
        }
    }
}

/// Why a response cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Unusable {
    #[error("no response code in field 39")]
    NoCode,
    #[error("the amount in field 4 is not what the response code says of it")]
    Amount,
    #[error("the currency in field 49 is not that of the request")]
    Currency,
    #[error("the account number in field 2 is not that of the request")]
    Account,
    #[error("the approval code in field 38 is none")]
    ApprovalCode,
}

fn decision(request: &HostRequest, response: &Message) -> Result<Decision, Unusable> {
    let code = response
        .text(Field::RESPONSE_CODE)
        .ok_or(Unusable::NoCode)?;
    let approved = match response_code::meaning(code) {
        Meaning::Approved => asked(request, response)?,
        Meaning::ApprovedInPart => part(request, response)?,
        Meaning::Refused(decision) => return Ok(decision),
    };
    if response.pan().is_some_and(|pan| *pan != request.pan) {
        return Err(Unusable::Account);
    }
    let currency = format!("{:03}", request.amount.currency.value());
    if response
        .text(Field::CURRENCY)
        .is_some_and(|found| found != currency)
    {
        return Err(Unusable::Currency);
    }
    let approval_code = response
        .text(Field::APPROVAL_CODE)
        .filter(|code| !code.trim().is_empty())
        .map(ApprovalCode::new)
        .transpose()
        .map_err(|_| Unusable::ApprovalCode)?;
    Ok(Decision::Approved {
        approval_code,
        amount: approved,
    })
}

/// All of it; field 4, where it is there, must say so.
fn asked(request: &HostRequest, response: &Message) -> Result<CurrencyAmount, Unusable> {
    match response.text(Field::AMOUNT) {
        None => Ok(request.amount),
        Some(digits) if amount::from_minor(digits, &request.amount) == Some(request.amount) => {
            Ok(request.amount)
        }
        Some(_) => Err(Unusable::Amount),
    }
}

/// The part in field 4: more than nothing and less than all.
fn part(request: &HostRequest, response: &Message) -> Result<CurrencyAmount, Unusable> {
    response
        .text(Field::AMOUNT)
        .and_then(|digits| amount::from_minor(digits, &request.amount))
        .filter(|part| (1..request.amount.amount).contains(&part.amount))
        .ok_or(Unusable::Amount)
}

/// The first character of field 44.
fn avs_result(data: Option<&str>) -> AvsResult {
    match data.and_then(|text| text.chars().next()) {
        Some('X' | 'Y') => AvsResult::FullMatch,
        Some('A') => AvsResult::AddressMatchOnly,
        Some('P' | 'W' | 'Z') => AvsResult::PostalCodeMatchOnly,
        Some('N') => AvsResult::NoMatch,
        _ => AvsResult::ResultUnavailable,
    }
}

/// The reference of field 37 as far as LogRefID can say it: as a number in base 36.
fn log_ref_id(response: &Message) -> Option<LogRefId> {
    let reference = response.text(Field::REFERENCE)?;
    let number = u64::from_str_radix(reference, 36).ok()?;
    LogRefId::new(number.to_string()).ok()
}
