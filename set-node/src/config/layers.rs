use std::{
    env, fmt, fs, io,
    path::{Path, PathBuf},
};

use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::store_url::without_urls;

/// Where a configuration comes from: a file, then environment variables, then
/// flags, each overriding the one before.
///
/// The variable for `listen.tcp` is `SET_LISTEN__TCP`: the section, two
/// underscores, the key. `SET__KEY` is a key outside all sections. Variables
/// without two underscores are not configuration and are left alone. A flag is
/// `listen.tcp=127.0.0.1:257`.
///
/// A value from a variable or flag is read as TOML where that fits the key, else
/// as plain text.
///
/// ```
/// use serde::Deserialize;
/// use set_node::config::{Layers, ListenConfig};
///
/// #[derive(Default, Deserialize)]
/// #[serde(deny_unknown_fields, default)]
/// struct GatewayConfig {
///     listen: ListenConfig,
/// }
///
/// let config: GatewayConfig = Layers::default()
///     .with_variables([("SET_LISTEN__TCP".into(), "127.0.0.1:0".into())])
///     .with_flags(["listen.path=/gateway".into()])
///     .load()?;
/// assert_eq!(config.listen.path, "/gateway");
/// assert!(config.listen.tcp.is_some());
/// # Ok::<(), set_node::config::ConfigError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Layers {
    file: Option<PathBuf>,
    variables: Vec<(String, String)>,
    flags: Vec<String>,
}

/// What is wrong with a configuration, and where.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {}: {source}", .file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is not TOML, has an unknown key, or a value that its key cannot have.
    #[error("the configuration {} is wrong: {detail}", .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// The line, the key and what is expected.
        detail: String,
    },
    /// An environment variable names no key or has a value that its key cannot have.
    #[error("the environment variable {name} is wrong: {detail}")]
    Variable {
        /// The variable.
        name: String,
        /// The key and what is expected.
        detail: String,
    },
    /// A flag is not `key=value`, names no key or has a value that its key cannot have.
    #[error("the setting \"{key}\" is wrong: {detail}")]
    Flag {
        /// The key, without its value.
        key: String,
        /// What is expected.
        detail: String,
    },
    /// A key that has no default is nowhere.
    #[error("the configuration is not complete: {detail}")]
    Incomplete {
        /// The key.
        detail: String,
    },
}

impl Layers {
    /// Reads this file, which has to exist.
    #[must_use]
    pub fn with_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// Takes the overriding variables out of the process's environment.
    #[must_use]
    pub fn with_environment(self) -> Self {
        // A variable that is not Unicode is none of ours.
        let unicode = env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        self.with_variables(unicode)
    }

    /// Takes the overriding variables out of these.
    #[must_use]
    pub fn with_variables(mut self, all: impl IntoIterator<Item = (String, String)>) -> Self {
        self.variables.extend(
            all.into_iter()
                .filter(|(name, _)| variable_path(name).is_some()),
        );
        // The environment has no order; errors shall.
        self.variables.sort();
        self
    }

    /// Adds settings of the form `section.key=value`.
    #[must_use]
    pub fn with_flags(mut self, flags: impl IntoIterator<Item = String>) -> Self {
        self.flags.extend(flags);
        self
    }

    /// Reads all layers into one configuration.
    ///
    /// # Errors
    ///
    /// A layer cannot be read, or is wrong; the error names the file and line, the
    /// variable or the flag.
    pub fn load<T: DeserializeOwned>(&self) -> Result<T, ConfigError> {
        let mut table = match &self.file {
            Some(file) => read::<T>(file)?,
            None => Table::new(),
        };
        for (name, text) in &self.variables {
            let path = variable_path(name).unwrap_or_default();
            table =
                overridden::<T>(table, &path, text).map_err(|detail| ConfigError::Variable {
                    name: name.clone(),
                    detail,
                })?;
        }
        for flag in &self.flags {
            let (key, text) = flag.split_once('=').ok_or_else(|| ConfigError::Flag {
                key: flag.clone(),
                detail: "write it as key=value".to_owned(),
            })?;
            let path: Vec<String> = key.trim().split('.').map(str::to_owned).collect();
            table = overridden::<T>(table, &path, text).map_err(|detail| ConfigError::Flag {
                key: key.trim().to_owned(),
                detail,
            })?;
        }
        table.try_into().map_err(|fault| ConfigError::Incomplete {
            detail: one_line(&fault),
        })
    }
}

