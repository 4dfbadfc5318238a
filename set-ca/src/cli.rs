//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use set_core::x509::crl::CrlReason;
use set_node::cli::SharedArgs;

use crate::ceremony::CeremonyCommand;
use crate::lint::LintArgs;

/// The CAs of a SET brand
#[derive(Debug, Parser)]
#[command(name = "set-ca", version, about, after_help = EXAMPLES)]
pub struct Cli {
    /// The flags that all roles have.
    #[command(flatten)]
    pub shared: SharedArgs,
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
    #[command(
        after_help = "Examples:\n  set-ca --data ca init --brand Orchard\n  set-ca --data ca init --brand Orchard:Gold --country JP --geopolitical Kansai\n  set-ca --data ca init --plan hierarchy.toml"
    )]
    Init(InitArgs),
    /// Serve registrations until interrupted
    #[command(after_help = "Example:\n  set-ca --data ca serve --set listen.tcp=127.0.0.1:2570")]
    Serve,
    /// Make and certify CAs that are offline, step by step
    Ceremony {
        /// What to do.
        #[command(subcommand)]
        step: CeremonyCommand,
    },
    /// Say what is wrong with certificates by the letter of SET's profile
    #[command(after_help = "Example:\n  set-ca lint shop.pem --issuer mca.pem --issuer root.pem")]
    Lint(LintArgs),
    /// Show the hierarchy and the certificates issued
    #[command(after_help = "Example:\n  set-ca --data ca show")]
    Show,
    /// Revoke a certificate for good, and publish the CRL and BCI that say so
    ///
    /// The revocation is written to revocations.log first. That file is never changed, only
    /// added to: keep its newest copy whatever is restored from a backup. A server that runs
    /// over the folder takes the new lists up within a minute.
    #[command(after_help = "Example:\n  set-ca --data ca revoke 0b --reason keyCompromise")]
    Revoke(RevokeArgs),
    /// Issue the CRLs and BCIs that are due, and take CRLs of CAs that are kept elsewhere
    #[command(
        after_help = "Examples:\n  set-ca --data ca publish --all\n  set-ca --data ca publish --crl mca.crl"
    )]
    Publish(PublishArgs),
    /// Show the CRLs and BCIs in force
    #[command(after_help = "Example:\n  set-ca --data ca lists")]
    Lists,
    /// Have the key that the root announced succeed it, and publish the successor root
    ///
    /// The CAs directly below are certified anew for the keys that they have; everything below
    /// them stays as it is. A server that runs over the folder takes it up within a minute,
    /// and gateways, merchants and wallets that believe the old root learn of the successor
    /// with the next message. A run that was interrupted is finished by the next.
    ///
    /// Where the root is offline, carry what was made to the CAs with `ceremony bundle` and
    /// `ceremony accept`.
    #[command(after_help = "Examples:\n  set-ca --data ca rollover\n  set-ca --data root rollover")]
    Rollover,
    /// List the requests that wait for their approval
    ///
    /// No account number is kept of them, so none is shown.
    #[command(after_help = "Example:\n  set-ca --data ca requests --format json")]
    Requests,
    /// Approve a request that waits; its certificates are issued when the applicant asks again
    #[command(
        after_help = "Example:\n  set-ca --data ca approve 1F00A6 --institution 'First Bank'"
    )]
    Approve(ApproveArgs),
    /// Reject a request that waits; the applicant is told when it asks again
    #[command(after_help = "Example:\n  set-ca --data ca reject 1F00A6 --reason 'Come in person.'")]
    Reject(RejectArgs),
}

/// Arguments of `approve`. What is left out comes from the rules of the configuration, else
/// from the certificate that is renewed, else it is made up.
#[derive(Clone, Debug, Args)]
pub struct ApproveArgs {
    /// The request's id, as `requests` shows it
    pub id: String,
    /// The issuer's or acquirer's name in the certificates
    #[arg(long, value_name = "NAME")]
    pub institution: Option<String>,
    /// Promotional name of the card
    #[arg(long, value_name = "NAME")]
    pub card_name: Option<String>,
    /// A merchant's name as on statements, up to 25 characters
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Where a merchant is
    #[arg(long, value_name = "CITY")]
    pub city: Option<String>,
    /// The name of a merchant's country
    #[arg(long, value_name = "NAME")]
    pub country_name: Option<String>,
    /// A merchant's country, an ISO 3166 number
    #[arg(long, value_name = "NUMBER")]
    pub country: Option<u16>,
    /// Let a merchant be told account numbers
    #[arg(long)]
    pub auth_flag: bool,
    /// A gateway's id
    #[arg(long, value_name = "ID")]
    pub gateway_id: Option<String>,
    /// Let a gateway take payments of cardholders without a certificate
    #[arg(long)]
    pub card_cert_optional: bool,
}

/// Arguments of `reject`.
#[derive(Clone, Debug, Args)]
pub struct RejectArgs {
    /// The request's id, as `requests` shows it
    pub id: String,
    /// A word to the applicant
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Say that the CA rejects it, not the institution
    #[arg(long)]
    pub by_ca: bool,
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

/// Arguments of `revoke`.
#[derive(Clone, Debug, Args)]
pub struct RevokeArgs {
    /// A certificate's file, PEM or DER, or the serial number in hexadecimal of one that was
    /// issued here
    #[arg(value_name = "FILE|SERIAL")]
    pub certificate: String,
    /// Why: unspecified, keyCompromise, cACompromise, affiliationChanged, superseded or
    /// cessationOfOperation
    #[arg(long, value_name = "REASON", default_value = "unspecified")]
    pub reason: CrlReason,
    /// A part of the issuer's name, when several CAs gave out the same serial number
    #[arg(long, value_name = "TEXT")]
    pub issuer: Option<String>,
}

/// Arguments of `publish`.
#[derive(Clone, Debug, Args)]
pub struct PublishArgs {
    /// Issue all lists, due or not
    #[arg(long)]
    pub all: bool,
    /// A CRL, PEM or DER, of a CA whose key is kept elsewhere; may be repeated
    #[arg(long, value_name = "FILE")]
    pub crl: Vec<PathBuf>,
    /// Take over what the published lists revoke, when the newest revocations.log is lost
    #[arg(long)]
    pub adopt: bool,
}

const EXAMPLES: &str = "\
Examples:
  set-ca --data ca init --brand Orchard
  set-ca --data ca init --brand Orchard:Gold --country JP --geopolitical Kansai
  set-ca --data ca init --plan hierarchy.toml
  set-ca --data ca serve --set listen.tcp=127.0.0.1:2570
  set-ca --data ca serve --set listen.http=127.0.0.1:0 --format json
  set-ca --data ca show
  set-ca --data ca revoke 0b --reason keyCompromise
  set-ca --data ca publish --all
  set-ca --data ca lists
  set-ca --data ca rollover
  set-ca --data ca requests --format json
  set-ca --data ca approve 1F00A6 --institution 'First Bank'
  set-ca --data ca reject 1F00A6 --reason 'Come in person.'
  set-ca --data root ceremony root
  set-ca lint shop.pem --issuer mca.pem --issuer root.pem

The passphrase of the keys is read from the file keys.passphrase_file or from SET_PASSPHRASE, or
asked for at the terminal.

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
        let lacking = set_node::cli::without_example(&Cli::command(), "set-ca");
        assert_eq!(lacking, Vec::<String>::new());
    }
}
