//! The path: a brand is founded, everybody registers, something is bought.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use set_node::cli::Exit;

use super::cli::Options;
use super::event::{Exchange, Listening};
use super::interruption::Interruption;
use super::proofs;
use super::record::Recorder;
use super::secrets::{self, CardNumbers};
use super::stage::{AS_ROLE, DEMO_PASSPHRASE, Stage, StageError};
use super::timeline::Timeline;

/// The brand of the mall.
const BRAND: &str = "Orchard";
/// The acquirer, by its BIN.
const ACQUIRER_BIN: &str = "455555";
/// The shopper's card: a test number that the acquirer's simulator approves, and an expiry so
/// far away that no other date comes near it.
const CARD: CardNumbers<'_> = CardNumbers {
    pan: "9999010000000003",
    expiry: "209912",
};
/// Who has keys.
const ROLES: [&str; 4] = ["ca", "gateway", "merchant", "cardholder"];
/// What is sold, in turn.
const GOODS: &[(&str, u64)] = &[
    ("One teapot, blue, and two cups", 12_950),
    ("Three pounds of Assam", 4_200),
    ("A kettle", 8_999),
    ("Repair of a samovar", 15_000),
];
/// Everybody uses little of the processor for key files that protect nothing.
const QUICK_KEYS: [&str; 2] = ["--set", "keys.iterations=1000"];

/// Tells the story and says how it ended.
#[must_use]
pub fn tell(options: &Options) -> ExitCode {
    let mut timeline = Timeline::begin(options.format);
    match play(options, &mut timeline) {
        Ok(()) => Exit::Success.into(),
        Err(error) => {
            timeline.summary(false);
            eprintln!("mall: {error}");
            Exit::Refused.into()
        }
    }
}

/// Plays the story. However it ends, by a signal too, the servers are ended then, and after
/// them a temporary folder with the keys is removed.
fn play(options: &Options, timeline: &mut Timeline) -> Result<(), StageError> {
    let interruption = Interruption::listen().map_err(StageError::io("listening to signals"))?;
    let place = prepare(options)?;
    let played =
        Story::begin(options, &place, timeline, &interruption).and_then(|mut story| story.play());
    let left = place.leave();
    played.and(left)
}

/// Where the data folders lie.
struct Place {
    data: PathBuf,
    temporary: Option<tempfile::TempDir>,
}

impl Place {
    /// Removes the folder if it is a temporary one.
    fn leave(self) -> Result<(), StageError> {
        let removing = format!("removing {}", self.data.display());
        self.temporary
            .map_or(Ok(()), tempfile::TempDir::close)
            .map_err(StageError::io(removing))
    }
}

fn prepare(options: &Options) -> Result<Place, StageError> {
    match &options.data {
        Some(data) => {
            let taken = fs::read_dir(data).is_ok_and(|mut entries| entries.next().is_some());
            if taken {
                return Err(StageError::Disproved(format!(
                    "{} is not empty; name a new folder with --data",
                    data.display()
                )));
            }
            fs::create_dir_all(data).map_err(StageError::io(data.display().to_string()))?;
            Ok(Place {
                data: data.clone(),
                temporary: None,
            })
        }
        None => {
            let temporary = tempfile::Builder::new()
                .prefix("set-mall-")
                .tempdir()
                .map_err(StageError::io("temporary folder"))?;
            Ok(Place {
                data: temporary.path().to_owned(),
                temporary: Some(temporary),
            })
        }
    }
}

/// The story while it is told.
struct Story<'a> {
    options: &'a Options,
    data: &'a Path,
    stage: Stage,
    timeline: &'a mut Timeline,
    recorder: Option<Recorder>,
    exchanges: Vec<Exchange>,
}

/// Who listens where.
struct Addresses {
    ca: String,
    gateway: String,
    merchant: Listening,
    root: String,
}

impl<'a> Story<'a> {
    fn begin(
        options: &'a Options,
        place: &'a Place,
        timeline: &'a mut Timeline,
        interruption: &Interruption,
    ) -> Result<Self, StageError> {
        let recorder = options
            .record
            .as_deref()
            .map(|folder| {
                Recorder::begin(folder).map_err(StageError::io(format!(
                    "{} (name a new folder with --record)",
                    folder.display()
                )))
            })
            .transpose()?;
        Ok(Self {
            options,
            data: &place.data,
            stage: Stage::new(&place.data).until(interruption),
            timeline,
            recorder,
            exchanges: Vec::new(),
        })
    }

    fn play(&mut self) -> Result<(), StageError> {
        self.timeline
            .note("SET 1.0 with four roles on this machine. For study and testing, not for money.");
        let (ca, root) = self.found_the_brand()?;
        let gateway = self.register_the_gateway(&ca, &root)?;
        let merchant = self.register_the_merchant(&ca, &root, &gateway)?;
        let addresses = Addresses {
            ca,
            gateway,
            merchant,
            root,
        };
        self.register_the_cardholder(&addresses)?;
        for number in 0..self.options.orders {
            self.buy(number)?;
        }
        self.capture()?;
        self.inquire()?;
        self.look_for_secrets()?;
        self.timeline.summary(true);
        self.say_what_is_kept(&addresses);
        Ok(())
    }

