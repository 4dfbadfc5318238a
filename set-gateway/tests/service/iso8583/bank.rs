//! The bank's host as a process, and requests for it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use set_core::asn1::Date;
use set_core::gateway::host::{Account, HostAdvice, HostEvent, HostRequest, IdempotencyKey};
use set_core::msg::amount::{Currency, CurrencyAmount};
use set_core::msg::ids::{BrandId, CountryCode, MerchantId, Rrpid, Xid};
use set_core::msg::payment::auth_req::{AvsData, MerchData};
use set_core::msg::recur::Location;
use set_core::secret::{CardExpiry, Pan};
use set_gateway::Iso8583Config;
use set_gateway::host::iso8583::codec::Encoding;
use set_gateway::host::iso8583::frame::Prefix;
use set_gateway::host::{HostMetrics, HostReversal, HostTrace, Iso8583Host};
use set_node::config::Period;
use set_testkit::clock::noon;
use set_testkit::externals;

/// A bank's host that runs until this is dropped.
pub(crate) struct Bank {
    child: Child,
    told: BufReader<ChildStdout>,
    asked: Option<ChildStdin>,
    pub(crate) port: u64,
    prefix: Prefix,
    bitmap: Encoding,
    /// What it received, as it printed it.
    pub(crate) received: Vec<Value>,
}

fn script() -> PathBuf {
    let folder = std::env::var_os("CARGO_MANIFEST_DIR").unwrap();
    PathBuf::from(folder).join("tests/tools/bank_host.py")
}

/// Python with pyiso8583, if there is one.
pub(crate) fn python() -> Option<Command> {
    let python = externals::require("python3")?;
    let known = Command::new(&python)
        .args(["-c", "import iso8583"])
        .stderr(Stdio::null())
        .status()
        .unwrap();
    if !known.success() {
        externals::missing("python3 has no pyiso8583");
        return None;
    }
    let mut command = Command::new(python);
    command.arg(script());
    Some(command)
}

impl Bank {
    /// A host whose late answers take longer than the impatient wait.
    pub(crate) fn start(prefix: Prefix, bitmap: Encoding) -> Option<Self> {
        let words = (
            match prefix {
                Prefix::Binary => "binary",
                Prefix::Ascii => "ascii",
            },
            match bitmap {
                Encoding::Binary => "binary",
                Encoding::Hex => "hex",
            },
        );
        let mut child = python()?
            .args([words.0, words.1, LATE_SECONDS])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let told = BufReader::new(child.stdout.take().unwrap());
        let asked = child.stdin.take();
        let mut bank = Self {
            child,
            told,
            asked,
            port: 0,
            prefix,
            bitmap,
            received: Vec::new(),
        };
        bank.port = bank.line()["port"].as_u64().unwrap();
        Some(bank)
    }

    fn line(&mut self) -> Value {
        let mut line = String::new();
        assert_ne!(
            self.told.read_line(&mut line).unwrap(),
            0,
            "the bank is gone"
        );
        serde_json::from_str(&line).unwrap()
    }

    /// What the bank has booked, by reference, and what network management it heard.
    pub(crate) fn book(&mut self) -> Value {
        writeln!(self.asked.as_mut().unwrap(), "book").unwrap();
        loop {
            let mut line = self.line();
            if line.get("book").is_some() {
                return line;
            }
            self.received.push(line["received"].take());
        }
    }

    /// From now on all accounts are treated as if they had these digits.
    pub(crate) fn behave(&mut self, code: &str, advices: char) {
        writeln!(self.asked.as_mut().unwrap(), "behave {code} {advices}").unwrap();
        // Read and acted upon, once what follows it is answered.
        self.book();
    }

    /// The one authorization of the book.
    pub(crate) fn only(&mut self) -> Value {
        let book = self.book();
        let entries = book["book"].as_object().unwrap();
        assert_eq!(entries.len(), 1, "{book}");
        entries.values().next().unwrap().clone()
    }

    /// The types of what it received that is no network management.
    pub(crate) fn types(&mut self) -> Vec<String> {
        self.book();
        let types = self.received.iter().map(|message| message["t"].as_str());
        types
            .flatten()
            .filter(|kind| !kind.starts_with("08"))
            .map(str::to_owned)
            .collect()
    }

    pub(crate) fn config(&self) -> Iso8583Config {
        Iso8583Config {
            address: Some(format!("127.0.0.1:{}", self.port)),
            prefix: self.prefix,
            bitmap: self.bitmap,
            acquirer: "455555".to_owned(),
            answer: Period::seconds(10),
            reconnect: Period::milliseconds(20),
            reconnect_most: Period::milliseconds(200),
            ..Iso8583Config::default()
        }
    }

