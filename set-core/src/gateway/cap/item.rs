//! One item of a CapReq.

use crate::exchange::Context;
use crate::gateway::batch::Batches;
use crate::gateway::host::{HostCapture, IdempotencyKey};
use crate::gateway::peer::Peer;
use crate::gateway::record::Authorization;
use crate::gateway::{Gateway, amounts, token};
use crate::msg::ids::Rrpid;
use crate::msg::payment::account::PanToken;
use crate::msg::payment::cap::{CapCode, CapItem, CapResItem, CapResPayload};
use crate::msg::payment::tokens::CapToken;
use crate::proof::ChainVerified;

/// The records while the items of one CapReq are worked off, so that an authorization which
/// is named twice is captured once.
pub(super) struct Ledger<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) gateway: &'a Gateway,
    pub(super) own: &'a ChainVerified,
    pub(super) merchant: &'a Peer,
    pub(super) pan_token: Option<&'a PanToken>,
    pub(super) cap_rrpid: Rrpid,
    pub(super) records: Vec<Authorization>,
    pub(super) batches: &'a mut Batches,
    pub(super) changed: Vec<Authorization>,
    pub(super) host_captures: Vec<HostCapture>,
}

impl Ledger<'_> {
    /// Captures one item or says why not.
    pub(super) fn answer(&mut self, item: &CapItem, token: Option<&CapToken>) -> CapResItem {
        let cap_res_payload = match self.capture(item, token) {
            Ok(payload) => payload,
            Err(cap_code) => CapResPayload {
                cap_code,
                cap_amt: amounts::zero(&item.cap_payload.cap_req_amt),
                batch_id: None,
                batch_sequence_num: None,
                c_rs_pay_extensions: None,
            },
        };
        CapResItem {
            trans_ids: item.trans_ids.clone(),
            auth_rrpid: item.auth_rrpid,
            cap_res_payload,
        }
    }

    /// The records that changed, and the advice for the host.
    pub(super) fn finish(self) -> (Vec<Authorization>, Vec<HostCapture>) {
        (self.changed, self.host_captures)
    }

    fn capture(
        &mut self,
        item: &CapItem,
        token: Option<&CapToken>,
    ) -> Result<CapResPayload, CapCode> {
        let token = match token {
            None | Some(CapToken::Null(_)) => return Err(CapCode::CapTokenMissing),
            Some(token) => token,
        };
        let amount = item.cap_payload.cap_req_amt;
        let margin = self.context.policy.amount_margin_percent;
        let index = self.find(item)?;
        let record = self.records.get(index).ok_or(CapCode::UnknownXid)?;
        if record.trans_ids.lid_c != item.trans_ids.lid_c
            || record.trans_ids.lid_m != item.trans_ids.lid_m
        {
            return Err(CapCode::UnknownLid);
        }
        record.check_open()?;
        let account = token::open(self.context, self.gateway, self.own, token, record)?;
        if self
            .pan_token
            .is_some_and(|theirs| theirs.pan != account.pan)
        {
            return Err(CapCode::InvalidCapToken);
        }
        record.check_capture(&amount, margin)?;
        let named = item
            .cap_payload
            .sale_detail
            .as_ref()
            .and_then(|detail| detail.batch_id);
        let slot = self.batches.take(named)?;
        let captured =
            record
                .clone()
                .captured(amount, margin, self.cap_rrpid, self.context.now, slot)?;
        self.host_captures.push(HostCapture {
            key: IdempotencyKey {
                xid: captured.trans_ids.xid,
                rrpid: captured.auth_rrpid,
            },
            merchant_id: captured.merchant_id.clone(),
            pan: account.pan,
            card_expiry: account.card_expiry,
            amount,
            approval_code: captured.approval_code.clone(),
            batch_id: slot.batch_id,
            batch_sequence_num: slot.batch_sequence_num,
        });
        if let Some(place) = self.records.get_mut(index) {
            *place = captured.clone();
        }
        self.changed.push(captured);
        Ok(CapResPayload {
            cap_code: CapCode::Success,
            cap_amt: amount,
            batch_id: Some(slot.batch_id),
            batch_sequence_num: Some(slot.batch_sequence_num),
            c_rs_pay_extensions: None,
        })
    }

    /// This merchant's record of the item; another merchant's is as unknown as none.
    fn find(&self, item: &CapItem) -> Result<usize, CapCode> {
        self.records
            .iter()
            .position(|record| {
                record.auth_rrpid == item.auth_rrpid
                    && record.trans_ids.xid == item.trans_ids.xid
                    && record.merchant_id == self.merchant.merchant_id
            })
            .ok_or(CapCode::UnknownXid)
    }
}
