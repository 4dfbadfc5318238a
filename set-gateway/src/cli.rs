//! The command line.

use clap::{Args, Parser, Subcommand};
use set_node::cli::SharedArgs;
use set_node::enroll::{FieldArg, RootArgs};
use set_node::transport::Endpoint;

/// A SET payment gateway
#[derive(Debug, Parser)]
#[command(name = "set-gateway", version, about, after_help = EXAMPLES)]
pub struct Cli {
    /// The flags that all roles have.
    #[command(flatten)]
    pub shared: SharedArgs,
    /// Tell every exchange, and what each request proved, as one JSON line on standard output
    #[arg(long, global = true)]
    pub trace_wire: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the gateway can be asked to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make the data folder with a configuration
    #[command(after_help = "Example:\n  set-gateway --data gateway init")]
    Init,
    /// Obtain the gateway's signature and encryption certificates
    ///
    /// A request that the CA has not decided is kept; the same command asks again. Another brand
    /// or acquirer is enrolled for by the same command, with its name or BIN.
    #[command(
        after_help = "Example:\n  set-gateway --data gateway enroll --ca set://ca.example:257 --root root.pem \\\n      --brand Orchard --bin 455555 --business-id 1001"
    )]
    Enroll(EnrollArgs),
    /// Renew the gateway's certificates with the old ones
    ///
    /// The CA's form is filled in as at the enrollment, unless --field says otherwise. Those of
    /// every brand and acquirer are renewed.
    #[command(after_help = "Example:\n  set-gateway --data gateway renew")]
    Renew(RenewArgs),
    /// Ask the CA for newer CRLs and a newer BCI
    ///
    /// A server does so by itself every day, and takes up what this command fetched.
    #[command(after_help = "Example:\n  set-gateway --data gateway refresh")]
    Refresh,
    /// Answer merchants until stopped
    ///
    /// Takes AuthReq, AuthRevReq, CapReq, CapRevReq, CredReq, CredRevReq, BatchAdminReq and
    /// PCertReq. What another run left half done is resolved beside that: the acquirer's host
    /// is asked again under the same key.
    #[command(after_help = "Example:
  set-gateway --data gateway serve --set listen.tcp=0.0.0.0:257")]
    Serve,
    /// Show the certificates
    #[command(after_help = "Example:\n  set-gateway --data gateway show")]
    Show,
    /// List the authorizations and their captures
    #[command(after_help = "Example:\n  set-gateway --data gateway transactions --format json")]
    Transactions,
    /// Compare the records, the batches and the books of money with each other
    ///
    /// Ends with exit code 1 when they do not agree. While the gateway answers merchants, what
    /// it is about to finish counts as waiting.
    #[command(after_help = "Example:\n  set-gateway --data gateway audit")]
    Audit,
    /// Remove merchants, restore them, or list those removed
    #[command(subcommand)]
    Merchants(MerchantsCommand),
    /// Look after the way to the acquirer's host
    #[command(subcommand)]
    Host(HostCommand),
}

/// What can be done about merchants.
#[derive(Clone, Debug, Subcommand)]
pub enum MerchantsCommand {
    /// Refuse all requests of a merchant from now on, whatever certificates it has
    ///
    /// The merchant is told that its certificate is revoked. A gateway that serves looks at each
    /// request whether its merchant is removed.
    #[command(
        after_help = "Example:\n  set-gateway --data gateway merchants remove MER-0001 --bin 455555"
    )]
    Remove(MerchantArgs),
    /// Serve a merchant again that was removed
    #[command(
        after_help = "Example:\n  set-gateway --data gateway merchants restore MER-0001 --bin 455555"
    )]
    Restore(MerchantArgs),
    /// List the merchants that are removed
    #[command(after_help = "Example:\n  set-gateway --data gateway merchants list")]
    List,
}

/// A merchant.
#[derive(Clone, Debug, Args)]
pub struct MerchantArgs {
    /// The merchant's id at its acquirer, as in its certificate
    #[arg(value_name = "MERCHANT-ID")]
    pub merchant_id: String,
    /// BIN of the acquirer, six digits
    #[arg(long, value_name = "DIGITS")]
    pub bin: String,
}

/// What can be done about the acquirer's host.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum HostCommand {
    /// Sign on to the configured host, make an echo test, and say what came back
    #[command(
        after_help = "Example:\n  set-gateway --data gateway host test --set host.kind=iso8583 \\\n      --set host.iso8583.address=host.example:8583"
    )]
    Test,
}

/// Arguments of `enroll`.
#[derive(Clone, Debug, Args)]
pub struct EnrollArgs {
    /// The gateway CA: set://host:port or http://host:port/path
    #[arg(long, value_name = "URL")]
    pub ca: Endpoint,
    /// The root to believe.
    #[command(flatten)]
    pub root: RootArgs,
    /// Brand to serve, as the CA names it
    #[arg(long, value_name = "BRAND")]
    pub brand: String,
    /// BIN of the acquirer, six digits
    #[arg(long, value_name = "DIGITS")]
    pub bin: String,
    /// The acquirer's business id, up to 32 digits
    #[arg(long, value_name = "DIGITS")]
    pub business_id: Option<String>,
    /// An answer to the CA's form; may be repeated
    #[arg(long = "field", value_name = "NAME=VALUE")]
    pub fields: Vec<FieldArg>,
    /// Drop a request that waits for the CA's decision
    #[arg(long)]
    pub anew: bool,
}

/// Arguments of `renew`.
#[derive(Clone, Debug, Args)]
pub struct RenewArgs {
    /// The gateway CA [default: that of the enrollment]
    #[arg(long, value_name = "URL")]
    pub ca: Option<Endpoint>,
    /// An answer to the CA's form; may be repeated
    #[arg(long = "field", value_name = "NAME=VALUE")]
    pub fields: Vec<FieldArg>,
}

const EXAMPLES: &str = "\
Examples:
  set-gateway --data gateway init
  set-gateway --data gateway enroll --ca set://ca.example:257 --root root.pem \\
      --brand Orchard --bin 455555 --business-id 1001
  set-gateway --data gateway enroll --ca set://ca.example:257 --root root.pem \\
      --brand Meadow --bin 466666
  set-gateway --data gateway renew
  set-gateway --data gateway refresh
  set-gateway --data gateway serve --set listen.tcp=0.0.0.0:257
  set-gateway --data gateway transactions --format json
  set-gateway --data gateway audit
  set-gateway --data gateway merchants remove MER-0001 --bin 455555
  set-gateway --data gateway host test --set host.kind=iso8583 \\
      --set host.iso8583.address=host.example:8583

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

    #[test]
    fn every_subcommand_shows_an_example() {
        let lacking = set_node::cli::without_example(&Cli::command(), "set-gateway");
        assert_eq!(lacking, Vec::<String>::new());
    }
}
