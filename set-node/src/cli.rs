//! What the command lines of all roles have in common.

use std::{fmt, path::PathBuf, process};

use clap::{Args, ValueEnum};
use serde::de::DeserializeOwned;

use crate::config::{ConfigError, Layers, StoreUrl};

/// The flags that every subcommand of every role takes.
///
/// ```
/// use clap::Parser;
/// use set_node::cli::{SharedArgs, OutputFormat};
///
/// #[derive(Parser)]
/// struct Cli {
///     #[command(flatten)]
///     shared: SharedArgs,
/// }
///
/// let cli = Cli::parse_from(["set-gateway", "--data", "g", "--format", "json"]);
/// assert_eq!(cli.shared.format, OutputFormat::Json);
/// ```
#[derive(Clone, Debug, Args)]
pub struct SharedArgs {
    /// Folder that holds the keys, the store and the configuration
    #[arg(
        long,
        value_name = "DIR",
        env = "SET_DATA",
        default_value = ".",
        global = true
    )]
    pub data: PathBuf,
    /// Configuration file [default: config.toml in the data folder, if there is one]
    #[arg(long, value_name = "FILE", env = "SET_CONFIG", global = true)]
    pub config: Option<PathBuf>,
    /// PostgreSQL database in which the state is kept, instead of a file in the data folder
    ///
    /// As in `postgres://set@db.example/gateway`; nodes of one role may share it. Other users
    /// of the machine can read the flags: give a password in SET_STORE, PGPASSWORD or
    /// ~/.pgpass.
    #[arg(
        long,
        value_name = "URL",
        env = "SET_STORE",
        hide_env_values = true,
        global = true
    )]
    pub store: Option<StoreUrl>,
    /// Override one key of the configuration, as in `--set listen.tcp=127.0.0.1:257`
    #[arg(long = "set", value_name = "KEY=VALUE", global = true)]
    pub settings: Vec<String>,
    /// How results are printed
    #[arg(long, value_enum, default_value_t, global = true)]
    pub format: OutputFormat,
}

/// How a command prints its result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

impl fmt::Display for OutputFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Json => "json",
        })
    }
}

/// How a command ended, as its exit code tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: it did what it was asked.
    Success,
    /// 1: the operation was refused, declined or failed.
    Refused,
    /// 2: the command line is wrong.
    Usage,
    /// 3: a peer cannot be reached or does not answer.
    Unreachable,
    /// 4: the configuration or the data folder is broken.
    Broken,
    /// 5: a fault of this program.
    Internal,
}

impl Exit {
    /// The exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::Unreachable => 3,
            Self::Broken => 4,
            Self::Internal => 5,
        }
    }
}

impl From<Exit> for process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

impl SharedArgs {
    /// Reads the configuration: the file, the environment, then `--store` and `--set`.
    ///
    /// # Errors
    ///
    /// As [`Layers::load`]; a file that was named has to exist.
    pub fn load_config<T: DeserializeOwned>(&self) -> Result<T, ConfigError> {
        let usual = self.data.join("config.toml");
        let layers = match &self.config {
            Some(file) => Layers::default().with_file(file),
            None if usual.exists() => Layers::default().with_file(usual),
            None => Layers::default(),
        };
        let store = self.store.as_ref().map(StoreUrl::setting);
        layers
            .with_environment()
            .with_flags(store)
            .with_flags(self.settings.iter().cloned())
            .load()
    }
}

/// The commands under `command` whose help shows no example of how `program` is called, each with the
/// names of those that it is under. Of a command that has others under it the others are asked.
#[must_use]
pub fn without_example(command: &clap::Command, program: &str) -> Vec<String> {
    let mut lacking = Vec::new();
    for below in command.get_subcommands() {
        let named = |name: &str| format!("{} {name}", command.get_name());
        if below.has_subcommands() {
            let further = without_example(below, program);
            lacking.extend(further.iter().map(|name| named(name)));
            continue;
        }
        let call = format!("{program} ");
        let shown = below
            .get_after_help()
            .is_some_and(|help| help.to_string().contains(&call));
        if !shown {
            lacking.push(named(below.get_name()));
        }
    }
    lacking
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::config::ListenConfig;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        shared: SharedArgs,
    }

    #[derive(Default, serde::Deserialize)]
    #[serde(deny_unknown_fields, default)]
    struct Config {
        listen: ListenConfig,
    }

    fn load(arguments: &[&str]) -> Result<Config, ConfigError> {
        Cli::parse_from([&["set"], arguments].concat())
            .shared
            .load_config()
    }

    #[test]
    fn the_file_in_the_data_folder_is_read_if_there_is_one_and_flags_override_it() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().to_str().unwrap();
        assert_eq!(load(&["--data", data]).unwrap().listen.path, "/set");
        std::fs::write(
            folder.path().join("config.toml"),
            "[listen]\npath = \"/file\"\n",
        )
        .unwrap();
        assert_eq!(load(&["--data", data]).unwrap().listen.path, "/file");
        let config = load(&["--data", data, "--set", "listen.path=/flag"]).unwrap();
        assert_eq!(config.listen.path, "/flag");
    }

    #[test]
    fn a_file_that_is_named_has_to_exist() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("none.toml");
        let fault = load(&["--config", file.to_str().unwrap()]);
        assert!(matches!(fault, Err(ConfigError::Read { .. })));
    }

    #[test]
    fn every_exit_code_is_its_own() {
        use Exit::{Broken, Internal, Refused, Success, Unreachable, Usage};
        let codes = [Success, Refused, Usage, Unreachable, Broken, Internal].map(Exit::code);
        assert_eq!(codes, [0, 1, 2, 3, 4, 5]);
    }
}
