//! What is counted of the host. No label tells of an account.

use core::sync::atomic::AtomicI64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// Counters of the host; clones count together.
#[derive(Clone, Debug, Default)]
pub struct HostMetrics {
    outcomes: Family<Labels, Counter>,
    unmatched: Counter,
    connected: Gauge<i64, AtomicI64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    request: &'static str,
    outcome: &'static str,
}

impl HostMetrics {
    /// Counters that `registry` tells.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        registry.register(
            "set_host_requests",
            "Requests to the acquirer host by kind and outcome",
            metrics.outcomes.clone(),
        );
        registry.register(
            "set_host_unmatched",
            "Responses of the acquirer host that came late or twice",
            metrics.unmatched.clone(),
        );
        registry.register(
            "set_host_connected",
            "Whether the gateway is signed on to the acquirer host",
            metrics.connected.clone(),
        );
        metrics
    }

    pub(super) fn outcome(&self, request: &'static str, outcome: &'static str) {
        self.outcomes
            .get_or_create(&Labels { request, outcome })
            .inc();
    }

    pub(super) fn unmatched(&self) {
        self.unmatched.inc();
    }

    pub(super) fn connected(&self, connected: bool) {
        self.connected.set(i64::from(connected));
    }
}
