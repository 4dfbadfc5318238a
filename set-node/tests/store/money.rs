use std::collections::{BTreeMap, HashSet};

use set_core::msg::{
    amount::{Currency, CurrencyAmount},
    ids::{BatchId, BrandId, MerchantId, Rrpid, Xid},
};
use set_node::store::{
    BatchAccount, MoneyRefusal, PaymentKey, Posting, PostingKind, Store, StoreError,
};
use set_testkit::prng::Prng;
use tokio::task::JoinSet;

use crate::rig::{Place, on_both_engines};

on_both_engines! {
    random_histories_are_booked_or_refused_as_plain_arithmetic_says,
    two_nodes_capture_no_more_than_was_authorized,
    the_same_item_is_posted_once_by_whichever_node,
    a_refused_posting_leaves_no_trace_of_those_before_it,
    the_largest_amounts_are_booked_exactly_and_larger_ones_refused,
    a_batch_that_takes_reversals_only_goes_below_zero,
}

/// What a history comes to by plain arithmetic.
#[derive(Clone, Debug, Default)]
struct Model {
    /// Authorized, margin, captured, credited.
    payments: BTreeMap<u8, [i128; 4]>,
    /// Postings, captured, credited.
    batches: BTreeMap<u8, [i128; 3]>,
    references: HashSet<u64>,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Authorize(u8, u64, u64),
    Lower(u8, u64, u64),
    Post(u8, u8, PostingKind, u64, u64),
}

impl Model {
    /// Whether the step keeps the rules; it is done if so.
    fn takes(&mut self, step: Step) -> bool {
        let (payment, after) = match step {
            Step::Authorize(payment, amount, margin) => {
                if self.payments.contains_key(&payment) {
                    return false;
                }
                (payment, [amount.into(), margin.into(), 0, 0])
            }
            Step::Lower(payment, amount, margin) => {
                let Some(held) = self.payments.get(&payment) else {
                    return false;
                };
                let [authorized, held_margin, captured, credited] = *held;
                if i128::from(amount) > authorized || i128::from(margin) > held_margin {
                    return false;
                }
                (payment, [amount.into(), margin.into(), captured, credited])
            }
            Step::Post(payment, _, kind, amount, reference) => {
                let Some(held) = self.payments.get(&payment) else {
                    return false;
                };
                if amount == 0 || self.references.contains(&reference) {
                    return false;
                }
                let mut after = *held;
                let [captured, credited] = changes(kind, amount);
                after[2] += captured;
                after[3] += credited;
                (payment, after)
            }
        };
        let [authorized, margin, captured, credited] = after;
        if captured > authorized + margin || credited > captured || captured < 0 || credited < 0 {
            return false;
        }
        self.payments.insert(payment, after);
        if let Step::Post(_, batch, kind, amount, reference) = step {
            self.references.insert(reference);
            let total = self.batches.entry(batch).or_default();
            let [captured, credited] = changes(kind, amount);
            *total = [total[0] + 1, total[1] + captured, total[2] + credited];
        }
        true
    }
}

fn changes(kind: PostingKind, amount: u64) -> [i128; 2] {
    let amount = i128::from(amount);
    match kind {
        PostingKind::Capture => [amount, 0],
        PostingKind::CaptureReversal => [-amount, 0],
        PostingKind::Credit => [0, amount],
        PostingKind::CreditReversal => [0, -amount],
    }
}

/// The books in the store.
struct Books {
    merchant: MerchantId,
    brand: BrandId,
    history: u8,
}

impl Books {
    fn new(history: u8) -> Self {
        Self {
            merchant: MerchantId::new(format!("shop {history}")).unwrap(),
            brand: BrandId::new("Brand").unwrap(),
            history,
        }
    }

