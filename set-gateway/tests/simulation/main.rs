//! Random histories, by the hundred: a merchant and a gateway over a network that drops,
//! delays, doubles and reorders, a store whose commits fail, a bank that is slow or silent, and
//! a gateway that dies. Time is simulated and one thing happens after another, so that a seed
//! is a history.
//!
//! At the end the weather clears, everything under way is finished, and then: no approved
//! authorization is lost and none doubled; the totals of batches are the sums of their items;
//! whatever the bank was asked is answered or reversed; the merchant, the gateway and the bank
//! have the same amounts; and every request has the answer that it had.
//!
//! | variable | what it does |
//! |---|---|
//! | `SET_SIMULATION_SEED` | this history only |
//! | `SET_SIMULATIONS` | so many histories |
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions
)]

mod bank;
mod shop;
mod town;
mod world;

use std::ops::AddAssign;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::world::{History, World};

/// What is wrong on purpose, so that it is seen that the histories can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Planted {
    Nothing,
    /// The store now and then says that it has committed what it has not.
    ForgetfulStore,
    /// The bank books an advice that it gets twice twice.
    BankBooksTwice,
    /// The way to the bank says that reversals were taken, and drops them.
    DroppedReversals,
    /// The merchant asks anew under another RRPID instead of repeating.
    ImpatientMerchant,
}

/// The history of a seed; what is wrong with it.
fn history(seed: u64, planted: Planted) -> Result<History, String> {
    let told = catch_unwind(AssertUnwindSafe(|| {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(async { World::new(seed, planted).await.play().await })
    }));
    told.unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().cloned();
        let said = said.or_else(|| panic.downcast_ref::<&str>().map(|said| (*said).to_owned()));
        Err(said.unwrap_or_else(|| "a panic".to_owned()))
    })
}

/// Plays the seeds on all cores; the sum of the histories, or the first seed that fails and why.
fn play(seeds: std::ops::Range<u64>, planted: Planted) -> Result<History, (u64, String)> {
    let next = AtomicU64::new(seeds.start);
    let found = Mutex::new((History::default(), None::<(u64, String)>));
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= seeds.end || found.lock().unwrap().1.is_some() {
                        return;
                    }
                    let told = history(seed, planted);
                    let mut found = found.lock().unwrap();
                    match told {
                        Ok(one) => found.0 += one,
                        Err(why) => found.1 = Some((seed, why)),
                    }
                }
            });
        }
    });
    match found.into_inner().unwrap() {
        (_, Some(failure)) => Err(failure),
        (sum, None) => Ok(sum),
    }
}

fn number(variable: &str) -> Option<u64> {
    let value = std::env::var(variable).ok()?;
    Some(value.parse().expect("a number"))
}

#[test]
fn whatever_fails_on_the_way_the_money_is_where_it_belongs() {
    let seeds = match number("SET_SIMULATION_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("SET_SIMULATIONS").unwrap_or(HISTORIES),
    };
    let whole = seeds.end - seeds.start >= HISTORIES;
    match play(seeds, Planted::Nothing) {
        Ok(sum) => {
            println!("{sum:?}");
            // The histories have what they are for.
            assert!(!whole || sum.is_eventful(), "{sum:?}");
        }
        Err((seed, why)) => panic!(
            "seed {seed}: {why}\nto see it again: \
             SET_SIMULATION_SEED={seed} cargo test -p set-gateway --test simulation whatever"
        ),
    }
}

#[test]
fn a_history_is_the_same_whenever_its_seed_is_played() {
    for seed in 40..50 {
        let first = history(seed, Planted::Nothing).unwrap();
        assert_eq!(history(seed, Planted::Nothing).unwrap(), first);
    }
}

#[test]
fn what_is_wrong_on_purpose_is_found() {
    for planted in [
        Planted::ForgetfulStore,
        Planted::BankBooksTwice,
        Planted::DroppedReversals,
        Planted::ImpatientMerchant,
    ] {
        assert!(play(0..HISTORIES, planted).is_err(), "{planted:?}");
    }
}

impl AddAssign for History {
    fn add_assign(&mut self, other: Self) {
        self.requests += other.requests;
        self.dropped += other.dropped;
        self.doubled += other.doubled;
        self.failed_commits += other.failed_commits;
        self.deaths += other.deaths;
        self.unanswered += other.unanswered;
        self.approved += other.approved;
        self.captures += other.captures;
        self.corrections += other.corrections;
        self.reversals += other.reversals;
        self.closed += other.closed;
    }
}

/// How many histories a run without variables plays.
const HISTORIES: u64 = 150;
