//! One page of a batch's items.

use crate::asn1::SeqOf;
use crate::gateway::batch::Item;
use crate::msg::payment::batch::{TransDetails, TransactionDetail, TransactionStatus};
use crate::msg::payment::batch_admin::ReturnTransactionDetail;
use crate::x509::Brand;

/// Collects the items that a merchant wants to see, offered in the order of their numbers.
///
/// The starting point of a page is the number of the first item that may be in it; 0 is the
/// beginning.
#[derive(Debug)]
pub struct Page {
    wanted: ReturnTransactionDetail,
    items: Vec<TransactionDetail>,
    next: u64,
}

impl Page {
    /// An empty page.
    #[must_use]
    pub const fn new(wanted: ReturnTransactionDetail) -> Self {
        Self {
            wanted,
            items: Vec::new(),
            next: 0,
        }
    }

    /// The number of the first item to offer.
    #[must_use]
    pub const fn starting_point(&self) -> u64 {
        self.wanted.starting_point
    }

    /// Takes the next item if it is wanted; false once the page is full, when no more need be
    /// offered.
    pub fn offer(&mut self, item: Item) -> bool {
        let number = item.detail.batch_sequence_num.value();
        if number < self.wanted.starting_point || !self.wants(&item.detail) {
            return true;
        }
        if self.is_full() {
            self.next = number;
            return false;
        }
        self.items.push(item.detail);
        true
    }

    /// The page; none when no item was wanted.
    #[must_use]
    pub fn finish(self) -> Option<TransDetails> {
        Some(TransDetails {
            next_starting_point: self.next,
            transaction_detail_seq: SeqOf::new(self.items).ok()?,
        })
    }

    fn wants(&self, detail: &TransactionDetail) -> bool {
        let failed = detail
            .transaction_status
            .is_some_and(|status| status != TransactionStatus::Success);
        let brand = self.wanted.brand_id.as_ref();
        (failed || !self.wanted.errors_only_ind)
            && brand.is_none_or(|brand| Brand::of(brand) == Brand::of(&detail.brand_id))
    }

    fn is_full(&self) -> bool {
        let most = usize::try_from(self.wanted.maximum_items.value()).unwrap_or(usize::MAX);
        self.items.len() >= most.min(MOST)
    }
}

/// Items in a page, however many the merchant would take: about 20 KiB.
const MOST: usize = 100;
