//! The tables hold the rules of money whatever statement comes.

use std::path::Path;

use set_core::msg::{
    amount::{Currency, CurrencyAmount},
    ids::{BatchId, BrandId, MerchantId, Rrpid, Xid},
};
use set_testkit::externals::Postgres;

use super::{BatchAccount, Payment, PaymentKey, Posting, PostingKind, Store, StoreError, Tx};
use crate::config::{StoreConfig, StoreUrl};

const KEY: PaymentKey<'static> = PaymentKey {
    role: "gateway",
    xid: Xid::new([1; 20]),
    rrpid: Rrpid::new([2; 20]),
};

fn cents(amount: u64) -> CurrencyAmount {
    CurrencyAmount {
        currency: Currency::new(840).unwrap(),
        amount,
        amt_exp10: -2,
    }
}

/// 100 authorized and 10 more allowed, 60 captured in two items, 20 credited.
async fn fill(tx: &mut Tx) {
    let (merchant, brand) = (
        MerchantId::new("shop").unwrap(),
        BrandId::new("Brand").unwrap(),
    );
    let posting = |kind, amount, reference| Posting {
        payment: KEY,
        account: BatchAccount {
            merchant_id: &merchant,
            batch_id: BatchId::new(u64::MAX).unwrap(),
            brand_id: &brand,
        },
        kind,
        amount: cents(amount),
        reference,
    };
    tx.open_payment(KEY, &cents(100), 10).await.unwrap();
    tx.post(&[
        posting(PostingKind::Capture, 50, b"1"),
        posting(PostingKind::Capture, 10, b"2"),
        posting(PostingKind::Credit, 20, b"3"),
    ])
    .await
    .unwrap();
}

async fn refuses_what_breaks_a_rule(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    fill(&mut tx).await;
    let held = Payment {
        authorized: cents(100),
        margin: 10,
        captured: 60,
        credited: 20,
    };
    assert_eq!(tx.payment(KEY).await.unwrap(), Some(held));
    tx.commit().await.unwrap();
    for statement in BREAKING {
        let mut tx = store.begin().await.unwrap();
        let outcome = tx.execute(statement, &[]).await;
        assert!(
            matches!(outcome, Err(StoreError::Rule { .. })),
            "{statement}: {outcome:?}"
        );
    }
    let mut tx = store.begin().await.unwrap();
    for statement in KEEPING {
        tx.execute(statement, &[]).await.unwrap();
    }
}

#[tokio::test]
async fn sqlite_refuses_what_breaks_a_rule_of_money() {
    refuses_what_breaks_a_rule(&Store::in_memory().await.unwrap()).await;
}

#[tokio::test]
async fn postgresql_refuses_what_breaks_a_rule_of_money() {
    let Some(server) = Postgres::require() else {
        return;
    };
    let config = StoreConfig {
        url: Some(StoreUrl::new(server.database())),
        ..StoreConfig::default()
    };
    let store = Store::open(Path::new(""), &config).await.unwrap();
    refuses_what_breaks_a_rule(&store).await;
}

const BREAKING: [&str; 16] = [
    "UPDATE payment SET captured = 111",
    "UPDATE payment SET captured = 19",
    "UPDATE payment SET captured = -1, credited = -1",
    "UPDATE payment SET credited = 61",
    "UPDATE payment SET credited = -1",
    "UPDATE payment SET authorized = 49",
    "UPDATE payment SET authorized = -1",
    "UPDATE payment SET margin = -1",
    "UPDATE payment SET currency = 978",
    "UPDATE account_total SET captured = captured + 1",
    "UPDATE account_total SET credited = 0",
    "UPDATE account_total SET last = 4",
    "UPDATE posting SET captured = 51, captured_after = 51 WHERE ordinal = 1",
    "UPDATE posting SET captured = 11 WHERE ordinal = 2",
    "DELETE FROM posting WHERE ordinal = 3",
    "DELETE FROM payment",
];

const KEEPING: [&str; 3] = [
    "UPDATE payment SET captured = 110",
    "UPDATE payment SET credited = captured",
    "UPDATE payment SET authorized = 100, margin = 10",
];
