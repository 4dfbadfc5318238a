use serde::{Deserialize, Serialize};

use super::Period;

/// How a server keeps its certificates, CRLs and BCI from running out, and whom it warns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UpkeepConfig {
    /// Whether the server renews its own certificates. Where several nodes share keys, one of
    /// them renews, and the others take up the files that are copied to them. Default true.
    pub renew: bool,
    /// How long before its end a certificate is renewed, but never more than a third of its
    /// lifetime; up to a quarter of that later, so that not all come to the CA at once.
    /// Default `45d`.
    pub renew_ahead: Period,
    /// Whether the server asks for CRLs, BCI and its peers' certificates. Default true.
    pub refresh: bool,
    /// How long before its end a list, or a peer's certificate, is asked for anew, with the
    /// same bounds. Default `21d`.
    pub refresh_ahead: Period,
    /// How often lists are asked for although they hold for longer, so that revocations are
    /// learned; up to a quarter sooner. Default `1d`.
    pub refresh_every: Period,
    /// How often the server looks whether something is due, or was changed by a command.
    /// Default `1min`.
    pub check: Period,
    /// The pause after an attempt that failed; it doubles with each. Default `1min`.
    pub retry: Period,
    /// The longest such pause. Default `30min`.
    pub retry_most: Period,
    /// How long before the end of a certificate, CRL or BCI there is a warning in the logs, but
    /// never more than a quarter of its lifetime. Default `30d`, `7d` and `1d`.
    pub warn: Vec<Period>,
}

impl Default for UpkeepConfig {
    fn default() -> Self {
        Self {
            renew: true,
            renew_ahead: days(45),
            refresh: true,
            refresh_ahead: days(21),
            refresh_every: days(1),
            check: Period::seconds(60),
            retry: Period::seconds(60),
            retry_most: Period::seconds(30 * 60),
            warn: vec![days(30), days(7), days(1)],
        }
    }
}

const fn days(count: u64) -> Period {
    Period::seconds(count * 86_400)
}
