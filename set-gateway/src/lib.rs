//! The SET gateway role as a program.
//!
//! The protocol is in [`set_core::gateway`]; here is what it takes to run it. [`host`] is
//! the way to the acquirer's bank network, [`service`] joins protocol, store and host.
//!
//! | file of the data folder | what |
//! |---|---|
//! | `config.toml` | the configuration, see [`Config`] |
//! | `keys/`, `identities/` | signature and encryption key, encrypted, and their certificates |
//! | `roots/`, `certificates/`, `crls/`, `bci.der` | whom the gateway believes |
//! | `store.db` | authorizations, batches, answers; no account number in clear |
#![forbid(unsafe_code)]

mod cli;
mod config;
mod enroll;
mod failure;
pub mod host;
mod init;
mod screen;
mod serve;
pub mod service;
mod show;
mod transactions;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;
use set_node::call::Trace;
use set_node::cli::Exit;
use set_node::telemetry::start_logs;

pub use self::cli::{Cli, Command, EnrollArgs};
pub use self::config::{Config, GatewayConfig, HostConfig};
pub use self::failure::Failure;

use self::screen::Screen;

/// Runs the program; the first of `args` is its name.
///
/// ```
/// use std::process::ExitCode;
///
/// let code = set_gateway::run(["set-gateway", "--version"].map(Into::into));
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
    let screen = Screen {
        format: cli.shared.format,
    };
    match execute(cli, screen) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            screen.failure(&failure);
            failure.exit().into()
        }
    }
}

fn execute(cli: Cli, screen: Screen) -> Result<Exit, Failure> {
    let config: Config = cli.shared.load_config()?;
    start_logs(&config.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::Runtime)?;
    let trace = if cli.trace_wire {
        Trace::Lines
    } else {
        Trace::Off
    };
    let data = cli.shared.data;
    runtime.block_on(async {
        match cli.command {
            Command::Init => init::init(&data, &config, screen).await,
            Command::Enroll(args) => enroll::enroll(&data, &config, trace, &args, screen).await,
            Command::Serve => serve::serve(&data, &config, trace, screen).await,
            Command::Show => show::show(&data, &config, screen),
            Command::Transactions => transactions::transactions(&data, &config, screen).await,
        }
    })
}
