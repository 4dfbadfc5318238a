//! The market: a CA, a gateway and a merchant as processes, each behind a door.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::cli::Options;
use super::customer::Customer;
use super::door::Door;
use super::verdict::{self, Verdict};
use crate::mall::event::Listening;
use crate::mall::stage::{Stage, StageError};

/// The market.
#[derive(Debug)]
pub struct Market {
    data: PathBuf,
    stage: Stage,
    gateway: Side,
    merchant: Side,
}

/// A server and its door.
#[derive(Debug)]
struct Side {
    door: Door,
    store: Option<String>,
    /// What `serve` is given besides.
    settings: Vec<String>,
}

impl Market {
    /// Founds a brand, registers everybody, and starts the servers.
    ///
    /// # Errors
    ///
    /// Any of this fails.
    pub fn open(data: &Path, options: &Options) -> Result<Self, StageError> {
        let door = || Door::open().map_err(StageError::io("a port"));
        let gateway = Side {
            door: door()?,
            store: options.gateway_store.clone(),
            settings: settings(&["host.journal=journal.jsonl", "host.retry=1s"]),
        };
        let merchant = door()?;
        let url = format!("shop.set_url=set://{}", merchant.address());
        let merchant = Side {
            door: merchant,
            store: options.merchant_store.clone(),
            settings: settings(&["retry=1s", "gateway_patience=5s", &url]),
        };
        let mut market = Self {
            data: data.to_owned(),
            stage: Stage::new(data),
            gateway,
            merchant,
        };
        market.register(options)?;
        Ok(market)
    }

    fn register(&mut self, options: &Options) -> Result<(), StageError> {
        self.run("ca", "init", &["--brand", BRAND])?;
        let quick = settings(&["listen.tcp=127.0.0.1:0"]);
        let ca = self.stage.serve("ca", &refs(&quick))?;
        let ca = format!("set://{}", address(&ca)?);
        let root = only_file(&self.stage.folder("ca").join("roots"))?;
        let root = root.display().to_string();
        let enroll = ["--ca", &ca, "--root", &root, "--brand", BRAND];
        let acquirer = ["--bin", ACQUIRER_BIN];
        self.run("gateway", "init", &[])?;
        self.run(
            "gateway",
            "enroll",
            &[enroll.as_slice(), &acquirer].concat(),
        )?;
        self.serve("gateway")?;
        let gateway = format!("set://{}", self.gateway.door.address());
        let own = ["--merchant-id", "TEAHOUSE-0001", "--gateway", &gateway];
        self.run("merchant", "init", &[])?;
        self.run(
            "merchant",
            "enroll",
            &[enroll.as_slice(), &acquirer, &own].concat(),
        )?;
        self.serve("merchant")?;
        for number in 0..options.customers {
            let pan = usize::try_from(number).ok();
            let pan = pan.and_then(|number| PANS.get(number % PANS.len()));
            let card = [
                ("SET_CARD_NUMBER", pan.copied().unwrap_or_default()),
                ("SET_CARD_EXPIRY", "209912"),
            ];
            let mut stage = self.customers_stage(number);
            let quick = settings(&[]);
            let field = ["--field", "Name=A. Shopper"];
            let args = [enroll.as_slice(), &field, &refs(&quick)].concat();
            stage.run("cardholder", "init", &refs(&quick), &[])?;
            stage.run("cardholder", "enroll", &args, &card)?;
        }
        self.stage.kill("ca")
    }

    /// A customer; there are as many as the options say.
    #[must_use]
    pub fn customer(&self, number: u64) -> Customer {
        let stage = self.customers_stage(number);
        let wake_up = self.data.join(format!("customer-{number}/order.setpay"));
        Customer {
            stage,
            wake_up,
            merchant: self.merchant.args(),
            wallet: settings(&[]),
        }
    }

    fn customers_stage(&self, number: u64) -> Stage {
        let folder = self.data.join(format!("customer-{number}"));
        Stage::new(&folder).with_folder("merchant", &self.stage.folder("merchant"))
    }

    /// Where the state is kept.
    #[must_use]
    pub fn stores(&self) -> String {
        let kind = |side: &Side| match side.store {
            Some(_) => "PostgreSQL",
            None => "SQLite",
        };
        format!(
            "gateway {}, merchant {}",
            kind(&self.gateway),
            kind(&self.merchant)
        )
    }

