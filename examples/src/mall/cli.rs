//! The mall's command line.

use std::path::PathBuf;

use clap::Parser;
use set_node::cli::OutputFormat;

/// Four SET roles over TCP on this machine: certificates are issued, an order is placed,
/// authorized, captured and inquired about.
///
/// For interoperability, study and testing; not for real money.
#[derive(Clone, Debug, Parser)]
#[command(name = "mall", version, after_help = EXAMPLES)]
pub struct Options {
    /// Write every wrapper that crossed a socket to this folder, with an index
    #[arg(long, value_name = "DIR")]
    pub record: Option<PathBuf>,
    /// Keep the data folders of all roles here instead of in a temporary folder
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Leave the servers running and say how to talk to them
    #[arg(long)]
    pub keep: bool,
    /// How many orders to place
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub orders: u32,
    /// How the story is told
    #[arg(long, value_enum, default_value_t)]
    pub format: OutputFormat,
}

const EXAMPLES: &str = "\
Examples:
  cargo run --release                                   the story
  cargo run --release -- --orders 5                     more customers
  cargo run --release -- --record out                   keep every message
  cargo run --release -- --data mall --keep             leave the servers up
  cargo run --release -- --format json | jq .           for programs

Exit code 0 only if every step did what it should; see README.md for the others.";