    fn key(&self, payment: u8) -> PaymentKey<'static> {
        PaymentKey {
            role: "gateway",
            xid: Xid::new([self.history; 20]),
            rrpid: Rrpid::new([payment; 20]),
        }
    }

    fn posting<'a>(
        &'a self,
        (payment, batch): (u8, u8),
        kind: PostingKind,
        amount: u64,
        reference: &'a [u8],
    ) -> Posting<'a> {
        Posting {
            payment: self.key(payment),
            account: BatchAccount {
                merchant_id: &self.merchant,
                batch_id: BatchId::new(batch.into()).unwrap(),
                brand_id: &self.brand,
            },
            kind,
            amount: cents(amount),
            reference,
        }
    }

    async fn take(&self, store: &Store, step: Step) -> Result<(), StoreError> {
        let mut tx = store.begin().await?;
        match step {
            Step::Authorize(payment, amount, margin) => {
                tx.open_payment(self.key(payment), &cents(amount), margin)
                    .await?;
            }
            Step::Lower(payment, amount, margin) => {
                tx.lower_payment(self.key(payment), &cents(amount), margin)
                    .await?;
            }
            Step::Post(payment, batch, kind, amount, reference) => {
                let reference = [&[self.history][..], &reference.to_be_bytes()].concat();
                let posting = self.posting((payment, batch), kind, amount, &reference);
                tx.post(&[posting]).await?;
            }
        }
        tx.commit().await
    }

    async fn are(&self, store: &Store, model: &Model) {
        let mut tx = store.begin().await.unwrap();
        for (payment, [authorized, margin, captured, credited]) in &model.payments {
            let held = tx.payment(self.key(*payment)).await.unwrap().unwrap();
            let sums = [
                held.authorized.amount,
                held.margin,
                held.captured,
                held.credited,
            ];
            let expected = [authorized, margin, captured, credited];
            assert_eq!(sums.map(i128::from), expected.map(|sum| *sum));
        }
        for (batch, expected) in &model.batches {
            let batch_id = BatchId::new((*batch).into()).unwrap();
            let totals = tx.batch_totals("gateway", &self.merchant, batch_id).await;
            let [total] = totals.unwrap().try_into().unwrap();
            assert_eq!(total.brand_id, "Brand");
            let sums = [
                i128::from(total.postings),
                total.captured.into(),
                total.credited.into(),
            ];
            assert_eq!(sums, *expected);
        }
    }
}

fn cents(amount: u64) -> CurrencyAmount {
    CurrencyAmount {
        currency: Currency::new(840).unwrap(),
        amount,
        amt_exp10: -2,
    }
}

fn step(prng: &mut Prng, number: u64) -> Step {
    let payment = u8::try_from(prng.between(0, 2)).unwrap();
    let amount = prng.between(0, 6) * 10;
    let margin = prng.between(0, 2) * 10;
    if number < 2 {
        return Step::Authorize(payment, 100 + amount, margin);
    }
    match prng.between(0, 9) {
        0 => Step::Authorize(payment, amount, margin),
        1 => Step::Lower(payment, amount + 60, margin),
        _ => {
            let kind = prng.pick(&[
                PostingKind::Capture,
                PostingKind::Capture,
                PostingKind::CaptureReversal,
                PostingKind::Credit,
                PostingKind::CreditReversal,
            ]);
            // Now and then an item that was posted before.
            let reference = if prng.one_in(8) { number / 2 } else { number };
            let batch = u8::try_from(prng.between(0, 1)).unwrap();
            Step::Post(payment, batch, *kind.unwrap(), amount, reference)
        }
    }
}

async fn random_histories_are_booked_or_refused_as_plain_arithmetic_says(place: Place) {
    let nodes = [place.open().await, place.open().await];
    let mut done = 0;
    for history in 0..12 {
        let mut prng = Prng::new(history.into());
        let (books, mut model) = (Books::new(history), Model::default());
        for number in 0..60 {
            let next = step(&mut prng, number);
            let node = prng.pick(&nodes).unwrap();
            let outcome = books.take(node, next).await;
            if model.takes(next) {
                outcome.unwrap();
                done += 1;
            } else {
                let refused = matches!(outcome, Err(StoreError::Money(_)));
                assert!(refused, "history {history}, {next:?}: {outcome:?}");
            }
        }
        books.are(&nodes[0], &model).await;
    }
    assert!(done > 200, "only {done} steps were booked");
}

