//! One item of a CapRevReq, CredReq or CredRevReq.

use crate::asn1::SeqOf;
use crate::exchange::CapRevOrCred;
use crate::gateway::amounts;
use crate::gateway::batch::Slot;
use crate::gateway::books::{Books, Lost};
use crate::gateway::host::{Account, HostEvent};
use crate::gateway::record::{Authorization, Capture, Credit, Original, Undone};
use crate::gateway::token;
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::BatchId;
use crate::msg::payment::auth_res::AuthCode;
use crate::msg::payment::batch::AmountType;
use crate::msg::payment::cap_rev_or_cred::{
    CapRevOrCredCode, CapRevOrCredReqItem, CapRevOrCredResItem, CapRevOrCredResPayload,
};
use crate::msg::payment::tokens::CapToken;

/// Does what one item asks or says why not.
pub(super) fn answer(
    books: &mut Books<'_>,
    what: CapRevOrCred,
    item: &CapRevOrCredReqItem,
    token: Option<&CapToken>,
) -> CapRevOrCredResItem {
    let done = match what {
        CapRevOrCred::CapRev => cap_rev(books, item, token),
        CapRevOrCred::Cred => cred(books, item, token),
        CapRevOrCred::CredRev => cred_rev(books, item, token),
    };
    let payload = match done {
        Ok((amount, slot)) => CapRevOrCredResPayload {
            cap_rev_or_cred_code: CapRevOrCredCode::Success,
            cap_rev_or_cred_actual_amt: amount,
            batch_id: Some(slot.batch_id),
            batch_sequence_num: Some(slot.batch_sequence_num),
            c_rv_rs_pay_extensions: None,
        },
        Err(code) => CapRevOrCredResPayload {
            cap_rev_or_cred_code: code,
            cap_rev_or_cred_actual_amt: amounts::zero(&item.cap_payload.cap_req_amt),
            batch_id: None,
            batch_sequence_num: None,
            c_rv_rs_pay_extensions: None,
        },
    };
    CapRevOrCredResItem {
        trans_ids: item.trans_ids.clone(),
        auth_rrpid: item.auth_rrpid,
        cap_rev_or_cred_res_payload: payload,
    }
}

type Done = Result<(CurrencyAmount, Slot), CapRevOrCredCode>;

fn cap_rev(books: &mut Books<'_>, item: &CapRevOrCredReqItem, token: Option<&CapToken>) -> Done {
    let (index, mut record) = find(books, item)?;
    let place = record.capture_to_reverse(&Original::from(&item.cap_payload))?;
    let account = books.account(token, &record)?;
    let capture = at(&record, place)?;
    let (amount, origin) = (capture.cap_amt, capture.slot.batch_id);
    if item
        .cap_rev_or_cred_req_amt
        .is_some_and(|asked| asked != amount)
    {
        return Err(CapRevOrCredCode::UnspecifiedFailure);
    }
    let batch = batch_for(books, origin, item.new_batch_id)?;
    let slot = books.place(&record, &account, Some(batch), amount, AmountType::Credit)?;
    let undone = undone(books, slot);
    if let Some(capture) = record.captures.as_mut_slice().get_mut(place) {
        capture.reversed = Some(undone);
    }
    let event = HostEvent::CaptureReversal;
    books.keep(index, record, account, event, amount, Some(slot));
    Ok((amount, slot))
}

fn cred(books: &mut Books<'_>, item: &CapRevOrCredReqItem, token: Option<&CapToken>) -> Done {
    let (index, mut record) = match find(books, item) {
        Ok(found) => found,
        Err(code) => return without_record(books, item, token).unwrap_or(Err(code)),
    };
    let asked = item.cap_rev_or_cred_req_date;
    let amount = item.cap_rev_or_cred_req_amt.as_ref();
    let original = Original::from(&item.cap_payload);
    let place = record.capture_to_credit(&original, asked, amount)?;
    let account = paid_to(books, item, token, &record)?;
    let capture = at(&record, place)?;
    let amount = item.cap_rev_or_cred_req_amt.unwrap_or(capture.cap_amt);
    capture.check_credit(&amount)?;
    let slot = books.place(
        &record,
        &account,
        item.new_batch_id,
        amount,
        AmountType::Credit,
    )?;
    let credit = credit(books, item, amount, slot);
    if let Some(capture) = record.captures.as_mut_slice().get_mut(place) {
        capture.credits.push(credit);
    }
    books.keep(
        index,
        record,
        account,
        HostEvent::Credit,
        amount,
        Some(slot),
    );
    Ok((amount, slot))
}

