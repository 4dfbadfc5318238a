//! Holds any implementation of SET against the specification, over the wire.
//!
//! A [`Case`] is a file that says what is sent, what may be answered, and which rule says so.
//! The [`Player`] plays the fakes, a wallet, a merchant or a gateway; the [`Runner`] sends
//! what a case asks for to a [`Subject`] and judges what comes back. Nothing but the wire is
//! looked at, so the subject may be anybody's. What came of it is one [`Report`], from which
//! the other formats are made.
#![forbid(unsafe_code)]

mod answer;
mod case;
mod cases;
mod certify;
mod cli;
mod jobs;
mod known;
mod layers;
pub mod planted;
mod play;
mod player;
mod recorder;
pub mod report;
mod runner;
mod stimulus;
mod values;

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser as _;
use set_core::asn1::Date;
use set_core::merchant::Merchant;
use set_core::msg::ids::{Language, SwIdent};
use set_core::party::Trust;
use set_core::path::TrustStore;
use set_core::policy::Policy;
use set_core::secret::Pan;
use set_core::wake_up::WakeUp;
use set_core::x509::Certificate;
use set_node::clock;
use set_node::config::KeyStoreConfig;
use set_node::keystore::{Iterations, KeyStore, Passphrase};
use set_node::party::PartyFolder;
use set_node::pem;
use set_node::station::Station;
use set_node::transport::Transport;

pub use self::answer::Answer;
pub use self::case::{Case, Change, Level, OneOf, Request, Role, Send, Step, With};
pub use self::cases::{CaseError, built_in, of_folder};
pub use self::certify::{CertifyError, certify};
pub use self::cli::{Cli, Command, Format, RunArgs, SelectArgs};
pub use self::jobs::run_all;
pub use self::known::Known;
pub use self::player::{Offers, Persona, PlayError, Player};
pub use self::report::Report;
pub use self::runner::{Done, Outcome, Runner, Subject, Verdict};
pub use self::stimulus::{StimulusError, change};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: everything came out as expected.
    AsExpected,
    /// 1: something did not.
    Failures,
    /// 2: the command line, or a file that it names, is wrong.
    Usage,
    /// 3: a subject cannot be reached.
    Unreachable,
    /// 4: a fault of the runner or of a case.
    Harness,
    /// 5: nothing was selected, or nothing ran.
    NothingRan,
}

impl Exit {
    /// The exit code.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::AsExpected => 0,
            Self::Failures => 1,
            Self::Usage => 2,
            Self::Unreachable => 3,
            Self::Harness => 4,
            Self::NothingRan => 5,
        }
    }
}

/// Why a run did not come to an end.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Cases(#[from] CaseError),
    #[error("{0}")]
    Unreachable(String),
    #[error("{file}: {what}")]
    File { file: String, what: String },
    #[error(transparent)]
    Certify(#[from] CertifyError),
    #[error("cannot start: {0}")]
    Runtime(io::Error),
    #[error("no case was selected")]
    NothingSelected,
}

impl Failure {
    fn file(file: &Path, what: &impl ToString) -> Self {
        Self::File {
            file: file.display().to_string(),
            what: what.to_string(),
        }
    }

    const fn exit(&self) -> Exit {
        match self {
            Self::Cases(_) | Self::File { .. } => Exit::Usage,
            Self::Unreachable(_) | Self::Certify(CertifyError::Transport(_)) => Exit::Unreachable,
            Self::Certify(_) => Exit::Harness,
            Self::Runtime(_) => Exit::Harness,
            Self::NothingSelected => Exit::NothingRan,
        }
    }
}

/// Runs the program; the first of `args` is its name.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(fault) => {
            // Nothing can be told when standard error is closed.
            let _untold = fault.print();
            let exit = match fault.use_stderr() {
                true => Exit::Usage,
                false => Exit::AsExpected,
            };
            return exit.code().into();
        }
    };
    let outcome = match &cli.command {
        Command::List(args) => list(args),
        Command::Run(args) => run_cases(args),
    };
    let exit = outcome.unwrap_or_else(|failure| {
        let _untold = writeln!(io::stderr(), "set-conformance: {failure}");
        failure.exit()
    });
    exit.code().into()
}

