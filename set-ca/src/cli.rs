//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use set_node::cli::SharedArgs;

/// The CAs of a SET brand
#[derive(Debug, Parser)]
#[command(name = "set-ca", version, about, after_help = EXAMPLES)]
pub struct Cli {
    /// The flags that all roles have.
    #[command(flatten)]
    pub shared: SharedArgs,
    /// Tell events as JSON lines on standard output; `serve` has none but `listening`
    #[arg(long, global = true)]
    pub trace_wire: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the CA can be asked to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make root, brand CAs and the CAs below, with CRLs and BCIs
    ///
    /// One brand with a cardholder, merchant and gateway CA takes a few flags; any other
    /// shape is described in a file.
    ///
    /// The keys are encrypted under the passphrase. Nothing that exists is overwritten.
    Init(InitArgs),
    /// Serve registrations until interrupted
    Serve,
    /// Show the hierarchy and the certificates issued
    Show,
}

/// Arguments of `init`.
#[derive(Clone, Debug, Args)]
pub struct InitArgs {
    /// A plan of several brands, regions and CAs; fixtures/hierarchy.toml shows every key
    #[arg(long, value_name = "FILE", conflicts_with_all = ["brand", "geopolitical", "policy"])]
    pub plan: Option<PathBuf>,
    /// The brand, as Brand or Brand:Product
    #[arg(long, value_name = "BRAND", required_unless_present = "plan")]
    pub brand: Option<String>,
    /// Country of the CAs, two capital letters (ISO 3166)
    #[arg(long, value_name = "CC", default_value = "US")]
    pub country: String,
    /// Put a geopolitical CA of this name between the brand CA and the others
    #[arg(long, value_name = "NAME")]
    pub geopolitical: Option<String>,
    /// What the root's policy says in short
    #[arg(long, value_name = "TEXT")]
    pub policy: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  set-ca --data ca init --brand Orchard
  set-ca --data ca init --brand Orchard:Gold --country JP --geopolitical Kansai
  set-ca --data ca init --plan hierarchy.toml
  set-ca --data ca serve --set listen.tcp=127.0.0.1:2570
  set-ca --data ca serve --set listen.http=127.0.0.1:0 --format json
  set-ca --data ca show

The passphrase of the keys is read from SET_PASSPHRASE, or asked for at the terminal.

Exit codes: 0 done; 1 refused; 2 wrong command line; 3 peer not reached;
4 configuration or data folder broken; 5 internal fault.";

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