fn cred_rev(books: &mut Books<'_>, item: &CapRevOrCredReqItem, token: Option<&CapToken>) -> Done {
    let (index, mut record) = find(books, item)?;
    let original = Original::from(&item.cap_payload);
    let asked = item.cap_rev_or_cred_req_amt.as_ref();
    let (place, number) = record.credit_to_reverse(&original, asked)?;
    let account = books.account(token, &record)?;
    let credit = at(&record, place)?.credits.get(number);
    let credit = credit.ok_or(CapRevOrCredCode::OriginalNotFound)?;
    let (amount, origin) = (credit.amount, credit.slot.batch_id);
    if asked.is_some_and(|asked| *asked != amount) {
        return Err(CapRevOrCredCode::UnspecifiedFailure);
    }
    let batch = batch_for(books, origin, item.new_batch_id)?;
    let slot = books.place(&record, &account, Some(batch), amount, AmountType::Debit)?;
    let undone = undone(books, slot);
    let capture = record.captures.as_mut_slice().get_mut(place);
    if let Some(credit) = capture.and_then(|one| one.credits.as_mut_slice().get_mut(number)) {
        credit.reversed = Some(undone);
    }
    let event = HostEvent::CreditReversal;
    books.keep(index, record, account, event, amount, Some(slot));
    Ok((amount, slot))
}

/// A credit of a capture whose record is gone, where the policy allows that: the token says
/// what was authorized, and what is learned becomes a record again, so that no more than
/// that is ever given back. None when it is not such a case.
fn without_record(
    books: &mut Books<'_>,
    item: &CapRevOrCredReqItem,
    token: Option<&CapToken>,
) -> Option<Done> {
    let known = books.records.iter().any(|record| {
        record.auth_rrpid == item.auth_rrpid && record.trans_ids.xid == item.trans_ids.xid
    });
    let allowed = books.context.policy.credit_without_record;
    (allowed && !known).then(|| {
        let (record, paid) = recalled(books, item, token)?;
        let account = match item.new_account_ind {
            true => new_account(books)?,
            false => books.same_account(paid)?,
        };
        let capture = at(&record, 0)?;
        let amount = item.cap_rev_or_cred_req_amt.unwrap_or(capture.cap_amt);
        capture.check_credit(&amount)?;
        let slot = books.place(
            &record,
            &account,
            item.new_batch_id,
            amount,
            AmountType::Credit,
        )?;
        let credit = credit(books, item, amount, slot);
        let mut record = record;
        if let Some(capture) = record.captures.as_mut_slice().first_mut() {
            capture.credits.push(credit);
        }
        let index = books.records.len();
        books.records.push(record.clone());
        books.keep(
            index,
            record,
            account,
            HostEvent::Credit,
            amount,
            Some(slot),
        );
        Ok((amount, slot))
    })
}

