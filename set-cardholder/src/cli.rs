//! The command line.

use clap::{Args, Parser, Subcommand};
use set_node::cli::SharedArgs;
use set_node::enroll::{FieldArg, RootArgs};
use set_node::transport::Endpoint;

/// A SET wallet for one card
#[derive(Debug, Parser)]
#[command(name = "set-cardholder", version, about, after_help = EXAMPLES)]
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

/// What the wallet can be asked to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make the data folder with a configuration
    #[command(after_help = "Example:\n  set-cardholder --data wallet init")]
    Init,
    /// Obtain a certificate for a card
    ///
    /// The account number and its expiry are read from SET_CARD_NUMBER and SET_CARD_EXPIRY,
    /// else asked for at the terminal, else read as two lines of standard input. They are
    /// never given as arguments, which other users of the machine could see.
    ///
    /// A request that the issuer has not decided is kept; the same command asks again.
    #[command(
        after_help = "Example:\n  set-cardholder --data wallet enroll --ca set://ca.example:257 --root root.pem --brand Orchard"
    )]
    Enroll(EnrollArgs),
    /// Renew the card's certificate with the old one
    ///
    /// The CA's form is filled in as at the enrollment, unless --field says otherwise. For a
    /// new card with the old number, SET_CARD_EXPIRY gives the new expiry.
    #[command(after_help = "Example:\n  set-cardholder --data wallet renew")]
    Renew(RenewArgs),
    /// Pay what a shop's wake-up message describes
    #[command(
        after_help = "Examples:\n  set-cardholder --data wallet pay --wake-up order.setpay\n  set-cardholder --data wallet pay --wake-up http://shop.example/order/42 --yes --format json\n  set-cardholder --data wallet pay --wake-up order.setpay --unsigned --brand Orchard --root root.pem"
    )]
    Pay(PayArgs),
    /// Ask the merchant how far an order has come
    #[command(
        after_help = "Examples:\n  set-cardholder --data wallet inquire --last\n  set-cardholder --data wallet inquire 5f0c36a2"
    )]
    Inquire(InquireArgs),
    /// List the orders placed
    #[command(after_help = "Example:\n  set-cardholder --data wallet orders --format json")]
    Orders,
    /// Show the card, masked, and its certificate
    #[command(after_help = "Example:\n  set-cardholder --data wallet show")]
    Show,
}

/// Arguments of `enroll`.
#[derive(Clone, Debug, Args)]
pub struct EnrollArgs {
    /// The cardholder CA: set://host:port or http://host:port/path
    #[arg(long, value_name = "URL")]
    pub ca: Endpoint,
    /// The root to believe.
    #[command(flatten)]
    pub root: RootArgs,
    /// Brand of the card, as the CA names it
    #[arg(long, value_name = "BRAND")]
    pub brand: String,
    /// An answer to the CA's form; may be repeated
    #[arg(long = "field", value_name = "NAME=VALUE")]
    pub fields: Vec<FieldArg>,
    /// Drop a request that waits for the issuer's decision
    #[arg(long)]
    pub anew: bool,
}

/// Arguments of `renew`.
#[derive(Clone, Debug, Args)]
pub struct RenewArgs {
    /// The cardholder CA [default: that of the enrollment]
    #[arg(long, value_name = "URL")]
    pub ca: Option<Endpoint>,
    /// An answer to the CA's form; may be repeated
    #[arg(long = "field", value_name = "NAME=VALUE")]
    pub fields: Vec<FieldArg>,
}

/// Arguments of `pay`.
#[derive(Clone, Debug, Args)]
pub struct PayArgs {
    /// The wake-up message: a file, an http:// URL, or - for standard input
    #[arg(long, value_name = "FILE|URL|-")]
    pub wake_up: String,
    /// Agree without being asked
    #[arg(long, short)]
    pub yes: bool,
    /// Pay without a certificate, where the gateway's certificate allows it: with the wallet's
    /// card, else with one that is read like that of `enroll` and not kept
    #[arg(long)]
    pub unsigned: bool,
    /// With --unsigned and no card: the brand to pay with
    #[arg(long, value_name = "BRAND", requires = "unsigned")]
    pub brand: Option<String>,
    /// With --unsigned: the root to believe.
    #[command(flatten)]
    pub root: RootArgs,
}

/// Arguments of `inquire`.
#[derive(Clone, Debug, Args)]
pub struct InquireArgs {
    /// Transaction id of the order, in hexadecimal, or the beginning of it; the last order
    /// when none is given
    #[arg(value_name = "XID", conflicts_with = "last")]
    pub xid: Option<String>,
    /// The last order
    #[arg(long)]
    pub last: bool,
}

const EXAMPLES: &str = "\
Examples:
  set-cardholder --data wallet init
  set-cardholder --data wallet enroll --ca set://ca.example:257 --root root.pem --brand Orchard
  set-cardholder --data wallet pay --wake-up order.setpay
  set-cardholder --data wallet pay --wake-up http://shop.example/order/42 --yes --format json
  set-cardholder --data wallet inquire --last

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
        let lacking = set_node::cli::without_example(&Cli::command(), "set-cardholder");
        assert_eq!(lacking, Vec::<String>::new());
    }

    #[test]
    fn there_is_no_argument_for_the_account_number() {
        let mut command = Cli::command();
        let enroll = command.find_subcommand_mut("enroll").unwrap();
        let help = enroll.render_long_help().to_string();
        assert!(!help.contains("--pan") && !help.contains("--card"));
        assert!(help.contains("SET_CARD_NUMBER"));
    }

    #[test]
    fn an_answer_to_the_form_is_not_shown_by_debug() {
        let cli = Cli::parse_from([
            "set-cardholder",
            "enroll",
            "--ca",
            "set://h",
            "--brand",
            "B",
            "--field",
            "Name=Ada",
        ]);
        assert!(!format!("{cli:?}").contains("Ada"));
    }
}
