//! Load: wallets buy from a merchant behind a gateway, the servers as processes of their own.
//!
//! What takes longest in SET is RSA, and no program can do better than to do nothing else. So each
//! role is held against that: it counts its RSA operations (`set_rsa_operations` of its metrics),
//! [`speed`] measures what one takes here at the same time, and the system tells how much processor
//! time the role took altogether. The quotient is what the role achieves on one core, over
//! what RSA alone would allow; it does not depend on how many cores the roles share.
//!
//! [`buyer`] is a wallet, [`tally`] what a process has done, [`report`] what comes of it.

pub mod buyer;
pub mod cli;
pub mod page;
pub mod report;
pub mod speed;
pub mod tally;

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser as _;
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use serde::Deserialize;
use set_node::cli::Exit;
use set_node::program::Screen;
use set_node::station::Station;

use self::buyer::Buyer;
use self::cli::Options;
use self::report::{Latency, Measured, Report, Role, number};
use self::speed::{Sampler, Speed};
use self::tally::{Tally, process_seconds};
use crate::crash::market::{Market, SideTerms, Terms};
use crate::mall::event::Listening;
use crate::mall::stage::{self, StageError};

/// Runs the load, or one of the roles when called again by itself.
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
    match load(&options) {
        Ok(report) => {
            Screen::standard(options.format).result(&report);
            match report.failed {
                0 => ExitCode::SUCCESS,
                _ => Exit::Refused.into(),
            }
        }
        Err(fault) => {
            eprintln!("load: {fault}");
            Exit::Internal.into()
        }
    }
}

/// Buys as often as the options say, and measures.
///
/// # Errors
///
/// The market cannot be set up, or nothing can be bought there.
pub fn load(options: &Options) -> Result<Report, StageError> {
    let place = tempfile::Builder::new()
        .prefix("set-load-")
        .tempdir()
        .map_err(StageError::io("temporary folder"))?;
    let data = options.data.as_deref().unwrap_or(place.path());
    eprintln!("load: a brand is founded, and everybody registers");
    let market = Market::open(data, &terms(options))?;
    let station = Station::new("load", env!("CARGO_PKG_VERSION"))
        .map_err(|fault| StageError::Disproved(fault.to_string()))?;
    let shop = address(&market, "merchant", |told| told.tcp.as_ref())?;
    let mut buyers = (0..options.wallets)
        .map(|number| Buyer::open(&market.wallet(number), &station, &shop))
        .collect::<Result<Vec<Buyer>, _>>()?;
    eprintln!("load: {} orders are offered", options.purchases);
    // Whatever is done once only is done before: every wallet has bought something.
    for buyer in &mut buyers {
        for order in offers(&market, 1)? {
            buyer.buy(&order)?;
        }
    }
    let orders = Mutex::new(offers(&market, options.purchases)?);
    let sampler = Sampler::new()?;
    eprintln!("load: {} wallets buy", options.wallets);
    let before = Spent::read(&market, &station)?;
    let began = Instant::now();
    let (bought, speed) = buy(buyers, &orders, &sampler)?;
    let seconds = began.elapsed().as_secs_f64();
    let spent = Spent::read(&market, &station)?.since(&before);
    let times: Vec<Duration> = bought.iter().copied().flatten().collect();
    let purchases = times.len();
    let roles = spent.roles(&speed, purchases)?;
    let slowest = |milliseconds: fn(&Role) -> f64| {
        let servers = roles.iter().filter(|role| role.role != WALLETS);
        1e3 / servers.map(milliseconds).fold(0.0, f64::max)
    };
    let (one_core, bound) = (slowest(|role| role.cpu_ms), slowest(|role| role.rsa_ms));
    Ok(Report {
        wallets: options.wallets,
        purchases,
        failed: bought.len() - purchases,
        seconds,
        rate: number(purchases) / seconds,
        cores: thread::available_parallelism().map_or(1, usize::from),
        latency_ms: Latency::of(times),
        rsa: speed
            .all()
            .map(|(kind, seconds)| Measured {
                kind,
                us: seconds * 1e6,
            })
            .collect(),
        roles,
        one_core,
        bound,
        ratio: one_core / bound,
    })
}

/// One thread for cryptography in each server, and cards that are always approved.
fn terms(options: &Options) -> Terms {
    Terms {
        customers: options.wallets,
        cards: &["9999010000000003"],
        doors: false,
        gateway: SideTerms {
            store: options.gateway_store.clone(),
            settings: &["limits.crypto_workers=1", "listen.admin=127.0.0.1:0"],
        },
        merchant: SideTerms {
            store: options.merchant_store.clone(),
            settings: &[
                "limits.crypto_workers=1",
                "listen.admin=127.0.0.1:0",
                "listen.http=127.0.0.1:0",
            ],
        },
    }
}

