use sha2::{Digest, Sha256};
use sqlx::{
    Arguments, Database, Encode, FromRow, Postgres, Sqlite, Transaction, Type,
    error::BoxDynError,
    postgres::{PgArguments, PgRow},
    sqlite::{SqliteArguments, SqliteRow},
};

use super::{
    StoreError,
    fate::{self, CommitFate, Fates},
};

/// A transaction: all of it is stored at [`Tx::commit`], or none of it.
#[derive(Debug)]
pub struct Tx {
    inner: Inner,
    fates: Option<Fates>,
    /// Takes no locks.
    reads: bool,
}

#[derive(Debug)]
pub(super) enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// A lock that keys share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stripe(i32);

/// What stands for a `$n` of a statement.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'a> {
    Integer(i64),
    Text(&'a str),
    Octets(&'a [u8]),
}

/// A row of either engine, read as this type.
pub(super) trait Row:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{}

impl Tx {
    pub(super) fn new(inner: Inner, fates: Option<Fates>) -> Self {
        Self {
            inner,
            fates,
            reads: false,
        }
    }

    pub(super) fn reading(inner: Inner) -> Self {
        Self {
            inner,
            fates: None,
            reads: true,
        }
    }

    /// Stores all that was done; it is on disk when this returns.
    ///
    /// # Errors
    ///
    /// The engine fails; then nothing is stored. Only after [`StoreError::Unavailable`]
    /// it is not known whether everything is.
    pub async fn commit(self) -> Result<(), StoreError> {
        let fate = self.fates.as_ref().map_or(CommitFate::Done, Fates::next);
        let inner = match fate {
            CommitFate::Done | CommitFate::Unheard => self.inner,
            CommitFate::Lost => {
                self.roll_back().await?;
                return Err(fate::failure());
            }
            CommitFate::Pretended => return self.roll_back().await,
        };
        match inner {
            Inner::Sqlite(tx) => tx.commit().await,
            Inner::Postgres(tx) => tx.commit().await,
        }?;
        match fate {
            CommitFate::Unheard => Err(fate::failure()),
            _ => Ok(()),
        }
    }

    /// Undoes all that was done, as dropping the transaction does.
    ///
    /// # Errors
    ///
    /// The engine fails; nothing is stored all the same.
    pub async fn roll_back(self) -> Result<(), StoreError> {
        Ok(match self.inner {
            Inner::Sqlite(tx) => tx.rollback().await,
            Inner::Postgres(tx) => tx.rollback().await,
        }?)
    }

    /// Waits until no other transaction has this key, and has it to the end of this one.
    ///
    /// What is read after that is what the last one that had the key has committed: in
    /// PostgreSQL each statement sees what was committed before it began, so the lock has to
    /// be a statement of its own. In SQLite the transaction has everything already.
    pub(super) async fn lock(&mut self, table: &str, key: &[&[u8]]) -> Result<(), StoreError> {
        self.lock_stripe(Self::stripe(table, key)).await
    }

    /// As [`lock`](Self::lock); who needs several takes them in ascending order.
    pub(super) async fn lock_stripe(&mut self, stripe: Stripe) -> Result<(), StoreError> {
        let tx = match &mut self.inner {
            Inner::Postgres(tx) if !self.reads => tx,
            _ => return Ok(()),
        };
        sqlx::query("SELECT pg_advisory_xact_lock($1, $2)")
            .bind(LOCK_CLASS)
            .bind(stripe.0)
            .execute(&mut **tx)
            .await?;
        Ok(())
    }

    /// The lock of a key. There are 4096: PostgreSQL keeps all locks of all sessions in a
    /// table of some 6400 places, which one transaction must not fill. Keys that share a lock
    /// wait for each other for nothing, which is seldom and short.
    pub(super) fn stripe(table: &str, key: &[&[u8]]) -> Stripe {
        let mut digest = Sha256::new();
        for part in [table.as_bytes()].iter().chain(key) {
            // No two keys run together into the same octets.
            digest.update(part.len().to_be_bytes());
            digest.update(part);
        }
        let [first, second, ..] = digest.finalize().0;
        Stripe(i32::from(u16::from_be_bytes([first, second]) % 4096))
    }

    /// Runs a statement; returns how many rows it changed.
    pub(super) async fn execute(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        Ok(match &mut self.inner {
            Inner::Sqlite(tx) => {
                let arguments: SqliteArguments = arguments(values)?;
                let query = sqlx::query_with(sql, arguments);
                query.execute(&mut **tx).await?.rows_affected()
            }
            Inner::Postgres(tx) => {
                let arguments: PgArguments = arguments(values)?;
                let query = sqlx::query_with(sql, arguments);
                query.execute(&mut **tx).await?.rows_affected()
            }
        })
    }

    /// The first row, if there is one.
    pub(super) async fn row<R: Row>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Option<R>, StoreError> {
        Ok(match &mut self.inner {
            Inner::Sqlite(tx) => {
                let arguments: SqliteArguments = arguments(values)?;
                let query = sqlx::query_as_with(sql, arguments);
                query.fetch_optional(&mut **tx).await?
            }
            Inner::Postgres(tx) => {
                let arguments: PgArguments = arguments(values)?;
                let query = sqlx::query_as_with(sql, arguments);
                query.fetch_optional(&mut **tx).await?
            }
        })
    }

    /// All rows.
    pub(super) async fn rows<R: Row>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Vec<R>, StoreError> {
        Ok(match &mut self.inner {
            Inner::Sqlite(tx) => {
                let arguments: SqliteArguments = arguments(values)?;
                let query = sqlx::query_as_with(sql, arguments);
                query.fetch_all(&mut **tx).await?
            }
            Inner::Postgres(tx) => {
                let arguments: PgArguments = arguments(values)?;
                let query = sqlx::query_as_with(sql, arguments);
                query.fetch_all(&mut **tx).await?
            }
        })
    }
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Octets(value)
    }
}

fn arguments<'a, A: Arguments>(values: &[Value<'a>]) -> Result<A, StoreError>
where
    i64: Encode<'a, A::Database> + Type<A::Database>,
    &'a str: Encode<'a, A::Database> + Type<A::Database>,
    &'a [u8]: Encode<'a, A::Database> + Type<A::Database>,
    A::Database: Database,
{
    let mut arguments = A::default();
    for value in values {
        match *value {
            Value::Integer(value) => arguments.add(value),
            Value::Text(value) => arguments.add(value),
            Value::Octets(value) => arguments.add(value),
        }
        .map_err(|fault: BoxDynError| StoreError::Engine(sqlx::Error::Encode(fault)))?;
    }
    Ok(arguments)
}

/// Sets the locks apart from those of other programs in the same database.
const LOCK_CLASS: i32 = 0x5345_5431;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_only_look_alike_when_joined_have_locks_of_their_own() {
        let joined = |key: &[&[u8]]| Tx::stripe("record", key);
        assert_ne!(joined(&[b"a", b"bc"]), joined(&[b"ab", b"c"]));
        assert_eq!(joined(&[b"a", b"bc"]), joined(&[b"a", b"bc"]));
        assert_ne!(
            Tx::stripe("record", &[b"a"]),
            Tx::stripe("exchange", &[b"a"])
        );
    }
}
