//! Structured logs, Prometheus metrics and health.

mod admin;
mod logs;
mod metrics;
mod rsa;

pub use admin::{Admin, Readiness, store_answers};
pub use logs::{LogError, start_logs};
pub use metrics::{Metrics, Outcome};
pub use rsa::RsaMetrics;
