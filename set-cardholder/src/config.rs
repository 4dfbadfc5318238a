//! The configuration.

use serde::{Deserialize, Serialize};
use set_node::config::{KeyStoreConfig, LogConfig, StoreConfig, Timeouts};

/// The configuration of a wallet; `fixtures/cardholder.toml` shows every key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The language in which the cardholder wants to read, an RFC 1766 tag. Default `en`.
    pub language: String,
    /// How often a request that got no answer is sent again. Default 2.
    pub retries: u8,
    /// How long peers are waited for.
    pub timeouts: Timeouts,
    /// What is logged.
    pub log: LogConfig,
    /// Where the orders are kept.
    pub store: StoreConfig,
    /// Where the key is kept.
    pub keys: KeyStoreConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            language: "en".to_owned(),
            retries: 2,
            timeouts: Timeouts::default(),
            log: LogConfig::default(),
            store: StoreConfig::default(),
            keys: KeyStoreConfig::default(),
        }
    }
}

/// The example, which `init` writes.
pub(crate) const EXAMPLE: &str = include_str!("../fixtures/cardholder.toml");

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
        let shown = EXAMPLE.replace("#: ", "");
        let config: Config = toml::from_str(&shown).unwrap();
        assert!(config.keys.passphrase_file.is_some());
    }
}
