//! The command line.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::report::Colour;

/// Shows what is inside of SET messages, certificates, CRLs and captures, and what fits
#[derive(Clone, Debug, Parser)]
#[command(
    name = "set-inspect",
    version,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = EXAMPLES
)]
pub struct Cli {
    /// `diff`, in place of files
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Files, or - for standard input: DER or PEM of any message, certificate, CRL, BCI or
    /// PKCS #7 object, several one after another too, and pcap or pcapng captures
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// How to read and show
    #[command(flatten)]
    pub args: SharedArgs,
}

/// What else it does than show.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Compares two values field by field; exit code 0 when they are equal, 1 when not
    Diff(DiffArgs),
}

/// Arguments of `diff`.
#[derive(Clone, Debug, Args)]
pub struct DiffArgs {
    /// One value
    pub a: PathBuf,
    /// The other
    pub b: PathBuf,
    /// How to read and show
    #[command(flatten)]
    pub args: SharedArgs,
}

/// How to read and show.
#[derive(Clone, Debug, Args)]
pub struct SharedArgs {
    /// The type of the value, as the specification calls it, where it is not to be guessed
    #[arg(long = "as", value_name = "TYPE")]
    pub kind: Option<String>,
    /// Private keys, PKCS #8 in PEM, to open envelopes with
    #[arg(long, value_name = "FILE")]
    pub key: Vec<PathBuf>,
    /// Certificates, CRLs and BCIs to check by, PEM or DER
    #[arg(long, value_name = "FILE")]
    pub cert: Vec<PathBuf>,
    /// Roots to believe, PEM or DER
    #[arg(long, value_name = "FILE")]
    pub root: Vec<PathBuf>,
    /// Data folders of roles: all their keys, certificates, CRLs and roots
    #[arg(long, value_name = "DIR")]
    pub data: Vec<PathBuf>,
    /// File whose first line is the passphrase of the keys [default: the variable
    /// SET_PASSPHRASE, else the terminal]
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// Show account numbers, keys and other secrets in clear
    #[arg(long)]
    pub show_secrets: bool,
    /// Show enclosed certificates and CRLs part by part, not in one line each
    #[arg(long)]
    pub full: bool,
    /// What is written
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// When text is coloured
    #[arg(long, value_enum, default_value_t)]
    pub color: When,
}

/// What is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A tree for people.
    #[default]
    Text,
    /// One JSON document.
    Json,
    /// One HTML page that needs nothing else.
    Html,
}

/// When text is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl When {
    /// Whether it is so now.
    pub(crate) fn colour(self) -> Colour {
        let on = match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                !refused && std::io::stdout().is_terminal()
            }
        };
        match on {
            true => Colour::On,
            false => Colour::Off,
        }
    }
}

const EXAMPLES: &str = "\
A line shows the offset of an element, the octets of its header and content, its tag, its name
and type in the specification, and its value; after ! what is wrong there. What keys open
follows as further layers. Then each check: fits, open (something is not at hand), or MISFIT.

Examples:
  set-inspect PReq.der
  set-inspect --data mall/gateway AuthReq.der        opens it, verifies signatures and chains
  set-inspect --key keys/merchant-encryption.pem --root root.pem --full CapRes.der
  set-inspect --data mall/ca --data mall/cardholder record/*.der
  set-inspect --format html traffic.pcapng > traffic.html
  cat PInitReq.der | set-inspect --format json -
  set-inspect diff sent.der received.der

Exit codes:
  0  everything decodes, and nothing that could be checked contradicts anything
  1  something is malformed or does not fit; diff: the two differ
  2  the command line is wrong
  4  a file, key or passphrase cannot be used
  5  a fault of this program";