/// A record as the token and the merchant's details have it.
fn recalled(
    books: &Books<'_>,
    item: &CapRevOrCredReqItem,
    token: Option<&CapToken>,
) -> Result<(Authorization, Account), CapRevOrCredCode> {
    let payload = &item.cap_payload;
    let (Some(request), Some(response)) = (&payload.auth_req_item, &payload.auth_res_payload)
    else {
        return Err(CapRevOrCredCode::MissingCapData);
    };
    let token = token.ok_or(CapRevOrCredCode::MissingCapToken)?;
    let (data, binding, account) =
        token::unrecorded(books.context, books.gateway, books.own, token)?;
    let original = Original::from(payload);
    let ours = binding.merchant_id == books.merchant.merchant_id
        && binding.xid == item.trans_ids.xid
        && data.auth_rrpid == item.auth_rrpid
        && request.auth_tags.auth_rr_tags.rrpid == item.auth_rrpid;
    if !ours {
        return Err(CapRevOrCredCode::InvalidCapToken);
    }
    let margin = books.context.policy.amount_margin_percent;
    let slot = original.slot.ok_or(CapRevOrCredCode::MissingCapData)?;
    if !amounts::within(&payload.cap_req_amt, &data.auth_amt, margin) {
        return Err(CapRevOrCredCode::UnspecifiedFailure);
    }
    let codes = response.auth_header.response_data.auth_val_codes.as_ref();
    let mut record = Authorization {
        auth_rrpid: data.auth_rrpid,
        trans_ids: item.trans_ids.clone(),
        merchant_id: binding.merchant_id,
        brand_id: books
            .gateway
            .brand_id()
            .map_err(|_| CapRevOrCredCode::UnspecifiedFailure)?,
        purch_amt: data.auth_amt,
        auth_amt: data.auth_amt,
        auth_code: AuthCode::Approved,
        date: request.auth_tags.auth_rr_tags.current_date,
        captures: SeqOf::default(),
        instruction: books.unknown_instruction(),
        approval_code: codes.and_then(|codes| codes.approval_code.clone()),
        after: None,
        generation: binding.generation,
        kept: None,
        subsequent: false,
        recalled: true,
    };
    record.capture(original, data.auth_rrpid, payload.cap_date, slot);
    Ok((record, account))
}

/// Where a credit goes: to the account of the payment, or to a new one that came along.
fn paid_to(
    books: &Books<'_>,
    item: &CapRevOrCredReqItem,
    token: Option<&CapToken>,
    record: &Authorization,
) -> Result<Account, CapRevOrCredCode> {
    if !item.new_account_ind {
        return Ok(books.account(token, record)?);
    }
    // The token must be good all the same: it shows that the merchant may credit this sale.
    token::account(books.context, books.gateway, books.own, token, record)?;
    new_account(books)
}

/// The account that came along.
fn new_account(books: &Books<'_>) -> Result<Account, CapRevOrCredCode> {
    let account = books.pan_token.ok_or(CapRevOrCredCode::MissingCapData)?;
    Ok(Account {
        pan: account.pan.duplicate(),
        card_expiry: account.card_expiry.duplicate(),
    })
}

/// The batch for a reversal: that of the original, or once it is closed the new one.
fn batch_for(
    books: &Books<'_>,
    origin: BatchId,
    new: Option<BatchId>,
) -> Result<BatchId, CapRevOrCredCode> {
    let open = books.batches.find(origin).is_some_and(|one| one.is_open());
    if open {
        Ok(origin)
    } else {
        new.ok_or(CapRevOrCredCode::BatchClosed)
    }
}

fn find(
    books: &Books<'_>,
    item: &CapRevOrCredReqItem,
) -> Result<(usize, Authorization), CapRevOrCredCode> {
    let index = books.find(&item.trans_ids, item.auth_rrpid)?;
    let record = books.records.get(index);
    let record = record.ok_or(CapRevOrCredCode::OriginalNotFound)?;
    Ok((index, record.clone()))
}

fn at(record: &Authorization, place: usize) -> Result<&Capture, CapRevOrCredCode> {
    let capture = record.captures.get(place);
    capture.ok_or(CapRevOrCredCode::OriginalNotFound)
}

fn undone(books: &Books<'_>, slot: Slot) -> Undone {
    Undone {
        rrpid: books.rrpid,
        date: books.context.now,
        slot,
    }
}

fn credit(
    books: &Books<'_>,
    item: &CapRevOrCredReqItem,
    amount: CurrencyAmount,
    slot: Slot,
) -> Credit {
    Credit {
        rrpid: books.rrpid,
        asked: item.cap_rev_or_cred_req_date,
        amount,
        date: books.context.now,
        slot,
        reversed: None,
        purged: None,
    }
}

impl From<Lost> for CapRevOrCredCode {
    fn from(_: Lost) -> Self {
        Self::OriginalNotFound
    }
}
