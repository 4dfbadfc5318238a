//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use set_node::cli::SharedArgs;
use set_node::enroll::{FieldArg, RootArgs};
use set_node::transport::Endpoint;

use crate::day::Day;
use crate::wishes::{
    AuthorizeWish, BatchWish, CaptureWish, CloseWish, CorrectWish, ReverseWish, ShowBatchWish,
};

/// A SET point of sale
#[derive(Debug, Parser)]
#[command(name = "set-merchant", version, about, after_help = EXAMPLES)]
pub struct Cli {
    /// The flags that all roles have.
    #[command(flatten)]
    pub shared: SharedArgs,
    /// Tell every exchange, and what it proved, as one JSON line on standard output
    #[arg(long, global = true)]
    pub trace_wire: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the merchant can be asked to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make the data folder with a configuration
    #[command(after_help = "Example:\n  set-merchant --data shop init")]
    Init,
    /// Obtain the merchant's certificates, and the gateway's encryption certificate
    ///
    /// A request that the CA has not decided is kept; the same command asks again. Another brand
    /// is enrolled for by the same command, with its name.
    #[command(
        after_help = "Example:\n  set-merchant --data shop enroll --ca set://ca.example:257 \
        --root root.pem \\\n    --merchant-id MER-0001 --bin 455555 --brand Orchard \
        --gateway set://gw.example:257"
    )]
    Enroll(EnrollArgs),
    /// Renew the merchant's certificates with the old ones
    ///
    /// The CA's form is filled in as at the enrollment, unless --field says otherwise.
    #[command(after_help = "Example:\n  set-merchant --data shop renew")]
    Renew(RenewArgs),
    /// Fetch the gateway's encryption certificate, CRLs and BCI anew
    #[command(after_help = "Example:\n  set-merchant --data shop refresh")]
    Refresh(RefreshArgs),
    /// Serve wallets and the shop until told to stop
    #[command(after_help = "Example:\n  set-merchant --data shop serve \
        --set listen.tcp=0.0.0.0:257 --set listen.http=0.0.0.0:8080")]
    Serve(ServeArgs),
    /// Offer an order to a wallet, and write its wake-up message
    #[command(
        after_help = "Example:\n  set-merchant --data shop offer --description 'One teapot' \
        --amount 12950 --currency 840 --exponent=-2 --wake-up order.setpay\n  \
        set-merchant --data shop offer --description 'A journal' --amount 900 \
        --recurring-days 30 --recurring-until 2030-12-31 --wake-up order.setpay"
    )]
    Offer(OfferArgs),
    /// List the orders with their states and amounts
    #[command(after_help = "Example:\n  set-merchant --data shop orders --format json")]
    Orders,
    /// Show one order
    #[command(after_help = "Example:\n  set-merchant --data shop show 5f0c36a2d1e97b48")]
    Show {
        /// The order: its lid-M or XID in hexadecimal
        #[arg(value_name = "ORDER")]
        order: String,
    },
    /// Authorize an order, or the next part of it
    #[command(
        after_help = "Examples:\n  set-merchant --data shop authorize 5f0c36a2d1e97b48\n  \
        set-merchant --data shop authorize 5f0c36a2d1e97b48 --amount 5000 --subsequent\n  \
        set-merchant --data shop authorize 5f0c36a2d1e97b48 --market hotel --duration 3"
    )]
    Authorize(AuthorizeArgs),
    /// Lower an authorization, or take it back
    #[command(
        after_help = "Examples:\n  set-merchant --data shop reverse 5f0c36a2d1e97b48\n  \
        set-merchant --data shop reverse 5f0c36a2d1e97b48 --leave 5000"
    )]
    Reverse(ReverseArgs),
    /// Collect what was authorized
    #[command(
        after_help = "Examples:\n  set-merchant --data shop capture 5f0c36a2d1e97b48\n  \
        set-merchant --data shop capture --all --format json\n  \
        set-merchant --data shop capture 5f0c36a2d1e97b48 --sale stay.json"
    )]
    Capture(CaptureArgs),
    /// Undo a capture
    #[command(
        after_help = "Examples:\n  set-merchant --data shop uncapture 5f0c36a2d1e97b48\n  \
        set-merchant --data shop uncapture 5f0c36a2d1e97b48 --capture 2 --new-batch 7"
    )]
    Uncapture(CorrectArgs),
    /// Give back what was captured, in part or all
    #[command(
        after_help = "Example:\n  set-merchant --data shop credit 5f0c36a2d1e97b48 --amount 1000"
    )]
    Credit(CorrectArgs),
    /// Undo a credit
    #[command(after_help = "Example:\n  set-merchant --data shop uncredit 5f0c36a2d1e97b48")]
    Uncredit(CorrectArgs),
    /// Open, close, purge or show a batch at the gateway
    #[command(
        subcommand,
        after_help = "Examples:\n  set-merchant --data shop batch show --items\n  \
        set-merchant --data shop batch close"
    )]
    Batch(BatchCommand),
    /// Create, list or revoke the keys that shops show at the HTTP interface for them
    #[command(
        subcommand,
        after_help = "Examples:\n  set-merchant --data shop api-key create --name web-shop\n  \
        set-merchant --data shop api-key revoke 5f0c36a2d1e97b48"
    )]
    ApiKey(ApiKeyCommand),
    /// Make the secret of call-backs; list and send again what was not delivered
    #[command(
        subcommand,
        after_help = "Examples:\n  set-merchant --data shop callback secret\n  \
        set-merchant --data shop callback list"
    )]
    Callback(CallbackCommand),
    /// Export what was signed about an order, and check such a file
    #[command(
        subcommand,
        after_help = "Examples:\n  set-merchant --data shop evidence export 5f0c36a2d1e97b48 \
        --out order.evidence\n  set-merchant --data shop evidence verify order.evidence --root root.pem"
    )]
    Evidence(EvidenceCommand),
}

