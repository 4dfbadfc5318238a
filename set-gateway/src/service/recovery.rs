//! Requests that were left half done: by an earlier run, by another node that has died, or by
//! this one when it could not store the answer.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use set_core::gateway::auth::Judgement;
use set_core::gateway::host::{Decision, HostAnswer};
use set_core::msg::ids::Rrpid;
use set_node::service::Shutdown;
use set_node::store::StoreError;
use tokio::task::JoinSet;

use super::advice::{AT_ONCE, SHORTEST};
use super::ledger::{self, Reserved};
use super::{GatewayService, Inner, Request, Trouble, auth};

impl GatewayService {
    /// Resolves reservations that are at least `age` old, now and every `pause`, until
    /// `shutdown`.
    ///
    /// A reservation is another node's work for as long as a request lasts; one that is older
    /// than that is nobody's any more.
    pub async fn recover_until(&self, shutdown: Shutdown, age: Duration, pause: Duration) {
        tokio::select! {
            () = shutdown.requested() => {}
            () = self.keep_recovering(age, pause) => {}
        }
    }

    async fn keep_recovering(&self, age: Duration, pause: Duration) {
        loop {
            match self.recover_older(age).await {
                Ok(0) => {}
                Ok(resolved) => {
                    tracing::warn!(resolved, "requests that were left half done are resolved");
                }
                Err(fault) => {
                    tracing::error!(%fault, "requests left half done wait for another try");
                }
            }
            tokio::time::sleep(pause.max(SHORTEST)).await;
        }
    }

    /// Resolves all reservations, as [`recover_older`](Self::recover_older) does; for when no
    /// other node works on the store.
    ///
    /// # Errors
    ///
    /// The store fails.
    pub async fn recover(&self) -> Result<usize, StoreError> {
        self.recover_older(Duration::ZERO).await
    }

    /// Resolves the reservations that are at least `age` old. Returns how many it resolved.
    ///
    /// The host is asked again under the same key: it gives the first answer again, or
    /// decides now if it never heard the question. What came of it is recorded and the
    /// answer kept, so that the merchant's retry gets it. Where that fails, because a
    /// certificate has expired meanwhile, say, the host is told to reverse. What another node
    /// has resolved meanwhile is left as it is.
    ///
    /// # Errors
    ///
    /// The store fails.
    pub async fn recover_older(&self, age: Duration) -> Result<usize, StoreError> {
        let latest = self.inner.now().minus(age.as_secs()).unix();
        let mut tx = self.inner.parts.store.begin().await?;
        let mut left = ledger::reserved(&mut tx).await?;
        tx.roll_back().await?;
        left.retain(|reserved| reserved.date.unix() <= latest);
        let mut left = left.into_iter();
        let (mut work, mut resolved) = (JoinSet::new(), 0);
        loop {
            for reserved in left.by_ref().take(AT_ONCE.saturating_sub(work.len())) {
                let inner = Arc::clone(&self.inner);
                work.spawn(async move { inner.resume(&reserved).await });
            }
            match work.join_next().await {
                None => return Ok(resolved),
                Some(Ok(outcome)) => resolved += usize::from(outcome?),
                Some(Err(fault)) => {
                    tracing::error!(%fault, "an interrupted authorization is left for another try");
                }
            }
        }
    }
}

impl Inner {
    /// Whether this resolved the reservation.
    async fn resume(self: &Arc<Self>, reserved: &Reserved) -> Result<bool, StoreError> {
        let _turn = self.requests.lock(reserved.rrpid).await;
        let mut tx = self.parts.store.begin().await?;
        let open = ledger::reservation(&mut tx, reserved.rrpid).await?;
        tx.roll_back().await?;
        if open.is_none() {
            return Ok(false);
        }
        match self.end(reserved).await {
            Ok(()) => Ok(true),
            // Another node was quicker, and its answer is the merchant's.
            Err(Trouble::Store(StoreError::Stale { .. } | StoreError::Conflict { .. })) => {
                Ok(false)
            }
            Err(Trouble::Store(fault)) => Err(fault),
            Err(fault) => {
                tracing::error!(%fault, xid = %reserved.xid, "an interrupted authorization is left for another try");
                Ok(false)
            }
        }
    }

    /// Resolves the reservation of exactly this request, if there is one; its turn is held.
    pub(super) async fn take_up(
        self: &Arc<Self>,
        rrpid: Rrpid,
        octets: &[u8],
    ) -> Result<(), Trouble> {
        let mut tx = self.parts.store.begin().await?;
        let reserved = ledger::reservation(&mut tx, rrpid).await?;
        tx.roll_back().await?;
        match reserved {
            Some(reserved) if reserved.request.as_bytes() == octets => self.end(&reserved).await,
            _ => Ok(()),
        }
    }

    async fn end(self: &Arc<Self>, reserved: &Reserved) -> Result<(), Trouble> {
        // As of the time it came: it was fresh then.
        let context = self.parts.station.context_at(reserved.date);
        let octets = Bytes::copy_from_slice(reserved.request.as_bytes());
        let Ok(request) = Request::receive(&context, octets) else {
            // The policy has become stricter; nobody will get an answer.
            let mut tx = self.parts.store.begin().await?;
            let open = ledger::reservation(&mut tx, reserved.rrpid).await?;
            if open.is_some() {
                auth::abandon(&mut tx, &self.untold, reserved, &unknown(), self.now()).await?;
            }
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
        match self.judge(request, opened).await?.0 {
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
