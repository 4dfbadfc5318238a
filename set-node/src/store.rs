//! What a node remembers, in one transaction per request: an SQLite file, or a PostgreSQL
//! database that nodes share.
//!
//! A role begins a [`Tx`], asks [`Tx::recall`] whether it has answered this
//! request before, changes its records, keeps the answer with [`Tx::remember`]
//! and commits. State and answer are then on disk together or not at all, so a
//! request sent again after a crash gets the answer it would have had.
//!
//! A commit that has returned survives a loss of power: the SQLite file is written ahead
//! (WAL) and synchronised at every commit (`synchronous = FULL`), and PostgreSQL is told
//! `synchronous_commit = on`.
//!
//! In SQLite writing transactions follow one another (`BEGIN IMMEDIATE`), within the
//! process in the order they asked, between processes by waiting. In PostgreSQL they follow
//! one another where they want the same record, answer, payment or batch, which a
//! transaction locks by key before it reads it; others run at once. Either way none fails
//! because of another, but for two exceptions that only PostgreSQL knows: transactions that
//! wait for each other in a circle, of which one fails as [`StoreError::Busy`]; and a record
//! saved without having been loaded in the same transaction, which may be
//! [`StoreError::Stale`].
//!
//! The SQL is what SQLite and PostgreSQL have in common, one text per statement and one set
//! of migrations.

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use sqlx::{
    Acquire, SqliteConnection,
    migrate::{Migrate, MigrateError, Migrator},
    postgres::PgPool,
    sqlite::SqlitePool,
};

use self::fate::Fates;
use crate::config::StoreConfig;

mod approval;
mod certificate;
mod counter;
mod earlier;
mod exchange;
mod fate;
mod fault;
mod money;
mod postgres;
mod record;
mod sqlite;
mod tx;

#[cfg(test)]
mod migration_tests;
#[cfg(test)]
mod money_tests;

pub use approval::{ApprovalCase, ApprovalRuling, ApprovalTerms};
pub use certificate::StoredCertificate;
pub use exchange::Recall;
pub use fate::CommitFate;
pub use fault::StoreError;
pub use money::{
    BatchAccount, BatchTotal, MoneyRefusal, Payment, PaymentKey, Posting, PostingKind,
};
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
    pool: Pool,
    /// What is in memory lasts as long as this; it is never used.
    _held: Option<Arc<Mutex<SqliteConnection>>>,
    fates: Option<Fates>,
}

#[derive(Clone, Debug)]
enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Store {
    /// Opens the store that `config` names, makes it if there is none, and brings
    /// its tables to this version.
    ///
    /// A file is made readable and writable by its owner only; a database has to be there.
    ///
    /// # Errors
    ///
    /// The store cannot be opened or is from a later version.
    pub async fn open(data: &Path, config: &StoreConfig) -> Result<Self, StoreError> {
        Self::open_within(data, config, None).await
    }

    /// As [`open`](Self::open); in a database, within a schema of its own, which is made if there
    /// is none. So that the parties of several data folders can share a database.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub async fn open_within(
        data: &Path,
        config: &StoreConfig,
        schema: Option<&str>,
    ) -> Result<Self, StoreError> {
        let pool = match &config.url {
            Some(url) => Pool::Postgres(postgres::open(url, config, schema).await?),
            None if config.file == Path::new(":memory:") => return Self::in_memory().await,
            None => Pool::Sqlite(sqlite::open(&data.join(&config.file), config).await?),
        };
        Ok(Self {
            pool,
            _held: None,
            fates: None,
        })
    }

    /// A store that lasts as long as this value and its clones.
    ///
    /// # Errors
    ///
    /// The engine fails.
    pub async fn in_memory() -> Result<Self, StoreError> {
        let (pool, held) = sqlite::in_memory().await?;
        Ok(Self {
            pool: Pool::Sqlite(pool),
            _held: Some(Arc::new(Mutex::new(held))),
            fates: None,
        })
    }

    /// The same store, whose commits come to what `fates` says: for tests of what survives a
    /// store that fails.
    #[must_use]
    pub fn with_fates(mut self, fates: impl Fn() -> CommitFate + Send + Sync + 'static) -> Self {
        self.fates = Some(Fates(Arc::new(fates)));
        self
    }

    /// Begins a transaction; what is not committed is undone when it is dropped.
    ///
    /// Transactions follow one another: hold one no longer than a request needs,
    /// and not while waiting for a peer.
    ///
    /// # Errors
    ///
    /// [`StoreError::Busy`] when others hold the store for too long;
    /// [`StoreError::Unavailable`] when it cannot be reached.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let inner = match &self.pool {
            Pool::Sqlite(pool) => tx::Inner::Sqlite(pool.begin_with("BEGIN IMMEDIATE").await?),
            Pool::Postgres(pool) => tx::Inner::Postgres(pool.begin().await?),
        };
        Ok(Tx::new(inner, self.fates.clone()))
    }

    /// Begins a transaction that only reads: it sees the store as it is now for as long as it
    /// lasts, and those that write do not wait for it, but for those of this value and its
    /// clones where the store is an SQLite file.
    ///
    /// # Errors
    ///
    /// As for [`begin`](Self::begin).
    pub async fn read(&self) -> Result<Tx, StoreError> {
        Ok(Tx::reading(match &self.pool {
            Pool::Sqlite(pool) => tx::Inner::Sqlite(pool.begin_with("BEGIN DEFERRED").await?),
            Pool::Postgres(pool) => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                tx::Inner::Postgres(pool.begin_with(begin).await?)
            }
        }))
    }

    /// Whether the store answers and takes a transaction.
    ///
    /// # Errors
    ///
    /// It does not.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.begin().await?.roll_back().await
    }

    /// Closes the store once the transactions in work have ended.
    pub async fn close(&self) {
        match &self.pool {
            Pool::Sqlite(pool) => pool.close().await,
            Pool::Postgres(pool) => pool.close().await,
        }
    }
}

/// Brings the tables to this version.
async fn migrate<'a, A>(pool: A, place: String) -> Result<(), StoreError>
where
    A: Acquire<'a>,
    <A::Connection as std::ops::Deref>::Target: Migrate,
{
    match MIGRATOR.run(pool).await {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(version)) => Err(StoreError::Newer { place, version }),
        Err(source) => Err(StoreError::Migrate { place, source }),
    }
}

/// A number as the engine holds it.
fn integer(number: u64, what: &'static str) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::Range { what })
}

/// A number that the engine holds.
fn number(integer: i64, what: &'static str) -> Result<u64, StoreError> {
    u64::try_from(integer).map_err(|_| StoreError::Range { what })
}

static MIGRATOR: Migrator = sqlx::migrate!("./migrations");