    /// A gateway's side, connected, that soon takes silence for one: for what is not answered.
    pub(crate) async fn impatient_host(&self) -> Arc<Iso8583Host> {
        impatient(self.config()).await
    }

    /// A gateway's side of a connection to it.
    pub(crate) fn host(&self) -> Arc<Iso8583Host> {
        host(&self.config())
    }
}

/// As [`Bank::impatient_host`], in other ways as configured.
pub(crate) async fn impatient(config: Iso8583Config) -> Arc<Iso8583Host> {
    let host = host(&Iso8583Config {
        answer: Period::seconds(1),
        ..config
    });
    // This machine may be too busy for the first sign-ons.
    within(async {
        while host.try_out().await.is_err() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    host
}

impl Drop for Bank {
    fn drop(&mut self) {
        drop(self.asked.take());
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}

/// What comes of `work`, which a fault would keep from ever ending.
pub(crate) async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.unwrap()
}

pub(crate) fn host(config: &Iso8583Config) -> Arc<Iso8583Host> {
    Arc::new(Iso8583Host::start(config, noon, HostMetrics::default()).unwrap())
}

pub(crate) fn trace(number: u64) -> HostTrace {
    HostTrace {
        number,
        date: noon(),
        repeated: false,
    }
}

pub(crate) const fn again(trace: HostTrace) -> HostTrace {
    HostTrace {
        repeated: true,
        ..trace
    }
}

/// A test card by its response code and the digit that chooses what becomes of advices.
pub(crate) fn card(code: &str, advices: u8) -> Pan {
    pan(&format!("99990100000{advices}0{code}"))
}

/// A number with its check digit.
pub(crate) fn pan(digits: &str) -> Pan {
    (0..10)
        .map(|check| Pan::new(format!("{digits}{check}")).unwrap())
        .find(Pan::luhn_valid)
        .unwrap()
}

pub(crate) fn price(amount: u64) -> CurrencyAmount {
    CurrencyAmount {
        currency: Currency::new(840).unwrap(),
        amount,
        amt_exp10: -2,
    }
}

/// A request about a card; the number makes its key.
pub(crate) fn request(number: u64, pan: Pan) -> HostRequest {
    let mut xid = [7; 20];
    xid[..8].copy_from_slice(&number.to_be_bytes());
    HostRequest {
        key: IdempotencyKey {
            xid: Xid::new(xid),
            rrpid: Rrpid::new([2; 20]),
        },
        merchant_id: MerchantId::new("M-1").unwrap(),
        brand_id: BrandId::new("Orchard").unwrap(),
        pan,
        card_expiry: CardExpiry::new("203012").unwrap(),
        amount: price(1_001),
        avs_data: Some(AvsData {
            street_address: "1 Orchard Röad".parse().ok(),
            location: Location {
                country_code: CountryCode::new(840).unwrap(),
                city: None,
                state_province: None,
                postal_code: "90210".parse().ok(),
                location_id: None,
            },
        }),
        merch_data: MerchData {
            merch_cat_code: "5411".parse().ok(),
            merch_group: None,
        },
        capture_now: false,
        special_processing: None,
        card_suspect: None,
        market_spec_auth_data: None,
        install_recur_data: None,
        count: 1,
    }
}

pub(crate) fn capture(request: &HostRequest) -> HostAdvice {
    HostAdvice {
        event: HostEvent::Capture,
        key: request.key,
        cause: request.key.rrpid,
        merchant_id: request.merchant_id.clone(),
        account: Some(Account {
            pan: request.pan.duplicate(),
            card_expiry: request.card_expiry.duplicate(),
        }),
        amount: request.amount,
        approval_code: "123456".parse().ok(),
        slot: None,
    }
}

pub(crate) fn reversal(request: &HostRequest, original: HostTrace) -> HostReversal {
    HostReversal {
        key: request.key,
        original,
        merchant_id: request.merchant_id.clone(),
        pan: request.pan.duplicate(),
        card_expiry: request.card_expiry.duplicate(),
        amount: request.amount,
    }
}

/// A moment after noon.
pub(crate) fn later(seconds: u64) -> Date {
    noon().plus(seconds)
}

/// Longer than an impatient gateway waits.
const LATE_SECONDS: &str = "1.5";

/// Longer than anything takes on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(120);
