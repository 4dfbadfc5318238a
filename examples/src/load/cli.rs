//! The command line.

use std::path::PathBuf;

use clap::Parser;
use set_node::cli::OutputFormat;

/// Wallets buy from a merchant behind a gateway, as fast as they can. Tells how fast that goes,
/// what each role spends on it, and what share of that is RSA.
///
/// Each role is a process with one thread for cryptography. Its ratio is the processor time that
/// its RSA operations take here, measured meanwhile, over all the processor time it took: what
/// it does on one core, over what RSA alone would allow. Progress goes to standard error.
#[derive(Clone, Debug, Parser)]
#[command(name = "load", version, after_help = EXAMPLES)]
pub struct Options {
    /// Wallets that buy at once
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=64))]
    pub wallets: u64,
    /// How often they buy, all together
    #[arg(long, value_name = "N", default_value_t = 500)]
    pub purchases: usize,
    /// An empty PostgreSQL database for the gateway [default: SQLite]
    #[arg(long, value_name = "URL")]
    pub gateway_store: Option<String>,
    /// An empty PostgreSQL database for the merchant [default: SQLite]
    #[arg(long, value_name = "URL")]
    pub merchant_store: Option<String>,
    /// Keep the data folders here instead of in a temporary folder
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    pub format: OutputFormat,
}

const EXAMPLES: &str = "\
Examples:
  cargo run --release -p examples --bin load
  cargo run --release -p examples --bin load -- --wallets 8 --purchases 2000 --format json";

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Options::command().debug_assert();
    }
}
