//! One item of a CapReq.

use crate::gateway::amounts;
use crate::gateway::books::{Books, Lost};
use crate::gateway::host::HostEvent;
use crate::gateway::record::{Authorization, Original};
use crate::msg::payment::batch::AmountType;
use crate::msg::payment::cap::{CapCode, CapItem, CapPayload, CapResItem, CapResPayload};
use crate::msg::payment::tokens::CapToken;

/// Captures one item or says why not.
pub(super) fn answer(
    books: &mut Books<'_>,
    item: &CapItem,
    token: Option<&CapToken>,
) -> CapResItem {
    let cap_res_payload = match capture(books, item, token) {
        Ok(payload) => payload,
        Err(cap_code) => refused(cap_code, &item.cap_payload),
    };
    CapResItem {
        trans_ids: item.trans_ids.clone(),
        auth_rrpid: item.auth_rrpid,
        cap_res_payload,
    }
}

fn refused(cap_code: CapCode, payload: &CapPayload) -> CapResPayload {
    CapResPayload {
        cap_code,
        cap_amt: amounts::zero(&payload.cap_req_amt),
        batch_id: None,
        batch_sequence_num: None,
        c_rs_pay_extensions: None,
    }
}

fn capture(
    books: &mut Books<'_>,
    item: &CapItem,
    token: Option<&CapToken>,
) -> Result<CapResPayload, CapCode> {
    let payload = &item.cap_payload;
    let amount = payload.cap_req_amt;
    let named = payload.sale_detail.as_ref();
    let named = named.and_then(|detail| detail.batch_id);
    let policy = books.context.policy;
    let index = books.find(&item.trans_ids, item.auth_rrpid)?;
    let record = books.records.get(index).ok_or(CapCode::UnknownXid)?;
    let mut record = record.clone();
    let asked = Original::from(payload);
    record.check_open(&asked, books.context.now, policy.authorization_seconds)?;
    if matches!(token, None | Some(CapToken::Null(_))) && record.kept.is_some() {
        check_details(payload, &record)?;
    }
    let account = books.account(token, &record)?;
    record.check_capture(&amount, policy.amount_margin_percent)?;
    let slot = books.place(&record, &account, named, amount, AmountType::Debit)?;
    record.capture(asked, books.rrpid, books.context.now, slot);
    books.keep(
        index,
        record,
        account,
        HostEvent::Capture,
        amount,
        Some(slot),
    );
    Ok(CapResPayload {
        cap_code: CapCode::Success,
        cap_amt: amount,
        batch_id: Some(slot.batch_id),
        batch_sequence_num: Some(slot.batch_sequence_num),
        c_rs_pay_extensions: None,
    })
}

/// That a merchant who shows no token knows the authorization: the request and the answer to
/// it, as they were.
fn check_details(payload: &CapPayload, record: &Authorization) -> Result<(), CapCode> {
    let (Some(request), Some(response)) = (&payload.auth_req_item, &payload.auth_res_payload)
    else {
        return Err(CapCode::AuthDataMissing);
    };
    let header = &response.auth_header;
    let codes = header.response_data.auth_val_codes.as_ref();
    let approval_code = codes.and_then(|codes| codes.approval_code.as_ref());
    let same = request.auth_tags.auth_rr_tags.rrpid == record.auth_rrpid
        && request.auth_tags.trans_ids == record.trans_ids
        && header.auth_code == record.auth_code
        && header.auth_amt == record.auth_amt
        && approval_code == record.approval_code.as_ref();
    if same {
        Ok(())
    } else {
        Err(CapCode::InvalidAuthData)
    }
}

impl From<Lost> for CapCode {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::Xid => Self::UnknownXid,
            Lost::Lid => Self::UnknownLid,
        }
    }
}
