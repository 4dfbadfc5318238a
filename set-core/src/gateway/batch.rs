//! Where captures and credits go: batches, the numbers in them, and their totals.
//!
//! A batch only grows: what undoes an item is an item of its own with the opposite
//! direction, so that the totals are at every moment the sums of the items. Only a purge
//! takes items away, all of them.

mod totals;

use crate::asn1::{Date, SeqOf};
use crate::gateway::amounts;
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::{BatchId, BatchSequenceNum, Bin, BrandId, Rrpid};
use crate::msg::payment::batch::{
    AmountType, BatchStatus, BrandBatchDetails, ClosedWhen, TransactionDetail, TransactionStatus,
};
use crate::msg::payment::batch_admin::{SettlementInfo, TransmissionStatus};
use crate::msg::payment::cap::CapCode;
use crate::msg::payment::cap_rev_or_cred::CapRevOrCredCode;
use crate::msg::payment::p_cert::BrandAndBin;
use crate::msg::tags::TransIds;
use crate::sequence;
use crate::x509::Brand;

sequence! {
    /// One batch of a merchant.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Batch = "Batch" {
        /// Its name.
        batch_id: BatchId = "batchID",
        /// When it was opened.
        open_date_time: Date = "openDateTime",
        /// The number of the next item.
        next: BatchSequenceNum = "next",
        /// Totals, one for each brand and unit of currency.
        totals: SeqOf<BrandBatchDetails, 0> = "totals",
        /// When and by whom it was closed.
        closed_when: Option<ClosedWhen> = "closedWhen" [implicit 0 optional],
        /// The brands and BINs that it takes; any when absent.
        takes: Option<SeqOf<BrandAndBin>> = "takes" [implicit 1 optional],
        /// How far it is on its way to the acquirer, once closed.
        transmission: Option<TransmissionStatus> = "transmission" [implicit 2 optional],
        /// What the acquirer paid for it.
        settlement: Option<SettlementInfo> = "settlement" [implicit 3 optional],
    }
}

sequence! {
    /// A place in a batch.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Slot = "Slot" {
        /// The batch.
        batch_id: BatchId = "batchID",
        /// The item's number in it.
        batch_sequence_num: BatchSequenceNum = "batchSequenceNum",
    }
}

sequence! {
    /// One item of a batch, as a store keeps it.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Item = "Item" {
        /// The batch.
        batch_id: BatchId = "batchID",
        /// The item, as it is reported to the merchant.
        detail: TransactionDetail = "detail",
    }
}

/// What is to be put into a batch.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The transaction.
    pub trans_ids: TransIds,
    /// The authorization.
    pub auth_rrpid: Rrpid,
    /// The brand of the card.
    pub brand_id: BrandId,
    /// The card's BIN, where the account is known.
    pub bin: Option<Bin>,
    /// How much.
    pub amount: CurrencyAmount,
    /// From the cardholder (debit) or to the cardholder (credit).
    pub amount_type: AmountType,
}

/// The batches of a merchant that a step may put items into, as a store has them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batches {
    /// All that are open, in the order in which they were opened, and those that may be named
    /// beside.
    pub known: Vec<Batch>,
    /// The id for a batch that the gateway opens where an item finds none; none where the
    /// merchant assigns batches.
    pub spare: Option<BatchId>,
    /// What this step put into them.
    pub items: Vec<Item>,
}

/// Why a batch takes no item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPlace {
    /// There is no such batch for this brand and BIN.
    #[error("no such batch")]
    Unknown,
    /// It is closed.
    #[error("the batch is closed")]
    Closed,
    /// Its numbers or totals are used up.
    #[error("the batch is full")]
    Full,
}

impl From<NoPlace> for CapCode {
    fn from(reason: NoPlace) -> Self {
        match reason {
            NoPlace::Unknown => Self::BatchUnknown,
            NoPlace::Closed => Self::BatchClosed,
            NoPlace::Full => Self::UnspecifiedFailure,
        }
    }
}

impl From<NoPlace> for CapRevOrCredCode {
    fn from(reason: NoPlace) -> Self {
        match reason {
            NoPlace::Unknown => Self::BatchUnknown,
            NoPlace::Closed => Self::BatchClosed,
            NoPlace::Full => Self::UnspecifiedFailure,
        }
    }
}

impl Batch {
    /// An open, empty batch that takes what `takes` lists, anything without it.
    #[must_use]
    pub fn open(batch_id: BatchId, now: Date, takes: Option<SeqOf<BrandAndBin>>) -> Self {
        Self {
            batch_id,
            open_date_time: now,
            next: BatchSequenceNum::FIRST,
            totals: SeqOf::default(),
            closed_when: None,
            takes,
            transmission: None,
            settlement: None,
        }
    }