/// The wake-up messages of new orders.
fn offers(market: &Market, count: usize) -> Result<VecDeque<Vec<u8>>, StageError> {
    #[derive(Deserialize)]
    struct Offered {
        wake_up_url: String,
    }
    let shop = address(market, "merchant", |told| told.http.as_ref())?;
    let file = market.folder("merchant").join("shop-token");
    let token = fs::read_to_string(&file).map_err(StageError::io(file.display().to_string()))?;
    let order =
        r#"{"description": "One teapot", "amount": 12950, "currency": 840, "exponent": -2}"#;
    let offer = || -> Result<Vec<u8>, StageError> {
        let page = page::ask(&shop, "/offers", Some((token.trim(), order)));
        let page = page.map_err(StageError::io("an offer"))?;
        let offered: Offered = serde_json::from_slice(&page)
            .map_err(|fault| StageError::Disproved(fault.to_string()))?;
        let path = offered.wake_up_url.rsplit_once(&shop);
        let (_, path) = path.ok_or_else(|| StageError::Disproved(offered.wake_up_url.clone()))?;
        page::ask(&shop, path, None).map_err(StageError::io("a wake-up message"))
    };
    (0..count).map(|_| offer()).collect()
}

/// All wallets buy until nothing is offered any more; how long each purchase took, none for
/// those that failed.
fn buy(
    buyers: Vec<Buyer>,
    orders: &Mutex<VecDeque<Vec<u8>>>,
    sampler: &Sampler,
) -> Result<(Vec<Option<Duration>>, Speed), StageError> {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let measuring = scope.spawn(|| sampler.measure_until(&done));
        let buying: Vec<_> = buyers
            .into_iter()
            .map(|mut buyer| {
                scope.spawn(move || {
                    let mut times = Vec::new();
                    loop {
                        let mut orders = orders.lock().unwrap_or_else(PoisonError::into_inner);
                        let Some(order) = orders.pop_front() else {
                            return times;
                        };
                        drop(orders);
                        let bought = buyer.buy(&order);
                        let told = bought.inspect_err(|fault| eprintln!("load: {fault}"));
                        times.push(told.ok());
                    }
                })
            })
            .collect();
        // A thread that panicked has told so.
        let all = buying.into_iter().filter_map(|one| one.join().ok());
        let all = all.flatten().collect();
        done.store(true, Ordering::SeqCst);
        let died = || StageError::Disproved("the measuring thread died".to_owned());
        let speed = measuring.join().unwrap_or_else(|_| Err(died()))?;
        Ok((all, speed))
    })
}

/// What the processes have done so far.
struct Spent(Vec<(&'static str, Tally, f64)>);

impl Spent {
    fn read(market: &Market, station: &Station) -> Result<Self, StageError> {
        let mut all = Vec::new();
        for role in ["merchant", "gateway"] {
            let admin = address(market, role, |told| told.admin.as_ref())?;
            let text = page::ask(&admin, "/metrics", None).map_err(StageError::io("metrics"))?;
            let tally = Tally::of_metrics(&String::from_utf8_lossy(&text));
            let process = market.process(role).unwrap_or_default();
            all.push((role, tally, process_seconds(&process.to_string())?));
        }
        let mut registry = Registry::default();
        station.rsa_metrics().register(&mut registry);
        let mut text = String::new();
        // Writing to a String does not fail.
        let _written = encode(&mut text, &registry);
        all.push((WALLETS, Tally::of_metrics(&text), process_seconds("self")?));
        Ok(Self(all))
    }

    fn since(&self, before: &Self) -> Self {
        let both = self.0.iter().zip(&before.0);
        let grown = both.map(|((role, tally, seconds), (_, earlier, then))| {
            (*role, tally.since(earlier), seconds - then)
        });
        Self(grown.collect())
    }

    fn roles(&self, speed: &Speed, purchases: usize) -> Result<Vec<Role>, StageError> {
        let all = self.0.iter().map(|(role, tally, seconds)| {
            let other = match *role {
                WALLETS => speed.taken(),
                _ => 0.0,
            };
            Role::of(role, tally, seconds - other, speed, purchases)
        });
        all.collect()
    }
}

fn address(
    market: &Market,
    role: &str,
    which: fn(&Listening) -> Option<&String>,
) -> Result<String, StageError> {
    let told = market.listening(role).and_then(which);
    told.cloned().ok_or_else(|| StageError::Silence {
        what: format!("an address of the {role}"),
    })
}

/// The load itself, in the figures of the processes.
const WALLETS: &str = "wallets";
