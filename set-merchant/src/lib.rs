//! The SET merchant role as a program: a point of sale.
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
//! | `callback-secret.pem` | what signs call-backs to the shop, encrypted |
//! | `shop-token` | what a shop shows to create orders over HTTP |
//! | `gateways.der` | which gateway takes which cards, where the configuration has `bins` |
//! | `brands/` | a folder of the same shape, without a store, for every further brand |
//! | `store.db` | the orders, and digests of API keys; no account number is in it |
//!
//! An order begins as an offer, made by `offer` or by the shop with `POST /offers`. The
//! wallet gets it as a wake-up message and orders; the gateway authorizes at once or
//! later; `capture` collects. Everything that a command does, a shop may ask for by the HTTP
//! interface for shops, and a program by the methods of [`Till`].
#![forbid(unsafe_code)]

mod api;
mod api_keys;
mod attempts;
mod authorize;
mod background;
mod backoff;
mod batch;
mod callbacks;
mod capture;
mod choice;
mod claims;
mod cli;
mod collection;
mod config;
mod correct;
mod counter;
mod day;
mod enroll;
mod errand;
mod events;
mod failure;
mod fault;
mod gateway;
mod init;
mod ledger;
mod offer;
mod offering;
mod orders;
mod pos;
mod proof;
mod refresh;
mod report;
mod sale;
mod serve;
mod service;
mod shop_pages;
mod show;
mod superseded;
mod upkept;
mod wishes;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use set_core::exchange::CapRevOrCred;
use set_node::call::Trace;
use set_node::cli::{Exit, SharedArgs};
use set_node::config::LogConfig;
use set_node::program::{self, Program, Screen, require_folder};

pub use self::api::{ApiDoor, OPENAPI, Operation, api_routes};
pub use self::api_keys::api_key;
pub use self::authorize::{authorize, reverse};
pub use self::batch::{ShownBatch, batch};
pub use self::callbacks::{Callbacks, callback, callback_secret};
pub use self::capture::capture;
pub use self::claims::Claim;
pub use self::cli::{
    ApiKeyCommand, AtArgs, AuthorizeArgs, BatchArgs, BatchCommand, CallbackCommand, CaptureArgs,
    Cli, CloseArgs, Command, CorrectArgs, CreateKeyArgs, EnrollArgs, EvidenceCommand, ExportArgs,
    OfferArgs, RefreshArgs, RenewArgs, ReverseArgs, ServeArgs, ShowBatchArgs, VerifyArgs,
};
pub use self::config::{ApiConfig, AuthorizeWhen, CallbackConfig, CaptureWhen, Config, ShopConfig};
pub use self::correct::correct;
pub use self::day::{Day, NoDay};
pub use self::enroll::{enroll, refresh_with, renew, renew_with};
pub use self::failure::Failure;
pub use self::fault::Fault;
pub use self::gateway::Gateway;
pub use self::offering::{NewOffer, Offered};
pub use self::orders::orders;
pub use self::pos::{Pos, Profile};
pub use self::proof::{export_evidence, verify_evidence};
pub use self::refresh::refresh;
pub use self::report::Report;
pub use self::sale::{
    AutoCharges, AutoWish, CompanyWish, HotelCharges, HotelWish, ItemWish, LegWish, MarketWish,
    PlaceWish, SaleWish, TransportWish,
};
pub use self::service::Till;
pub use self::shop_pages::{ShopDoor, routes};
pub use self::show::show;
pub use self::upkept::UpkeptMerchant;
pub use self::wishes::{
    AuthorizeWish, BatchRequest, BatchWish, CaptureWish, CloseWish, CorrectWish, Market,
    ReverseWish, ShowBatchWish, Special,
};

/// Runs the program; the first of `args` is its name.
///
/// ```
/// use std::process::ExitCode;
///
/// let code = set_merchant::run(["set-merchant", "--version"].map(Into::into));
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
        let data: &Path = &self.shared.data;
        let own = matches!(
            self.command,
            Command::Init | Command::Enroll(_) | Command::Evidence(EvidenceCommand::Verify(_))
        );
        if !own {
            require_folder(data, &config.keys, &config.store, "set-merchant init")?;
        }
        match &self.command {
            Command::Init => init::init(data, &config, screen).await,
            Command::Enroll(args) => {
                let mut pos = Pos::open(data, config, trace).await?;
                enroll(&mut pos, args, screen).await
            }
            Command::Renew(args) => {
                let mut pos = Pos::open(data, config, trace).await?;
                renew(&mut pos, args, screen).await
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
            Command::Authorize(args) => {
                let pos = Pos::open(data, config, trace).await?;
                authorize(&pos, args, screen).await
            }
            Command::Reverse(args) => {
                let pos = Pos::open(data, config, trace).await?;
                reverse(&pos, args, screen).await
            }
            Command::Uncapture(args) => {
                let pos = Pos::open(data, config, trace).await?;
                correct(&pos, CapRevOrCred::CapRev, args, screen).await
            }
            Command::Credit(args) => {
                let pos = Pos::open(data, config, trace).await?;
                correct(&pos, CapRevOrCred::Cred, args, screen).await
            }
            Command::Uncredit(args) => {
                let pos = Pos::open(data, config, trace).await?;
                correct(&pos, CapRevOrCred::CredRev, args, screen).await
            }
            Command::ApiKey(command) => api_key(data, &config, command, screen).await,
            Command::Callback(CallbackCommand::Secret) => {
                let pos = Pos::open(data, config, trace).await?;
                callback_secret(&pos, screen)
            }
            Command::Evidence(EvidenceCommand::Export(args)) => {
                export_evidence(data, &config, args, screen).await
            }
            Command::Evidence(EvidenceCommand::Verify(args)) => verify_evidence(data, args, screen),
            Command::Callback(command) => callback(data, &config, command, screen).await,
            Command::Batch(command) => {
                let pos = Pos::open(data, config, trace).await?;
                batch(&pos, command, screen).await
            }
        }
    }
}
