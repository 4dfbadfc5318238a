//! A wallet in memory: the card was enrolled as usual, and nothing is written any more.

use std::fmt::Display;
use std::path::Path;
use std::time::{Duration, Instant};

use set_cardholder::Wallet;
use set_core::cardholder::Card;
use set_core::cardholder::purchase::{Initiating, Wish};
use set_core::msg::ids::Language;
use set_core::msg::payment::auth_res::AuthCode;
use set_core::party::Trust;
use set_core::wake_up::WakeUp;
use set_node::call::Trace;
use set_node::keystore::Passphrase;
use set_node::station::Station;
use set_node::transport::{Endpoint, Transport};
use tokio::runtime::{Builder, Runtime};

use crate::mall::stage::{DEMO_PASSPHRASE, StageError};

/// A customer with a connection to the merchant.
#[derive(Debug)]
pub struct Buyer {
    station: Station,
    card: Card,
    trust: Trust,
    merchant: Transport,
    runtime: Runtime,
}

impl Buyer {
    /// The wallet of a data folder.
    ///
    /// # Errors
    ///
    /// There is no card in it.
    pub fn open(folder: &Path, station: &Station, merchant: &str) -> Result<Self, StageError> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(StageError::io("a wallet's runtime"))?;
        let passphrase = Passphrase::new(DEMO_PASSPHRASE).map_err(told)?;
        let config = set_cardholder::Config::default();
        let station = station.clone();
        let wallet = Wallet::with_station(folder, config, Trace::Off, passphrase, station.clone());
        let wallet = runtime.block_on(wallet).map_err(told)?;
        let merchant: Endpoint = format!("set://{merchant}").parse().map_err(told)?;
        Ok(Self {
            station,
            card: wallet.card().map_err(told)?,
            trust: wallet.trust().clone(),
            merchant: Transport::new(merchant),
            runtime,
        })
    }

    /// Buys what a wake-up message is about; how long that took.
    ///
    /// # Errors
    ///
    /// The merchant does not answer, or the purchase is not approved.
    pub fn buy(&mut self, wake_up: &[u8]) -> Result<Duration, StageError> {
        let wake_up = WakeUp::parse(wake_up).map_err(told)?;
        let payment = wake_up.payment().map_err(told)?;
        let brand = payment.brands.first();
        let brand = brand.ok_or_else(|| told("the shop takes no brand"))?;
        let wish = Wish {
            od: payment.od.to_vec(),
            purch_amt: payment.purch_amt,
            brand_id: brand.brand_id.clone(),
            language: Language::new("en").map_err(told)?,
            lid_m: payment.lid_m.cloned(),
            install_recur_data: None,
        };
        let bin = self.card.bin().map_err(told)?;
        let began = Instant::now();
        let context = self.station.context();
        let (state, request) = Initiating::start(&context, wish, bin, &self.trust).map_err(told)?;
        let response = self.runtime.block_on(self.merchant.exchange(&request));
        let response = response.map_err(told)?;
        let offered = state
            .handle(&self.station.context(), &response, &mut self.trust)
            .map_err(told)?;
        let context = self.station.context();
        let (state, request) = offered.pay(&context, &self.card).map_err(told)?;
        let response = self.runtime.block_on(self.merchant.exchange(&request));
        let response = response.map_err(told)?;
        let (_, outcome) = state
            .handle(&self.station.context(), &response, &mut self.trust)
            .map_err(told)?;
        let took = began.elapsed();
        let results = outcome
            .payloads()
            .first()
            .and_then(|part| part.results.as_ref());
        let status = results.and_then(|results| results.auth_status.as_ref());
        match status.map(|status| status.auth_code) {
            Some(AuthCode::Approved) => Ok(took),
            other => Err(told(format!("not approved: {other:?}"))),
        }
    }
}

fn told(fault: impl Display) -> StageError {
    StageError::Disproved(fault.to_string())
}
