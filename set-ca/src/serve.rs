//! `serve`: registrations over TCP and HTTP.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use set_node::call::tell;
use set_node::cli::OutputFormat;
use set_node::node::Node;
use set_node::service::{CryptoPool, Shutdown};
use set_node::station::Station;
use set_node::store::Store;
use set_node::telemetry::{Metrics, Readiness};
use set_node::transport::Endpoint;

use crate::approver::{Approver, Rules};
use crate::config::Config;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::folder::Keys;
use crate::office::Office;

/// Opens the data folder and serves until a signal comes.
pub(crate) async fn run(data: &Path, config: Config, format: OutputFormat) -> Result<(), Failure> {
    let approver = Rules::new(config.approval.clone()).map_err(|fault| Failure::Value {
        what: "approval",
        fault,
    })?;
    let keys = Keys::open(data, &config)?;
    let shutdown = Shutdown::on_signals().map_err(Failure::Runtime)?;
    let node = Node::bind(&config.listen, &config.limits, &config.timeouts).await?;
    let listening = Listening::of(&node);
    let announce = move || match format {
        OutputFormat::Json => tell(&listening),
        OutputFormat::Text => println!("set-ca listens at {listening}"),
    };
    serve(
        data,
        &config,
        &keys,
        station()?,
        Arc::new(approver),
        node,
        announce,
        shutdown,
    )
    .await
}

/// Serves from a data folder until `shutdown`; `announce` is called when requests are
/// taken.
///
/// # Errors
///
/// The data folder is broken or the store cannot be opened.
#[expect(clippy::too_many_arguments, reason = "the parts of a server")]
pub async fn serve(
    data: &Path,
    config: &Config,
    keys: &Keys,
    station: Station,
    approver: Arc<dyn Approver>,
    node: Node,
    announce: impl FnOnce(),
    shutdown: Shutdown,
) -> Result<(), Failure> {
    let cas = keys.cas(&station, config)?;
    let store = Store::open(data, &config.store).await?;
    let pool = CryptoPool::new(&config.limits).map_err(Failure::Runtime)?;
    let desk = Desk::new(store.clone(), config.store.keep_answers);
    let office = Office::new(station, cas, approver, desk.clone(), pool);
    let ready: Readiness = {
        let store = store.clone();
        Arc::new(move || {
            let store = store.clone();
            Box::pin(async move { store.check().await.map_err(|fault| fault.to_string()) })
        })
    };
    let tidying = tokio::spawn({
        let office = office.clone();
        async move {
            let mut hours = tokio::time::interval(HOUR);
            loop {
                hours.tick().await;
                if let Err(fault) = office.tidy().await {
                    tracing::warn!(%fault, "old answers were not forgotten");
                }
            }
        }
    });
    announce();
    let routes = axum::Router::new();
    let metrics = Metrics::default();
    node.serve(Arc::new(office), routes, metrics, ready, shutdown)
        .await;
    tidying.abort();
    store.close().await;
    Ok(())
}

/// The software provider, the system's clock and the default policy, under our name.
pub(crate) fn station() -> Result<Station, Failure> {
    Station::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")).map_err(|fault| {
        Failure::Value {
            what: "swIdent",
            fault,
        }
    })
}

#[derive(Serialize)]
struct Listening {
    event: &'static str,
    role: &'static str,
    tcp: Option<String>,
    http: Option<String>,
    admin: Option<SocketAddr>,
    #[serde(skip)]
    endpoints: Vec<String>,
}

impl Listening {
    fn of(node: &Node) -> Self {
        let endpoints = node.endpoints();
        let authority = |wanted: fn(&Endpoint) -> bool| {
            endpoints
                .iter()
                .find(|endpoint| wanted(endpoint))
                .map(Endpoint::authority)
        };
        Self {
            event: "listening",
            role: "ca",
            tcp: authority(|endpoint| matches!(endpoint, Endpoint::Tcp { .. })),
            http: authority(|endpoint| matches!(endpoint, Endpoint::Http { .. })),
            admin: node.admin_address(),
            endpoints: endpoints.iter().map(ToString::to_string).collect(),
        }
    }
}

impl std::fmt::Display for Listening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.endpoints.join(" and "))
    }
}

const HOUR: Duration = Duration::from_secs(3_600);
