use super::{StoreError, Tx, integer, number};

/// The name of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordKey<'a> {
    /// The role whose state it is, so that roles may share a store.
    pub role: &'a str,
    /// What it is, such as an order or a batch.
    pub kind: &'a str,
    /// Which one of its kind.
    pub key: &'a [u8],
}

/// A piece of a role's state.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// How often it was saved, from 1.
    pub version: u64,
    /// The state, in the role's own encoding.
    pub body: Vec<u8>,
}

impl std::fmt::Debug for Record {
    /// Leaves out the body, which may hold what is not for a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Record")
            .field("version", &self.version)
            .field("body", &format_args!("{} octets", self.body.len()))
            .finish()
    }
}

impl Tx {
    /// The record of that name, if there is one; others that load it wait for the end of
    /// this transaction.
    ///
    /// # Errors
    ///
    /// The engine fails.
    pub async fn load(&mut self, key: RecordKey<'_>) -> Result<Option<Record>, StoreError> {
        self.lock(
            "record",
            &[key.role.as_bytes(), key.kind.as_bytes(), key.key],
        )
        .await?;
        self.look(key).await
    }

    /// The record of that name, if there is one, without waiting for others: for what this
    /// transaction does not change.
    ///
    /// # Errors
    ///
    /// The engine fails.
    pub async fn look(&mut self, key: RecordKey<'_>) -> Result<Option<Record>, StoreError> {
        let row: Option<(i64, Vec<u8>)> = self
            .row(
                "SELECT version, body FROM record WHERE role = $1 AND kind = $2 AND key = $3",
                &[key.role.into(), key.kind.into(), key.key.into()],
            )
            .await?;
        row.map(|(version, body)| {
            Ok(Record {
                version: number(version, VERSION)?,
                body,
            })
        })
        .transpose()
    }

    /// Saves a record that was loaded with `version`, or is new with version 0.
    ///
    /// Returns its new version.
    ///
    /// # Errors
    ///
    /// [`StoreError::Stale`] when the record has another version now, or exists
    /// though it was to be new; or the engine fails.
    pub async fn save(
        &mut self,
        key: RecordKey<'_>,
        version: u64,
        body: &[u8],
    ) -> Result<u64, StoreError> {
        let next = version.saturating_add(1);
        let sql = if version == 0 {
            "INSERT INTO record (version, role, kind, key, body) \
             VALUES ($1 + 1, $2, $3, $4, $5) ON CONFLICT DO NOTHING"
        } else {
            "UPDATE record SET version = version + 1, body = $5 \
             WHERE version = $1 AND role = $2 AND kind = $3 AND key = $4"
        };
        let values = [
            integer(next, VERSION)?.saturating_sub(1).into(),
            key.role.into(),
            key.kind.into(),
            key.key.into(),
            body.into(),
        ];
        match self.execute(sql, &values).await? {
            0 => Err(stale(key)),
            _ => Ok(next),
        }
    }

    /// Removes a record that was loaded with `version`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Stale`] when the record has another version now or is gone;
    /// or the engine fails.
    pub async fn remove(&mut self, key: RecordKey<'_>, version: u64) -> Result<(), StoreError> {
        let removed = self
            .execute(
                "DELETE FROM record WHERE version = $1 AND role = $2 AND kind = $3 AND key = $4",
                &[
                    integer(version, VERSION)?.into(),
                    key.role.into(),
                    key.kind.into(),
                    key.key.into(),
                ],
            )
            .await?;
        match removed {
            0 => Err(stale(key)),
            _ => Ok(()),
        }
    }

    /// Records of a kind in the order of their keys, at most `limit`: those whose
    /// key follows `after`, from the first when that is empty.
    ///
    /// The last key of a full page is the `after` of the next. Others may change what is on
    /// a page before this transaction ends; what is to be changed is loaded first.
    ///
    /// # Errors
    ///
    /// The engine fails.
    pub async fn page(
        &mut self,
        role: &str,
        kind: &str,
        after: &[u8],
        limit: u32,
    ) -> Result<Vec<(Vec<u8>, Record)>, StoreError> {
        let rows: Vec<(Vec<u8>, i64, Vec<u8>)> = self
            .rows(
                "SELECT key, version, body FROM record \
             WHERE role = $1 AND kind = $2 AND key > $3 ORDER BY key LIMIT $4",
                &[
                    role.into(),
                    kind.into(),
                    after.into(),
                    i64::from(limit).into(),
                ],
            )
            .await?;
        rows.into_iter()
            .map(|(key, version, body)| {
                Ok((
                    key,
                    Record {
                        version: number(version, VERSION)?,
                        body,
                    },
                ))
            })
            .collect()
    }
}

fn stale(key: RecordKey<'_>) -> StoreError {
    StoreError::Stale {
        role: key.role.to_owned(),
        kind: key.kind.to_owned(),
    }
}

const VERSION: &str = "record version";
