//! Batches administered.

use set_core::gateway::host::HostEvent;
use set_core::merchant::{Sale, batch_admin};
use set_core::msg::ids::BatchId;
use set_core::msg::payment::batch_admin::{
    BaStatus, BatchOperation, MaximumItems, ReturnTransactionDetail, TransmissionStatus,
};
use set_core::msg::payment::cap::CapCode;
use set_core::msg::payment::p_cert::BrandAndBin;
use set_testkit::hierarchy::BRAND;
use set_testkit::street::{Server, Street};

fn wish(batch: Option<u64>, operation: Option<BatchOperation>) -> batch_admin::Wish {
    batch_admin::Wish {
        batch_id: batch.map(|batch| BatchId::new(batch).unwrap()),
        operation,
        summary: true,
        ..batch_admin::Wish::default()
    }
}

fn status(street: &mut Street, wish: batch_admin::Wish) -> BaStatus {
    street.administer(wish).ba_status.unwrap()
}

/// A street with `count` captures of a dollar each.
fn captures(count: u64) -> (Street, Sale) {
    let mut street = Street::new();
    let mut sale = street.authorized();
    for _ in 0..count {
        street.clock.advance(1);
        sale = street.capture(sale, 100).0;
    }
    (street, sale)
}

fn page(start: u64, most: u64, errors: bool) -> batch_admin::Wish {
    batch_admin::Wish {
        page: Some(ReturnTransactionDetail {
            starting_point: start,
            maximum_items: MaximumItems::new(most).unwrap(),
            errors_only_ind: errors,
            brand_id: None,
        }),
        ..wish(None, None)
    }
}

#[test]
fn totals_are_the_sums_of_the_items() {
    let (mut street, sale) = captures(3);
    let credit = crate::first(&sale);
    street.correct(set_core::exchange::CapRevOrCred::Cred, sale, credit);
    let data = street.administer(wish(None, None));
    assert_eq!(data.ba_status, Some(BaStatus::Success));
    assert_eq!(data.batch_id.value(), 1);
    let details = data.batch_status.unwrap().batch_details;
    let totals = &details.batch_totals;
    assert_eq!(totals.transaction_count_debit, 3);
    assert_eq!(totals.transaction_total_amt_debit.amount, 300);
    assert_eq!(totals.transaction_count_credit, 1);
    assert_eq!(totals.transaction_total_amt_credit.amount, 100);
    let brands = details.brand_batch_details_seq.unwrap();
    assert_eq!(brands.len(), 1);
    assert_eq!(brands[0].batch_totals, *totals);
}

#[test]
fn items_come_page_by_page() {
    let (mut street, _) = captures(5);
    let mut start = 0;
    let mut seen = Vec::new();
    loop {
        let details = street
            .administer(page(start, 2, false))
            .trans_details
            .unwrap();
        assert!(details.transaction_detail_seq.len() <= 2);
        let items = details.transaction_detail_seq.iter();
        seen.extend(items.map(|item| item.batch_sequence_num.value()));
        start = details.next_starting_point;
        if start == 0 {
            break;
        }
    }
    assert_eq!(seen, [1, 2, 3, 4, 5]);
    assert_eq!(street.administer(page(0, 9, true)).trans_details, None);
    let behind = status(&mut street, page(6, 2, false));
    assert_eq!(behind, BaStatus::UnknownStartingPoint);
}

#[test]
fn a_closed_batch_takes_no_more_items_and_the_gateway_opens_the_next() {
    let (mut street, sale) = captures(1);
    let data = street.administer(wish(None, Some(BatchOperation::Close)));
    assert_eq!(data.ba_status, Some(BaStatus::Success));
    assert!(data.batch_status.unwrap().closed_when.is_some());
    assert_eq!(data.transmission_status, Some(TransmissionStatus::Pending));
    street.clock.advance(1);
    let (sale, code) = street.capture(sale, 100);
    assert_eq!(code, CapCode::Success);
    let slot = sale.payments[0].captures[1].slot.unwrap();
    assert_eq!(
        (slot.batch_id.value(), slot.batch_sequence_num.value()),
        (2, 1)
    );
    for operation in [BatchOperation::Close, BatchOperation::Purge] {
        let again = status(&mut street, wish(Some(1), Some(operation)));
        assert_eq!(again, BaStatus::UnknownBatchOperation);
    }
}

