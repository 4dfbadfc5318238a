//! SQLite: a file in the data folder, one connection.

use std::path::Path;

use sqlx::{
    ConnectOptions as _, SqliteConnection,
    sqlite::{
        SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
    },
};

use super::{StoreError, earlier, migrate};
use crate::config::StoreConfig;

/// Opens the file; makes it if there is none.
pub(super) async fn open(file: &Path, config: &StoreConfig) -> Result<SqlitePool, StoreError> {
    private_file(file).map_err(|fault| StoreError::Open {
        place: file.display().to_string(),
        source: sqlx::Error::Io(fault),
    })?;
    let options = SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    with_options(options, file.display().to_string(), config).await
}

/// In memory, for as long as the connection beside the pool is open: the pool's own is closed
/// when whoever uses it is cancelled at a bad moment, and a file would be opened again.
pub(super) async fn in_memory() -> Result<(SqlitePool, SqliteConnection), StoreError> {
    let options = SqliteConnectOptions::new().in_memory(true);
    let place = ":memory:".to_owned();
    let held = options.connect().await.map_err(|source| StoreError::Open {
        place: place.clone(),
        source,
    })?;
    let pool = with_options(options, place, &StoreConfig::default()).await?;
    Ok((pool, held))
}

async fn with_options(
    options: SqliteConnectOptions,
    place: String,
    config: &StoreConfig,
) -> Result<SqlitePool, StoreError> {
    let wait = config.wait.duration();
    let options = options.foreign_keys(true).busy_timeout(wait);
    let open = |source| StoreError::Open {
        place: place.clone(),
        source,
    };
    // One connection: SQLite takes one writer at a time anyway, and the pool's
    // queue is fair, which SQLite's own waiting is not.
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(wait)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options)
        .await
        .map_err(open)?;
    earlier::adopt(&pool).await.map_err(open)?;
    migrate(&pool, place).await?;
    Ok(pool)
}

/// Makes an empty file that only its owner may read, unless there is one.
fn private_file(file: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(drop)
}