fn list(args: &SelectArgs) -> Result<Exit, Failure> {
    for case in select(args)? {
        let roles: Vec<&str> = case.subjects.iter().map(|role| role.name()).collect();
        let level = format!("{:?}", case.level).to_uppercase();
        print(&format!(
            "{} {level} [{}] {}\n",
            case.id,
            roles.join(" "),
            case.title
        ));
    }
    Ok(Exit::AsExpected)
}

fn select(args: &SelectArgs) -> Result<Vec<Case>, Failure> {
    let mut cases = match &args.cases {
        Some(folder) => of_folder(folder)?,
        None => built_in()?,
    };
    let any = |wanted: &[String], fits: &dyn Fn(&str) -> bool| {
        wanted.is_empty() || wanted.iter().any(|one| fits(one))
    };
    cases.retain(|case| {
        any(&args.id, &|id| match id.strip_suffix('*') {
            Some(start) => case.id.starts_with(start),
            None => case.id == id,
        }) && any(&args.chapter, &|chapter| case.chapter() == chapter)
            && any(&args.tag, &|tag| case.tags.iter().any(|own| own == tag))
            && (args.level.is_empty() || args.level.contains(&case.level))
    });
    match cases.is_empty() {
        true => Err(Failure::NothingSelected),
        false => Ok(cases),
    }
}

fn run_cases(args: &RunArgs) -> Result<Exit, Failure> {
    let cases = select(&args.select)?;
    if args.dry_run {
        for case in &cases {
            let wanted = |subject: &&Subject| case.subjects.contains(&subject.role);
            for subject in args.subjects.iter().filter(wanted) {
                let role = subject.role.name();
                print(&format!("{} {role}={}\n", case.id, subject.endpoint));
            }
        }
        return Ok(Exit::AsExpected);
    }
    let seed = args.seed.unwrap_or_else(|| clock::now().unix());
    let mut persona = persona(args)?;
    let sw_ident = sw_ident()?;
    let runtime = jobs::runtime().map_err(Failure::Runtime)?;
    runtime.block_on(reach(&args.subjects))?;
    if let Some(cca) = &args.cca {
        let card = certify(&persona, cca, seed, &sw_ident, args.timeout, clock::now);
        let card = runtime.block_on(card).map_err(Failure::from)?;
        persona.card = Some(Arc::new(card));
    }
    let player = Player::new(persona, seed, sw_ident);
    let known = match &args.known {
        Some(file) => Known::read(file).map_err(|what| Failure::file(file, &what))?,
        None => Known::default(),
    };
    let runner = Runner {
        player: &player,
        known: &known,
        timeout: args.timeout,
        seed,
        clock: clock::now,
        details: args.details || args.format == Format::Html,
        arguments: arguments(args),
    };
    let outcomes = run_all(&runner, &cases, &args.subjects, args.jobs);
    let report = Report::new(seed, outcomes.map_err(Failure::Runtime)?);
    if let Some(file) = &args.report {
        fs::write(file, report.json()).map_err(|error| Failure::file(file, &error))?;
    }
    print(&match args.format {
        Format::Terminal => report::terminal(&report),
        Format::Json => report.json() + "\n",
        Format::Junit => report::junit(&report),
        Format::Markdown => report::markdown(&report),
        Format::Html => report::html(&report),
    });
    let harness = |outcome: &Outcome| outcome.verdict == Verdict::Error && !outcome.expected;
    Ok(match &report {
        report if report.ran() == 0 => Exit::NothingRan,
        report if report.results().iter().any(harness) => Exit::Harness,
        report if report.ok => Exit::AsExpected,
        _ => Exit::Failures,
    })
}

/// Sees whether the subjects are there at all.
async fn reach(subjects: &[Subject]) -> Result<(), Failure> {
    let mut reached = HashSet::new();
    for subject in subjects {
        if reached.insert(subject.endpoint.to_string()) {
            let transport = Transport::new(subject.endpoint.clone());
            let reach = transport.reach().await;
            reach.map_err(|error| Failure::Unreachable(error.to_string()))?;
        }
    }
    Ok(())
}