    /// Kills a server.
    ///
    /// # Errors
    ///
    /// The system refuses.
    pub fn kill(&mut self, role: &'static str) -> Result<(), StageError> {
        self.stage.kill(role)?;
        self.side(role).door.leads_to(None);
        Ok(())
    }

    /// Starts a server and waits until it listens.
    ///
    /// # Errors
    ///
    /// It does not come up.
    pub fn serve(&mut self, role: &'static str) -> Result<(), StageError> {
        let mut args = self.side(role).args();
        args.extend(["--set", "listen.tcp=127.0.0.1:0"].map(str::to_owned));
        let listening = self.stage.serve(role, &refs(&args))?;
        self.side(role).door.leads_to(Some(address(&listening)?));
        Ok(())
    }

    /// Waits until everything under way is finished, and compares.
    ///
    /// # Errors
    ///
    /// A command fails, or something is never finished.
    pub fn settle(&mut self) -> Result<Verdict, StageError> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let audit = self.audit()?;
            let orders = self.run("merchant", "orders", &[])?;
            let under_way = verdict::under_way(&audit, &orders);
            if under_way.is_empty() {
                break;
            }
            if Instant::now() > deadline {
                return Err(StageError::Silence { what: under_way });
            }
            thread::sleep(Duration::from_millis(500));
        }
        let audit = self.audit()?;
        let orders = self.run("merchant", "orders", &[])?;
        let transactions = self.run("gateway", "transactions", &[])?;
        let journal = self.stage.folder("gateway").join("journal.jsonl");
        let journal =
            fs::read_to_string(&journal).map_err(StageError::io(journal.display().to_string()))?;
        Ok(Verdict::find(&audit, &orders, &transactions, &journal))
    }

    /// The audit, whatever it finds.
    fn audit(&mut self) -> Result<Value, StageError> {
        match self.run("gateway", "audit", &[]) {
            Err(StageError::Failed { says, .. }) => Err(StageError::Disproved(says)),
            outcome => outcome,
        }
    }

    fn run(
        &mut self,
        role: &'static str,
        command: &str,
        args: &[&str],
    ) -> Result<Value, StageError> {
        let own = match role {
            "gateway" | "merchant" => self.side(role).args(),
            _ => settings(&[]),
        };
        let args = [args, &refs(&own)].concat();
        self.stage.run(role, command, &args, &[])
    }

    fn side(&self, role: &str) -> &Side {
        match role {
            "gateway" => &self.gateway,
            _ => &self.merchant,
        }
    }
}

impl Side {
    fn args(&self) -> Vec<String> {
        let mut args = self.settings.clone();
        if let Some(store) = &self.store {
            args.extend(["--store".to_owned(), store.clone()]);
        }
        args
    }
}

/// `--set` for each, and for keys that cost little.
fn settings(all: &[&str]) -> Vec<String> {
    let quick = ["keys.iterations=1000"];
    let all = quick.iter().chain(all);
    all.flat_map(|one| ["--set".to_owned(), (*one).to_owned()])
        .collect()
}

fn refs(all: &[String]) -> Vec<&str> {
    all.iter().map(String::as_str).collect()
}

fn address(listening: &Listening) -> Result<SocketAddr, StageError> {
    let address = listening.tcp.as_ref().and_then(|text| text.parse().ok());
    address.ok_or_else(|| StageError::Disproved(format!("set-{} has no port", listening.role)))
}

fn only_file(folder: &Path) -> Result<PathBuf, StageError> {
    let mut entries = fs::read_dir(folder)
        .map_err(StageError::io(folder.display().to_string()))?
        .filter_map(Result::ok)
        .map(|entry| entry.path());
    entries.next().ok_or_else(|| StageError::Silence {
        what: format!("a file in {}", folder.display()),
    })
}

const BRAND: &str = "Orchard";
const ACQUIRER_BIN: &str = "455555";

/// Test cards: approved; approved twice; captures confirmed when repeated only; approved in part;
/// too late, and the reversal confirmed when repeated only.
const PANS: [&str; 5] = [
    "9999010000000003",
    "9999010000000805",
    "9999010000010002",
    "9999010000000102",
    "9999010000020688",
];

/// How long it may take to finish what is under way.
const PATIENCE: Duration = Duration::from_secs(120);
