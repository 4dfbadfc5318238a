//! Random histories: whatever a merchant asks in whatever order, the money adds up.

use proptest::prelude::*;
use set_core::exchange::CapRevOrCred;
use set_core::gateway::record::Authorization;
use set_core::merchant::{authorize, batch_admin, correct};
use set_core::msg::ids::BatchId;
use set_core::msg::payment::batch::AmountType;
use set_core::msg::payment::batch_admin::BatchOperation;
use set_testkit::street::{Street, amount};

/// One thing that a merchant does.
#[derive(Clone, Debug)]
enum Step {
    Authorize {
        cents: u64,
        subsequent: bool,
        capture: bool,
    },
    Reverse {
        cents: u64,
    },
    Capture {
        cents: u64,
    },
    Correct {
        what: CapRevOrCred,
        capture: usize,
        credit: usize,
        cents: u64,
        batch: u64,
    },
    Batch {
        operation: BatchOperation,
        batch: u64,
    },
    Forget,
}

fn cents() -> impl Strategy<Value = u64> {
    prop_oneof![0..=13_000_u64, Just(12_950), Just(u64::MAX), 1..200_u64]
}

fn step() -> impl Strategy<Value = Step> {
    let what = prop_oneof![
        Just(CapRevOrCred::CapRev),
        Just(CapRevOrCred::Cred),
        Just(CapRevOrCred::CredRev)
    ];
    let operation = prop_oneof![
        Just(BatchOperation::Open),
        Just(BatchOperation::Purge),
        Just(BatchOperation::Close)
    ];
    prop_oneof![
        2 => (cents(), any::<bool>(), any::<bool>()).prop_map(|(cents, subsequent, capture)| {
            Step::Authorize { cents, subsequent, capture }
        }),
        1 => cents().prop_map(|cents| Step::Reverse { cents }),
        3 => cents().prop_map(|cents| Step::Capture { cents }),
        4 => (what, 0..3_usize, 0..3_usize, cents(), 0..4_u64).prop_map(
            |(what, capture, credit, cents, batch)| {
                Step::Correct { what, capture, credit, cents, batch }
            }
        ),
        1 => (operation, 0..4_u64).prop_map(|(operation, batch)| Step::Batch { operation, batch }),
        1 => Just(Step::Forget),
    ]
}

fn take(street: &mut Street, step: &Step) {
    let sale = street.shop.sale(1);
    match *step {
        Step::Authorize {
            cents,
            subsequent,
            capture,
        } => {
            let may = sale.auth_token.is_some()
                || sale
                    .payments
                    .iter()
                    .all(|payment| payment.amount.amount == 0);
            if may {
                street.authorize(authorize::Wish {
                    subsequent_auth_ind: subsequent,
                    capture_now: capture,
                    ..authorize::Wish::of(amount(cents))
                });
            }
        }
        Step::Reverse { cents } if !sale.payments.is_empty() => {
            street.reverse(sale, cents);
        }
        Step::Capture { cents } if !sale.payments.is_empty() => {
            street.capture(sale, cents);
        }
        Step::Correct {
            what,
            capture,
            credit,
            cents,
            batch,
        } => {
            let Some(payment) = sale.payments.last() else {
                return;
            };
            let Some(captured) = payment.captures.get(capture) else {
                return;
            };
            let wish = correct::Wish {
                auth_rrpid: payment.auth_rrpid,
                capture,
                credit: captured.credits.get(credit).map(|_| credit),
                amount: (cents % 2 == 0).then(|| amount(cents)),
                new_batch_id: BatchId::new(batch).ok().filter(|_| batch > 0),
            };
            // A merchant has to say which credit it undoes.
            if what != CapRevOrCred::CredRev || wish.credit.is_some() {
                street.correct(what, sale, wish);
            }
        }
        Step::Batch { operation, batch } => {
            street.administer(batch_admin::Wish {
                batch_id: BatchId::new(batch).ok().filter(|_| batch > 0),
                operation: Some(operation),
                ..batch_admin::Wish::default()
            });
        }
        // The merchant loses what it knew of the last answers, and goes on.
        Step::Forget => {
            let mut sale = sale;
            let payments: Vec<_> = sale.payments.iter().take(1).cloned().collect();
            sale.payments = payments.into();
            street.shop.keep(sale.into());
        }
        Step::Reverse { .. } | Step::Capture { .. } => {}
    }
    street.clock.advance(1);
}

fn check(street: &Street) {
    let books = &street.acquirer.books;
    let in_force: u128 = books
        .authorizations
        .iter()
        .filter(|record| record.in_force())
        .map(|record| u128::from(record.auth_amt.amount))
        .sum();
    assert!(in_force <= 12_950, "authorized {in_force}");
    let captured: u128 = books
        .authorizations
        .iter()
        .map(Authorization::captured)
        .sum();
    let credited: u128 = books
        .authorizations
        .iter()
        .map(Authorization::credited)
        .sum();
    assert!(captured <= 12_950 && credited <= captured);
    for record in &books.authorizations {
        assert!(record.balanced(0), "{record:?}");
    }
    for batch in &books.batches {
        let items = || {
            let all = books.items.iter();
            all.filter(|item| item.batch_id == batch.batch_id)
        };
        let sum = |direction: AmountType| {
            let all = items().filter(|item| item.detail.transaction_amt_type == direction);
            all.fold((0, 0), |(count, sum), item| {
                (count + 1, sum + item.detail.transaction_amt.amount)
            })
        };
        let totals = batch.status().batch_details.batch_totals;
        let debits = (
            totals.transaction_count_debit,
            totals.transaction_total_amt_debit.amount,
        );
        let credits = (
            totals.transaction_count_credit,
            totals.transaction_total_amt_credit.amount,
        );
        assert_eq!(
            (debits, credits),
            (sum(AmountType::Debit), sum(AmountType::Credit))
        );
        let mut numbers: Vec<u64> = items()
            .map(|item| item.detail.batch_sequence_num.value())
            .collect();
        let count = numbers.len();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), count, "no number is given twice");
    }
    // What stands is what the batches say, but for what was purged.
    let items: i128 = books
        .items
        .iter()
        .map(|item| {
            let amount = i128::from(item.detail.transaction_amt.amount);
            match item.detail.transaction_amt_type {
                AmountType::Debit => amount,
                AmountType::Credit => -amount,
            }
        })
        .sum();
    assert_eq!(items, i128::try_from(captured - credited).unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(1997),
        ..ProptestConfig::default()
    })]

    #[test]
    fn money_adds_up_after_every_step(steps in proptest::collection::vec(step(), 1..16)) {
        let mut street = Street::new();
        street.placed();
        for step in &steps {
            take(&mut street, step);
            check(&street);
        }
    }
}
