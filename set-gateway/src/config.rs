//! The configuration.

use serde::{Deserialize, Serialize};
use set_core::policy::Policy;
use set_node::config::{
    KeyStoreConfig, Limits, ListenConfig, LogConfig, Period, StoreConfig, Timeouts,
};

/// The configuration of a gateway; `fixtures/gateway.toml` shows every key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// What is served, and how strictly.
    pub gateway: GatewayConfig,
    /// The acquirer's host.
    pub host: HostConfig,
    /// Where merchants reach it.
    pub listen: ListenConfig,
    /// How long peers are waited for.
    pub timeouts: Timeouts,
    /// How much is taken on at once.
    pub limits: Limits,
    /// What is logged.
    pub log: LogConfig,
    /// Where the state is kept.
    pub store: StoreConfig,
    /// Where the keys are kept.
    pub keys: KeyStoreConfig,
}

/// What a gateway serves, and how strictly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GatewayConfig {
    /// BINs of the cards served, six digits each; all of the brand's when empty. Default
    /// empty.
    pub bins: Vec<String>,
    /// Whether captures are taken. Default true.
    pub captures: bool,
    /// Percent by which an authorization may exceed the purchase amount, and a capture the
    /// authorization. Default 0.
    pub amount_margin_percent: u8,
    /// By how much a message's date may differ from the clock. Default `1h`.
    pub freshness: Period,
    /// The language in which the CA's form is wanted, an RFC 1766 tag. Default `en`.
    pub language: String,
}

/// The acquirer's host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HostConfig {
    /// Which. Default `simulator`.
    pub kind: HostKind,
    /// What the simulator's approval codes are drawn from. Default 1.
    pub seed: u64,
    /// How long the simulator takes for every answer. Default `0s`.
    pub delay: Period,
    /// How often captures and reversals that the host did not confirm are sent again.
    /// Default `30s`.
    pub retry: Period,
}

/// The kinds of host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HostKind {
    /// [`Simulator`](crate::host::Simulator).
    #[default]
    Simulator,
}

impl Config {
    /// What is accepted.
    pub(crate) fn policy(&self) -> Policy {
        let mut policy = Policy {
            freshness_seconds: self.gateway.freshness.duration().as_secs(),
            amount_margin_percent: self.gateway.amount_margin_percent,
            ..Policy::default()
        };
        policy.limits.octets = self.limits.message;
        policy
    }
}

impl Default for GatewayConfig {
    fn default() -> Self {
        Self {
            bins: Vec::new(),
            captures: true,
            amount_margin_percent: 0,
            freshness: Period::seconds(3_600),
            language: "en".to_owned(),
        }
    }
}

impl Default for HostConfig {
    fn default() -> Self {
        Self {
            kind: HostKind::Simulator,
            seed: 1,
            delay: Period::seconds(0),
            retry: Period::seconds(30),
        }
    }
}

/// The example, which `init` writes.
pub(crate) const EXAMPLE: &str = include_str!("../fixtures/gateway.toml");

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
        assert!(config.listen.tcp.is_some() && config.keys.passphrase_file.is_some());
    }

    #[test]
    fn the_policy_follows_the_configuration() {
        let mut config = Config::default();
        config.gateway.amount_margin_percent = 15;
        config.limits.message = 4_096;
        let policy = config.policy();
        assert_eq!(policy.amount_margin_percent, 15);
        assert_eq!(policy.freshness_seconds, 3_600);
        assert_eq!(policy.limits.octets, 4_096);
    }
}