/// The file as a table that fits `T`, but for keys that other layers may give.
fn read<T: DeserializeOwned>(file: &Path) -> Result<Table, ConfigError> {
    let text = fs::read_to_string(file).map_err(|source| ConfigError::Read {
        file: file.to_owned(),
        source,
    })?;
    let wrong = |fault: toml::de::Error| ConfigError::File {
        file: file.to_owned(),
        detail: without_urls(fault.to_string().trim_end()),
    };
    let table: Table = text.parse().map_err(wrong)?;
    match toml::from_str::<T>(&text) {
        Err(fault) if !is_missing(&fault) => Err(wrong(fault)),
        _ => Ok(table),
    }
}

/// The table with one value changed, read as TOML if that fits `T`, else as text.
fn overridden<T: DeserializeOwned>(
    table: Table,
    path: &[String],
    text: &str,
) -> Result<Table, String> {
    let literal = format!("value = {text}").parse::<Table>().ok();
    let literal = literal.and_then(|mut table| table.remove("value"));
    let mut fault = None;
    for value in literal.into_iter().chain([Value::String(text.to_owned())]) {
        let mut changed = table.clone();
        place(&mut changed, path, value)?;
        match changed.clone().try_into::<T>() {
            Err(wrong) if !is_missing(&wrong) => {
                fault.get_or_insert(one_line(&wrong));
            }
            _ => return Ok(changed),
        }
    }
    Err(fault.unwrap_or_default())
}

fn place(table: &mut Table, path: &[String], value: Value) -> Result<(), String> {
    match path {
        [] => Ok(()),
        [key] => {
            table.insert(key.clone(), value);
            Ok(())
        }
        [section, rest @ ..] => {
            let inner = table
                .entry(section.clone())
                .or_insert(Value::Table(Table::new()));
            match inner {
                Value::Table(inner) => place(inner, rest, value),
                _ => Err(format!("`{section}` is a key, not a section")),
            }
        }
    }
}

/// `SET_LISTEN__TCP` names `listen.tcp`, `SET__NAME` names `name`.
fn variable_path(name: &str) -> Option<Vec<String>> {
    let rest = name.strip_prefix("SET_")?;
    let parts: Vec<String> = match rest.strip_prefix('_') {
        Some(key) => vec![key.to_ascii_lowercase()],
        None if rest.contains("__") => rest.split("__").map(str::to_ascii_lowercase).collect(),
        None => return None,
    };
    Some(parts)
}

/// Whether all that is wrong is that a key is not there (yet).
fn is_missing(fault: &toml::de::Error) -> bool {
    fault.message().starts_with("missing field")
}

