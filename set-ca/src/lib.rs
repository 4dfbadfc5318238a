//! The SET CA role as a program: makes the CAs of a brand and serves registrations.
//!
//! The protocol is in [`set_core::ca`]; here is what it takes to run it: a data folder, a
//! command line, a server, and an [`Approver`] who decides for issuers and acquirers.
//!
//! | file of the data folder | what |
//! |---|---|
//! | `config.toml` | the configuration, see [`Config`] |
//! | `identities/`, `keys/` | the CAs' certificates, and their keys, encrypted |
//! | `roots/` | the root, for whoever shall believe it |
//! | `brands/` | for each brand, what goes out with answers: certificates, CRLs, BCI |
//! | `revocations.log` | every revocation, and every CRL and BCI issued; it only grows, and the newest copy counts whatever is restored from a backup |
//! | `forms.toml` | forms per institution and language, if the configuration names it |
//! | `rulings/` | decisions as files, if the configuration says so |
//! | `store.db` | registrations, certificates issued, answers given; no account number is in it |
#![forbid(unsafe_code)]

mod approver;
mod cas;
mod ceremony;
mod cli;
mod config;
mod desk;
mod door;
mod failure;
mod folder;
mod forms;
mod init;
mod lint;
mod lists;
mod office;
mod plan;
mod requests;
mod rollover;
mod serve;
mod show;

use std::ffi::OsString;
use std::process::ExitCode;

use set_node::cli::{Exit, SharedArgs};
use set_node::config::LogConfig;
use set_node::program::{self, Program, Screen, require_folder};

pub use self::approver::{
    Approver, Case, Institution, MalformedItem, RejectedBy, Rules, Ruling, Rulings, Table, Terms,
    approver,
};
pub use self::ceremony::{
    AcceptArgs, BundleArgs, CaType, CeremonyCommand, CeremonyFault, PolicyArgs, RequestArgs,
    RootArgs, SignArgs,
};
pub use self::cli::{ApproveArgs, Cli, Command, InitArgs, PublishArgs, RejectArgs, RevokeArgs};
pub use self::config::{
    AcquirerRule, ApprovalConfig, ApprovalSource, CertificatesConfig, Config, FieldConfig,
    FormConfig, IssuerRule, ListsConfig, MerchantRule,
};
pub use self::failure::Failure;
pub use self::folder::Keys;
pub use self::forms::{EntityName, FieldEntry, FormEntry, FormsFile, ReferralConfig};
pub use self::lint::LintArgs;
pub use self::lists::ListsFault;
pub use self::office::Office;
pub use self::plan::{BrandEntry, CaEntry, GeopoliticalEntry, Kind, PlanFile, PolicyWords};
pub use self::serve::serve;

/// Runs the program; the first of `args` is its name.
///
/// ```
/// use std::process::ExitCode;
///
/// let code = set_ca::run(["set-ca", "--version"].map(Into::into));
/// assert_eq!(code, ExitCode::SUCCESS);
/// ```
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    program::run::<Cli>(args)
}

impl Program for Cli {
    const NAME: &'static str = env!("CARGO_PKG_NAME");
    type Config = Config;
    type Failure = Failure;

    fn shared(&self) -> &SharedArgs {
        &self.shared
    }

    fn log(config: &Config) -> &LogConfig {
        &config.log
    }

    async fn execute(self, config: Config, screen: &mut Screen) -> Result<Exit, Failure> {
        let data = self.shared.data;
        let own = matches!(
            self.command,
            Command::Init(_) | Command::Ceremony { .. } | Command::Lint(_)
        );
        if !own {
            require_folder(&data, &config.keys, &config.store, "set-ca init")?;
        }
        match self.command {
            Command::Init(args) => init::init(&data, &config, &args, screen).await,
            Command::Serve => serve::run(&data, config, screen).await,
            Command::Requests => requests::requests(&data, &config, screen).await,
            Command::Approve(args) => requests::approve(&data, &config, &args, screen).await,
            Command::Reject(args) => requests::reject(&data, &config, &args, screen).await,
            Command::Ceremony { step } => {
                ceremony::run(&data, &config, &step, screen)?;
                Ok(Exit::Success)
            }
            Command::Lint(args) => {
                lint::run(&args, screen)?;
                Ok(Exit::Success)
            }
            Command::Show => show::show(&data, &config, screen).await,
            Command::Revoke(args) => {
                screen.result(&lists::revoke(&data, &config, &args).await?);
                Ok(Exit::Success)
            }
            Command::Publish(args) => {
                screen.result(&lists::publish(&data, &config, &args)?);
                Ok(Exit::Success)
            }
            Command::Rollover => {
                screen.result(&rollover::rollover(&data, &config)?);
                Ok(Exit::Success)
            }
            Command::Lists => {
                screen.result(&lists::lists(&data)?);
                Ok(Exit::Success)
            }
        }
    }
}
