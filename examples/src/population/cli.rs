//! The command line.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use set_node::cli::OutputFormat;

/// Brands, geopolitical CAs, CAs for end entities, and cardholder certificates in bulk.
///
/// Every certificate is drafted with a throw-away key, linted, signed and parsed again. The
/// private keys are thrown away.
#[derive(Clone, Debug, Parser)]
#[command(name = "population", version, after_help = EXAMPLES)]
pub struct Options {
    /// How many brands
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub brands: u32,
    /// How many geopolitical CAs per brand, each with a CCA, an MCA and a PCA; 0 for none
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(0..=20))]
    pub geopolitical: u32,
    /// How many cardholder certificates, evenly over all cardholder CAs
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub cardholders: u32,
    /// How many distinct keys the cardholders have; when fewer than cardholders, keys repeat,
    /// as RSA keys take longer to make than certificates
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..))]
    pub keys: u32,
    /// Certificates in a batch
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..))]
    pub batch: u32,
    /// Threads, 0 for as many as cores
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1024))]
    pub threads: u32,
    /// How the cardholders' certificates are written
    #[arg(long, value_enum, default_value_t = Encoding::Pem)]
    pub encoding: Encoding,
    /// Folder for the files; must be empty or not exist
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// How the summary is printed
    #[arg(long, value_enum, default_value_t)]
    pub format: OutputFormat,
}

/// How certificates are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Encoding {
    /// PEM
    Pem,
    /// DER
    Der,
}

impl Options {
    pub(super) fn threads(&self) -> usize {
        match usize::try_from(self.threads) {
            Ok(0) | Err(_) => std::thread::available_parallelism().map_or(1, usize::from),
            Ok(threads) => threads,
        }
    }
}

const EXAMPLES: &str = "\
Examples:
  cargo run --release -p examples --bin population -- --out certificates
  cargo run --release -p examples --bin population -- --cardholders 500 --out certificates
  cargo run --release -p examples --bin population -- --keys 10000 --out certificates
  cargo run --release -p examples --bin population -- --out certificates --format json

Exit codes: 0 done; 1 the folder is in use; 2 wrong command line; 4 a file cannot be written;
5 internal fault.";
