use sqlx::{error::ErrorKind, migrate::MigrateError};

use super::money::MoneyRefusal;
use crate::config::StoreUrlError;

/// Why the store did not do what it was asked.
///
/// After any of them the transaction is to be rolled back; PostgreSQL takes no further
/// statement in it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The configuration does not say where the store is.
    #[error("the store's URL is wrong: {0}")]
    Url(#[from] StoreUrlError),
    /// The store cannot be made or opened.
    #[error("cannot open the store {place}: {source}")]
    Open {
        /// The file, or the URL without its password.
        place: String,
        /// Why.
        source: sqlx::Error,
    },
    /// The tables cannot be brought to this version.
    #[error("cannot bring the store {place} up to date: {source}")]
    Migrate {
        /// The file, or the URL without its password.
        place: String,
        /// Why.
        source: MigrateError,
    },
    /// The store was written by a later version of this software.
    #[error("the store {place} has schema version {version}, which is newer than this program")]
    Newer {
        /// The file, or the URL without its password.
        place: String,
        /// The version that this program does not know.
        version: i64,
    },
    /// Others held the store, or a record, for longer than the configured wait; or two
    /// transactions waited for each other, and this one gave way. The same request may
    /// succeed when it is made again.
    #[error("the store is busy")]
    Busy,
    /// The connection to the store is lost. Whether a commit that failed so was done is not
    /// known: the same request made again finds out, by its RRPID.
    #[error("the store is not reachable: {0}")]
    Unavailable(sqlx::Error),
    /// The record was changed, made or removed since it was loaded.
    #[error("the {role}'s {kind} record was changed meanwhile")]
    Stale {
        /// The role whose record it is.
        role: String,
        /// What kind of record.
        kind: String,
    },
    /// Something else is stored under the same unique key.
    #[error("another {table} is stored under the same key")]
    Conflict {
        /// The table.
        table: &'static str,
    },
    /// A movement of money is refused.
    #[error("the movement of money is refused: {0}")]
    Money(#[from] MoneyRefusal),
    /// What was to be stored breaks a rule that the tables hold; a fault of this program.
    #[error("the store refuses what breaks its rule {rule}")]
    Rule {
        /// The constraint's name.
        rule: String,
    },
    /// A number is beyond what the store can hold, 2^63 - 1.
    #[error("a {what} is out of range")]
    Range {
        /// What the number is.
        what: &'static str,
    },
    /// The engine failed.
    #[error("the store failed: {0}")]
    Engine(sqlx::Error),
}

impl StoreError {
    /// Whether the same request may well succeed a little later.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Busy | Self::Unavailable(_))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(fault: sqlx::Error) -> Self {
        let database = match &fault {
            sqlx::Error::PoolTimedOut => return Self::Busy,
            sqlx::Error::Io(_) | sqlx::Error::PoolClosed => return Self::Unavailable(fault),
            sqlx::Error::Database(database) => database,
            _ => return Self::Engine(fault),
        };
        match database.code().as_deref() {
            Some(code) if is_busy(code) => return Self::Busy,
            Some(code) if is_lost(code) => return Self::Unavailable(fault),
            _ => {}
        }
        // PostgreSQL's own error would go on to quote the whole row.
        if let ErrorKind::CheckViolation | ErrorKind::ForeignKeyViolation = database.kind() {
            let rule = match database.constraint() {
                Some(name) => name.to_owned(),
                None => database.message().to_owned(),
            };
            return Self::Rule { rule };
        }
        Self::Engine(fault)
    }
}

/// SQLITE_BUSY and its extended forms; in PostgreSQL a lock not had in time, a deadlock, a
/// serialization failure, and no room for more locks.
fn is_busy(code: &str) -> bool {
    match code {
        "55P03" | "40P01" | "40001" | "53200" => true,
        // SQLite's codes are decimal numbers; PostgreSQL's five characters.
        _ if code.len() < 5 => code.parse::<u32>().is_ok_and(|code| code & 0xff == 5),
        _ => false,
    }
}

/// PostgreSQL is stopping, starting or full, or ended the session.
fn is_lost(code: &str) -> bool {
    code.len() == 5
        && (code.starts_with("08")
            || matches!(
                code,
                "53300" | "57P01" | "57P02" | "57P03" | "57P05" | "25P03"
            ))
}