    fn found_the_brand(&mut self) -> Result<(String, String), StageError> {
        self.timeline.phase("A brand is founded");
        let init = [["--brand", BRAND].as_slice(), &QUICK_KEYS].concat();
        self.stage.run("ca", "init", &init, &[])?;
        let listening = self.serve("ca")?;
        let root = only_file(&self.stage.folder("ca").join("roots"))?;
        self.timeline
            .note("set-ca made root (2048 bits), brand CA, cardholder, merchant and gateway CAs");
        self.timeline
            .note("(1024 bits), their CRLs and the BrandCRLIdentifier");
        Ok((tcp(&listening)?, root.display().to_string()))
    }

    fn register_the_gateway(&mut self, ca: &str, root: &str) -> Result<String, StageError> {
        self.timeline.phase("The payment gateway registers");
        self.run("gateway", "init", &[], &[])?;
        let enroll = [
            "--ca",
            ca,
            "--root",
            root,
            "--bin",
            ACQUIRER_BIN,
            "--brand",
            BRAND,
        ];
        self.run("gateway", "enroll", &enroll, &[])?;
        self.told("gateway", &["Me-AqCInitReq", "CertReq"])?;
        tcp(&self.serve("gateway")?)
    }

    fn register_the_merchant(
        &mut self,
        ca: &str,
        root: &str,
        gateway: &str,
    ) -> Result<Listening, StageError> {
        self.timeline.phase("The merchant registers");
        self.run("merchant", "init", &[], &[])?;
        let enroll = [
            "--ca",
            ca,
            "--root",
            root,
            "--bin",
            ACQUIRER_BIN,
            "--brand",
            BRAND,
            "--merchant-id",
            "TEAHOUSE-0001",
            "--gateway",
            gateway,
        ];
        self.run("merchant", "enroll", &enroll, &[])?;
        self.told("merchant", &["Me-AqCInitReq", "CertReq", "PCertReq"])?;
        self.serve("merchant")
    }

    fn register_the_cardholder(&mut self, addresses: &Addresses) -> Result<(), StageError> {
        self.timeline.phase("The cardholder registers");
        self.run("cardholder", "init", &[], &[])?;
        let enroll = [
            "--ca",
            &addresses.ca,
            "--root",
            &addresses.root,
            "--brand",
            BRAND,
            "--field",
            "Name=A. Shopper",
        ];
        let card = [
            ("SET_CARD_NUMBER", CARD.pan),
            ("SET_CARD_EXPIRY", CARD.expiry),
        ];
        self.run("cardholder", "enroll", &enroll, &card)?;
        self.told("cardholder", &["CardCInitReq", "RegFormReq", "CertReq"])
    }

    fn buy(&mut self, number: u32) -> Result<(), StageError> {
        let goods = usize::try_from(number).unwrap_or(0) % GOODS.len();
        let (what, cents) = GOODS.get(goods).copied().unwrap_or(("Goods", 100));
        self.timeline.phase(&format!(
            "Order {}: {what}, {}.{:02} USD",
            number + 1,
            cents / 100,
            cents % 100
        ));
        let amount = cents.to_string();
        let offer = ["--description", what, "--amount", &amount];
        let offered = self.run("merchant", "offer", &offer, &[])?;
        let wake_up = text(&offered, "wake_up_url")?;
        self.timeline
            .note(&format!("the shop wakes the wallet: {wake_up}"));
        let pay = ["--wake-up", &wake_up, "--yes"];
        self.run("cardholder", "pay", &pay, &[])?;
        self.told("cardholder", &["PInitReq", "PReq"])?;
        self.told("merchant", &["AuthReq"])?;
        self.try_the_keys(what)
    }

    /// What the roles say they proved, the mall tries for itself.
    fn try_the_keys(&mut self, what: &str) -> Result<(), StageError> {
        let (merchant, gateway) = (self.stage.folder("merchant"), self.stage.folder("gateway"));
        let facts = proofs::only_the_gateway_reads_the_pan(
            self.last("PReq")?,
            &merchant,
            &gateway,
            CARD.pan,
        )?;
        for fact in &facts {
            self.timeline.fact("merchant", "PReq", fact);
        }
        let fact =
            proofs::the_gateway_does_not_learn_the_order(self.last("AuthReq")?, &gateway, what)?;
        self.timeline.fact("gateway", "AuthReq", &fact);
        Ok(())
    }

    fn capture(&mut self) -> Result<(), StageError> {
        self.timeline.phase("The merchant captures");
        self.run("merchant", "capture", &["--all"], &[])?;
        self.told("merchant", &["CapReq"])
    }

    fn inquire(&mut self) -> Result<(), StageError> {
        self.timeline
            .phase("The cardholder asks how far the order has come");
        let answer = self.run("cardholder", "inquire", &["--last"], &[])?;
        self.told("cardholder", &["InqReq"])?;
        let answer = answer.to_string();
        if !answer.contains("capturePerformed") {
            return Err(StageError::Disproved(format!(
                "the inquiry does not show the captured state: {answer}"
            )));
        }
        self.timeline.fact(
            "cardholder",
            "InqRes",
            "the merchant signs that the payment is captured",
        );
        Ok(())
    }

