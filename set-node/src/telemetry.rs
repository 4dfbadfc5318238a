//! Structured logs, Prometheus metrics and health.

mod admin;
mod logs;
mod metrics;

pub use admin::{Admin, Readiness};
pub use logs::{LogError, start_logs};
pub use metrics::{Metrics, Outcome};
