//! Sums of the items of a batch.

use super::{Entry, comparable};
use crate::asn1::SeqOf;
use crate::gateway::amounts::{self, BOOKABLE};
use crate::msg::amount::{Currency, CurrencyAmount};
use crate::msg::payment::batch::{AmountType, BatchDetails, BatchTotals, BrandBatchDetails};
use crate::x509::Brand;

/// The totals with one item more; none when a sum is beyond its type, or what can be booked.
pub(super) fn with(
    totals: &SeqOf<BrandBatchDetails, 0>,
    entry: &Entry,
) -> Option<SeqOf<BrandBatchDetails, 0>> {
    let mut all = totals.to_vec();
    let same = |one: &BrandBatchDetails| {
        Brand::of(&one.brand_id) == Brand::of(&entry.brand_id)
            && amounts::same_unit(&one.batch_totals.transaction_total_amt_debit, &entry.amount)
    };
    let index = match all.iter().position(same) {
        Some(index) => index,
        None => {
            all.push(BrandBatchDetails {
                brand_id: entry.brand_id.clone(),
                batch_totals: nothing(&entry.amount),
            });
            all.len() - 1
        }
    };
    let sums = &mut all.get_mut(index)?.batch_totals;
    let (count, total) = match entry.amount_type {
        AmountType::Debit => (
            &mut sums.transaction_count_debit,
            &mut sums.transaction_total_amt_debit,
        ),
        AmountType::Credit => (
            &mut sums.transaction_count_credit,
            &mut sums.transaction_total_amt_credit,
        ),
    };
    *count = count.checked_add(1)?;
    total.amount = total
        .amount
        .checked_add(entry.amount.amount)
        .filter(|total| *total <= BOOKABLE)?;
    // The sum over the brands of one unit must not overflow either.
    details(&SeqOf::from(all.clone()))
        .fits
        .then(|| SeqOf::from(all))
}

/// Totals as a message has them, and whether they could be summed up.
pub(super) struct Summed {
    details: BatchDetails,
    fits: bool,
}

/// The sums as a whole, and those of each brand and unit.
///
/// As a whole, items are counted in all units, but only the amounts of the first item's unit
/// are summed: BatchTotals has room for one.
pub(super) fn details(totals: &SeqOf<BrandBatchDetails, 0>) -> Summed {
    let unit = totals.first_unit();
    let mut whole = nothing(&unit);
    let mut fits = true;
    for one in totals {
        let sums = &one.batch_totals;
        let counted = add(
            &mut whole.transaction_count_credit,
            sums.transaction_count_credit,
        ) && add(
            &mut whole.transaction_count_debit,
            sums.transaction_count_debit,
        );
        let summed = !amounts::same_unit(&sums.transaction_total_amt_debit, &unit)
            || add(
                &mut whole.transaction_total_amt_credit.amount,
                sums.transaction_total_amt_credit.amount,
            ) && add(
                &mut whole.transaction_total_amt_debit.amount,
                sums.transaction_total_amt_debit.amount,
            );
        fits = fits && counted && summed;
    }
    Summed {
        details: BatchDetails {
            batch_totals: whole,
            brand_batch_details_seq: SeqOf::new(totals.to_vec()).ok(),
        },
        fits,
    }
}

impl From<Summed> for BatchDetails {
    fn from(summed: Summed) -> Self {
        summed.details
    }
}

/// Whether the merchant's totals are ours.
pub(super) fn agree(ours: &BatchDetails, theirs: &BatchDetails) -> bool {
    let brands = theirs.brand_batch_details_seq.as_ref();
    let listed = brands.is_none_or(|brands| {
        brands.iter().all(|their| {
            let ours = ours.brand_batch_details_seq.iter().flatten();
            let mut same =
                ours.filter(|our| Brand::of(&our.brand_id) == Brand::of(&their.brand_id));
            same.any(|our| equal(&our.batch_totals, &their.batch_totals))
        })
    });
    equal(&ours.batch_totals, &theirs.batch_totals) && listed
}

fn equal(ours: &BatchTotals, theirs: &BatchTotals) -> bool {
    ours.transaction_count_credit == theirs.transaction_count_credit
        && ours.transaction_count_debit == theirs.transaction_count_debit
        && same(
            &ours.transaction_total_amt_credit,
            &theirs.transaction_total_amt_credit,
        )
        && same(
            &ours.transaction_total_amt_debit,
            &theirs.transaction_total_amt_debit,
        )
}

fn same(one: &CurrencyAmount, other: &CurrencyAmount) -> bool {
    one.amount == other.amount && comparable(one, other)
}

fn add(sum: &mut u64, more: u64) -> bool {
    match sum.checked_add(more) {
        Some(total) => {
            *sum = total;
            true
        }
        None => false,
    }
}

fn nothing(unit: &CurrencyAmount) -> BatchTotals {
    BatchTotals {
        transaction_count_credit: 0,
        transaction_total_amt_credit: amounts::zero(unit),
        transaction_count_debit: 0,
        transaction_total_amt_debit: amounts::zero(unit),
        batch_total_extensions: None,
    }
}

impl SeqOf<BrandBatchDetails, 0> {
    /// The unit of the first item; ISO 4217's "no currency" for an empty batch.
    fn first_unit(&self) -> CurrencyAmount {
        match self.split_first() {
            Some((first, _)) => amounts::zero(&first.batch_totals.transaction_total_amt_debit),
            None => CurrencyAmount {
                currency: Currency::NONE,
                amount: 0,
                amt_exp10: 0,
            },
        }
    }
}
