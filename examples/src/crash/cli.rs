//! The command line.

use std::path::PathBuf;

use clap::Parser;

/// Kills gateway and merchant at random points under load, starts them again, and compares what
/// merchant, gateway and host have at the end.
///
/// Prints one JSON object. Exit code 0 only if everything agrees.
#[derive(Clone, Debug, Parser)]
#[command(name = "crash", version, after_help = EXAMPLES)]
pub struct Options {
    /// How often to kill
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub kills: u64,
    /// How many customers buy at once, each with a card of its own
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=16))]
    pub customers: u64,
    /// What the moments of death are drawn from
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
    /// The longest life in milliseconds, from when a server listens
    #[arg(long, value_name = "MS", default_value_t = 600)]
    pub most_ms: u64,
    /// An empty PostgreSQL database for the gateway [default: SQLite]
    #[arg(long, value_name = "URL")]
    pub gateway_store: Option<String>,
    /// An empty PostgreSQL database for the merchant [default: SQLite]
    #[arg(long, value_name = "URL")]
    pub merchant_store: Option<String>,
    /// Keep the data folders here instead of in a temporary folder
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  cargo run --release -p examples --bin crash -- --kills 500
  cargo run --release -p examples --bin crash -- --kills 500 \\
      --gateway-store postgres://set@localhost/g --merchant-store postgres://set@localhost/m";

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Options::command().debug_assert();
    }
}
