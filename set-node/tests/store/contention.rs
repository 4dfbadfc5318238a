use std::{collections::BTreeSet, sync::Arc};

use set_node::{
    config::Period,
    store::{Recall, RecordKey, Store, StoreError, Tx},
};
use tokio::{sync::Barrier, task::JoinSet};

use crate::rig::{Place, on_both_engines};

const KEY: RecordKey<'static> = RecordKey {
    role: "gateway",
    kind: "batch",
    key: b"1",
};

on_both_engines! {
    fifty_tasks_that_count_at_once_lose_no_count,
    two_nodes_that_count_at_once_lose_no_count,
    one_of_two_nodes_answers_a_request_and_the_other_repeats_the_answer,
    a_counter_gives_two_nodes_no_number_twice,
    a_reader_sees_one_state_and_holds_up_no_writer,
    who_waits_too_long_is_told_that_the_store_is_busy,
    transactions_that_wait_for_each_other_end_and_one_of_them_is_done,
}

async fn increment(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    let (version, value) = match tx.load(KEY).await.unwrap() {
        None => (0, 0),
        Some(record) => (record.version, number(&record.body)),
    };
    tokio::task::yield_now().await;
    tx.save(KEY, version, &(value + 1_u64).to_be_bytes())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn value(store: &Store) -> (u64, u64) {
    let mut tx = store.begin().await.unwrap();
    let record = tx.load(KEY).await.unwrap().unwrap();
    (record.version, number(&record.body))
}

fn number(octets: &[u8]) -> u64 {
    u64::from_be_bytes(octets.try_into().unwrap())
}

async fn fifty_tasks_that_count_at_once_lose_no_count(place: Place) {
    let store = place.open().await;
    let mut tasks = JoinSet::new();
    for _ in 0..50 {
        let store = store.clone();
        tasks.spawn(async move { increment(&store).await });
    }
    tasks.join_all().await;
    assert_eq!(value(&store).await, (50, 50));
}

async fn two_nodes_that_count_at_once_lose_no_count(place: Place) {
    let nodes = [place.open().await, place.open().await];
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        for store in nodes.clone() {
            tasks.spawn(async move { increment(&store).await });
        }
    }
    tasks.join_all().await;
    for store in nodes {
        assert_eq!(value(&store).await, (40, 40));
    }
}

async fn one_of_two_nodes_answers_a_request_and_the_other_repeats_the_answer(place: Place) {
    let nodes = [place.open().await, place.open().await];
    let mut tasks = JoinSet::new();
    for task in 0..40_u8 {
        for (node, store) in nodes.iter().cloned().enumerate() {
            tasks.spawn(async move {
                // Each request comes eight times, to both nodes.
                let rrpid = [task / 4];
                let mut tx = store.begin().await.unwrap();
                if let Recall::Same(answer) = tx.recall(&rrpid, "AuthReq", b"q").await.unwrap() {
                    return (rrpid, answer, false);
                }
                tokio::task::yield_now().await;
                let answer = vec![task, u8::try_from(node).unwrap()];
                tx.remember(&rrpid, "AuthReq", b"q", &answer, 1)
                    .await
                    .unwrap();
                tx.commit().await.unwrap();
                (rrpid, answer, true)
            });
        }
    }
    let all = tasks.join_all().await;
    let given: BTreeSet<_> = all
        .iter()
        .map(|(rrpid, answer, _)| (rrpid, answer))
        .collect();
    let first = all.iter().filter(|(_, _, first)| *first).count();
    assert_eq!((given.len(), first), (10, 10));
}

async fn a_counter_gives_two_nodes_no_number_twice(place: Place) {
    let nodes = [place.open().await, place.open().await];
    let mut tasks = JoinSet::new();
    for task in 0..30 {
        for store in nodes.clone() {
            tasks.spawn(async move {
                let mut tx = store.begin().await.unwrap();
                let number = tx.next("batch").await.unwrap();
                if task % 3 == 0 {
                    tx.roll_back().await.unwrap();
                    return None;
                }
                tx.commit().await.unwrap();
                Some(number)
            });
        }
    }
    let given: BTreeSet<_> = tasks.join_all().await.into_iter().flatten().collect();
    assert_eq!(given, (1..=40).collect());
}

async fn a_reader_sees_one_state_and_holds_up_no_writer(place: Place) {
    let (one, other) = (place.open().await, place.open().await);
    increment(&one).await;
    let mut reading = one.read().await.unwrap();
    let before = reading.load(KEY).await.unwrap();
    increment(&other).await;
    assert_eq!(reading.load(KEY).await.unwrap(), before);
    reading.roll_back().await.unwrap();
    assert_eq!(value(&one).await.1, 2);
}

async fn who_waits_too_long_is_told_that_the_store_is_busy(mut place: Place) {
    place.config.wait = Period::milliseconds(300);
    let (store, other) = (place.open().await, place.open().await);
    let mut held = store.begin().await.unwrap();
    held.load(KEY).await.unwrap();
    assert!(matches!(
        begin_with_key(&store).await,
        Err(StoreError::Busy)
    ));
    assert!(matches!(
        begin_with_key(&other).await,
        Err(StoreError::Busy)
    ));
    held.roll_back().await.unwrap();
    begin_with_key(&store)
        .await
        .unwrap()
        .roll_back()
        .await
        .unwrap();
    begin_with_key(&other)
        .await
        .unwrap()
        .roll_back()
        .await
        .unwrap();
}

async fn begin_with_key(store: &Store) -> Result<Tx, StoreError> {
    let mut tx = store.begin().await?;
    tx.load(KEY).await?;
    Ok(tx)
}

/// In SQLite the second waits at its beginning; in PostgreSQL one gives way.
async fn transactions_that_wait_for_each_other_end_and_one_of_them_is_done(place: Place) {
    let nodes = [place.open().await, place.open().await];
    // Where the second waits at its beginning, the first must not wait for it.
    let parties = if place.config.url.is_some() { 2 } else { 1 };
    let both_began = Arc::new(Barrier::new(parties));
    let (one, other) = (b"one".as_slice(), b"other".as_slice());
    let mut tasks = JoinSet::new();
    for (store, order) in nodes.iter().cloned().zip([[one, other], [other, one]]) {
        let both_began = Arc::clone(&both_began);
        tasks.spawn(async move {
            let mut tx = store.begin().await?;
            for (number, key) in order.into_iter().enumerate() {
                let key = RecordKey { key, ..KEY };
                let version = tx.load(key).await?.map_or(0, |record| record.version);
                tx.save(key, version, b"").await?;
                if number == 0 {
                    both_began.wait().await;
                }
            }
            tx.commit().await
        });
    }
    let outcomes = tasks.join_all().await;
    let done = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let busy = |outcome: &Result<(), StoreError>| matches!(outcome, Err(StoreError::Busy));
    assert_eq!(
        done + outcomes.iter().filter(|outcome| busy(outcome)).count(),
        2
    );
    assert!(done >= 1, "{outcomes:?}");
    let mut tx = nodes[0].begin().await.unwrap();
    for key in [one, other] {
        let record = tx.load(RecordKey { key, ..KEY }).await.unwrap().unwrap();
        assert_eq!(record.version, u64::try_from(done).unwrap());
    }
}
