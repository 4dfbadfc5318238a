//! The configuration.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use set_core::gateway::CapTokens;
use set_core::policy::Policy;
use set_node::config::{
    KeyStoreConfig, Limits, ListenConfig, LogConfig, Period, StoreConfig, Timeouts, UpkeepConfig,
};

use crate::host::iso8583::codec::Encoding;
use crate::host::iso8583::frame::Prefix;

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
    /// How certificates and lists are kept from running out.
    pub upkeep: UpkeepConfig,
}

/// What a gateway serves, and how strictly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GatewayConfig {
    /// BINs of the cards served, six digits each; all of the brand's when empty. Default
    /// empty.
    pub bins: Vec<String>,
    /// BINs of the cards of one brand, by its name, instead of `bins`. Default none.
    pub brand_bins: BTreeMap<String, Vec<String>>,
    /// Whether captures are taken. Default true.
    pub captures: bool,
    /// What merchants are given for their captures. Default `with-account`.
    pub cap_tokens: Tokens,
    /// Who opens and names batches. Default `gateway`.
    pub batches: Assigner,
    /// Days after which an authorization can no longer be captured, lowered or taken back.
    /// Default 30.
    pub authorization_days: u32,
    /// Whether credits are given, on the merchant's token and word, of captures of which no
    /// record is left. Default false.
    pub credit_without_record: bool,
    /// Whether account numbers are returned to merchants whose certificate asks for them.
    /// Default false.
    pub return_pan_to_merchant: bool,
    /// Percent by which an authorization may exceed the purchase amount, and a capture the
    /// authorization. Default 0.
    pub amount_margin_percent: u8,
    /// By how much a message's date may differ from the clock. Default `1h`.
    pub freshness: Period,
    /// The language in which the CA's form is wanted, an RFC 1766 tag. Default `en`.
    pub language: String,
}

/// What merchants are given for their captures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tokens {
    /// Tokens with the account inside: the gateway keeps none.
    #[default]
    WithAccount,
    /// Tokens without; the gateway keeps the account, encrypted for itself.
    WithoutAccount,
    /// No tokens.
    None,
}

impl From<Tokens> for CapTokens {
    fn from(tokens: Tokens) -> Self {
        match tokens {
            Tokens::WithAccount => Self::WithAccount,
            Tokens::WithoutAccount => Self::WithoutAccount,
            Tokens::None => Self::None,
        }
    }
}

/// Who opens and names batches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Assigner {
    /// The gateway, as items need them and when merchants ask.
    #[default]
    Gateway,
    /// The merchants.
    Merchant,
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
    /// How often captures and reversals that the host did not confirm are sent again, and
    /// authorizations that were interrupted are looked for. Default `30s`.
    pub retry: Period,
    /// A file to which the simulator adds what it was asked and what it said, a JSON object a
    /// line; a relative path is within the data folder. Default none.
    pub journal: Option<PathBuf>,
    /// A host reached by ISO 8583.
    pub iso8583: Iso8583Config,
}

/// The kinds of host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HostKind {
    /// [`Simulator`](crate::host::Simulator).
    #[default]
    Simulator,
    /// [`Iso8583Host`](crate::host::Iso8583Host).
    Iso8583,
}

/// A host reached by ISO 8583 over TCP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Iso8583Config {
    /// Name or address, and port. Default none.
    pub address: Option<String>,
    /// How the length before each message is written. Default `binary`.
    pub prefix: Prefix,
    /// How bitmaps and binary fields are written. Default `binary`.
    pub bitmap: Encoding,
    /// The acquiring institution, 1 to 11 digits (field 32). Default `0`.
    pub acquirer: String,
    /// The terminal, 1 to 8 characters (field 41). Default `SET`.
    pub terminal: String,
    /// In what form the host is told of captures and reversals. Default `advice`.
    pub advices: AdviceForm,
    /// Whether the host answers a repeated 0101 with its first answer. Otherwise a request
    /// that a crash interrupted is reversed. Default true.
    pub repeats: bool,
    /// How long a connection may take. Default `5s`.
    pub connect: Period,
    /// How long a response may take; then the request is reversed. Default `12s`.
    pub answer: Period,
    /// After how much silence the connection is tested. Default `1min`.
    pub echo: Period,
    /// How long to wait before the first new try to connect; doubled for each further one.
    /// Default `500ms`.
    pub reconnect: Period,
    /// The longest wait between two tries. Default `30s`.
    pub reconnect_most: Period,
    /// Requests under way at once. Default 256.
    pub in_flight: usize,
}

/// In what form the host is told what it does not decide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AdviceForm {
    /// 0220 and 0420.
    #[default]
    Advice,
    /// 0200 and 0400.
    Request,
}

impl Config {
    /// What is accepted.
    pub(crate) fn policy(&self) -> Policy {
        let mut policy = Policy {
            freshness_seconds: self.gateway.freshness.duration().as_secs(),
            amount_margin_percent: self.gateway.amount_margin_percent,
            authorization_seconds: u64::from(self.gateway.authorization_days) * 86_400,
            credit_without_record: self.gateway.credit_without_record,
            return_pan_to_merchant: self.gateway.return_pan_to_merchant,
            ..Policy::default()
        };
        policy.limits.octets = self.limits.message;
        policy
    }

    /// What no request lasts longer than, so that one of that age is a dead node's: twice what
    /// the node or the host may take for it.
    pub(crate) fn longest_request(&self) -> Duration {
        let host = match self.host.kind {
            HostKind::Simulator => self.host.delay.duration(),
            HostKind::Iso8583 => {
                let of = &self.host.iso8583;
                of.connect.duration().saturating_add(of.answer.duration())
            }
        };
        host.max(self.timeouts.request.duration()).saturating_mul(2)
    }
}

impl Default for GatewayConfig {
    fn default() -> Self {
        Self {
            bins: Vec::new(),
            brand_bins: BTreeMap::new(),
            captures: true,
            cap_tokens: Tokens::WithAccount,
            batches: Assigner::Gateway,
            authorization_days: 30,
            credit_without_record: false,
            return_pan_to_merchant: false,
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
            journal: None,
            iso8583: Iso8583Config::default(),
        }
    }
}

impl Default for Iso8583Config {
    fn default() -> Self {
        Self {
            address: None,
            prefix: Prefix::Binary,
            bitmap: Encoding::Binary,
            acquirer: "0".to_owned(),
            terminal: "SET".to_owned(),
            advices: AdviceForm::Advice,
            repeats: true,
            connect: Period::seconds(5),
            answer: Period::seconds(12),
            echo: Period::seconds(60),
            reconnect: Period::milliseconds(500),
            reconnect_most: Period::seconds(30),
            in_flight: 256,
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

    #[test]
    fn no_request_outlives_the_node_and_the_host() {
        let mut config = Config::default();
        assert_eq!(config.longest_request(), Duration::from_secs(50));
        config.host.delay = Period::seconds(40);
        assert_eq!(config.longest_request(), Duration::from_secs(80));
        config.host.kind = HostKind::Iso8583;
        config.host.iso8583.answer = Period::seconds(60);
        assert_eq!(config.longest_request(), Duration::from_secs(130));
    }
}
