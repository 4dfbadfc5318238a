//! Crashes: gateway and merchant are killed at random points under load, as `kill -9` does, and
//! started again.
//!
//! At the end everything under way is finished, and then: no approved authorization is lost and
//! none doubled; the totals of batches are the sums of their items; whatever the host was asked
//! is answered or reversed; and merchant, gateway and host have the same amounts. The host is the
//! gateway's simulator; its journal is its side of the story.
//!
//! [`market`] is where everything happens, [`door`] the address that a server keeps while it
//! dies and comes back, [`customer`] the load, [`verdict`] what must be true at the end.

pub mod cli;
pub mod customer;
pub mod door;
pub mod market;
pub mod verdict;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser as _;
use serde::Serialize;
use set_node::cli::Exit;

use self::cli::Options;
use self::customer::Bought;
use self::market::{Market, SideTerms, Terms};
use self::verdict::Verdict;
use crate::mall::stage::{self, StageError};

/// What came of a run.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Outcome {
    /// Where the state was kept.
    pub stores: String,
    /// What the moments of death were drawn from.
    pub seed: u64,
    /// How often the gateway was killed.
    pub gateway_kills: u64,
    /// How often the merchant was killed.
    pub merchant_kills: u64,
    /// What the customers and the merchant's clerk did meanwhile.
    pub bought: Bought,
    /// What was found at the end.
    pub verdict: Verdict,
    /// Seconds from the first kill to the last.
    pub seconds: f64,
}

/// Runs the crashes, or one of the roles when called again by itself.
#[must_use]
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    if let [_, flag, role, rest @ ..] = args.as_slice()
        && flag == stage::AS_ROLE
    {
        return stage::act(role, rest);
    }
    let options = match Options::try_parse_from(args) {
        Ok(options) => options,
        Err(error) => {
            let usage = error.use_stderr();
            // Nothing is left to be done when the terminal is gone.
            let _lost = error.print();
            return if usage {
                Exit::Usage.into()
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    match crash(&options) {
        Ok(outcome) => tell(&outcome),
        Err(fault) => {
            eprintln!("crash: {fault}");
            Exit::Internal.into()
        }
    }
}

fn tell(outcome: &Outcome) -> ExitCode {
    match serde_json::to_string(outcome) {
        Ok(line) => println!("{line}"),
        Err(fault) => eprintln!("crash: {fault}"),
    }
    if outcome.verdict.faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        for fault in &outcome.verdict.faults {
            eprintln!("crash: {fault}");
        }
        Exit::Refused.into()
    }
}

/// Kills as often as the options say.
///
/// # Errors
///
/// The market cannot be set up, or a server does not come back.
pub fn crash(options: &Options) -> Result<Outcome, StageError> {
    let place = tempfile::Builder::new()
        .prefix("set-crash-")
        .tempdir()
        .map_err(StageError::io("temporary folder"))?;
    let data = options.data.as_deref().unwrap_or(place.path());
    eprintln!("crash: a brand is founded, and everybody registers");
    let mut market = Market::open(data, &terms(options))?;
    let mut outcome = Outcome {
        stores: market.stores(),
        seed: options.seed,
        ..Outcome::default()
    };
    let closing = AtomicBool::new(false);
    let began = Instant::now();
    let killed = thread::scope(|scope| {
        let customers: Vec<_> = (0..options.customers)
            .map(|number| {
                let customer = market.customer(number);
                let closing = &closing;
                scope.spawn(move || customer.shop_until(closing))
            })
            .collect();
        let killed = kill(&mut market, options, &mut outcome);
        closing.store(true, Ordering::SeqCst);
        outcome.seconds = began.elapsed().as_secs_f64();
        for customer in customers {
            // A thread that panicked has told so.
            if let Ok(bought) = customer.join() {
                outcome.bought += bought;
            }
        }
        killed
    });
    killed?;
    eprintln!("crash: everything is finished, and the books are compared");
    outcome.verdict = market.settle()?;
    Ok(outcome)
}

fn terms(options: &Options) -> Terms {
    Terms {
        customers: options.customers,
        cards: &PANS,
        doors: true,
        gateway: SideTerms {
            store: options.gateway_store.clone(),
            settings: &["host.journal=journal.jsonl", "host.retry=1s"],
        },
        merchant: SideTerms {
            store: options.merchant_store.clone(),
            settings: &["retry=1s", "gateway_patience=5s"],
        },
    }
}

fn kill(market: &mut Market, options: &Options, outcome: &mut Outcome) -> Result<(), StageError> {
    let mut dice = Dice(options.seed);
    for number in 1..=options.kills {
        thread::sleep(Duration::from_millis(dice.below(options.most_ms)));
        let (gateway, merchant) = match dice.below(5) {
            0 | 1 => (true, false),
            2 | 3 => (false, true),
            _ => (true, true),
        };
        for (role, hit) in [("gateway", gateway), ("merchant", merchant)] {
            if hit {
                market.kill(role)?;
            }
        }
        thread::sleep(Duration::from_millis(dice.below(50)));
        for (role, hit) in [("merchant", merchant), ("gateway", gateway)] {
            if hit {
                market.serve(role)?;
            }
        }
        outcome.gateway_kills += u64::from(gateway);
        outcome.merchant_kills += u64::from(merchant);
        if number % 20 == 0 {
            eprintln!("crash: {number} of {} deaths", options.kills);
        }
    }
    Ok(())
}

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below.max(1)
    }
}

/// Test cards: approved; approved twice; captures confirmed when repeated only; approved in part;
/// too late, and the reversal confirmed when repeated only.
const PANS: [&str; 5] = [
    "9999010000000003",
    "9999010000000805",
    "9999010000010002",
    "9999010000000102",
    "9999010000020688",
];
