use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, extract::State, http::StatusCode, http::header, routing::get};
use tokio::time::timeout;

use super::Metrics;
use crate::{
    config::Timeouts,
    service::{BoxFuture, Shutdown},
    store::Store,
    transport::Pages,
};

/// Asks whether the node can treat requests, such as whether its store answers;
/// otherwise why not, in words that may be shown.
pub type Readiness = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// Ready as long as `store` answers.
pub fn store_answers(store: Store) -> Readiness {
    Arc::new(move || {
        let store = store.clone();
        Box::pin(async move { store.check().await.map_err(|fault| fault.to_string()) })
    })
}

/// The HTTP listener for operators.
///
/// | path | answer |
/// |---|---|
/// | `/healthz` | 200 as long as the process lives |
/// | `/readyz` | 200 when the node can treat requests; 503 when not, or while it stops |
/// | `/metrics` | counters as Prometheus reads them |
#[derive(Debug)]
pub struct Admin {
    pages: Pages,
}

impl Admin {
    /// Binds an address; port 0 lets the system choose.
    ///
    /// # Errors
    ///
    /// The system refuses it.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        let pages = Pages::bind(address).await?;
        Ok(Self { pages })
    }

    /// The address bound.
    pub fn address(&self) -> SocketAddr {
        self.pages.address()
    }

    /// Serves until `ended`; from `stopping` on, the node is not ready.
    pub async fn serve(
        self,
        metrics: Metrics,
        ready: Readiness,
        stopping: Shutdown,
        ended: Shutdown,
    ) {
        let routes = Router::new()
            .route("/healthz", get(async || "ok\n"))
            .route("/readyz", get(readiness))
            .route("/metrics", get(counters))
            .with_state(Shown {
                metrics,
                ready,
                stopping,
            });
        let timeouts = Timeouts::default();
        let serve = self
            .pages
            .serve(routes, MOST_CONNECTIONS, &timeouts, ended, Duration::ZERO);
        serve.await;
    }
}

#[derive(Clone)]
struct Shown {
    metrics: Metrics,
    ready: Readiness,
    stopping: Shutdown,
}

async fn readiness(State(shown): State<Shown>) -> (StatusCode, String) {
    let not = |reason: &str| (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n"));
    if shown.stopping.is_requested() {
        return not("stopping");
    }
    match timeout(READY_PATIENCE, (shown.ready)()).await {
        Ok(Ok(())) => (StatusCode::OK, "ready\n".to_owned()),
        Ok(Err(reason)) => not(&reason),
        Err(_) => not("no answer in time"),
    }
}

async fn counters(State(shown): State<Shown>) -> ([(header::HeaderName, &'static str); 1], String) {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], shown.metrics.text())
}

/// How long the node may take to tell whether it is ready.
const READY_PATIENCE: Duration = Duration::from_secs(5);

/// Operators' connections open at once.
const MOST_CONNECTIONS: usize = 32;
