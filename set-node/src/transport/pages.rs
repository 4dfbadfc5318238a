use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use hyper_util::service::TowerToHyperService;
use tokio::{net::TcpListener, sync::Semaphore, task::JoinSet, time::timeout};

use super::http;
use crate::{config::Timeouts, service::Shutdown};

/// An HTTP listener for pages that are no SET messages, on an address of its own.
#[derive(Debug)]
pub struct Pages {
    listener: TcpListener,
    address: SocketAddr,
}

impl Pages {
    /// Binds an address; port 0 lets the system choose.
    ///
    /// # Errors
    ///
    /// The system refuses it.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// The address bound.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves `routes` until `shutdown`, with at most `most` connections at once; then lets
    /// what is in work finish, for at most `drain`.
    pub async fn serve(
        self,
        routes: Router,
        most: usize,
        timeouts: &Timeouts,
        shutdown: Shutdown,
        drain: Duration,
    ) {
        let places = Arc::new(Semaphore::new(most.clamp(1, Semaphore::MAX_PERMITS)));
        let mut connections = JoinSet::new();
        loop {
            let place = tokio::select! {
                () = shutdown.requested() => break,
                place = Arc::clone(&places).acquire_owned() => place,
            };
            let Ok(place) = place else {
                break;
            };
            let stream = tokio::select! {
                () = shutdown.requested() => break,
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => stream,
                    Err(fault) => {
                        tracing::error!(%fault, "cannot accept a connection");
                        tokio::time::sleep(http::ACCEPT_PAUSE).await;
                        continue;
                    }
                },
            };
            let (routes, shutdown, timeouts) = (routes.clone(), shutdown.clone(), timeouts.clone());
            connections.spawn(async move {
                let _place = place;
                let service = TowerToHyperService::new(routes);
                // A connection that breaks is the peer's business.
                let _ = http::drive(stream, service, &timeouts, &shutdown).await;
            });
            while connections.try_join_next().is_some() {}
        }
        let finished = async { while connections.join_next().await.is_some() {} };
        // What has not finished by then is cut off.
        let _late = timeout(drain, finished).await;
    }
}
