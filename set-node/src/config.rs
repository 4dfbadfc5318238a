//! Typed configuration from TOML, environment and flags.
//!
//! A role has one struct for its configuration, which derives `Deserialize` with
//! `#[serde(deny_unknown_fields, default)]` and embeds the pieces of this module
//! under these names, each a section of the file:
//!
//! | section | piece |
//! |---|---|
//! | `[listen]` | [`ListenConfig`] |
//! | `[timeouts]` | [`Timeouts`] |
//! | `[limits]` | [`Limits`] |
//! | `[log]` | [`LogConfig`] |
//! | `[store]` | [`StoreConfig`] |
//! | `[keys]` | [`KeyStoreConfig`] |
//! | `[upkeep]` | [`UpkeepConfig`], of roles with certificates of their own |
//!
//! [`Layers`] reads it: a flag overrides an environment variable, that overrides
//! the file, and that the defaults.

mod keystore;
mod layers;
mod limits;
mod listen;
mod log;
mod period;
mod store;
mod store_url;
mod timeouts;
mod upkeep;

pub use keystore::KeyStoreConfig;
pub use layers::{ConfigError, Layers};
pub use limits::Limits;
pub use listen::ListenConfig;
pub use log::{LogConfig, LogFormat};
pub use period::{Period, PeriodError};
pub use store::StoreConfig;
pub use store_url::{StoreUrl, StoreUrlError};
pub use timeouts::Timeouts;
pub use upkeep::UpkeepConfig;

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    struct Node {
        listen: ListenConfig,
        timeouts: Timeouts,
        limits: Limits,
        log: LogConfig,
        store: StoreConfig,
        keys: KeyStoreConfig,
        upkeep: UpkeepConfig,
    }

    #[test]
    fn the_example_gives_every_key_its_default() {
        let example = include_str!("../fixtures/node.toml");
        assert_eq!(toml::from_str::<Node>(example).unwrap(), Node::default());
        let written = toml::to_string(&Node::default()).unwrap();
        for key in written.lines().filter_map(|line| line.split(" = ").next()) {
            assert!(example.contains(key), "{key} is not in the example");
        }
    }

    #[test]
    fn the_keys_without_a_default_that_the_example_shows_are_keys() {
        let example = include_str!("../fixtures/node.toml");
        let shown = example.replace("#: ", "");
        assert_ne!(shown, example);
        let node: Node = toml::from_str(&shown).unwrap();
        assert!(node.listen.tcp.is_some() && node.listen.http.is_some());
        assert!(node.listen.admin.is_some() && node.keys.passphrase_file.is_some());
    }
}
