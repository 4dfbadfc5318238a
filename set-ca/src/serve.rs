//! `serve`: registrations over TCP and HTTP.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use prometheus_client::registry::Registry;
use set_node::cli::Exit;
use set_node::node::Node;
use set_node::program::{self, Screen, value};
use set_node::service::{CryptoPool, Shutdown};
use set_node::station::Station;
use set_node::store::Store;
use set_node::telemetry::{Metrics, store_answers};
use set_node::upkeep::{UpkeepMetrics, Watch};
use tokio::sync::Notify;

use crate::approver::{Approver, Rules, approver};
use crate::config::Config;
use crate::desk::Desk;
use crate::door::Door;
use crate::failure::Failure;
use crate::folder::Keys;
use crate::lists::{Keeper, Signers, State};
use crate::office::Office;

/// Opens the data folder and serves until a signal comes.
pub(crate) async fn run(data: &Path, config: Config, screen: &mut Screen) -> Result<Exit, Failure> {
    let station = station()?;
    let keys = Arc::new(Keys::open(data, &config)?.used_by(&station));
    let store = Store::open(data, &config.store).await?;
    let approver = approver(data, &config.approval, &store, &station)?;
    let shutdown = Shutdown::on_signals().map_err(program::Failure::Runtime)?;
    let node = Node::bind(&config.listen, &config.limits, &config.timeouts).await?;
    let listening = node.listening("ca");
    serve(
        data,
        &config,
        keys,
        station,
        store,
        approver,
        node,
        || screen.result(&listening),
        shutdown,
    )
    .await
    .map(|finished| match finished {
        true => Exit::Success,
        false => Exit::Refused,
    })
}

/// Serves from a data folder until `shutdown`, and closes `store` then; `announce` is called
/// when requests are taken.
///
/// Gives whether everything was finished; otherwise the rest was cut off.
///
/// # Errors
///
/// The data folder is broken or the store fails.
#[expect(clippy::too_many_arguments, reason = "the parts of a server")]
pub async fn serve(
    data: &Path,
    config: &Config,
    keys: Arc<Keys>,
    station: Station,
    store: Store,
    approver: Arc<dyn Approver>,
    node: Node,
    announce: impl FnOnce(),
    shutdown: Shutdown,
) -> Result<bool, Failure> {
    let cas = keys.cas(&station, config)?;
    let pool = CryptoPool::new(&config.limits).map_err(program::Failure::Runtime)?;
    let desk = Desk::new(store.clone(), config.store.keep_answers);
    let signers = Signers::find(Arc::clone(&keys), &station.policy().key_rules)?;
    let mut registry = Registry::default();
    station.rsa_metrics().register(&mut registry);
    let upkeep_metrics = UpkeepMetrics::register(&mut registry);
    if cas.first().is_none() && signers.issuers().is_empty() {
        return Err(Failure::Missing {
            name: "CA to serve".to_owned(),
            data: data.to_owned(),
        });
    }
    let keeper = Arc::new(Keeper {
        station: station.clone(),
        keys,
        signers: signers.into(),
        watch: Watch::new(&config.lists.warn, upkeep_metrics),
        config: config.clone(),
        data: data.to_owned(),
        store: store.clone(),
        pool: pool.clone(),
        state: Mutex::new(State::default()),
        changed: Notify::new(),
    });
    let rules = Rules::new(config.approval.clone()).map_err(value("approval"))?;
    let office = Office::new(station, cas, approver, rules, desk.clone(), pool);
    // Nothing is served before the log is known to be whole and the lists to be in force.
    let looked = tokio::select! {
        () = shutdown.requested() => return Ok(true),
        looked = keeper.look() => looked?,
    };
    office.give_out(&looked.brands);
    let ready = store_answers(store.clone());
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
    let metrics = Metrics::new(registry);
    let (trigger, over) = Shutdown::new();
    let keeping = async {
        let kept = Arc::clone(&keeper).keep(office.clone(), shutdown).await;
        trigger.stop();
        kept
    };
    let door = Arc::new(Door {
        office: office.clone(),
        keeper: Arc::clone(&keeper),
    });
    let (kept, finished) = tokio::join!(keeping, node.serve(door, routes, metrics, ready, over));
    tidying.abort();
    store.close().await;
    kept.map(|()| finished)
}

/// The software provider, the system's clock and the default policy, under our name.
pub(crate) fn station() -> Result<Station, Failure> {
    let station = Station::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    Ok(station.map_err(value("the program's name"))?)
}

const HOUR: Duration = Duration::from_secs(3_600);
