//! The command line.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use set_core::msg::ids::{Bin, BrandId, MerchantId};
use set_node::transport::Endpoint;

use crate::case::{Level, Role};
use crate::runner::Subject;

/// Holds any implementation of SET against the specification, over the wire
#[derive(Clone, Debug, Parser)]
#[command(name = "set-conformance", version, after_help = EXAMPLES)]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Runs cases against subjects
    Run(Box<RunArgs>),
    /// Lists the cases
    List(SelectArgs),
}

/// Which cases.
#[derive(Clone, Debug, Args)]
pub struct SelectArgs {
    /// Folder of cases in place of those that come with the program
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
    /// Only this case; a trailing * stands for any end
    #[arg(long, value_name = "ID")]
    pub id: Vec<String>,
    /// Only this chapter
    #[arg(long, value_name = "NAME")]
    pub chapter: Vec<String>,
    /// Only cases with this tag
    #[arg(long, value_name = "TAG")]
    pub tag: Vec<String>,
    /// Only cases of this level: MUST, SHOULD or INFO
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub level: Vec<Level>,
}

/// Arguments of `run`.
#[derive(Clone, Debug, Args)]
pub struct RunArgs {
    /// A program under test: its role and address, as in cca=set://127.0.0.1:2570 or
    /// `merchant=http://shop.example:8080/set`; roles are cca, mca, pca, merchant, gateway
    #[arg(long = "subject", value_name = "ROLE=ADDRESS", required = true, value_parser = subject)]
    pub subjects: Vec<Subject>,
    /// Which cases
    #[command(flatten)]
    pub select: SelectArgs,
    /// Brand that is asked for
    #[arg(long, value_name = "BRAND", default_value = "Brand")]
    pub brand: BrandId,
    /// BIN of the card and of the acquirer
    #[arg(long, value_name = "DIGITS", default_value = "999901", value_parser = bin)]
    pub bin: Bin,
    /// Merchant's id towards a merchant CA
    #[arg(long, value_name = "ID", default_value = "MER-0001")]
    pub merchant_id: MerchantId,
    /// Account number, of that BIN, with which the fakes register and pay
    /// [default: a test card]
    #[arg(long, value_name = "DIGITS")]
    pub pan: Option<String>,
    /// Root certificate of the brand; the merchant's without it
    #[arg(long, value_name = "FILE")]
    pub root: Option<PathBuf>,
    /// Cardholder CA that certifies a card for the fakes
    #[arg(long, value_name = "ADDRESS")]
    pub cca: Option<Endpoint>,
    /// Wake-up message of an order that a merchant under test offers; once for each
    ///
    /// The first is asked for again and again; each case that orders uses up one more.
    #[arg(long, value_name = "FILE")]
    pub wake_up: Vec<PathBuf>,
    /// Data folder of a merchant whose keys may be used towards a gateway under test
    #[arg(long, value_name = "DIR")]
    pub merchant_data: Option<PathBuf>,
    /// Differences that are known, with a reason and an end
    #[arg(long, value_name = "FILE")]
    pub known: Option<PathBuf>,
    /// Where the randomness begins [default: the clock]
    ///
    /// A subject that remembers requests takes those of the same seed for repetitions.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// How many cases to run at once
    ///
    /// Those that change what others see are run alone, at the end.
    #[arg(long, value_name = "N", default_value = "1")]
    pub jobs: NonZeroUsize,
    /// How long to wait for each answer, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub timeout: Duration,
    /// Put the messages into the report, as trees; secrets are left out
    #[arg(long)]
    pub details: bool,
    /// Tell what would be run
    #[arg(long)]
    pub dry_run: bool,
    /// What is printed
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// File that the JSON document is written to as well
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

/// What is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: what did not pass, and counts.
    #[default]
    Terminal,
    /// The whole as one JSON document.
    Json,
    /// JUnit XML.
    Junit,
    /// A matrix in Markdown.
    Markdown,
    /// A page of its own: a matrix, and the messages of each case.
    Html,
}

fn subject(text: &str) -> Result<Subject, String> {
    let (role, address) = text
        .split_once('=')
        .ok_or("ROLE=ADDRESS, as in cca=set://127.0.0.1:2570")?;
    let role = Role::ALL
        .into_iter()
        .find(|known| known.name() == role)
        .ok_or("roles are cca, mca, pca, merchant, gateway")?;
    let endpoint = Endpoint::from_str(address).map_err(|error| error.to_string())?;
    Ok(Subject { role, endpoint })
}

fn level(text: &str) -> Result<Level, String> {
    match text {
        "MUST" => Ok(Level::Must),
        "SHOULD" => Ok(Level::Should),
        "INFO" => Ok(Level::Info),
        _ => Err("MUST, SHOULD or INFO".into()),
    }
}

fn bin(text: &str) -> Result<Bin, String> {
    Bin::new(text).map_err(|error| error.to_string())
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds @ 1..=3_600) => Ok(Duration::from_secs(seconds)),
        _ => Err("1 to 3600".into()),
    }
}

const EXAMPLES: &str = "\
Examples:
  set-conformance list --chapter receiving
  set-conformance run --subject cca=set://127.0.0.1:2570 --brand Brand
  set-conformance run --subject merchant=http://127.0.0.1:8080/set --wake-up order.setpay
  SET_PASSPHRASE=... set-conformance run --subject gateway=set://127.0.0.1:2571 \\
      --merchant-data mall/merchant --report report.json

Exit codes:
  0  everything came out as expected
  1  something did not
  2  the command line, or a file that it names, is wrong
  3  a subject cannot be reached
  4  a fault of the runner or of a case
  5  nothing was selected, or nothing ran";
