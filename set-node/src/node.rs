//! A server put together: listener, operators' listener, bounds, shutdown.

use std::{fmt, net::SocketAddr, sync::Arc};

use axum::Router;
use serde::Serialize;

use crate::{
    config::{Limits, ListenConfig, Timeouts},
    service::{Handler, Service, Shutdown},
    telemetry::{Admin, Metrics, Readiness},
    transport::{Endpoint, Listener, ListenerError},
};

/// A role's server, bound to its addresses.
///
/// ```no_run
/// # async fn example(handler: std::sync::Arc<dyn set_node::service::Handler>) -> Result<(), Box<dyn std::error::Error>> {
/// use set_node::{
///     config::{Limits, ListenConfig, Timeouts},
///     node::Node,
///     service::Shutdown,
///     telemetry::Metrics,
/// };
///
/// let config = ListenConfig { tcp: Some("0.0.0.0:257".parse()?), ..ListenConfig::default() };
/// let node = Node::bind(&config, &Limits::default(), &Timeouts::default()).await?;
/// let ready = std::sync::Arc::new(|| -> set_node::service::BoxFuture<'static, _> {
///     Box::pin(async { Ok(()) })
/// });
/// let shutdown = Shutdown::on_signals()?;
/// node.serve(handler, axum::Router::new(), Metrics::default(), ready, shutdown).await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Node {
    listener: Listener,
    admin: Option<Admin>,
    path: String,
    limits: Limits,
    timeouts: Timeouts,
}

/// Where a node listens, as it tells once it does.
#[derive(Clone, Debug, Serialize)]
pub struct Listening {
    event: &'static str,
    role: &'static str,
    /// Host and port for DER over TCP, as peers on this machine reach it.
    pub tcp: Option<String>,
    /// Host and port for HTTP.
    pub http: Option<String>,
    /// Host and port for operators.
    pub admin: Option<SocketAddr>,
    /// Host and port of the role's own HTTP interface, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api: Option<SocketAddr>,
    /// TCP before HTTP.
    #[serde(skip)]
    pub endpoints: Vec<Endpoint>,
}

impl Node {
    /// Binds all addresses of `config`.
    ///
    /// # Errors
    ///
    /// There is no address for SET messages, or the system refuses one.
    pub async fn bind(
        config: &ListenConfig,
        limits: &Limits,
        timeouts: &Timeouts,
    ) -> Result<Self, ListenerError> {
        let listener = Listener::bind(config, limits, timeouts).await?;
        let admin = match config.admin {
            Some(address) => Some(
                Admin::bind(address)
                    .await
                    .map_err(|source| ListenerError::Bind { address, source })?,
            ),
            None => None,
        };
        Ok(Self {
            listener,
            admin,
            path: config.path.clone(),
            limits: limits.clone(),
            timeouts: timeouts.clone(),
        })
    }

    /// Where peers on this machine reach it, TCP before HTTP.
    ///
    /// An address that stands for all of the machine's is shown as loopback.
    pub fn endpoints(&self) -> Vec<Endpoint> {
        let host = |address: SocketAddr| match address {
            SocketAddr::V4(v4) if v4.ip().is_unspecified() => "127.0.0.1".to_owned(),
            SocketAddr::V6(v6) if v6.ip().is_unspecified() => "::1".to_owned(),
            specific => specific.ip().to_string(),
        };
        let tcp = self.listener.tcp_address().map(|address| Endpoint::Tcp {
            host: host(address),
            port: address.port(),
        });
        let http = self.listener.http_address().map(|address| Endpoint::Http {
            host: host(address),
            port: address.port(),
            path: self.path.clone(),
        });
        tcp.into_iter().chain(http).collect()
    }

    /// Where it listens in the name of `role`.
    pub fn listening(&self, role: &'static str) -> Listening {
        let endpoints = self.endpoints();
        let authority = |wanted: fn(&Endpoint) -> bool| {
            let found = endpoints.iter().find(|endpoint| wanted(endpoint));
            found.map(Endpoint::authority)
        };
        Listening {
            event: "listening",
            role,
            tcp: authority(|endpoint| matches!(endpoint, Endpoint::Tcp { .. })),
            http: authority(|endpoint| matches!(endpoint, Endpoint::Http { .. })),
            admin: self.admin_address(),
            api: None,
            endpoints,
        }
    }

    /// Where operators reach it.
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.admin.as_ref().map(Admin::address)
    }

    /// Serves until `shutdown`, then finishes what is in work, for at most
    /// [`Timeouts::drain`].
    ///
    /// `routes` answers HTTP requests for other paths than the one for SET
    /// messages; `ready` is what `/readyz` asks. Operators are answered to the end.
    ///
    /// Returns whether everything was finished; otherwise the rest was cut off.
    pub async fn serve(
        self,
        handler: Arc<dyn Handler>,
        routes: Router,
        metrics: Metrics,
        ready: Readiness,
        shutdown: Shutdown,
    ) -> bool {
        for endpoint in self.endpoints() {
            tracing::info!(%endpoint, "listening");
        }
        let service = Service::new(handler, &self.limits, &self.timeouts, metrics.clone());
        let (over, ended) = Shutdown::new();
        let admin = async {
            if let Some(admin) = self.admin {
                tracing::info!(address = %admin.address(), "listening for operators");
                admin.serve(metrics, ready, shutdown.clone(), ended).await;
            }
        };
        let served = async {
            let finished = self.listener.serve(service, routes, shutdown.clone()).await;
            over.stop();
            finished
        };
        let (finished, ()) = tokio::join!(served, admin);
        tracing::info!(finished, "stopped");
        finished
    }
}

impl fmt::Display for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoints: Vec<String> = self.endpoints.iter().map(ToString::to_string).collect();
        write!(f, "{} listening on {}", self.role, endpoints.join(" and "))?;
        for (whom, at) in [("shops", self.api), ("operators", self.admin)] {
            if let Some(at) = at {
                write!(f, ", for {whom} on http://{at}")?;
            }
        }
        Ok(())
    }
}
