use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sqlx::postgres::PgConnectOptions;
use zeroize::Zeroizing;

/// Where a PostgreSQL server is, as `postgres://user:password@host:port/database`.
///
/// The text may hold a password, so it is shown without: `Debug`, `Display` and every
/// error name user, host and database only. It is looked at when the store is opened, not
/// when the configuration is read, whose errors quote what they read.
///
/// What is missing comes from `PGHOST`, `PGPORT`, `PGUSER`, `PGPASSWORD`, `PGDATABASE` and
/// the password file (`PGPASSFILE`, `~/.pgpass`), as with PostgreSQL's own programs, except
/// that the user of the system is not taken for that of the database. Those are better places
/// for a password than a command line, which every user of the machine can read.
///
/// ```
/// use set_node::config::StoreUrl;
///
/// let url = StoreUrl::new("postgres://set:secret@db.example/gateway");
/// assert_eq!(url.to_string(), "postgres://set@db.example:5432/gateway");
/// assert!(!format!("{url:?}").contains("secret"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct StoreUrl {
    text: Zeroizing<String>,
}

/// What is wrong with a [`StoreUrl`]; its text is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreUrlError {
    /// It begins otherwise.
    #[error("it has to begin with postgres://")]
    Scheme,
    /// It is no URL, or one of its parts does not have the form of that part.
    #[error(
        "it is not of the form postgres://user:password@host:port/database; \
         letters that mean something in a URL are written as %XX"
    )]
    Form,
    /// It has a parameter that is not known.
    #[error("it has an unknown parameter; there are {}", PARAMETERS.join(", "))]
    Parameter,
}

impl StoreUrl {
    /// A URL that is looked at when it is used.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: Zeroizing::new(text.into()),
        }
    }

    /// The flag that sets it, password and all.
    pub(crate) fn setting(&self) -> String {
        format!("store.url={}", *self.text)
    }

    /// How to connect.
    pub(crate) fn options(&self) -> Result<PgConnectOptions, StoreUrlError> {
        if !SCHEMES.iter().any(|scheme| self.text.starts_with(scheme)) {
            return Err(StoreUrlError::Scheme);
        }
        // The driver logs parameters that it does not know, with their values.
        if let Some((_, query)) = self.text.split_once('?') {
            let mut names = query
                .split('&')
                .map(|part| part.split('=').next().unwrap_or(part));
            if names.any(|name| !PARAMETERS.contains(&name)) {
                return Err(StoreUrlError::Parameter);
            }
        }
        PgConnectOptions::from_str(&self.text).map_err(|_| StoreUrlError::Form)
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(options) = self.options() else {
            return f.write_str("postgres://(not readable)");
        };
        write!(f, "postgres://{}@", options.get_username())?;
        match options.get_socket() {
            Some(folder) => f.write_str(&folder.to_string_lossy())?,
            None => write!(f, "{}:{}", options.get_host(), options.get_port())?,
        }
        match options.get_database() {
            Some(database) => write!(f, "/{database}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreUrl({self})")
    }
}

impl FromStr for StoreUrl {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self::new(text))
    }
}

impl Serialize for StoreUrl {
    /// Without the password.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StoreUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// The text without what follows `postgres://` on a line: messages about a configuration
/// quote it, and a URL may stand where it does not belong.
pub(super) fn without_urls(text: &str) -> String {
    let lines = text.split('\n').map(|line| {
        let starts = SCHEMES.iter().filter_map(|scheme| line.find(scheme));
        let kept = starts.min().and_then(|start| line.get(..start));
        match kept {
            Some(kept) => format!("{kept}postgres://(not shown)"),
            None => line.to_owned(),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

/// The parameters after the question mark.
const PARAMETERS: [&str; 8] = [
    "host",
    "port",
    "user",
    "password",
    "dbname",
    "application_name",
    "sslmode",
    "options",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_way_to_show_a_url_shows_its_password() {
        for text in [
            "postgres://set:hunter2@db/gateway",
            "postgres://set:hunter2@db/gateway?sslmode=prefer",
            "postgres://db/gateway?user=set&password=hunter2",
            "postgres://db/gateway?pasword=hunter2",
            "postgres://set:hunter2@db:port/gateway",
            "postgres://set:hunter2@",
            "mysql://set:hunter2@db",
        ] {
            let url = StoreUrl::new(text);
            let mut shown = format!("{url} {url:?} {}", serde_json::to_string(&url).unwrap());
            if let Err(fault) = url.options() {
                shown.push_str(&format!("{fault} {fault:?}"));
            }
            assert!(!shown.contains("hunter2"), "{shown}");
        }
    }

    #[test]
    fn what_is_no_postgres_url_is_refused_with_the_reason() {
        for (text, fault) in [
            ("store.db", StoreUrlError::Scheme),
            ("mysql://db", StoreUrlError::Scheme),
            ("postgres://db:x/gateway", StoreUrlError::Form),
            ("postgres://db/gateway?pasword=x", StoreUrlError::Parameter),
        ] {
            assert_eq!(StoreUrl::new(text).options().unwrap_err(), fault, "{text}");
        }
    }

    #[test]
    fn a_folder_of_sockets_may_stand_for_the_host() {
        let url = StoreUrl::new("postgres://set@localhost/gateway?host=/run/postgresql");
        assert_eq!(url.to_string(), "postgres://set@/run/postgresql/gateway");
    }
}