async fn two_nodes_capture_no_more_than_was_authorized(place: Place) {
    let nodes = [place.open().await, place.open().await];
    let authorize = Step::Authorize(0, 100, 5);
    Books::new(0).take(&nodes[0], authorize).await.unwrap();
    let mut tasks = JoinSet::new();
    for number in 0..15 {
        for (node, store) in nodes.iter().cloned().enumerate() {
            tasks.spawn(async move {
                let reference = number * 2 + u64::try_from(node).unwrap();
                let batch = u8::try_from(number % 2).unwrap();
                let capture = Step::Post(0, batch, PostingKind::Capture, 10, reference);
                Books::new(0).take(&store, capture).await
            });
        }
    }
    let (mut done, mut refused) = (0, 0);
    for outcome in tasks.join_all().await {
        match outcome {
            Ok(()) => done += 1,
            Err(StoreError::Money(MoneyRefusal::AboveAuthorized)) => refused += 1,
            fault => fault.unwrap(),
        }
    }
    assert_eq!((done, refused), (10, 20));
    let mut tx = nodes[1].begin().await.unwrap();
    let held = tx.payment(Books::new(0).key(0)).await.unwrap().unwrap();
    assert_eq!(held.captured, 100);
}

async fn the_same_item_is_posted_once_by_whichever_node(place: Place) {
    let nodes = [place.open().await, place.open().await];
    let authorize = Step::Authorize(0, 100, 0);
    Books::new(0).take(&nodes[0], authorize).await.unwrap();
    let mut tasks = JoinSet::new();
    for store in nodes.iter().cycle().take(12) {
        let store = store.clone();
        tasks.spawn(async move {
            let capture = Step::Post(0, 0, PostingKind::Capture, 1, 7);
            Books::new(0).take(&store, capture).await
        });
    }
    let outcomes = tasks.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let twice = |outcome: &&Result<(), StoreError>| {
        matches!(outcome, Err(StoreError::Money(MoneyRefusal::Twice)))
    };
    assert_eq!(outcomes.iter().filter(twice).count(), 11);
}

async fn a_refused_posting_leaves_no_trace_of_those_before_it(place: Place) {
    let (store, books, mut model) = (place.open().await, Books::new(0), Model::default());
    let authorize = Step::Authorize(0, 100, 0);
    assert!(model.takes(authorize));
    books.take(&store, authorize).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    let fault = tx
        .post(&[
            books.posting((0, 0), PostingKind::Capture, 60, b"1"),
            books.posting((0, 0), PostingKind::Capture, 60, b"2"),
        ])
        .await
        .unwrap_err();
    assert!(
        matches!(fault, StoreError::Money(MoneyRefusal::AboveAuthorized)),
        "{fault:?}"
    );
    tx.roll_back().await.unwrap();
    books.are(&store, &model).await;
}

async fn the_largest_amounts_are_booked_exactly_and_larger_ones_refused(place: Place) {
    let (store, books, mut model) = (place.open().await, Books::new(0), Model::default());
    let most = u64::try_from(i64::MAX).unwrap();
    for step in [
        Step::Authorize(0, most, 0),
        Step::Authorize(1, most, most),
        Step::Post(0, 0, PostingKind::Capture, most, 1),
        Step::Post(0, 0, PostingKind::Credit, most, 2),
    ] {
        assert!(model.takes(step));
        books.take(&store, step).await.unwrap();
    }
    for step in [
        Step::Authorize(2, most + 1, 0),
        Step::Authorize(2, u64::MAX, u64::MAX),
        // The margin would allow it, but the batch could not count it.
        Step::Post(1, 0, PostingKind::Capture, 1, 3),
        Step::Post(1, 1, PostingKind::Capture, most + 1, 4),
    ] {
        let outcome = books.take(&store, step).await;
        assert!(
            matches!(outcome, Err(StoreError::Range { .. })),
            "{outcome:?}"
        );
    }
    books.are(&store, &model).await;
}

async fn a_batch_that_takes_reversals_only_goes_below_zero(place: Place) {
    let (store, books, mut model) = (place.open().await, Books::new(0), Model::default());
    for step in [
        Step::Authorize(0, 100, 0),
        Step::Post(0, 0, PostingKind::Capture, 100, 1),
        Step::Post(0, 1, PostingKind::CaptureReversal, 30, 2),
    ] {
        assert!(model.takes(step));
        books.take(&store, step).await.unwrap();
    }
    books.are(&store, &model).await;
    assert_eq!(model.batches.get(&1), Some(&[1, -30, 0]));
}
