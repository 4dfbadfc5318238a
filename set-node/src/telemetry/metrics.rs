use std::{sync::Arc, time::Duration};

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

use crate::service::Binding;

/// The node's counters; clones count together.
#[derive(Clone, Debug)]
pub struct Metrics {
    requests: Family<RequestLabels, Counter>,
    seconds: Family<BindingLabels, Histogram, fn() -> Histogram>,
    connections: Family<BindingLabels, Gauge>,
    refused: Family<BindingLabels, Counter>,
    registry: Arc<Registry>,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// With the role's answer.
    Answered,
    /// It was told that the node is busy.
    Busy,
    /// It took too long.
    TimedOut,
    /// The role panicked.
    Failed,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BindingLabels {
    binding: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    binding: &'static str,
    outcome: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new(Registry::default())
    }
}

impl Metrics {
    /// Adds the node's counters to those that a role has put into `registry`.
    pub fn new(mut registry: Registry) -> Self {
        let requests = Family::<RequestLabels, Counter>::default();
        registry.register(
            "set_requests",
            "SET requests by binding and outcome",
            requests.clone(),
        );
        let seconds =
            Family::<BindingLabels, Histogram, fn() -> Histogram>::new_with_constructor(|| {
                Histogram::new(SECONDS)
            });
        registry.register(
            "set_request_seconds",
            "Time from a request's last octet to its answer",
            seconds.clone(),
        );
        let connections = Family::<BindingLabels, Gauge>::default();
        registry.register("set_connections", "Connections open", connections.clone());
        let refused = Family::<BindingLabels, Counter>::default();
        registry.register(
            "set_refused",
            "Messages turned away unread: wrong framing, size or media type, or a stall",
            refused.clone(),
        );
        Self {
            requests,
            seconds,
            connections,
            refused,
            registry: Arc::new(registry),
        }
    }

    /// Everything counted, in Prometheus' (OpenMetrics) text format.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }

    pub(crate) fn request(&self, binding: Binding, outcome: Outcome, time: Duration) {
        let binding = match binding {
            Binding::Tcp => TCP,
            Binding::Http(_) => HTTP,
        };
        let outcome = match outcome {
            Outcome::Answered => "answered",
            Outcome::Busy => "busy",
            Outcome::TimedOut => "timed_out",
            Outcome::Failed => "failed",
        };
        self.requests
            .get_or_create(&RequestLabels { binding, outcome })
            .inc();
        self.seconds
            .get_or_create(&BindingLabels { binding })
            .observe(time.as_secs_f64());
    }

    pub(crate) fn tcp_refused(&self) {
        self.refused
            .get_or_create(&BindingLabels { binding: TCP })
            .inc();
    }

    pub(crate) fn http_refused(&self) {
        self.refused
            .get_or_create(&BindingLabels { binding: HTTP })
            .inc();
    }

    /// Counts a connection for as long as the returned value lives.
    pub(crate) fn tcp_connection(&self) -> Open {
        self.open(TCP)
    }

    /// Counts a connection for as long as the returned value lives.
    pub(crate) fn http_connection(&self) -> Open {
        self.open(HTTP)
    }

    fn open(&self, binding: &'static str) -> Open {
        let gauge = self
            .connections
            .get_or_create(&BindingLabels { binding })
            .clone();
        gauge.inc();
        Open { gauge }
    }
}

/// One connection, counted.
#[derive(Debug)]
pub(crate) struct Open {
    gauge: Gauge,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.gauge.dec();
    }
}

const TCP: &str = "tcp";
const HTTP: &str = "http";

/// Bounds of the buckets of request times, in seconds.
const SECONDS: [f64; 11] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 25.0,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_and_open_connections_appear_in_the_text() {
        let metrics = Metrics::default();
        metrics.request(Binding::Tcp, Outcome::Busy, Duration::from_millis(3));
        let open = metrics.tcp_connection();
        let closed = metrics.http_connection();
        drop(closed);
        let text = metrics.text();
        assert!(
            text.contains("set_requests_total{binding=\"tcp\",outcome=\"busy\"} 1\n"),
            "{text}"
        );
        assert!(
            text.contains("set_request_seconds_bucket{le=\"0.005\",binding=\"tcp\"} 1\n"),
            "{text}"
        );
        assert!(
            text.contains("set_connections{binding=\"tcp\"} 1\n"),
            "{text}"
        );
        assert!(
            text.contains("set_connections{binding=\"http\"} 0\n"),
            "{text}"
        );
        drop(open);
    }
}
