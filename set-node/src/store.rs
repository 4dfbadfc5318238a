//! What a node remembers: one SQLite file, one transaction per request.
//!
//! A role begins a [`Tx`], asks [`Tx::recall`] whether it has answered this
//! request before, changes its records, keeps the answer with [`Tx::remember`]
//! and commits. State and answer are then on disk together or not at all, so a
//! request sent again after a crash gets the answer it would have had.
//!
//! The file is written ahead (WAL) and synchronised at every commit
//! (`synchronous = FULL`): a commit that has returned survives a loss of power.
//! Writing transactions follow one another (`BEGIN IMMEDIATE`), within the
//! process in the order they asked, between processes by waiting; so none fails
//! because of another.
//!
//! The SQL is what SQLite and PostgreSQL have in common; types and tables are
//! per engine, in `migrations/`.

use std::{
    path::{Path, PathBuf},
    str::FromStr,
};

use sqlx::{
    migrate::{MigrateError, Migrator},
    sqlite::{
        SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
    },
};

use crate::config::StoreConfig;

mod certificate;
mod counter;
mod exchange;
mod record;
mod tx;

#[cfg(test)]
mod migration_tests;

pub use certificate::StoredCertificate;
pub use exchange::Recall;
pub use record::{Record, RecordKey};
pub use tx::Tx;

/// A node's store; clones are the same store.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// use set_node::store::{Recall, Store};
///
/// let store = Store::in_memory().await?;
/// let mut tx = store.begin().await?;
/// assert_eq!(tx.recall(b"rrpid", "PReq", b"request").await?, Recall::New);
/// tx.remember(b"rrpid", "PReq", b"request", b"response", 0).await?;
/// tx.commit().await?;
///
/// let mut tx = store.begin().await?;
/// let same = Recall::Same(b"response".to_vec());
/// assert_eq!(tx.recall(b"rrpid", "PReq", b"request").await?, same);
/// # Ok::<(), set_node::store::StoreError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Store {
    pool: SqlitePool,
}

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file cannot be made or opened.
    #[error("cannot open the store {}: {source}", .file.display())]
    Open {
        /// The file.
        file: PathBuf,
        /// Why.
        source: sqlx::Error,
    },
    /// The tables cannot be brought to this version.
    #[error("cannot bring the store {} up to date: {source}", .file.display())]
    Migrate {
        /// The file.
        file: PathBuf,
        /// Why.
        source: MigrateError,
    },
    /// The file was written by a later version of this software.
    #[error("the store {} has schema version {version}, which is newer than this program", .file.display())]
    Newer {
        /// The file.
        file: PathBuf,
        /// The version that this program does not know.
        version: i64,
    },
    /// Others held the store for longer than the configured wait.
    #[error("the store is busy")]
    Busy,
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

impl From<sqlx::Error> for StoreError {
    fn from(fault: sqlx::Error) -> Self {
        let busy = match &fault {
            sqlx::Error::PoolTimedOut => true,
            // SQLITE_BUSY and its extended forms.
            sqlx::Error::Database(fault) => fault
                .code()
                .and_then(|code| u32::from_str(&code).ok())
                .is_some_and(|code| code & 0xff == 5),
            _ => false,
        };
        if busy {
            Self::Busy
        } else {
            Self::Engine(fault)
        }
    }
}

impl Store {
    /// Opens the store that `config` names, makes it if there is none, and brings
    /// its tables to this version.
    ///
    /// A file is made readable and writable by its owner only.
    ///
    /// # Errors
    ///
    /// The file cannot be opened or is from a later version.
    pub async fn open(data: &Path, config: &StoreConfig) -> Result<Self, StoreError> {
        if config.file == Path::new(":memory:") {
            return Self::in_memory().await;
        }
        let file = data.join(&config.file);
        private_file(&file).map_err(|fault| StoreError::Open {
            file: file.clone(),
            source: sqlx::Error::Io(fault),
        })?;
        let options = SqliteConnectOptions::new()
            .filename(&file)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        Self::with_options(options, file, config).await
    }

    /// A store that lasts as long as this value and its clones.
    ///
    /// # Errors
    ///
    /// The engine fails.
    pub async fn in_memory() -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new().in_memory(true);
        Self::with_options(options, PathBuf::from(":memory:"), &StoreConfig::default()).await
    }

    /// Begins a transaction; what is not committed is undone when it is dropped.
    ///
    /// Transactions follow one another: hold one no longer than a request needs,
    /// and not while waiting for a peer.
    ///
    /// # Errors
    ///
    /// [`StoreError::Busy`] when others hold the store for too long.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(Tx::new(self.pool.begin_with("BEGIN IMMEDIATE").await?))
    }

    /// Whether the store answers.
    ///
    /// # Errors
    ///
    /// It does not.
    pub async fn check(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    /// Closes the store once the transactions in work have ended.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    async fn with_options(
        options: SqliteConnectOptions,
        file: PathBuf,
        config: &StoreConfig,
    ) -> Result<Self, StoreError> {
        let wait = config.wait.duration();
        let options = options.foreign_keys(true).busy_timeout(wait);
        // One connection: SQLite takes one writer at a time anyway, and the pool's
        // queue is fair, which SQLite's own waiting is not.
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(wait)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options)
            .await
            .map_err(|source| StoreError::Open {
                file: file.clone(),
                source,
            })?;
        match MIGRATOR.run(&pool).await {
            Ok(()) => Ok(Self { pool }),
            Err(MigrateError::VersionMissing(version)) => Err(StoreError::Newer { file, version }),
            Err(source) => Err(StoreError::Migrate { file, source }),
        }
    }
}

/// Makes an empty file that only its owner may read, unless there is one.
fn private_file(file: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(drop)
}

/// A number as the engine holds it.
fn integer(number: u64, what: &'static str) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::Range { what })
}

/// A number that the engine holds.
fn number(integer: i64, what: &'static str) -> Result<u64, StoreError> {
    u64::try_from(integer).map_err(|_| StoreError::Range { what })
}

static MIGRATOR: Migrator = sqlx::migrate!("./migrations/sqlite");
