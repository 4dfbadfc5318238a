//! Structured logs, Prometheus metrics and health.

mod metrics;

pub use metrics::{Metrics, Outcome};