/// What else a command that runs a case again has to say.
fn arguments(args: &RunArgs) -> String {
    let mut said = vec![
        ("--brand", args.brand.to_string()),
        ("--bin", args.bin.to_string()),
        ("--merchant-id", args.merchant_id.to_string()),
    ];
    let mut optional = |name, value: Option<String>| said.extend(value.map(|value| (name, value)));
    let file = |file: &Option<PathBuf>| file.as_ref().map(|file| file.display().to_string());
    optional("--pan", args.pan.clone());
    optional("--root", file(&args.root));
    optional("--cca", args.cca.as_ref().map(ToString::to_string));
    optional("--merchant-data", file(&args.merchant_data));
    optional("--cases", file(&args.select.cases));
    for wake_up in &args.wake_up {
        optional("--wake-up", Some(wake_up.display().to_string()));
    }
    let said = said.into_iter();
    said.map(|(name, value)| format!(" {name} {}", quoted(&value)))
        .collect()
}

/// As a shell takes it.
fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
    match value.chars().all(plain) && !value.is_empty() {
        true => value.to_owned(),
        false => format!("'{}'", value.replace('\'', "'\\''")),
    }
}

fn persona(args: &RunArgs) -> Result<Persona, Failure> {
    let mut offers = Vec::new();
    for file in &args.wake_up {
        let octets = fs::read(file).map_err(|error| Failure::file(file, &error))?;
        offers.push(WakeUp::parse(&octets).map_err(|error| Failure::file(file, &error))?);
    }
    let merchant = match &args.merchant_data {
        None => None,
        Some(folder) => Some(merchant(folder)?),
    };
    let trust = match &args.root {
        None => merchant.as_ref().map(|merchant| merchant.trust.clone()),
        Some(file) => {
            let text = fs::read(file).map_err(|error| Failure::file(file, &error))?;
            let blocks = pem::decode("CERTIFICATE", &text);
            let blocks = blocks.map_err(|error| Failure::file(file, &error))?;
            let octets = blocks.first().map(Vec::as_slice).unwrap_or_default();
            let root = Certificate::parse(octets, &Policy::default().key_rules)
                .map_err(|error| Failure::file(file, &error))?;
            Some(Trust::new(TrustStore::new(vec![root])))
        }
    };
    let pan = match &args.pan {
        Some(pan) => pan.clone(),
        None => play::test_card(&args.bin.to_string(), "0000"),
    };
    Ok(Persona {
        brand: args.brand.clone(),
        bin: args.bin.clone(),
        merchant_id: args.merchant_id.clone(),
        language: Language::new("en").map_err(|error| Failure::file(Path::new("en"), &error))?,
        pan: Pan::new(&pan).map_err(|error| Failure::file(Path::new("--pan"), &error))?,
        offers: Offers::new(offers),
        trust,
        merchant,
        card: None,
    })
}

/// A merchant's keys, certificates and trust, from its data folder.
fn merchant(folder: &Path) -> Result<Merchant, Failure> {
    let fault = |error: &dyn ToString| Failure::file(folder, &error.to_string());
    let station = Station::new("set-conformance", env!("CARGO_PKG_VERSION"))
        .map_err(|error| fault(&error))?;
    let passphrase = Passphrase::from_config(folder, &KeyStoreConfig::default())
        .map_err(|error| fault(&error))?;
    let keys = KeyStore::open(&folder.join("keys"), passphrase, Iterations::LEAST)
        .map_err(|error| fault(&error))?;
    let party = PartyFolder::new(folder);
    let rules = &Policy::default().key_rules;
    let identity = |name: &str| {
        party
            .load_identity(&keys, name, rules)
            .map_err(|error| fault(&error))?
            .ok_or_else(|| fault(&format!("there is no identity {name}")))
    };
    Ok(Merchant {
        signature: identity("merchant-signature")?,
        encryption: identity("merchant-encryption")?,
        former: Vec::new(),
        gateways: Vec::new(),
        trust: party
            .load_trust(&station.context())
            .map_err(|error| fault(&error))?,
    })
}

fn sw_ident() -> Result<SwIdent, Failure> {
    let name = concat!("set-conformance ", env!("CARGO_PKG_VERSION"));
    SwIdent::new(name).map_err(|error| Failure::file(Path::new(name), &error))
}

/// A reader that has gone away is no reason to fail.
fn print(text: &str) {
    let mut out = io::stdout();
    let _lost = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// The date of the present second: what [`Runner::clock`] usually is.
#[must_use]
pub fn now() -> Date {
    clock::now()
}