/// What can be done about API keys.
#[derive(Debug, Subcommand)]
pub enum ApiKeyCommand {
    /// Create a key and show it, this once
    #[command(after_help = "Example:\n  set-merchant --data shop api-key create --name web-shop")]
    Create(CreateKeyArgs),
    /// List the keys that hold
    #[command(after_help = "Example:\n  set-merchant --data shop api-key list")]
    List,
    /// Revoke a key
    #[command(after_help = "Example:\n  set-merchant --data shop api-key revoke 5f0c36a2d1e97b48")]
    Revoke {
        /// Its id, as listed
        #[arg(value_name = "ID")]
        id: String,
    },
}

/// Arguments of `api-key create`.
#[derive(Clone, Debug, Args)]
pub struct CreateKeyArgs {
    /// What it is called in lists
    #[arg(long, value_name = "TEXT")]
    pub name: String,
    /// It may read, and nothing else
    #[arg(long)]
    pub read_only: bool,
}

/// What can be done with signed statements.
#[derive(Debug, Subcommand)]
pub enum EvidenceCommand {
    /// Write all that was signed about an order into one file; an answer about several orders
    /// tells of the others as well
    #[command(
        after_help = "Example:\n  set-merchant --data shop evidence export 5f0c36a2d1e97b48 --out order.evidence"
    )]
    Export(ExportArgs),
    /// Check such a file, offline, and tell step by step what it proves
    #[command(
        after_help = "Example:\n  set-merchant --data shop evidence verify order.evidence --root root.pem"
    )]
    Verify(VerifyArgs),
}

/// Arguments of `evidence export`.
#[derive(Clone, Debug, Args)]
pub struct ExportArgs {
    /// The order: its lid-M or XID in hexadecimal
    #[arg(value_name = "ORDER")]
    pub order: String,
    /// Where to write the bundle, DER
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// Arguments of `evidence verify`.
#[derive(Clone, Debug, Args)]
pub struct VerifyArgs {
    /// The bundle
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The root to believe, unless the data folder has one.
    #[command(flatten)]
    pub root: RootArgs,
}

/// What can be done about call-backs.
#[derive(Debug, Subcommand)]
pub enum CallbackCommand {
    /// Make the secret that signs call-backs and show it, this once
    #[command(after_help = "Example:\n  set-merchant --data shop callback secret")]
    Secret,
    /// List the events that wait to be delivered, and those that were given up
    #[command(after_help = "Example:\n  set-merchant --data shop callback list")]
    List,
    /// Send events again, from the beginning
    #[command(after_help = "Example:\n  set-merchant --data shop callback resend 17 18")]
    Resend {
        /// Their ids, as listed
        #[arg(value_name = "ID", required = true)]
        events: Vec<String>,
    },
}

/// What can be done with a batch.
#[derive(Debug, Subcommand)]
pub enum BatchCommand {
    /// Open a batch
    #[command(after_help = "Example:\n  set-merchant --data shop batch open")]
    Open(BatchArgs),
    /// Close the batch; what it holds is settled
    #[command(
        after_help = "Examples:\n  set-merchant --data shop batch close\n  set-merchant --data shop batch close --brand Orchard"
    )]
    Close(CloseArgs),
    /// Take all items out of the batch
    #[command(after_help = "Example:\n  set-merchant --data shop batch purge")]
    Purge(BatchArgs),
    /// Show totals, transmission and settlement
    #[command(after_help = "Example:\n  set-merchant --data shop batch show --items")]
    Show(ShowBatchArgs),
}

