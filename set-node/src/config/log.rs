use serde::{Deserialize, Serialize};

/// What a node logs, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// Lines for people or for programs. Default `text`.
    pub format: LogFormat,
    /// The least level logged, `error`, `warn`, `info`, `debug` or `trace`, also per
    /// module, as in `warn,set_node=debug`. Default `info`.
    pub filter: String,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// A line of text; in colour on a terminal unless `NO_COLOR` is set.
    #[default]
    Text,
    /// A JSON object per line.
    Json,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            format: LogFormat::default(),
            filter: "info".to_owned(),
        }
    }
}
