//! The SET merchant role as a program: a point of sale for one brand.
//!
//! The protocol is in [`set_core::merchant`]; here is what it takes to run it: a data
//! folder, a command line, a server for wallets and for the shop, and calls to the CA and
//! the gateway.
//!
//! | file of the data folder | what |
//! |---|---|
//! | `config.toml` | the configuration, see [`Config`] |
//! | `keys/`, `identities/` | signature and encryption keys, encrypted, and their certificates |
//! | `roots/`, `certificates/`, `crls/`, `bci.der` | whom the merchant believes |
//! | `shop-token` | what a shop shows to create orders over HTTP |
//! | `store.db` | the orders; no account number is in it |
//!
//! An order begins as an offer, made by `offer` or by the shop with `POST /offers`. The
//! wallet gets it as a wake-up message and orders; the gateway authorizes at once or
//! later; `capture` collects.
#![forbid(unsafe_code)]

mod background;
mod capture;
mod cli;
mod collection;
mod config;
mod enroll;
mod failure;
mod fault;
mod gateway;
mod init;
mod ledger;
mod offer;
mod offering;
mod orders;
mod pos;
mod refresh;
mod screen;
mod serve;
mod service;
mod shop_pages;
mod show;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;
use set_node::call::Trace;
use set_node::cli::Exit;
use set_node::telemetry::start_logs;

pub use self::capture::capture;
pub use self::cli::{CaptureArgs, Cli, Command, EnrollArgs, OfferArgs, RefreshArgs, ServeArgs};
pub use self::config::{AuthorizeWhen, CaptureWhen, Config, ShopConfig};
pub use self::enroll::enroll;
pub use self::failure::Failure;
pub use self::fault::Fault;
pub use self::gateway::Gateway;
pub use self::offering::{NewOffer, Offered};
pub use self::orders::orders;
pub use self::pos::{Pos, Profile};
pub use self::refresh::refresh;
pub use self::screen::Screen;
pub use self::service::Till;
pub use self::shop_pages::{ShopDoor, routes};
pub use self::show::show;

/// Runs the program; the first of `args` is its name.
///
/// ```
/// use std::process::ExitCode;
///
/// let code = set_merchant::run(["set-merchant", "--version"].map(Into::into));
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
    let mut screen = Screen::standard(cli.shared.format);
    match execute(cli, &mut screen) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            screen.failure(&failure);
            failure.exit().into()
        }
    }
}

fn execute(cli: Cli, screen: &mut Screen) -> Result<Exit, Failure> {
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
    let data: &Path = &cli.shared.data;
    runtime.block_on(async {
        match &cli.command {
            Command::Init => init::init(data, &config, screen).await,
            Command::Enroll(args) => {
                let mut pos = Pos::open(data, config, trace).await?;
                enroll(&mut pos, args, screen).await
            }
            Command::Refresh(args) => {
                let mut pos = Pos::open(data, config, trace).await?;
                refresh(&mut pos, args, screen).await
            }
            Command::Serve(args) => {
                let pos = Pos::open(data, config, trace).await?;
                serve::serve(pos, args, screen).await
            }
            Command::Offer(args) => offer::offer(data, &config, args, screen).await,
            Command::Orders => orders(data, &config, screen).await,
            Command::Show { order } => show(data, &config, order, screen).await,
            Command::Capture(args) => {
                let pos = Pos::open(data, config, trace).await?;
                capture(&pos, args, screen).await
            }
        }
    })
}