/// Where the batch is.
#[derive(Clone, Debug, Default, Args)]
pub struct AtArgs {
    /// The payment gateway [default: that of the configuration, else the one given to enroll]
    #[arg(long, value_name = "URL")]
    pub gateway: Option<Endpoint>,
}

/// Arguments of `batch open` and `batch purge`.
#[derive(Clone, Debug, Args)]
pub struct BatchArgs {
    /// Which.
    #[command(flatten)]
    pub wish: BatchWish,
    /// At which gateway.
    #[command(flatten)]
    pub at: AtArgs,
}

/// Arguments of `batch close`.
#[derive(Clone, Debug, Args)]
pub struct CloseArgs {
    /// Which, and how.
    #[command(flatten)]
    pub wish: CloseWish,
    /// At which gateway.
    #[command(flatten)]
    pub at: AtArgs,
}

/// Arguments of `batch show`.
#[derive(Clone, Debug, Args)]
pub struct ShowBatchArgs {
    /// Which, and how much of it.
    #[command(flatten)]
    pub wish: ShowBatchWish,
    /// At which gateway.
    #[command(flatten)]
    pub at: AtArgs,
}

/// Arguments of `authorize`.
#[derive(Clone, Debug, Args)]
pub struct AuthorizeArgs {
    /// The order: its lid-M or XID in hexadecimal
    #[arg(value_name = "ORDER")]
    pub order: String,
    /// How.
    #[command(flatten)]
    pub wish: AuthorizeWish,
    /// The payment gateway [default: that of the configuration, else the one given to enroll]
    #[arg(long, value_name = "URL")]
    pub gateway: Option<Endpoint>,
}

/// Arguments of `reverse`.
#[derive(Clone, Debug, Args)]
pub struct ReverseArgs {
    /// The order: its lid-M or XID in hexadecimal; its last authorization is meant
    #[arg(value_name = "ORDER")]
    pub order: String,
    /// How.
    #[command(flatten)]
    pub wish: ReverseWish,
    /// The payment gateway [default: that of the configuration, else the one given to enroll]
    #[arg(long, value_name = "URL")]
    pub gateway: Option<Endpoint>,
}

/// Arguments of `uncapture`, `credit` and `uncredit`.
#[derive(Clone, Debug, Args)]
pub struct CorrectArgs {
    /// The order: its lid-M or XID in hexadecimal
    #[arg(value_name = "ORDER")]
    pub order: String,
    /// Which, and how.
    #[command(flatten)]
    pub wish: CorrectWish,
    /// The payment gateway [default: that of the configuration, else the one given to enroll]
    #[arg(long, value_name = "URL")]
    pub gateway: Option<Endpoint>,
}

/// Arguments of `enroll`.
#[derive(Clone, Debug, Args)]
pub struct EnrollArgs {
    /// The merchant CA: set://host:port or http://host:port/path
    #[arg(long, value_name = "URL")]
    pub ca: Endpoint,
    /// The root to believe.
    #[command(flatten)]
    pub root: RootArgs,
    /// The merchant's id at its acquirer
    #[arg(long, value_name = "ID")]
    pub merchant_id: String,
    /// The acquirer's BIN, six digits
    #[arg(long, value_name = "BIN")]
    pub bin: String,
    /// Brand to accept, as the CA names it
    #[arg(long, value_name = "BRAND")]
    pub brand: String,
    /// An answer to the CA's form; may be repeated
    #[arg(long = "field", value_name = "NAME=VALUE")]
    pub fields: Vec<FieldArg>,
    /// The payment gateway, remembered for later
    #[arg(long, value_name = "URL")]
    pub gateway: Option<Endpoint>,
    /// Drop a request that waits for the CA's decision
    #[arg(long)]
    pub anew: bool,
}

/// Arguments of `renew`.
#[derive(Clone, Debug, Args)]
pub struct RenewArgs {
    /// The merchant CA [default: that of the enrollment]
    #[arg(long, value_name = "URL")]
    pub ca: Option<Endpoint>,
    /// An answer to the CA's form; may be repeated
    #[arg(long = "field", value_name = "NAME=VALUE")]
    pub fields: Vec<FieldArg>,
}

/// Arguments of `refresh`.
#[derive(Clone, Debug, Args)]
pub struct RefreshArgs {
    /// The payment gateway, remembered for later [default: that of the configuration, else
    /// the one given before]
    #[arg(long, value_name = "URL")]
    pub gateway: Option<Endpoint>,
}

