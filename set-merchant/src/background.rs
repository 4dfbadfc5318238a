//! What the server does by itself: authorizing later, and asking again what was not
//! answered.

use std::sync::Arc;

use set_node::service::Shutdown;
use tokio::time::{MissedTickBehavior, interval};

use crate::attempts;
use crate::collection::{By, PAGE};
use crate::config::AuthorizeWhen;
use crate::fault::Fault;
use crate::ledger;
use crate::service::Till;

/// Works until `shutdown`: at the start, whenever an order waits, and often enough that what
/// is due for the first time after [`retry`](crate::Config::retry) is asked for about then.
pub(crate) async fn work(till: Arc<Till>, shutdown: Shutdown) {
    let mut clock = interval((till.config.retry.duration() / 4).clamp(SHORTEST, LONGEST));
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shutdown.requested() => return,
            () = till.unsettled.notified() => {}
            _ = clock.tick() => {}
        }
        tokio::select! {
            // A request in flight is cut off and sent again after the next start.
            () = shutdown.requested() => return,
            outcome = till.settle_all() => {
                if let Err(fault) = outcome {
                    tracing::warn!(%fault, "orders not looked through; tried again later");
                }
            }
        }
    }
}

impl Till {
    /// Looks through the unsettled orders and asks the gateway about each that is due.
    ///
    /// # Errors
    ///
    /// The store fails. An order about which the gateway gives no good answer is asked about
    /// at the next time.
    pub async fn settle_all(&self) -> Result<(), Fault> {
        if !self.counters().any(|counter| counter.gateway.is_known()) {
            return Ok(());
        }
        let mut after = Vec::new();
        loop {
            let mut tx = self.store.begin().await?;
            let names = ledger::unsettled(&mut tx, &after, PAGE).await?;
            tx.roll_back().await?;
            let Some(last) = names.last() else {
                return Ok(());
            };
            after = last.as_octets().to_vec();
            for name in &names {
                if let Err(fault) = self.settle(name).await {
                    tracing::warn!(order = %name, %fault, "not settled; asked again later");
                }
            }
        }
    }

    async fn settle(&self, name: &set_core::msg::ids::LocalId) -> Result<(), Fault> {
        let mut tx = self.store.begin().await?;
        let entry = ledger::load(&mut tx, name).await?;
        let attempts = attempts::load(&mut tx, name).await?;
        tx.roll_back().await?;
        if attempts.is_some_and(|attempts| !attempts.is_due(self.station.now())) {
            return Ok(());
        }
        let Some(entry) = entry else {
            return Ok(());
        };
        let Some(sale) = entry.order.sale() else {
            return Ok(());
        };
        match &sale.waiting {
            Some(waiting) => {
                let done = self.resume(waiting.rrpid(), By::Itself).await?;
                tracing::info!(orders = done.len(), "the gateway answered");
            }
            // With authorize = at-once, an order in this state had no gateway to ask.
            None if self.config.authorize != AuthorizeWhen::Manual => {
                let patience = self.config.timeouts.message.duration();
                let settled = self.settle_authorization(entry, patience).await?;
                tracing::info!(
                    order = %name,
                    state = settled.order.state(),
                    later = self.config.authorize == AuthorizeWhen::Later,
                    "the gateway answered"
                );
            }
            None => {}
        }
        Ok(())
    }
}

/// Shortest time between two looks.
const SHORTEST: std::time::Duration = std::time::Duration::from_millis(100);

/// Longest.
const LONGEST: std::time::Duration = std::time::Duration::from_secs(60);
