use sqlx::{Sqlite, SqliteConnection, Transaction};

use super::StoreError;

/// A transaction: all of it is stored at [`Tx::commit`], or none of it.
#[derive(Debug)]
pub struct Tx {
    inner: Transaction<'static, Sqlite>,
}

impl Tx {
    pub(super) fn new(inner: Transaction<'static, Sqlite>) -> Self {
        Self { inner }
    }

    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.inner
    }

    /// Stores all that was done; it is on disk when this returns.
    ///
    /// # Errors
    ///
    /// The engine fails; then nothing is stored.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.inner.commit().await?)
    }

    /// Undoes all that was done, as dropping the transaction does.
    ///
    /// # Errors
    ///
    /// The engine fails; nothing is stored all the same.
    pub async fn roll_back(self) -> Result<(), StoreError> {
        Ok(self.inner.rollback().await?)
    }
}