#[test]
fn a_batch_is_closed_only_when_the_merchants_totals_are_the_gateways() {
    let (mut street, _) = captures(2);
    let ours = street.administer(wish(None, None)).batch_status.unwrap();
    let mut wrong = ours.clone();
    wrong.batch_details.batch_totals.transaction_count_debit = 1;
    let closing = |totals| batch_admin::Wish {
        totals: Some(totals),
        ..wish(None, Some(BatchOperation::Close))
    };
    let refused = street.administer(closing(wrong));
    assert_eq!(refused.ba_status, Some(BaStatus::TotalsOutOfBalance));
    let told = refused.batch_status.unwrap();
    assert_eq!((&told.closed_when, &told), (&None, &ours));
    assert_eq!(status(&mut street, closing(ours)), BaStatus::Success);
}

#[test]
fn items_that_the_merchant_lists_are_compared() {
    let (mut street, _) = captures(2);
    let listed = street.administer(page(0, 9, false)).trans_details.unwrap();
    let mut wrong = listed.clone();
    wrong.transaction_detail_seq.as_mut_slice()[1]
        .transaction_amt
        .amount = 99;
    for (items, expected) in [
        (wrong, BaStatus::TotalsOutOfBalance),
        (listed, BaStatus::Success),
    ] {
        let wish = batch_admin::Wish {
            items: Some(items),
            ..wish(None, Some(BatchOperation::Close))
        };
        assert_eq!(status(&mut street, wish), expected);
    }
}

#[test]
fn a_purge_takes_all_items_away_and_the_host_is_told() {
    let (mut street, sale) = captures(2);
    let data = street.administer(wish(None, Some(BatchOperation::Purge)));
    assert_eq!(data.ba_status, Some(BaStatus::Success));
    let totals = data.batch_status.unwrap().batch_details.batch_totals;
    assert_eq!(totals.transaction_count_debit, 0);
    let books = street.acquirer.store();
    assert!(books.items.is_empty());
    assert_eq!(books.authorizations[0].captured(), 0);
    let undone = books.events.iter();
    let undone = undone.filter(|event| **event == HostEvent::CaptureReversal);
    assert_eq!(undone.count(), 2);
    street.clock.advance(1);
    // The merchant still counts the two that are purged; the gateway does not.
    assert_eq!(street.capture(sale, 12_950).1, CapCode::Success);
}

#[test]
fn a_purge_that_would_leave_more_credited_than_captured_is_refused() {
    let (mut street, sale) = captures(1);
    street.administer(wish(None, Some(BatchOperation::Open)));
    street.acquirer.books.merchant_assigns = true;
    street.administer(wish(Some(7), Some(BatchOperation::Open)));
    let credit = set_core::merchant::correct::Wish {
        new_batch_id: BatchId::new(7).ok(),
        ..crate::first(&sale)
    };
    street.correct(set_core::exchange::CapRevOrCred::Cred, sale, credit);
    let before = street.acquirer.books.clone();
    let refused = status(&mut street, wish(Some(1), Some(BatchOperation::Purge)));
    assert_eq!(refused, BaStatus::UnspecifiedFailure);
    assert_eq!(street.acquirer.books, before);
    let credits = status(&mut street, wish(Some(7), Some(BatchOperation::Purge)));
    assert_eq!(credits, BaStatus::Success);
    let captures = status(&mut street, wish(Some(1), Some(BatchOperation::Purge)));
    assert_eq!(captures, BaStatus::Success);
}

#[test]
fn who_assigns_batches_opens_them() {
    let mut street = Street::new();
    let open = |batch| wish(batch, Some(BatchOperation::Open));
    assert_eq!(status(&mut street, open(None)), BaStatus::BatchAlreadyOpen);
    assert_eq!(
        status(&mut street, open(Some(1))),
        BaStatus::BatchAlreadyOpen
    );
    assert_eq!(
        status(&mut street, open(Some(9))),
        BaStatus::BatchIdUnavailable
    );
    status(&mut street, wish(Some(1), Some(BatchOperation::Close)));
    assert_eq!(
        status(&mut street, open(Some(1))),
        BaStatus::BatchIdUnavailable
    );
    let opened = street.administer(open(None));
    assert_eq!(
        (opened.ba_status, opened.batch_id.value()),
        (Some(BaStatus::Success), 2)
    );

    street.acquirer.books.merchant_assigns = true;
    assert_eq!(
        status(&mut street, open(None)),
        BaStatus::BatchIdUnavailable
    );
    assert_eq!(status(&mut street, open(Some(9))), BaStatus::Success);
    assert_eq!(
        status(&mut street, wish(Some(8), None)),
        BaStatus::UnknownBatchId
    );
}