/// Arguments of `serve`.
#[derive(Clone, Debug, Args)]
pub struct ServeArgs {
    /// The payment gateway [default: that of the configuration, else the one given to enroll]
    #[arg(long, value_name = "URL")]
    pub gateway: Option<Endpoint>,
}

/// Arguments of `offer`.
#[derive(Clone, Debug, Args)]
pub struct OfferArgs {
    /// The order description, as the cardholder reads it
    #[arg(
        long,
        value_name = "TEXT",
        required_unless_present = "description_file"
    )]
    pub description: Option<String>,
    /// A file with the order description
    #[arg(long, value_name = "FILE", conflicts_with = "description")]
    pub description_file: Option<PathBuf>,
    /// The price, in the unit that the exponent sets
    #[arg(long, value_name = "NUMBER")]
    pub amount: u64,
    /// ISO 4217 number of the currency
    #[arg(long, value_name = "NUMBER", default_value_t = 840)]
    pub currency: u16,
    /// Power of ten of the unit: -2 for cents
    #[arg(long, value_name = "NUMBER", default_value_t = -2, allow_negative_numbers = true)]
    pub exponent: i32,
    /// Brand accepted, the preferred first; may be repeated [default: the brand enrolled for]
    #[arg(long = "brand", value_name = "BRAND")]
    pub brands: Vec<String>,
    /// The price is paid in so many instalments, at least 2
    #[arg(long, value_name = "NUMBER", conflicts_with = "recurring_days")]
    pub instalments: Option<u64>,
    /// The price is paid again and again, so many days apart at least
    #[arg(long, value_name = "DAYS", requires = "recurring_until")]
    pub recurring_days: Option<u16>,
    /// The last day of that
    #[arg(long, value_name = "YYYY-MM-DD", requires = "recurring_days")]
    pub recurring_until: Option<Day>,
    /// Where to write the wake-up message; - for standard output
    #[arg(long, value_name = "FILE")]
    pub wake_up: Option<PathBuf>,
}

/// Arguments of `capture`.
#[derive(Clone, Debug, Args)]
pub struct CaptureArgs {
    /// The orders: lid-M or XID in hexadecimal
    #[arg(value_name = "ORDER", required_unless_present = "all")]
    pub orders: Vec<String>,
    /// All orders that are authorized
    #[arg(long, conflicts_with = "orders")]
    pub all: bool,
    /// How.
    #[command(flatten)]
    pub wish: CaptureWish,
    /// The payment gateway [default: that of the configuration, else the one given to enroll]
    #[arg(long, value_name = "URL")]
    pub gateway: Option<Endpoint>,
}

const EXAMPLES: &str = "\
Examples:
  set-merchant --data shop init
  set-merchant --data shop enroll --ca set://ca.example:257 --root root.pem \\
    --merchant-id MER-0001 --bin 455555 --brand Orchard --gateway set://gw.example:257
  set-merchant --data shop enroll --ca set://ca.example:257 --root root.pem \\
    --merchant-id MER-0001 --bin 466666 --brand Meadow --gateway set://gw2.example:257
  set-merchant --data shop serve --set listen.tcp=0.0.0.0:257
  set-merchant --data shop offer --description 'One teapot' --amount 12950 --wake-up order.setpay
  set-merchant --data shop orders
  set-merchant --data shop capture --all
  set-merchant --data shop credit 5f0c36a2d1e97b48 --amount 1000
  set-merchant --data shop batch close

Exit codes: 0 done; 1 refused or declined; 2 wrong command line; 3 peer not reached;
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
        let lacking = set_node::cli::without_example(&Cli::command(), "set-merchant");
        assert_eq!(lacking, Vec::<String>::new());
    }

    #[test]
    fn captures_and_credits_are_counted_from_one() {
        let parse = |flag: &str| {
            Cli::try_parse_from(["set-merchant", "uncredit", "2a", "--capture", "1", flag]).is_ok()
        };
        assert!(parse("--credit=1") && !parse("--credit=0"));
        assert!(
            Cli::try_parse_from(["set-merchant", "uncapture", "2a", "--capture", "0"]).is_err()
        );
    }

    #[test]
    fn capture_takes_orders_or_all_and_not_both() {
        let parse = |arguments: &[&str]| {
            Cli::try_parse_from([&["set-merchant", "capture"], arguments].concat()).is_ok()
        };
        assert!(parse(&["--all"]) && parse(&["2a", "2b"]));
        assert!(!parse(&[]) && !parse(&["2a", "--all"]));
    }
}