    fn look_for_secrets(&mut self) -> Result<(), StageError> {
        self.timeline.phase("Everybody's drawers are searched");
        let mut secrets = secrets::of_the_mall(self.data, &ROLES, CARD)?;
        let (registration, ca) = (self.last("CertReq")?, self.stage.folder("ca"));
        let pan_secret = secrets::add_registration(&mut secrets, registration, &ca, CARD)?;
        proofs::the_payment_holds(
            self.last("PReq")?,
            &self.stage.folder("gateway"),
            &pan_secret,
        )?;
        let fact = proofs::no_wrapper_shows_a_secret(&self.exchanges, &secrets)?;
        self.timeline.fact("mall", "", &fact);
        let said = self.stage.said();
        for fact in proofs::no_file_shows_a_secret(self.data, &said, &secrets)? {
            self.timeline.fact("mall", "", &fact);
        }
        Ok(())
    }

    fn say_what_is_kept(&mut self, addresses: &Addresses) {
        if let Some(recorder) = &self.recorder {
            let note = format!("{} wrappers recorded", recorder.count());
            self.timeline.note(&note);
        }
        if self.options.data.is_some() {
            let note = format!(
                "data folders in {}; the demo passphrase of all keys is \"{DEMO_PASSPHRASE}\"",
                self.data.display()
            );
            self.timeline.note(&note);
        }
        if self.options.keep {
            for line in [
                format!("set-ca       {}", addresses.ca),
                format!("set-gateway  {}", addresses.gateway),
                format!(
                    "set-merchant set://{} and http://{}",
                    addresses.merchant.tcp.as_deref().unwrap_or("-"),
                    addresses.merchant.http.as_deref().unwrap_or("-")
                ),
                format!("root         {}", addresses.root),
                format!(
                    "try: SET_PASSPHRASE={DEMO_PASSPHRASE} {} {AS_ROLE} merchant orders --data {}",
                    self.stage.program().display(),
                    self.stage.folder("merchant").display()
                ),
                "The servers run until this program is interrupted.".to_owned(),
            ] {
                self.timeline.note(&line);
            }
            self.stage.keep();
        }
    }

    fn serve(&mut self, role: &'static str) -> Result<Listening, StageError> {
        let mut args = vec!["--set", "listen.tcp=127.0.0.1:0"];
        if role != "ca" {
            args.push("--trace-wire");
        }
        if role == "merchant" {
            args.extend(["--set", "listen.http=127.0.0.1:0"]);
        }
        args.extend(QUICK_KEYS);
        self.stage.serve(role, &args)
    }

    fn run(
        &mut self,
        role: &'static str,
        subcommand: &str,
        args: &[&str],
        environment: &[(&str, &str)],
    ) -> Result<serde_json::Value, StageError> {
        let args = [args, &QUICK_KEYS, &["--trace-wire"]].concat();
        self.stage.run(role, subcommand, &args, environment)
    }

    /// Tells the exchanges that a step must have had, and what was proved in them.
    fn told(&mut self, from: &str, requests: &[&str]) -> Result<(), StageError> {
        for request in requests {
            let exchange = self.stage.await_exchange(from, request)?;
            if exchange.response.message == "Error" {
                return Err(StageError::Disproved(format!(
                    "{request} was answered with an Error"
                )));
            }
            self.timeline.exchange(&exchange);
            if let Some(recorder) = &mut self.recorder {
                recorder
                    .exchange(&exchange)
                    .map_err(StageError::io("the record"))?;
            }
            self.exchanges.push(exchange);
            for proved in self.stage.proved() {
                self.timeline.proved(&proved);
            }
        }
        Ok(())
    }

    /// The last exchange that began with `request`.
    fn last(&self, request: &str) -> Result<&Exchange, StageError> {
        self.exchanges
            .iter()
            .rev()
            .find(|exchange| exchange.request.message == request)
            .ok_or_else(|| StageError::Silence {
                what: request.to_owned(),
            })
    }
}

fn tcp(listening: &Listening) -> Result<String, StageError> {
    listening
        .tcp
        .as_ref()
        .map(|address| format!("set://{address}"))
        .ok_or_else(|| StageError::Disproved(format!("set-{} has no TCP port", listening.role)))
}

fn text(value: &serde_json::Value, key: &str) -> Result<String, StageError> {
    value
        .get(key)
        .and_then(serde_json::Value::as_str)
        .map(str::to_owned)
        .ok_or_else(|| StageError::Disproved(format!("no \"{key}\" in {value}")))
}

fn only_file(folder: &Path) -> Result<PathBuf, StageError> {
    let mut entries = fs::read_dir(folder)
        .map_err(StageError::io(folder.display().to_string()))?
        .filter_map(Result::ok)
        .map(|entry| entry.path());
    match (entries.next(), entries.next()) {
        (Some(file), None) => Ok(file),
        _ => Err(StageError::Disproved(format!(
            "{} should hold one file",
            folder.display()
        ))),
    }
}
