use sha2::{Digest, Sha256};

use super::{StoreError, Tx};

/// Whether a request was answered before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recall {
    /// No request of this kind had this RRPID.
    New,
    /// The same octets were answered with these.
    Same(Vec<u8>),
    /// Other octets had this RRPID; such a request is refused.
    Different,
}

impl Tx {
    /// Looks up a request by its RRPID, the kind of message and its octets.
    ///
    /// # Errors
    ///
    /// The engine fails.
    pub async fn recall(
        &mut self,
        rrpid: &[u8],
        kind: &str,
        request: &[u8],
    ) -> Result<Recall, StoreError> {
        // A repetition that comes meanwhile, to whichever node, waits for this answer.
        self.lock("exchange", &[rrpid, kind.as_bytes()]).await?;
        let known: Option<(Vec<u8>, Vec<u8>)> = self
            .row(
                "SELECT request_digest, response FROM exchange WHERE rrpid = $1 AND kind = $2",
                &[rrpid.into(), kind.into()],
            )
            .await?;
        Ok(match known {
            None => Recall::New,
            Some((digest, response)) if digest == Sha256::digest(request).as_slice() => {
                Recall::Same(response)
            }
            Some(_) => Recall::Different,
        })
    }

    /// Keeps the answer to a request; `now` in Unix seconds.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] when a request of this kind with this RRPID was
    /// answered already; or the engine fails.
    pub async fn remember(
        &mut self,
        rrpid: &[u8],
        kind: &str,
        request: &[u8],
        response: &[u8],
        now: i64,
    ) -> Result<(), StoreError> {
        let digest = Sha256::digest(request);
        let added = self
            .execute(
                "INSERT INTO exchange (rrpid, kind, request_digest, response, created_at) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                &[
                    rrpid.into(),
                    kind.into(),
                    digest.as_slice().into(),
                    response.into(),
                    now.into(),
                ],
            )
            .await?;
        match added {
            0 => Err(StoreError::Conflict { table: "exchange" }),
            _ => Ok(()),
        }
    }

    /// Forgets answers given before `time`, in Unix seconds; returns how many.
    ///
    /// # Errors
    ///
    /// The engine fails.
    pub async fn forget_exchanges(&mut self, time: i64) -> Result<u64, StoreError> {
        self.execute("DELETE FROM exchange WHERE created_at < $1", &[time.into()])
            .await
    }
}
