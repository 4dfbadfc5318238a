use super::{StoreError, Tx, number};

impl Tx {
    /// The next number of the counter of that name, from 1.
    ///
    /// A number is given out once, provided that the transaction is committed;
    /// one that is rolled back leaves its number to the next.
    ///
    /// # Errors
    ///
    /// The engine fails.
    pub async fn next(&mut self, name: &str) -> Result<u64, StoreError> {
        let row: Option<(i64,)> = self
            .row(
                "INSERT INTO counter (name, value) VALUES ($1, 1) \
             ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value",
                &[name.into()],
            )
            .await?;
        let (value,) = row.ok_or(StoreError::Engine(sqlx::Error::RowNotFound))?;
        number(value, "counter")
    }
}
