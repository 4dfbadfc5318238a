//! The SET gateway role as a program.
//!
//! The protocol is in [`set_core::gateway`]; here is what it takes to run it. [`host`] is
//! the way to the acquirer's bank network, [`service`] joins protocol, store and host.
//!
//! | file of the data folder | what |
//! |---|---|
//! | `config.toml` | the configuration, see [`Config`] |
//! | `keys/`, `identities/` | signature and encryption key, encrypted, and their certificates |
//! | `enrollment.pem` | how the gateway enrolled, encrypted: what a renewal needs |
//! | `waiting-*.pem` | a request that the CA has not decided, encrypted |
//! | `roots/`, `certificates/`, `crls/`, `bci.der` | whom the gateway believes |
//! | `brands/` | a folder of the same shape for every further brand or acquirer |
//! | `store.db` | authorizations, batches, answers; no account number in clear |
#![forbid(unsafe_code)]

pub mod audit;
mod cli;
mod config;
mod enroll;
mod failure;
pub mod host;
mod houses;
mod init;
pub mod merchants;
mod serve;
pub mod service;
mod show;
mod transactions;
mod try_host;
mod upkept;

use std::ffi::OsString;
use std::process::ExitCode;

use set_node::call::Trace;
use set_node::cli::{Exit, SharedArgs};
use set_node::config::LogConfig;
use set_node::program::{self, Program, Screen, require_folder};

pub use self::cli::{
    Cli, Command, EnrollArgs, HostCommand, MerchantArgs, MerchantsCommand, RenewArgs,
};
pub use self::config::{AdviceForm, Config, GatewayConfig, HostConfig, HostKind, Iso8583Config};
pub use self::enroll::renew_with;
pub use self::failure::Failure;
pub use self::upkept::{UpkeptGateway, refresh_with};

/// Runs the program; the first of `args` is its name.
///
/// ```
/// use std::process::ExitCode;
///
/// let code = set_gateway::run(["set-gateway", "--version"].map(Into::into));
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
        let trace = Trace::of_flag(self.trace_wire);
        let data = self.shared.data;
        let own = matches!(
            self.command,
            Command::Init | Command::Enroll(_) | Command::Host(_)
        );
        if !own {
            require_folder(&data, &config.keys, &config.store, "set-gateway init")?;
        }
        match self.command {
            Command::Init => init::init(&data, &config, screen).await,
            Command::Enroll(args) => enroll::enroll(&data, &config, trace, &args, screen).await,
            Command::Renew(args) => enroll::renew(&data, &config, trace, &args, screen).await,
            Command::Refresh => upkept::refresh(&data, &config, trace, screen).await,
            Command::Serve => serve::serve(&data, &config, trace, screen).await,
            Command::Show => show::show(&data, &config, screen),
            Command::Merchants(command) => {
                merchants::merchants(&data, &config, &command, screen).await
            }
            Command::Host(HostCommand::Test) => try_host::try_host(&config, screen).await,
            Command::Audit => audit::command(&data, &config, screen).await,
            Command::Transactions => transactions::transactions(&data, &config, screen).await,
        }
    }
}
