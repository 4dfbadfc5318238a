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
//! | `store.db` | registrations, certificates issued, answers given; no account number is in it |
#![forbid(unsafe_code)]

mod approver;
mod cas;
mod cli;
mod config;
mod desk;
mod failure;
mod folder;
mod init;
mod office;
mod plan;
mod serve;
mod show;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;
use set_node::cli::{Exit, OutputFormat};
use set_node::telemetry::start_logs;

pub use self::approver::{Approver, Case, Rules};
pub use self::cli::{Cli, Command, InitArgs};
pub use self::config::{
    AcquirerRule, ApprovalConfig, CertificatesConfig, Config, FieldConfig, FormConfig, IssuerRule,
    MerchantRule,
};
pub use self::failure::Failure;
pub use self::folder::Keys;
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
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(fault) => {
            // Nothing can be told when standard error is closed.
            let _untold = fault.print();
            let exit = if fault.use_stderr() {
                Exit::Usage
            } else {
                Exit::Success
            };
            return exit.into();
        }
    };
    let format = cli.shared.format;
    match execute(cli) {
        Ok(()) => Exit::Success.into(),
        Err(failure) => {
            failure.tell(format);
            failure.exit().into()
        }
    }
}

fn execute(cli: Cli) -> Result<(), Failure> {
    let config: Config = cli.shared.load_config()?;
    start_logs(&config.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::Runtime)?;
    let data = cli.shared.data;
    let format: OutputFormat = cli.shared.format;
    runtime.block_on(async {
        match cli.command {
            Command::Init(args) => init::init(&data, &config, &args, format).await,
            Command::Serve => serve::run(&data, config, format).await,
            Command::Show => show::show(&data, &config, format).await,
        }
    })
}
