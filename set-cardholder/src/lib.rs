//! The SET cardholder role as a program: a wallet for one card.
//!
//! The protocol is in [`set_core::cardholder`]; here is what it takes to run it: a data
//! folder, a command line, and calls to the CA and to merchants. A wallet holds one card of
//! one brand; another card is another data folder.
//!
//! | file of the data folder | what |
//! |---|---|
//! | `config.toml` | the configuration, see [`Config`] |
//! | `card.pem` | account number, expiry and PANSecret, encrypted under the passphrase |
//! | `keys/`, `identities/` | the signature key, encrypted, and its certificate |
//! | `roots/`, `certificates/`, `crls/`, `bci.der` | whom the wallet believes |
//! | `store.db` | the orders placed; no account number is in it |
#![forbid(unsafe_code)]

mod card;
mod cli;
mod config;
mod enroll;
mod failure;
mod fetch;
mod init;
mod inquire;
mod order;
mod orders;
mod outcome;
mod pay;
mod payer;
mod show;
mod wallet;

use std::ffi::OsString;
use std::process::ExitCode;

use set_node::call::Trace;
use set_node::cli::{Exit, SharedArgs};
use set_node::config::LogConfig;
use set_node::program::{self, Program, Screen, require_folder};

pub use self::card::CardData;
pub use self::cli::{Cli, Command, EnrollArgs, InquireArgs, PayArgs, RenewArgs};
pub use self::config::Config;
pub use self::enroll::{enroll, renew};
pub use self::failure::Failure;
pub use self::inquire::inquire;
pub use self::orders::orders;
pub use self::pay::pay;
pub use self::show::show;
pub use self::wallet::Wallet;

/// Runs the program; the first of `args` is its name.
///
/// ```
/// use std::process::ExitCode;
///
/// let code = set_cardholder::run(["set-cardholder", "--version"].map(Into::into));
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

    /// A wallet does one thing at a time.
    fn runtime() -> tokio::runtime::Builder {
        tokio::runtime::Builder::new_current_thread()
    }

    async fn execute(self, config: Config, screen: &mut Screen) -> Result<Exit, Failure> {
        let trace = Trace::of_flag(self.trace_wire);
        let data = self.shared.data;
        if !matches!(self.command, Command::Init | Command::Enroll(_)) {
            require_folder(&data, &config.keys, &config.store, "set-cardholder init")?;
        }
        match self.command {
            Command::Init => init::init(&data, &config, screen).await,
            Command::Enroll(args) => {
                let mut wallet = Wallet::open(&data, config, trace).await?;
                wallet.require_empty()?;
                enroll(&mut wallet, &args, CardData::read, screen).await
            }
            Command::Renew(args) => {
                let mut wallet = Wallet::open(&data, config, trace).await?;
                let expiry = CardData::expiry_of_environment()?;
                renew(&mut wallet, &args, expiry, screen).await
            }
            Command::Pay(args) => {
                let mut wallet = Wallet::open(&data, config, trace).await?;
                pay(&mut wallet, &args, CardData::read, screen).await
            }
            Command::Inquire(args) => {
                let mut wallet = Wallet::open(&data, config, trace).await?;
                inquire(&mut wallet, &args, screen).await
            }
            Command::Orders => orders(&data, &config, screen).await,
            Command::Show => show(&data, &config, screen).await,
        }
    }
}
