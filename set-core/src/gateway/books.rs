//! The records while the items of one request are worked off, each seeing what those before
//! it did.

use crate::exchange::Context;
use crate::gateway::Gateway;
use crate::gateway::batch::{Batches, Entry, NoPlace, Slot};
use crate::gateway::host::{Account, HostAdvice, HostEvent, IdempotencyKey};
use crate::gateway::peer::Peer;
use crate::gateway::record::Authorization;
use crate::gateway::token::{self, TokenFault};
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::{BatchId, Rrpid};
use crate::msg::payment::account::PanToken;
use crate::msg::payment::batch::AmountType;
use crate::msg::payment::tokens::CapToken;
use crate::msg::tags::TransIds;
use crate::pkcs7::Digest;
use crate::proof::ChainVerified;

/// What one request may change.
pub(super) struct Books<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) gateway: &'a Gateway,
    pub(super) own: &'a ChainVerified,
    pub(super) merchant: &'a Peer,
    /// The account as the merchant has it, when it sent one.
    pub(super) pan_token: Option<&'a PanToken>,
    /// The request.
    pub(super) rrpid: Rrpid,
    pub(super) records: Vec<Authorization>,
    pub(super) batches: &'a mut Batches,
    changed: Vec<usize>,
    advices: Vec<HostAdvice>,
}

/// An item that names nothing of this merchant's.
pub(super) enum Lost {
    /// No such transaction and authorization.
    Xid,
    /// The transaction has other local ids.
    Lid,
}

impl<'a> Books<'a> {
    pub(super) fn new(
        context: &'a Context<'a>,
        gateway: &'a Gateway,
        own: &'a ChainVerified,
        (merchant, pan_token): (&'a Peer, Option<&'a PanToken>),
        rrpid: Rrpid,
        records: Vec<Authorization>,
        batches: &'a mut Batches,
    ) -> Self {
        Self {
            context,
            gateway,
            own,
            merchant,
            pan_token,
            rrpid,
            records,
            batches,
            changed: Vec::new(),
            advices: Vec::new(),
        }
    }

    /// This merchant's record; another merchant's is as unknown as none.
    pub(super) fn find(&self, trans_ids: &TransIds, auth_rrpid: Rrpid) -> Result<usize, Lost> {
        let mine = |record: &Authorization| {
            record.auth_rrpid == auth_rrpid
                && record.trans_ids.xid == trans_ids.xid
                && record.merchant_id == self.merchant.merchant_id
        };
        let index = self.records.iter().position(mine).ok_or(Lost::Xid)?;
        let record = self.records.get(index).ok_or(Lost::Xid)?;
        if record.trans_ids.lid_c == trans_ids.lid_c && record.trans_ids.lid_m == trans_ids.lid_m {
            Ok(index)
        } else {
            Err(Lost::Lid)
        }
    }

    /// The account of a record: the token's, which must be the merchant's if it sent one.
    pub(super) fn account(
        &self,
        token: Option<&CapToken>,
        record: &Authorization,
    ) -> Result<Account, TokenFault> {
        let account = token::account(self.context, self.gateway, self.own, token, record)?;
        self.same_account(account)
    }

    /// A token's account, unless the merchant sent another one.
    pub(super) fn same_account(&self, account: Account) -> Result<Account, TokenFault> {
        match self.pan_token {
            Some(theirs) if theirs.pan != account.pan => Err(TokenFault::Invalid),
            _ => Ok(account),
        }
    }

    /// Puts an item about `record` into a batch.
    pub(super) fn place(
        &mut self,
        record: &Authorization,
        account: &Account,
        named: Option<BatchId>,
        amount: CurrencyAmount,
        amount_type: AmountType,
    ) -> Result<Slot, NoPlace> {
        let entry = Entry {
            trans_ids: record.trans_ids.clone(),
            auth_rrpid: record.auth_rrpid,
            brand_id: record.brand_id.clone(),
            bin: account.bin(),
            amount,
            amount_type,
        };
        self.batches.take(named, entry, self.context.now)
    }

    /// Keeps a changed record, and tells the host.
    pub(super) fn keep(
        &mut self,
        index: usize,
        record: Authorization,
        account: Account,
        event: HostEvent,
        amount: CurrencyAmount,
        slot: Option<Slot>,
    ) {
        self.advices.push(HostAdvice {
            event,
            key: IdempotencyKey {
                xid: record.trans_ids.xid,
                rrpid: record.auth_rrpid,
            },
            cause: self.rrpid,
            merchant_id: record.merchant_id.clone(),
            account: Some(account),
            amount,
            approval_code: record.approval_code.clone(),
            slot,
        });
        if let Some(place) = self.records.get_mut(index) {
            *place = record;
        }
        if !self.changed.contains(&index) {
            self.changed.push(index);
        }
    }

    /// The digest in a record of which the payment instruction is not known: that of nothing.
    pub(super) fn unknown_instruction(&self) -> Digest {
        Digest::new(self.context.crypto.sha1(&[]))
    }

    /// The records that changed, and the advice for the host.
    pub(super) fn finish(self) -> (Vec<Authorization>, Vec<HostAdvice>) {
        let Self {
            mut records,
            mut changed,
            advices,
            ..
        } = self;
        changed.sort_unstable();
        let mut index = 0;
        records.retain(|_| {
            let kept = changed.binary_search(&index).is_ok();
            index += 1;
            kept
        });
        (records, advices)
    }
}