fn one_line(fault: &impl fmt::Display) -> String {
    without_urls(fault.to_string().trim_end()).replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::config::{Limits, ListenConfig, Period, Timeouts};

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Config {
        name: String,
        #[serde(default)]
        brands: Vec<String>,
        #[serde(default)]
        listen: ListenConfig,
        #[serde(default)]
        limits: Limits,
        #[serde(default)]
        timeouts: Timeouts,
    }

    fn layers(file: &str, variables: &[(&str, &str)], flags: &[&str]) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("node.toml");
        fs::write(&path, file).unwrap();
        Layers::default()
            .with_file(&path)
            .with_variables(
                variables
                    .iter()
                    .map(|(n, v)| ((*n).to_owned(), (*v).to_owned())),
            )
            .with_flags(flags.iter().map(|flag| (*flag).to_owned()))
            .load()
            .map_err(|fault| {
                fault
                    .to_string()
                    .replace(&path.display().to_string(), "FILE")
            })
    }

    #[test]
    fn flags_override_variables_and_those_the_file() {
        let file = "name = \"file\"\n[limits]\nqueue = 1\nrequests = 1\nconnections = 1\n";
        let variables = [
            ("SET_LIMITS__QUEUE", "2"),
            ("SET_LIMITS__REQUESTS", "2"),
            ("SET_TIMEOUTS__IDLE", "7s"),
        ];
        let config = layers(file, &variables, &["limits.queue=3"]).unwrap();
        assert_eq!((config.limits.connections, config.limits.requests), (1, 2));
        assert_eq!(config.limits.queue, 3);
        assert_eq!(config.limits.message, Limits::default().message);
        assert_eq!(config.timeouts.idle, Period::seconds(7));
    }

    #[test]
    fn text_stays_text_even_if_it_looks_like_a_number_and_lists_are_toml() {
        let variables = [("SET__NAME", "257"), ("SET__BRANDS", "[\"a\", \"b\"]")];
        let config = layers("", &variables, &["listen.tcp=127.0.0.1:1"]).unwrap();
        assert_eq!(config.name, "257");
        assert_eq!(config.brands, ["a", "b"]);
        assert_eq!(config.listen.tcp, Some("127.0.0.1:1".parse().unwrap()));
    }

    #[test]
    fn variables_that_are_not_configuration_are_left_alone() {
        let others = [("SET_PASSPHRASE", "x"), ("SETTLE__X", "x"), ("PATH", "x")];
        assert_eq!(layers("name = \"n\"", &others, &[]).unwrap().name, "n");
    }

    #[test]
    fn no_error_quotes_the_url_of_a_store() {
        let url = "postgres://set:hunter2@db/gateway";
        for file in [
            format!("name = \"n\"\n[store]\nurl = \"{url}\"\n"),
            format!("name = \"n\"\n[limits]\nqueue = \"{url}\"\n"),
            format!("name = \"{url}\n"),
        ] {
            let fault = layers(&file, &[], &[]).unwrap_err();
            assert!(!fault.contains("hunter2"), "{fault}");
            assert!(fault.contains("line "), "{fault}");
        }
        let variable = [("SET_LIMITS__QUEUE", url)];
        let flag = format!("limits.queue={url}");
        for fault in [
            layers("name = \"n\"", &variable, &[]),
            layers("name = \"n\"", &[], &[&flag]),
        ] {
            let fault = fault.unwrap_err();
            assert!(!fault.contains("hunter2"), "{fault}");
        }
    }

    #[test]
    fn an_error_in_the_file_names_file_line_and_key() {
        let fault = layers("name = \"n\"\n[listen]\ntpc = \"x\"\n", &[], &[]).unwrap_err();
        assert!(
            fault.starts_with("the configuration FILE is wrong: "),
            "{fault}"
        );
        assert!(
            fault.contains("line 3") && fault.contains("`tpc`"),
            "{fault}"
        );
        let fault = layers("[limits]\nqueue = \"many\"\n", &[], &[]).unwrap_err();
        assert!(
            fault.contains("line 2") && fault.contains("expected usize"),
            "{fault}"
        );
        let fault = layers("[timeouts]\nidle = \"5\"\n", &[], &[]).unwrap_err();
        assert!(
            fault.contains("line 2") && fault.contains("as in \"30s\""),
            "{fault}"
        );
    }

    #[test]
    fn an_error_in_a_variable_or_flag_names_it_and_the_key() {
        let fault = layers("name = \"n\"", &[("SET_LIMITS__QUEUE", "many")], &[]).unwrap_err();
        assert!(
            fault.starts_with("the environment variable SET_LIMITS__QUEUE is wrong"),
            "{fault}"
        );
        assert!(fault.contains("limits.queue"), "{fault}");
        let fault = layers("name = \"n\"", &[("SET_LIMIT__QUEUE", "1")], &[]).unwrap_err();
        assert!(fault.contains("unknown field `limit`"), "{fault}");
        for (flag, words) in [
            ("limits.queue", "write it as key=value"),
            ("limits.queue=-1", "limits.queue"),
            ("name.x=1", "`name` is a key"),
            ("nmae=x", "unknown field `nmae`"),
            ("=x", "unknown field ``"),
        ] {
            let fault = layers("name = \"n\"", &[], &[flag]).unwrap_err();
            assert!(
                fault.starts_with("the setting \"") && fault.contains(words),
                "{fault}"
            );
        }
    }

    #[test]
    fn a_missing_file_and_a_missing_key_are_named() {
        let fault = Layers::default()
            .with_file("no/such.toml")
            .load::<Config>()
            .unwrap_err();
        assert!(fault.to_string().contains("no/such.toml"), "{fault}");
        let fault = layers("", &[], &[]).unwrap_err();
        assert!(fault.contains("missing field `name`"), "{fault}");
    }
}
