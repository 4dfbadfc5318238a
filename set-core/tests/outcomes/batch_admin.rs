//! Batches administered.

use set_core::asn1::SeqOf;
use set_core::exchange::CapRevOrCred;
use set_core::merchant::batch_admin::{self, Wish};
use set_core::msg::ids::BatchId;
use set_core::msg::payment::batch_admin::{BatchOperation, MaximumItems, ReturnTransactionDetail};
use set_core::msg::payment::p_cert::BrandAndBin;
use set_testkit::hierarchy::BRAND;
use set_testkit::street::Street;

use crate::Stimulus;
use crate::act::gateway_says;
use crate::forge::{captured, first};

const OPEN: Option<BatchOperation> = Some(BatchOperation::Open);
const CLOSE: Option<BatchOperation> = Some(BatchOperation::Close);
const PURGE: Option<BatchOperation> = Some(BatchOperation::Purge);

pub(crate) const STIMULI: &[Stimulus] = &[
    ("opened-by-the-merchant", || {
        let mut street = Street::new();
        street.acquirer.books.merchant_assigns = true;
        says(&mut street, wish(Some(7), OPEN))
    }),
    ("open-already", || {
        let mut street = Street::new();
        street.acquirer.books.merchant_assigns = true;
        says(&mut street, wish(Some(1), OPEN))
    }),
    ("open-already-for-the-same-brand", || {
        says(&mut Street::new(), wish(None, OPEN))
    }),
    ("number-used-before", || {
        let mut street = Street::new();
        close(&mut street);
        says(&mut street, wish(Some(1), OPEN))
    }),
    ("number-that-is-the-gateways", || {
        says(&mut Street::new(), wish(Some(7), OPEN))
    }),
    ("no-number-where-the-merchant-assigns", || {
        let mut street = Street::new();
        street.acquirer.books.merchant_assigns = true;
        says(&mut street, wish(None, OPEN))
    }),
    ("opened-for-another-brand", || {
        let restricted = Wish {
            brands: Some(brands("Meadow", None)),
            ..wish(None, OPEN)
        };
        altered(&mut Street::new(), restricted)
    }),
    ("opened-for-a-bin-not-served", || {
        let mut street = Street::new();
        street.acquirer.gateway.bins = vec!["411111".parse().unwrap()];
        let restricted = Wish {
            brands: Some(brands(BRAND, Some("422222"))),
            ..wish(None, OPEN)
        };
        says(&mut street, restricted)
    }),
    ("closed", || says(&mut with_capture(), wish(None, CLOSE))),
    ("closed-twice", || {
        let mut street = with_capture();
        close(&mut street);
        says(&mut street, wish(Some(1), CLOSE))
    }),
    ("purged", || says(&mut with_capture(), wish(None, PURGE))),
    ("purged-after-closing", || {
        let mut street = with_capture();
        close(&mut street);
        says(&mut street, wish(Some(1), PURGE))
    }),
    ("purged-though-others-depend-on-it", || {
        let mut street = Street::new();
        let sale = captured(&mut street);
        close(&mut street);
        let sale = street
            .correct(CapRevOrCred::Cred, sale.clone(), first(&sale))
            .0;
        // The credit is in batch 2; batch 1, with the capture, is opened again by force.
        street.acquirer.books.batches[0].closed_when = None;
        drop(sale);
        says(&mut street, wish(Some(1), PURGE))
    }),
    ("unknown-number", || {
        says(&mut Street::new(), wish(Some(77), CLOSE))
    }),
    ("asked-about-an-unknown-number", || {
        says(&mut Street::new(), wish(Some(77), None))
    }),
    ("of-another-brand", || {
        let mut street = Street::new();
        street.acquirer.books.batches[0].takes = Some(brands(BRAND, Some("999999")));
        let asked = Wish {
            brands: Some(brands(BRAND, Some("411111"))),
            ..wish(Some(1), CLOSE)
        };
        says(&mut street, asked)
    }),
    ("other-totals", || {
        let mut street = with_capture();
        let mut totals = street.administer(wish(None, None)).batch_status.unwrap();
        totals.batch_details.batch_totals.transaction_count_debit += 1;
        let closing = Wish {
            totals: Some(totals),
            ..wish(None, CLOSE)
        };
        says(&mut street, closing)
    }),
    ("other-items", || {
        let mut street = with_capture();
        let page = Wish {
            page: Some(page(0)),
            ..wish(None, None)
        };
        let mut items = street.administer(page).trans_details.unwrap();
        let item = &mut items.transaction_detail_seq.as_mut_slice()[0];
        item.transaction_amt.amount -= 1;
        let closing = Wish {
            items: Some(items),
            ..wish(None, CLOSE)
        };
        says(&mut street, closing)
    }),
    ("page-behind-the-last-item", || {
        let behind = Wish {
            page: Some(page(2)),
            ..wish(None, None)
        };
        says(&mut with_capture(), behind)
    }),
    ("another-merchants", || {
        let mut street = with_capture();
        let batch = street.acquirer.books.batches.remove(0);
        let said = says(&mut street, wish(Some(batch.batch_id.value()), CLOSE));
        street.acquirer.books.batches.push(batch);
        said
    }),
];

fn wish(batch: Option<u64>, operation: Option<BatchOperation>) -> Wish {
    Wish {
        batch_id: batch.map(|batch| BatchId::new(batch).unwrap()),
        operation,
        summary: true,
        ..Wish::default()
    }
}

fn page(start: u64) -> ReturnTransactionDetail {
    ReturnTransactionDetail {
        starting_point: start,
        maximum_items: MaximumItems::new(9).unwrap(),
        errors_only_ind: false,
        brand_id: None,
    }
}

/// Just one brand and BIN.
pub(crate) fn brands(brand: &str, bin: Option<&str>) -> SeqOf<BrandAndBin> {
    SeqOf::one(BrandAndBin {
        brand_id: brand.parse().unwrap(),
        bin: bin.map(|bin| bin.parse().unwrap()),
    })
}

/// Batch 1 closed.
pub(crate) fn close(street: &mut Street) {
    street.administer(wish(Some(1), CLOSE));
}

/// Batch 1 purged.
pub(crate) fn purge(street: &mut Street) {
    street.administer(wish(Some(1), PURGE));
}

fn with_capture() -> Street {
    let mut street = Street::new();
    captured(&mut street);
    street
}

fn says(street: &mut Street, wish: Wish) -> String {
    let shop = &street.shop;
    let context = shop.tools.context();
    let (_, request) = batch_admin::batch_admin(&context, &shop.merchant, wish).unwrap();
    // To look is a success that changes nothing; whatever else succeeds does.
    gateway_says(street, &request)
}

/// The same, where an honest merchant would ask another gateway.
fn altered(street: &mut Street, mut wish: Wish) -> String {
    let brands = wish.brands.take();
    let shop = &street.shop;
    let context = shop.tools.context();
    let (_, request) = batch_admin::batch_admin(&context, &shop.merchant, wish).unwrap();
    let request = crate::forge::batch_admin_req(street, &request, |data| {
        data.brand_and_bin_seq = brands;
    });
    gateway_says(street, &request)
}
