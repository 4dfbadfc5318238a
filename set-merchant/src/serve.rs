//! `serve`: the server.

use std::net::SocketAddr;
use std::sync::Arc;

use prometheus_client::registry::Registry;
use set_core::msg::ids::Url;
use set_node::cli::Exit;
use set_node::config::ListenConfig;
use set_node::node::{Listening, Node};
use set_node::program::{self, Screen, value};
use set_node::service::Shutdown;
use set_node::store::Store;
use set_node::telemetry::{Metrics, store_answers};
use set_node::transport::{Endpoint, ListenerError, Pages};
use set_node::upkeep::{Upkeep, UpkeepMetrics};
use tokio::task::JoinSet;

use crate::api::{ApiDoor, api_routes};
use crate::background;
use crate::callbacks::Callbacks;
use crate::cli::ServeArgs;
use crate::failure::Failure;
use crate::pos::{self, Pos};
use crate::service::Till;
use crate::shop_pages::{ShopDoor, routes};
use crate::upkept::UpkeptMerchant;

/// Serves until the process is told to stop.
pub(crate) async fn serve(
    pos: Pos,
    args: &ServeArgs,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let gateway = pos.gateway(args.gateway.as_ref()).await?;
    if gateway.is_none() {
        tracing::warn!("no gateway is known; orders are received and wait");
    }
    let mut till = Till::open(&pos, pos.way_to(gateway))?;
    let further = pos.further()?;
    for brand in &further {
        let gateway = brand.gateway(None).await?;
        till = till.with_brand(brand, brand.way_to(gateway))?;
    }
    let till = Arc::new(till);
    let config = &pos.config;
    let node = Node::bind(&config.listen, &config.limits, &config.timeouts).await?;
    let mut listening = node.listening("merchant");
    remember(&listening, &config.listen, &pos.store).await?;
    let api = match config.api.listen {
        Some(address) => Some(
            Pages::bind(address)
                .await
                .map_err(|source| ListenerError::Bind { address, source })?,
        ),
        None => None,
    };
    listening.api = api.as_ref().map(Pages::address);

    let mut registry = Registry::default();
    pos.station.rsa_metrics().register(&mut registry);
    let upkeep_metrics = UpkeepMetrics::register(&mut registry);
    let metrics = Metrics::new(registry);
    let door = ShopDoor::open(&pos).await?;
    let store = pos.store.clone();
    let shutdown = Shutdown::on_signals().map_err(program::Failure::Runtime)?;
    let background = tokio::spawn(background::work(Arc::clone(&till), shutdown.clone()));
    let forgetting = tokio::spawn(forget(Arc::clone(&till), shutdown.clone()));
    let shops = tokio::spawn({
        let routes = api_routes(ApiDoor::open(&pos, Arc::clone(&till)).await?);
        let (config, shutdown) = (config.clone(), shutdown.clone());
        async move {
            if let Some(api) = api {
                let drain = config.timeouts.drain.duration();
                let most = config.api.connections;
                api.serve(routes, most, &config.timeouts, shutdown, drain)
                    .await;
            }
        }
    });
    let telling = Callbacks::open(&pos, Arc::clone(&till))?.map(Arc::new);
    let telling = tokio::spawn({
        let shutdown = shutdown.clone();
        async move {
            if let Some(callbacks) = telling {
                callbacks.work(shutdown).await;
            }
        }
    });
    let (station, terms) = (pos.station.clone(), config.upkeep.clone());
    let mut upkeep = JoinSet::new();
    for brand in std::iter::once(pos).chain(further) {
        let party = UpkeptMerchant::new(brand, Arc::clone(&till));
        let (station, terms) = (station.clone(), terms.clone());
        let keeper = Upkeep::new(party, station, terms, upkeep_metrics.clone());
        upkeep.spawn(keeper.keep(shutdown.clone()));
    }
    screen.result(&listening);
    let ready = store_answers(store.clone());
    let finished = node
        .serve(till, routes(door), metrics, ready, shutdown)
        .await;
    // All end when the node is told to stop; a panic of theirs was logged by then.
    let _ended = tokio::join!(background, forgetting, shops, telling, upkeep.join_all());
    store.close().await;
    Ok(if finished {
        Exit::Success
    } else {
        Exit::Refused
    })
}

/// Forgets answers that are older than the configuration keeps.
async fn forget(till: Arc<Till>, shutdown: Shutdown) {
    let mut clock = tokio::time::interval(FORGET_EVERY);
    loop {
        tokio::select! {
            () = shutdown.requested() => return,
            _ = clock.tick() => {}
        }
        let kept = till.config.store.keep_answers.duration().as_secs();
        let before = till.station.now().minus(kept).unix();
        let forgotten = async {
            let mut tx = till.store.begin().await?;
            tx.forget_exchanges(i64::try_from(before).unwrap_or(i64::MAX))
                .await?;
            tx.commit().await
        };
        if let Err(fault) = forgotten.await {
            tracing::warn!(%fault, "old answers are not forgotten yet");
        }
    }
}

/// Lets commands beside the server know where it is, unless only the configuration can say by
/// what name wallets reach it: one that listens at all of a machine's addresses does not know.
async fn remember(
    listening: &Listening,
    config: &ListenConfig,
    store: &Store,
) -> Result<(), Failure> {
    let url = |text: Option<String>| text.map(Url::new).transpose().map_err(value("listen"));
    let (tcp, http) = (is_one(config.tcp), is_one(config.http));
    let reached = listening.endpoints.iter().find(|endpoint| match endpoint {
        Endpoint::Tcp { .. } => tcp,
        Endpoint::Http { .. } => http,
    });
    let set_url = url(reached.map(ToString::to_string))?;
    let public_url = listening.http.as_ref().filter(|_| http);
    let public_url = url(public_url.map(|at| format!("http://{at}")))?;
    pos::change_profile(store, |profile| {
        profile.set_url = set_url;
        profile.public_url = public_url;
    })
    .await
}

/// Whether it is one address, and not all of the machine's.
fn is_one(address: Option<SocketAddr>) -> bool {
    address.is_some_and(|address| !address.ip().is_unspecified())
}

const FORGET_EVERY: std::time::Duration = std::time::Duration::from_secs(600);

#[cfg(test)]
mod tests {
    use set_node::config::{Limits, Timeouts};

    use super::*;

    #[tokio::test]
    async fn an_address_that_stands_for_all_is_not_given_to_wallets() {
        let store = Store::in_memory().await.unwrap();
        for (tcp, http, set, public) in [
            ("127.0.0.1:0", "0.0.0.0:0", Some("set://"), None),
            ("0.0.0.0:0", "127.0.0.1:0", Some("http://"), Some("http://")),
            ("0.0.0.0:0", "0.0.0.0:0", None, None),
        ] {
            let config = ListenConfig {
                tcp: tcp.parse().ok(),
                http: http.parse().ok(),
                ..ListenConfig::default()
            };
            let (limits, timeouts) = (Limits::default(), Timeouts::default());
            let node = Node::bind(&config, &limits, &timeouts).await.unwrap();
            let listening = node.listening("merchant");
            remember(&listening, &config, &store).await.unwrap();
            let profile = pos::profile(&store).await.unwrap();
            let begins = |url: Option<Url>, wanted: Option<&str>| match (url, wanted) {
                (Some(url), Some(wanted)) => url.as_str().starts_with(wanted),
                (None, None) => true,
                _ => false,
            };
            assert!(begins(profile.set_url, set), "{tcp}");
            assert!(begins(profile.public_url, public), "{http}");
        }
    }
}
