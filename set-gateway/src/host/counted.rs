//! What comes of each request to the host, counted and logged. Neither tells of an account.

use std::sync::Arc;

use set_core::gateway::batch::Batch;
use set_core::gateway::host::{Decision, HostAdvice, HostAnswer, HostRequest};
use set_core::msg::ids::MerchantId;

use super::{
    AcquirerHost, HostFuture, HostMetrics, HostReversal, HostTrace, HostUnavailable, Settlement,
};

/// A host whose outcomes are counted and logged.
#[derive(Debug)]
pub struct Counted {
    host: Arc<dyn AcquirerHost>,
    metrics: HostMetrics,
}

impl Counted {
    /// Counts what comes of requests to `host`.
    #[must_use]
    pub fn new(host: Arc<dyn AcquirerHost>, metrics: HostMetrics) -> Self {
        Self { host, metrics }
    }

    fn confirmed(
        &self,
        what: &'static str,
        trace: HostTrace,
        outcome: Result<(), HostUnavailable>,
    ) -> Result<(), HostUnavailable> {
        let said = match outcome {
            Ok(()) => "confirmed",
            Err(HostUnavailable) => "unconfirmed",
        };
        self.metrics.outcome(what, said);
        tracing::debug!(
            what,
            trace = trace.number,
            repeated = trace.repeated,
            said,
            "host told"
        );
        outcome
    }
}

impl AcquirerHost for Counted {
    fn authorize<'a>(
        &'a self,
        trace: HostTrace,
        request: &'a HostRequest,
    ) -> HostFuture<'a, HostAnswer> {
        Box::pin(async move {
            let answer = self.host.authorize(trace, request).await;
            let said = outcome(&answer.decision);
            self.metrics.outcome("authorization", said);
            tracing::info!(
                trace = trace.number,
                repeated = trace.repeated,
                xid = %request.key.xid,
                said,
                "host asked"
            );
            answer
        })
    }

    fn advise<'a>(
        &'a self,
        trace: HostTrace,
        advice: &'a HostAdvice,
    ) -> HostFuture<'a, Result<(), HostUnavailable>> {
        Box::pin(async move {
            let outcome = self.host.advise(trace, advice).await;
            self.confirmed(advice.event.name(), trace, outcome)
        })
    }

    fn settle<'a>(
        &'a self,
        merchant_id: &'a MerchantId,
        batch: &'a Batch,
    ) -> HostFuture<'a, Result<Settlement, HostUnavailable>> {
        Box::pin(async move {
            let outcome = self.host.settle(merchant_id, batch).await;
            let said = match outcome {
                Ok(_) => "confirmed",
                Err(HostUnavailable) => "unconfirmed",
            };
            self.metrics.outcome("settlement", said);
            outcome
        })
    }

    fn reverse<'a>(
        &'a self,
        trace: HostTrace,
        reversal: &'a HostReversal,
    ) -> HostFuture<'a, Result<(), HostUnavailable>> {
        Box::pin(async move {
            let outcome = self.host.reverse(trace, reversal).await;
            self.confirmed("reversal", trace, outcome)
        })
    }
}

const fn outcome(decision: &Decision) -> &'static str {
    match decision {
        Decision::Approved { .. } => "approved",
        Decision::Declined => "declined",
        Decision::CallIssuer => "call_issuer",
        Decision::ExpiredCard => "expired_card",
        Decision::AmountError => "amount_error",
        Decision::InvalidTransaction => "invalid_transaction",
        Decision::NoReply => "no_reply",
        Decision::SystemError => "system_error",
    }
}
