//! The configuration.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use set_node::config::{
    KeyStoreConfig, Limits, ListenConfig, LogConfig, Period, StoreConfig, Timeouts, UpkeepConfig,
};
use set_node::transport::Endpoint;

/// The configuration of a merchant; `fixtures/merchant.toml` shows every key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The payment gateway. Default: the one that was given to `enroll`.
    pub gateway: Option<Endpoint>,
    /// When orders are authorized. Default `at-once`.
    pub authorize: AuthorizeWhen,
    /// When orders are captured. Default `manual`.
    pub capture: CaptureWhen,
    /// How long a wallet waits for the gateway; past it, it is told that the order was
    /// received. Less than `timeouts.request`. Default `15s`.
    pub gateway_patience: Period,
    /// How soon a request that got no good answer is sent again for the first time; after
    /// that ever more seldom. Default `30s`.
    pub retry: Period,
    /// How long is waited at most between two attempts. Default `1h`.
    pub longest_retry: Period,
    /// After how many answers that are Errors, or not good, a request is not sent again by
    /// itself; the order then asks for the operator's attention. Default 8.
    pub most_refused: u64,
    /// The language of forms, an RFC 1766 tag. Default `en`.
    pub language: String,
    /// The payment gateways of single brands, by the brand's name. Default none.
    pub gateways: BTreeMap<String, Endpoint>,
    /// BINs of cards whose gateway is asked for singly, by the brand's name: where a brand has
    /// several gateways behind one address, each for the cards of some issuers. Default none.
    pub bins: BTreeMap<String, Vec<String>>,
    /// What wallets and browsers are told of the shop.
    pub shop: ShopConfig,
    /// The HTTP interface for shops.
    pub api: ApiConfig,
    /// Telling the shop what came of its orders.
    pub callback: CallbackConfig,
    /// Where wallets and the shop are served.
    pub listen: ListenConfig,
    /// How long peers are waited for.
    pub timeouts: Timeouts,
    /// How much is taken on at once.
    pub limits: Limits,
    /// What is logged.
    pub log: LogConfig,
    /// Where the orders are kept.
    pub store: StoreConfig,
    /// Where the keys are kept.
    pub keys: KeyStoreConfig,
    /// How certificates and lists are kept from running out.
    pub upkeep: UpkeepConfig,
}

/// When an order is authorized.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthorizeWhen {
    /// Before the wallet is answered.
    #[default]
    AtOnce,
    /// In the background; the wallet is told that the order was received.
    Later,
    /// By the `authorize` command; the wallet is told that the order was received.
    Manual,
}

/// When an order is captured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CaptureWhen {
    /// By the `capture` command.
    #[default]
    Manual,
    /// With the authorization.
    Now,
}

/// The HTTP interface for shops.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ApiConfig {
    /// Its address, of its own, as `127.0.0.1:8257`; port 0 lets the system choose. Default:
    /// none.
    pub listen: Option<SocketAddr>,
    /// How long a shop waits for an answer. Default `30s`.
    pub request: Period,
    /// Octets of a request's body. Default 65536.
    pub body: usize,
    /// Connections at once. Default 64.
    pub connections: usize,
}

/// Telling the shop what came of its orders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CallbackConfig {
    /// Where events are sent, as `http://shop.example:8000/set-events`. Default: none.
    pub url: Option<Endpoint>,
    /// How long the shop may take to answer. Default `10s`.
    pub timeout: Period,
    /// How soon an event is sent again for the first time; after that ever more seldom.
    /// Default `10s`.
    pub retry: Period,
    /// How long is waited at most between two attempts. Default `1h`.
    pub longest_retry: Period,
    /// After how many attempts an event is given up; `callback resend` takes it up again.
    /// Default 48.
    pub attempts: u64,
}

/// What wallets and browsers are told of the shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ShopConfig {
    /// Where wallets send SET messages. Default: where the server listens.
    pub set_url: Option<String>,
    /// Where this server's pages are seen from outside, without a path. Default: where the
    /// server listens.
    pub public_url: Option<String>,
    /// Where the browser goes after success. Default: none.
    pub success_url: Option<String>,
    /// Where the browser goes after failure. Default: none.
    pub failure_url: Option<String>,
    /// Where the browser goes when the user gives up. Default: none.
    pub cancel_url: Option<String>,
    /// A file whose first line a shop shows as bearer token to create offers over HTTP; a
    /// relative path is within the data folder. Default `shop-token`.
    pub token_file: PathBuf,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            gateway: None,
            authorize: AuthorizeWhen::default(),
            capture: CaptureWhen::default(),
            gateway_patience: Period::seconds(15),
            retry: Period::seconds(30),
            longest_retry: Period::seconds(3600),
            most_refused: 8,
            language: "en".to_owned(),
            gateways: BTreeMap::new(),
            bins: BTreeMap::new(),
            shop: ShopConfig::default(),
            api: ApiConfig::default(),
            callback: CallbackConfig::default(),
            listen: ListenConfig::default(),
            timeouts: Timeouts::default(),
            limits: Limits::default(),
            log: LogConfig::default(),
            store: StoreConfig::default(),
            keys: KeyStoreConfig::default(),
            upkeep: UpkeepConfig::default(),
        }
    }
}

impl Default for ApiConfig {
    fn default() -> Self {
        Self {
            listen: None,
            request: Period::seconds(30),
            body: 65_536,
            connections: 64,
        }
    }
}

impl Default for CallbackConfig {
    fn default() -> Self {
        Self {
            url: None,
            timeout: Period::seconds(10),
            retry: Period::seconds(10),
            longest_retry: Period::seconds(3600),
            attempts: 48,
        }
    }
}

impl Default for ShopConfig {
    fn default() -> Self {
        Self {
            set_url: None,
            public_url: None,
            success_url: None,
            failure_url: None,
            cancel_url: None,
            token_file: PathBuf::from("shop-token"),
        }
    }
}

/// The example, which `init` writes.
pub(crate) const EXAMPLE: &str = include_str!("../fixtures/merchant.toml");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_gives_every_key_its_default() {
        assert_eq!(
            toml::from_str::<Config>(EXAMPLE).unwrap(),
            Config::default()
        );
        let written = toml::to_string(&Config::default()).unwrap();
        for key in written.lines().filter_map(|line| line.split(" = ").next()) {
            assert!(EXAMPLE.contains(key), "{key} is not in the example");
        }
    }

    #[test]
    fn the_keys_without_a_default_that_the_example_shows_are_keys() {
        let shown = EXAMPLE.replace("#: ", "");
        let config: Config = toml::from_str(&shown).unwrap();
        assert!(config.gateway.is_some() && config.listen.http.is_some());
        assert!(config.api.listen.is_some() && config.callback.url.is_some());
        assert!(config.shop.set_url.is_some() && config.keys.passphrase_file.is_some());
    }
}
