//! PostgreSQL: a database that nodes may share, a pool of connections.
//!
//! Transactions are READ COMMITTED: a statement sees what was committed before it began.
//! What one reads in order to change it, it locks first, by its key (`Tx::lock`),
//! for as long as the transaction lasts. So two nodes that want the same
//! record, answer, payment or batch follow one another, as everything does in SQLite, and
//! nodes that want different ones do not wait. Against what is not read through a lock
//! (a page of records) stand the versions of records, unique keys and constraints.
//!
//! SERIALIZABLE would detect what these prevent, but fails transactions for what its
//! coarse bookkeeping only suspects, and every caller would have to run twice. Here only a
//! circle of transactions that wait for each other fails one of them, after PostgreSQL's
//! `deadlock_timeout`, as [`StoreError::Busy`].

use std::time::Duration;

use sqlx::{
    Connection, Executor, PgConnection,
    postgres::{PgPool, PgPoolOptions},
};

use super::{StoreError, migrate};
use crate::config::{StoreConfig, StoreUrl};

/// Connects, and brings the tables to this version.
pub(super) async fn open(
    url: &StoreUrl,
    config: &StoreConfig,
    schema: Option<&str>,
) -> Result<PgPool, StoreError> {
    let wait = config.wait.duration();
    let mut options = url.options()?.options([
        // A commit that returned survives a loss of power, whatever the server's default.
        ("synchronous_commit", "on".to_owned()),
        ("default_transaction_isolation", "read committed".to_owned()),
        ("lock_timeout", milliseconds(wait)),
        // That a table exists already is no news.
        ("client_min_messages", "warning".to_owned()),
        // A node that stands still in a transaction must not hold its locks for ever.
        ("idle_in_transaction_session_timeout", milliseconds(STALL)),
    ]);
    let schema = schema.map(named);
    if let Some(schema) = &schema {
        options = options.options([("search_path", format!("\"{schema}\""))]);
    }
    let place = url.to_string();
    let open = |source| StoreError::Open {
        place: place.clone(),
        source,
    };
    let pool = PgPoolOptions::new()
        .max_connections(config.connections.max(1))
        .acquire_timeout(wait);
    let pool = match pool.connect_with(options.clone()).await {
        // The pool has tried for as long as it may, and does not say what went wrong.
        Err(sqlx::Error::PoolTimedOut) => {
            let attempt = PgConnection::connect_with(&options).await;
            return Err(open(attempt.err().unwrap_or(sqlx::Error::PoolTimedOut)));
        }
        outcome => outcome.map_err(open)?,
    };
    if let Some(schema) = &schema {
        // Nodes that start together may both make it.
        let make = format!(
            "DO $$ BEGIN CREATE SCHEMA IF NOT EXISTS \"{schema}\"; \
             EXCEPTION WHEN duplicate_schema OR unique_violation THEN NULL; END $$"
        );
        pool.execute(sqlx::AssertSqlSafe(make))
            .await
            .map_err(open)?;
    }
    pool.execute(DOMAIN).await.map_err(open)?;
    migrate(&pool, place).await?;
    Ok(pool)
}

/// A schema's name of what a statement can hold as it is.
fn named(schema: &str) -> String {
    let plain = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    schema.chars().filter(plain).collect()
}

/// PostgreSQL takes no limit of less than a millisecond, and 0 for none.
fn milliseconds(time: Duration) -> String {
    let longest = i32::MAX.unsigned_abs().into();
    time.as_millis().clamp(1, longest).to_string()
}

/// How long a transaction may wait for its node.
const STALL: Duration = Duration::from_secs(60);

/// The name by which the migrations call octets. Nodes that start together may both make it.
const DOMAIN: &str = "DO $$ BEGIN \
     IF to_regtype('blob') IS NULL THEN CREATE DOMAIN blob AS bytea; END IF; \
     EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; \
     END $$";
