//! Requests that an earlier run left half done.

use std::sync::Arc;

use bytes::Bytes;
use set_core::gateway::auth::Judgement;
use set_core::gateway::host::{Decision, HostAnswer};
use set_node::store::StoreError;

use super::ledger::{self, Reserved};
use super::{GatewayService, Inner, Request, Trouble, auth};

impl GatewayService {
    /// Resolves the reservations that an earlier run did not end, before the first request
    /// is taken. Returns how many there were.
    ///
    /// The host is asked again under the same key: it gives the first answer again, or
    /// decides now if it never heard the question. What came of it is recorded and the
    /// answer kept, so that the merchant's retry gets it. Where that fails, because a
    /// certificate has expired meanwhile, say, the host is told to reverse.
    ///
    /// # Errors
    ///
    /// The store fails.
    pub async fn recover(&self) -> Result<usize, StoreError> {
        let mut tx = self.inner.parts.store.begin().await?;
        let interrupted = ledger::reserved(&mut tx).await?;
        tx.roll_back().await?;
        let count = interrupted.len();
        for reserved in interrupted {
            match self.inner.resume(&reserved).await {
                Ok(()) => {}
                Err(Trouble::Store(fault)) => return Err(fault),
                Err(fault) => {
                    tracing::error!(%fault, xid = %reserved.xid, "an interrupted authorization is left for the next start");
                }
            }
        }
        Ok(count)
    }
}

impl Inner {
    async fn resume(self: &Arc<Self>, reserved: &Reserved) -> Result<(), Trouble> {
        let _turn = self.requests.lock(reserved.rrpid).await;
        // As of the time it came: it was fresh then.
        let context = self.parts.station.context_at(reserved.date);
        let octets = Bytes::copy_from_slice(reserved.request.as_bytes());
        let Ok(request) = Request::receive(&context, octets) else {
            // The policy has become stricter; nobody will get an answer.
            let mut tx = self.parts.store.begin().await?;
            auth::abandon(&mut tx, &self.untold, reserved, &unknown(), self.now()).await?;
            return Ok(tx.commit().await?);
        };
        match self.finish(&request, reserved).await {
            Err(Trouble::Refused(refusal)) => {
                tracing::warn!(error = %refusal.error, xid = %reserved.xid, "an interrupted authorization is reversed");
                let said = unknown();
                self.give_up(&request, reserved, &said, refusal)
                    .await
                    .map(drop)
            }
            outcome => outcome,
        }
    }

    async fn finish(
        self: &Arc<Self>,
        request: &Request,
        reserved: &Reserved,
    ) -> Result<(), Trouble> {
        let opened = self.open(request).await?;
        match self.judge(request, opened).await? {
            Judgement::Ask(pending) => self.ask(request, pending, reserved, true).await.map(drop),
            Judgement::Refuse(answered) => {
                let mut tx = self.parts.store.begin().await?;
                auth::abandon(&mut tx, &self.untold, reserved, &unknown(), self.now()).await?;
                self.remember(&mut tx, request, &answered.octets).await?;
                Ok(tx.commit().await?)
            }
        }
    }
}

/// What the host said to a run that died is not known.
fn unknown() -> HostAnswer {
    Decision::NoReply.into()
}