#[test]
fn brands_and_bins_that_the_gateway_or_the_batch_does_not_take_are_refused() {
    let mut street = Street::new();
    street.acquirer.gateway.bins = vec!["411111".parse().unwrap(), "422222".parse().unwrap()];
    let mut ask = |batch, operation, brand: &str, bin: Option<&str>| {
        let brands = set_core::asn1::SeqOf::one(BrandAndBin {
            brand_id: brand.parse().unwrap(),
            bin: bin.map(|bin| bin.parse().unwrap()),
        });
        let wish = batch_admin::Wish {
            brands: Some(brands),
            ..wish(batch, operation)
        };
        status(&mut street, wish)
    };
    assert_eq!(ask(None, None, "Meadow", None), BaStatus::BrandNotSupported);
    assert_eq!(ask(None, None, BRAND, Some("555555")), BaStatus::UnknownBin);
    let open = Some(BatchOperation::Open);
    assert_eq!(ask(None, open, BRAND, Some("422222")), BaStatus::Success);
    let other = ask(Some(2), None, BRAND, Some("411111"));
    assert_eq!(other, BaStatus::BrandBatchMismatch);
}

#[test]
fn a_merchant_opens_a_bounded_number_of_batches_for_a_bounded_number_of_bins() {
    let mut street = Street::new();
    street.acquirer.books.merchant_assigns = true;
    // The first is open from the beginning.
    for batch in 2..=32 {
        let open = wish(Some(batch), Some(BatchOperation::Open));
        assert_eq!(status(&mut street, open), BaStatus::Success, "{batch}");
    }
    let open = wish(Some(33), Some(BatchOperation::Open));
    assert_eq!(
        status(&mut street, open.clone()),
        BaStatus::BatchIdUnavailable
    );
    status(&mut street, wish(Some(7), Some(BatchOperation::Close)));
    assert_eq!(status(&mut street, open), BaStatus::Success);
    let mut many = |count: u64| {
        let wanted = |bin: u64| BrandAndBin {
            brand_id: BRAND.parse().unwrap(),
            bin: Some(format!("{bin:06}").parse().unwrap()),
        };
        let brands = (0..count).map(wanted).collect::<Vec<_>>();
        let asked = batch_admin::Wish {
            brands: set_core::asn1::SeqOf::new(brands).ok(),
            ..wish(None, None)
        };
        status(&mut street, asked)
    };
    assert_eq!(many(257), BaStatus::UnspecifiedFailure);
    assert_eq!(many(256), BaStatus::Success);
}

#[test]
fn a_page_comes_although_the_merchant_lists_its_own_items() {
    let (mut street, _) = captures(3);
    let listed = street.administer(page(0, 9, false)).trans_details.unwrap();
    assert_eq!(listed.transaction_detail_seq.len(), 3);
    let both = batch_admin::Wish {
        items: Some(listed),
        ..page(0, 2, false)
    };
    let shown = street.administer(both).trans_details.unwrap();
    assert_eq!(shown.transaction_detail_seq.len(), 2);
    assert_eq!(shown.next_starting_point, 3);
}

#[test]
fn a_purge_is_not_refused_for_a_margin_that_has_become_narrower() {
    let mut street = Street::new();
    street.acquirer.tools.policy.amount_margin_percent = 20;
    let sale = street.authorized();
    let (sale, code) = street.capture(sale, 14_000);
    assert_eq!(code, CapCode::Success);
    status(&mut street, wish(None, Some(BatchOperation::Close)));
    street.clock.advance(1);
    let credit = set_core::merchant::correct::Wish {
        amount: Some(set_testkit::street::amount(100)),
        ..crate::first(&sale)
    };
    let what = set_core::exchange::CapRevOrCred::Cred;
    let (sale, code) = street.correct(what, sale, credit);
    assert_eq!(code.to_string(), "success");
    let slot = sale.payments[0].captures[0].credits[0].slot.unwrap();
    assert_eq!(slot.batch_id.value(), 2);
    street.acquirer.tools.policy.amount_margin_percent = 0;
    let purge = wish(Some(2), Some(BatchOperation::Purge));
    assert_eq!(status(&mut street, purge), BaStatus::Success);
}
