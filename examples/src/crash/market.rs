//! The market: a CA, a gateway and a merchant as processes, each behind a door.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

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

/// What a market is to be like.
#[derive(Clone, Debug)]
pub struct Terms {
    /// How many customers, each with a wallet.
    pub customers: u64,
    /// Their account numbers, dealt out in turn.
    pub cards: &'static [&'static str],
    /// Whether servers keep their addresses when they die and come back.
    pub doors: bool,
    /// The gateway's.
    pub gateway: SideTerms,
    /// The merchant's.
    pub merchant: SideTerms,
}

/// What a server is to be like.
#[derive(Clone, Debug)]
pub struct SideTerms {
    /// Its PostgreSQL database, empty; SQLite without.
    pub store: Option<String>,
    /// Configuration, as `key=value`.
    pub settings: &'static [&'static str],
}

/// A server, where it listens, and its door.
#[derive(Debug)]
struct Side {
    door: Option<Door>,
    listening: Option<Listening>,
    store: Option<String>,
    /// What every command is given besides.
    settings: Vec<String>,
}

impl Market {
    /// Founds a brand, registers everybody, and starts the servers.
    ///
    /// # Errors
    ///
    /// Any of this fails.
    pub fn open(data: &Path, terms: &Terms) -> Result<Self, StageError> {
        let gateway = Side::of(&terms.gateway, terms.doors)?;
        let mut merchant = Side::of(&terms.merchant, terms.doors)?;
        if let Some(door) = &merchant.door {
            let url = format!("shop.set_url=set://{}", door.address());
            merchant.settings.extend(["--set".to_owned(), url]);
        }
        let mut market = Self {
            data: data.to_owned(),
            stage: Stage::new(data),
            gateway,
            merchant,
        };
        market.register(terms)?;
        Ok(market)
    }

    fn register(&mut self, terms: &Terms) -> Result<(), StageError> {
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
        let gateway = format!("set://{}", self.gateway.address()?);
        let own = ["--merchant-id", "TEAHOUSE-0001", "--gateway", &gateway];
        self.run("merchant", "init", &[])?;
        self.run(
            "merchant",
            "enroll",
            &[enroll.as_slice(), &acquirer, &own].concat(),
        )?;
        self.serve("merchant")?;
        for (number, pan) in (0..terms.customers).zip(terms.cards.iter().cycle()) {
            let card = [("SET_CARD_NUMBER", *pan), ("SET_CARD_EXPIRY", "209912")];
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

    /// The data folder of a role; of the wallets, `cardholder` of each customer's.
    #[must_use]
    pub fn folder(&self, role: &str) -> PathBuf {
        self.stage.folder(role)
    }

    /// The data folder of a customer's wallet.
    #[must_use]
    pub fn wallet(&self, number: u64) -> PathBuf {
        self.customers_stage(number).folder("cardholder")
    }

    /// The process of a server that runs.
    #[must_use]
    pub fn process(&self, role: &str) -> Option<u32> {
        self.stage.process(role)
    }

    /// Where a server listens that runs.
    #[must_use]
    pub fn listening(&self, role: &str) -> Option<&Listening> {
        let side = match role {
            "gateway" => &self.gateway,
            _ => &self.merchant,
        };
        side.listening.as_ref()
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
        let side = self.side(role);
        side.listening = None;
        side.lead()
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
        let side = self.side(role);
        side.listening = Some(listening);
        side.lead()
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

    fn side(&mut self, role: &str) -> &mut Side {
        match role {
            "gateway" => &mut self.gateway,
            _ => &mut self.merchant,
        }
    }
}

impl Side {
    fn of(terms: &SideTerms, door: bool) -> Result<Self, StageError> {
        let door = door.then(Door::open).transpose();
        Ok(Self {
            door: door.map_err(StageError::io("a port"))?,
            listening: None,
            store: terms.store.clone(),
            settings: settings(terms.settings),
        })
    }

    /// Where clients find it.
    fn address(&self) -> Result<SocketAddr, StageError> {
        match (&self.door, &self.listening) {
            (Some(door), _) => Ok(door.address()),
            (None, Some(listening)) => address(listening),
            (None, None) => Err(StageError::Silence {
                what: "a server's address".to_owned(),
            }),
        }
    }

    /// Leads the door to where it listens.
    fn lead(&self) -> Result<(), StageError> {
        if let Some(door) = &self.door {
            door.leads_to(self.listening.as_ref().map(address).transpose()?);
        }
        Ok(())
    }

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

/// How long it may take to finish what is under way.
const PATIENCE: Duration = Duration::from_secs(120);
