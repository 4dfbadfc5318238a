use std::{io, net::SocketAddr, sync::Arc};

use axum::Router;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{
    http::{self, HttpBinding},
    tcp,
};
use crate::{
    config::{Limits, ListenConfig, Timeouts},
    service::{Service, Shutdown},
};

/// A server's sockets: DER over TCP, HTTP, or both.
///
/// ```no_run
/// # async fn example(service: set_node::service::Service) -> Result<(), Box<dyn std::error::Error>> {
/// use set_node::{
///     config::{Limits, ListenConfig, Timeouts},
///     service::Shutdown,
///     transport::Listener,
/// };
///
/// let config = ListenConfig { tcp: Some("127.0.0.1:0".parse()?), ..ListenConfig::default() };
/// let listener = Listener::bind(&config, &Limits::default(), &Timeouts::default()).await?;
/// println!("set://{}", listener.tcp_address().ok_or("not bound")?);
/// listener.serve(service, axum::Router::new(), Shutdown::on_signals()?).await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Listener {
    tcp: Option<Socket>,
    http: Option<Socket>,
    path: String,
    limits: Limits,
    timeouts: Timeouts,
}

/// Why a node cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenerError {
    /// Neither binding has an address.
    #[error("no address to listen on: set listen.tcp, listen.http or both")]
    NoAddress,
    /// The path for HTTP does not begin with a slash.
    #[error("listen.path \"{path}\" does not begin with a slash")]
    Path {
        /// The path configured.
        path: String,
    },
    /// The system refuses the address.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
}

#[derive(Debug)]
struct Socket {
    listener: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Binds the addresses of `config`.
    ///
    /// # Errors
    ///
    /// There is no address, or the system refuses one.
    pub async fn bind(
        config: &ListenConfig,
        limits: &Limits,
        timeouts: &Timeouts,
    ) -> Result<Self, ListenerError> {
        if config.tcp.is_none() && config.http.is_none() {
            return Err(ListenerError::NoAddress);
        }
        if !config.path.starts_with('/') {
            return Err(ListenerError::Path {
                path: config.path.clone(),
            });
        }
        Ok(Self {
            tcp: Socket::bind(config.tcp).await?,
            http: Socket::bind(config.http).await?,
            path: config.path.clone(),
            limits: limits.clone(),
            timeouts: timeouts.clone(),
        })
    }

    /// Where DER over TCP is listened for, with the port that the system chose.
    pub fn tcp_address(&self) -> Option<SocketAddr> {
        self.tcp.as_ref().map(|socket| socket.address)
    }

    /// Where HTTP is listened for, with the port that the system chose.
    pub fn http_address(&self) -> Option<SocketAddr> {
        self.http.as_ref().map(|socket| socket.address)
    }

    /// Serves until `shutdown`, then finishes what is in work, for at most
    /// [`Timeouts::drain`].
    ///
    /// `routes` answers HTTP requests for other paths than the one for SET
    /// messages, such as a merchant's shop pages.
    ///
    /// Returns whether everything was finished; otherwise the rest was cut off.
    pub async fn serve(self, service: Service, routes: Router, shutdown: Shutdown) -> bool {
        let places = Arc::new(Semaphore::new(
            self.limits.connections.clamp(1, Semaphore::MAX_PERMITS),
        ));
        let binding = Arc::new(HttpBinding {
            service: service.clone(),
            path: self.path,
            routes,
            limit: self.limits.message,
            timeouts: self.timeouts.clone(),
        });
        let mut connections = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                biased;
                () = shutdown.requested() => break,
                Some(_) = connections.join_next() => continue,
                accepted = accept(self.tcp.as_ref(), self.http.as_ref(), &places) => accepted,
            };
            let (service, binding, shutdown) =
                (service.clone(), Arc::clone(&binding), shutdown.clone());
            match accepted {
                Ok(Accepted::Tcp(Connection {
                    stream,
                    peer,
                    place,
                })) => {
                    connections.spawn(async move {
                        let _place = place;
                        let _open = service.metrics().tcp_connection();
                        let HttpBinding {
                            limit, timeouts, ..
                        } = binding.as_ref();
                        tcp::serve(stream, peer, &service, *limit, timeouts, &shutdown).await;
                    });
                }
                Ok(Accepted::Http(Connection {
                    stream,
                    peer,
                    place,
                })) => {
                    connections.spawn(async move {
                        let _place = place;
                        let _open = service.metrics().http_connection();
                        http::serve(stream, peer, binding, &shutdown).await;
                    });
                }
                Err(fault) => {
                    // Out of descriptors or memory; trying again at once would spin.
                    tracing::error!(%fault, "cannot accept a connection");
                    sleep(http::ACCEPT_PAUSE).await;
                }
            }
        }
        drop((self.tcp, self.http));
        let finished = timeout(self.timeouts.drain.duration(), async {
            while connections.join_next().await.is_some() {}
            service.idle().await;
        });
        let finished = finished.await.is_ok();
        if !finished {
            tracing::warn!(
                open = connections.len(),
                "requests cut off by the end of the drain time"
            );
        }
        finished
    }
}

impl Socket {
    async fn bind(address: Option<SocketAddr>) -> Result<Option<Self>, ListenerError> {
        let Some(address) = address else {
            return Ok(None);
        };
        let fault = |source| ListenerError::Bind { address, source };
        let listener = TcpListener::bind(address).await.map_err(fault)?;
        let address = listener.local_addr().map_err(fault)?;
        Ok(Some(Self { listener, address }))
    }
}

enum Accepted {
    Tcp(Connection),
    Http(Connection),
}

struct Connection {
    stream: TcpStream,
    peer: SocketAddr,
    place: OwnedSemaphorePermit,
}

/// Accepts from either socket once there is a place, one for both: a socket that nobody
/// connects to holds none.
async fn accept(
    tcp: Option<&Socket>,
    http: Option<&Socket>,
    places: &Arc<Semaphore>,
) -> io::Result<Accepted> {
    let place = Arc::clone(places)
        .acquire_owned()
        .await
        .map_err(io::Error::other)?;
    let ((stream, peer), accepted): (_, fn(Connection) -> Accepted) = tokio::select! {
        accepted = next(tcp) => (accepted?, Accepted::Tcp),
        accepted = next(http) => (accepted?, Accepted::Http),
    };
    // Without it small messages wait for the peer's acknowledgement; the
    // connection works all the same if the system cannot do it.
    let _ = stream.set_nodelay(true);
    Ok(accepted(Connection {
        stream,
        peer,
        place,
    }))
}

/// The next connection; without a socket, never.
async fn next(socket: Option<&Socket>) -> io::Result<(TcpStream, SocketAddr)> {
    match socket {
        Some(socket) => socket.listener.accept().await,
        None => std::future::pending().await,
    }
}