    /// Whether it takes items.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.closed_when.is_none()
    }

    /// Whether items of this brand and BIN belong here.
    #[must_use]
    pub fn admits(&self, brand_id: &BrandId, bin: Option<&Bin>) -> bool {
        let Some(takes) = &self.takes else {
            return true;
        };
        takes.iter().any(|taken| {
            Brand::of(&taken.brand_id) == Brand::of(brand_id)
                && (taken.bin.is_none() || taken.bin.as_ref() == bin)
        })
    }

    /// What the merchant is told of it.
    #[must_use]
    pub fn status(&self) -> BatchStatus {
        BatchStatus {
            open_date_time: self.open_date_time,
            closed_when: self.closed_when.clone(),
            batch_details: totals::details(&self.totals).into(),
            batch_extensions: None,
        }
    }

    /// Whether the merchant's totals are these: the sums as a whole, and those of each brand
    /// that it lists.
    #[must_use]
    pub fn agrees(&self, theirs: &BatchStatus) -> bool {
        totals::agree(&self.status().batch_details, &theirs.batch_details)
    }

    fn take(&mut self, entry: Entry) -> Result<Item, NoPlace> {
        if !self.admits(&entry.brand_id, entry.bin.as_ref()) {
            return Err(NoPlace::Unknown);
        }
        if !self.is_open() {
            return Err(NoPlace::Closed);
        }
        let batch_sequence_num = self.next;
        let next = batch_sequence_num
            .value()
            .checked_add(1)
            .and_then(|next| BatchSequenceNum::new(next).ok())
            .ok_or(NoPlace::Full)?;
        let totals = totals::with(&self.totals, &entry).ok_or(NoPlace::Full)?;
        self.next = next;
        self.totals = totals;
        Ok(Item {
            batch_id: self.batch_id,
            detail: TransactionDetail {
                trans_ids: entry.trans_ids,
                auth_rrpid: entry.auth_rrpid,
                brand_id: entry.brand_id,
                batch_sequence_num,
                reimbursement_id: None,
                transaction_amt: entry.amount,
                transaction_amt_type: entry.amount_type,
                transaction_status: Some(TransactionStatus::Success),
                trans_extensions: None,
            },
        })
    }

    /// Takes all items away.
    pub(super) fn purge(&mut self) {
        self.totals = SeqOf::default();
    }
}

impl Batches {
    /// One open, empty batch.
    #[must_use]
    pub fn open(batch_id: BatchId, now: Date) -> Self {
        Self {
            known: vec![Batch::open(batch_id, now, None)],
            ..Self::default()
        }
    }

    /// The batch with that id.
    #[must_use]
    pub fn find(&self, batch_id: BatchId) -> Option<&Batch> {
        self.known.iter().find(|batch| batch.batch_id == batch_id)
    }

    /// Puts an item into the batch `named`; without a name into the first open one that takes
    /// its brand and BIN, or into a new one where the gateway opens batches.
    ///
    /// # Errors
    ///
    /// [`NoPlace`]; nothing has changed then.
    pub fn take(
        &mut self,
        named: Option<BatchId>,
        entry: Entry,
        now: Date,
    ) -> Result<Slot, NoPlace> {
        let fits = |batch: &Batch| match named {
            Some(batch_id) => batch.batch_id == batch_id,
            None => batch.is_open() && batch.admits(&entry.brand_id, entry.bin.as_ref()),
        };
        let batch = match (self.known.iter().position(fits), named) {
            (Some(index), _) => self.known.get_mut(index).ok_or(NoPlace::Unknown)?,
            (None, Some(_)) => return Err(NoPlace::Unknown),
            (None, None) => {
                let Some(batch_id) = self.spare.take() else {
                    return Err(self.none_open());
                };
                self.known.push(Batch::open(batch_id, now, None));
                self.known.last_mut().ok_or(NoPlace::Unknown)?
            }
        };
        let item = batch.take(entry)?;
        let slot = Slot {
            batch_id: item.batch_id,
            batch_sequence_num: item.detail.batch_sequence_num,
        };
        self.items.push(item);
        Ok(slot)
    }

    fn none_open(&self) -> NoPlace {
        if self.known.is_empty() || self.known.iter().any(Batch::is_open) {
            NoPlace::Unknown
        } else {
            NoPlace::Closed
        }
    }
}

/// Whether two amounts of a total count the same unit, or one of them nothing.
fn comparable(one: &CurrencyAmount, other: &CurrencyAmount) -> bool {
    amounts::same_unit(one, other) || (one.amount == 0 && other.amount == 0)
}

#[cfg(test)]
mod tests;
