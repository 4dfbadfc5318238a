use super::*;
use crate::gateway::amounts::BOOKABLE;
use crate::msg::amount::Currency;
use crate::msg::ids::{Language, LocalId, Xid};
use crate::msg::payment::batch::CloseStatus;

fn id(number: u64) -> BatchId {
    BatchId::new(number).unwrap()
}

fn noon() -> Date {
    Date::from_unix(900_000_000).unwrap()
}

fn entry(currency: u16, amount: u64, amount_type: AmountType) -> Entry {
    Entry {
        trans_ids: TransIds {
            lid_c: LocalId::new([1].as_slice()).unwrap(),
            lid_m: None,
            xid: Xid::new([1; 20]),
            p_req_date: noon(),
            pay_sys_id: None,
            language: Language::new("en").unwrap(),
        },
        auth_rrpid: Rrpid::new([2; 20]),
        brand_id: BrandId::new("Orchard").unwrap(),
        bin: Bin::new("411111").ok(),
        amount: CurrencyAmount {
            currency: Currency::new(currency).unwrap(),
            amount,
            amt_exp10: -2,
        },
        amount_type,
    }
}

fn take(batches: &mut Batches, named: Option<BatchId>) -> Result<u64, NoPlace> {
    let slot = batches.take(named, entry(840, 100, AmountType::Debit), noon())?;
    Ok(slot.batch_sequence_num.value())
}

fn close(batch: &mut Batch) {
    batch.closed_when = Some(ClosedWhen {
        close_status: CloseStatus::ClosedbyMerchant,
        close_date_time: noon(),
    });
}

#[test]
fn places_are_numbered_from_one_without_gaps() {
    let mut batches = Batches::open(id(7), noon());
    assert_eq!(take(&mut batches, None), Ok(1));
    assert_eq!(take(&mut batches, Some(id(7))), Ok(2));
    assert_eq!(take(&mut batches, None), Ok(3));
    assert_eq!(batches.items.len(), 3);
}

#[test]
fn unknown_and_closed_batches_take_nothing() {
    let mut batches = Batches::open(id(7), noon());
    assert_eq!(take(&mut batches, Some(id(8))), Err(NoPlace::Unknown));
    close(&mut batches.known[0]);
    assert_eq!(take(&mut batches, None), Err(NoPlace::Closed));
    assert_eq!(take(&mut batches, Some(id(7))), Err(NoPlace::Closed));
    assert_eq!(batches.known[0].next.value(), 1);
    assert_eq!(take(&mut Batches::default(), None), Err(NoPlace::Unknown));
}

#[test]
fn where_the_gateway_assigns_a_batch_is_opened_when_none_takes_the_item() {
    let mut batches = Batches::open(id(7), noon());
    batches.spare = Some(id(8));
    assert_eq!(take(&mut batches, None), Ok(1));
    assert_eq!(batches.spare, Some(id(8)));
    close(&mut batches.known[0]);
    assert_eq!(take(&mut batches, None), Ok(1));
    assert_eq!((batches.spare, batches.known.len()), (None, 2));
    assert_eq!(batches.items[1].batch_id, id(8));
}

#[test]
fn a_batch_for_other_bins_does_not_take_the_item() {
    let mut batches = Batches::open(id(7), noon());
    let takes = |bin: &str| {
        Some(SeqOf::one(BrandAndBin {
            brand_id: BrandId::new("Orchard").unwrap(),
            bin: Bin::new(bin).ok(),
        }))
    };
    batches.known[0].takes = takes("555555");
    assert_eq!(take(&mut batches, None), Err(NoPlace::Unknown));
    assert_eq!(take(&mut batches, Some(id(7))), Err(NoPlace::Unknown));
    batches.known[0].takes = takes("411111");
    assert_eq!(take(&mut batches, None), Ok(1));
}

#[test]
fn a_batch_whose_numbers_or_totals_are_used_up_takes_nothing() {
    let mut batches = Batches::open(id(7), noon());
    batches.known[0].next = BatchSequenceNum::new(u64::MAX).unwrap();
    assert_eq!(take(&mut batches, None), Err(NoPlace::Full));
    let mut batches = Batches::open(id(7), noon());
    let most = entry(840, BOOKABLE, AmountType::Debit);
    batches.take(None, most.clone(), noon()).unwrap();
    let before = batches.known.clone();
    assert_eq!(take(&mut batches, None), Err(NoPlace::Full));
    assert_eq!(batches.known, before);
    // The sum over all brands, which is in one number of the answer, must fit as well.
    for (brand, amount, fits) in [("Meadow", BOOKABLE, true), ("Pasture", 2, false)] {
        let mut other = entry(840, amount, AmountType::Debit);
        other.brand_id = BrandId::new(brand).unwrap();
        assert_eq!(batches.take(None, other, noon()).is_ok(), fits, "{brand}");
    }
}

#[test]
fn totals_are_kept_for_each_brand_and_unit() {
    let mut batches = Batches::open(id(7), noon());
    for (currency, amount, direction) in [
        (840, 100, AmountType::Debit),
        (840, 30, AmountType::Credit),
        (978, 7, AmountType::Debit),
        (840, 5, AmountType::Debit),
    ] {
        let entry = entry(currency, amount, direction);
        batches.take(None, entry, noon()).unwrap();
    }
    let details = batches.known[0].status().batch_details;
    let whole = &details.batch_totals;
    assert_eq!(whole.transaction_count_debit, 3);
    assert_eq!(whole.transaction_total_amt_debit.amount, 105);
    assert_eq!(whole.transaction_count_credit, 1);
    assert_eq!(whole.transaction_total_amt_credit.amount, 30);
    let brands = details.brand_batch_details_seq.unwrap();
    let sums: Vec<(u16, u64)> = brands
        .iter()
        .map(|one| one.batch_totals.transaction_total_amt_debit)
        .map(|sum| (sum.currency.value(), sum.amount))
        .collect();
    assert_eq!(sums, [(840, 105), (978, 7)]);
}

#[test]
fn totals_agree_only_when_every_sum_and_count_does() {
    let mut batches = Batches::open(id(7), noon());
    let empty = batches.known[0].status();
    assert!(batches.known[0].agrees(&empty));
    take(&mut batches, None).unwrap();
    let batch = &batches.known[0];
    assert!(batch.agrees(&batch.status()) && !batch.agrees(&empty));
    let mut wrong = batch.status();
    wrong.batch_details.batch_totals.transaction_count_debit += 1;
    assert!(!batch.agrees(&wrong));
    let mut wrong = batch.status();
    let whole = &mut wrong.batch_details.batch_totals;
    whole.transaction_total_amt_debit.currency = Currency::new(978).unwrap();
    assert!(!batch.agrees(&wrong));
    let mut wrong = batch.status();
    let brands = wrong
        .batch_details
        .brand_batch_details_seq
        .as_mut()
        .unwrap();
    brands.as_mut_slice()[0]
        .batch_totals
        .transaction_total_amt_debit
        .amount += 1;
    assert!(!batch.agrees(&wrong));
}
