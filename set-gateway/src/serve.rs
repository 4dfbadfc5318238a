//! `serve`: merchants are answered until the process is stopped.

use std::path::Path;
use std::sync::Arc;

use prometheus_client::registry::Registry;
use set_core::gateway::Gateway;
use set_core::msg::ids::Bin;
use set_node::call::Trace;
use set_node::cli::Exit;
use set_node::keystore::{Iterations, KeyStore, Passphrase};
use set_node::node::Node;
use set_node::party::PartyFolder;
use set_node::program::{self, Screen, value};
use set_node::service::{CryptoPool, Shutdown};
use set_node::station::Station;
use set_node::store::Store;
use set_node::telemetry::{Metrics, store_answers};
use set_node::upkeep::{Upkeep, UpkeepMetrics};

use crate::config::{Assigner, Config, HostKind};
use crate::enroll::{ENCRYPTION, SIGNATURE, station};
use crate::failure::Failure;
use crate::host::{AcquirerHost, Counted, HostMetrics, Iso8583Host, Journaled, Simulator};
use crate::service::{GatewayService, Parts};
use crate::upkept::UpkeptGateway;

/// Serves; what was left half done is resolved beside that.
pub(crate) async fn serve(
    data: &Path,
    config: &Config,
    trace: Trace,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let station = station(config)?;
    let keys = Arc::new(keys(data, config)?);
    let gateway = gateway(data, config, &keys, &station)?;
    let store = Store::open(data, &config.store).await?;
    let mut registry = Registry::default();
    let host = host(data, config, &station, HostMetrics::register(&mut registry))?;
    let upkeep_metrics = UpkeepMetrics::register(&mut registry);
    let service = GatewayService::new(Parts {
        station: station.clone(),
        gateway: gateway.into(),
        store: store.clone(),
        pool: CryptoPool::new(&config.limits).map_err(program::Failure::Runtime)?,
        host,
        places: config.limits.requests.saturating_add(config.limits.queue),
        assigns_batches: config.gateway.batches == Assigner::Gateway,
        keep_answers: config.store.keep_answers.duration(),
        trace,
    });
    let node = Node::bind(&config.listen, &config.limits, &config.timeouts).await?;
    let shutdown = Shutdown::on_signals().map_err(program::Failure::Runtime)?;
    let retry = config.host.retry.duration();
    let recovering = tokio::spawn({
        let (service, shutdown) = (service.clone(), shutdown.clone());
        let age = config.longest_request();
        async move { service.recover_until(shutdown, age, retry).await }
    });
    let advising = tokio::spawn({
        let (service, shutdown) = (service.clone(), shutdown.clone());
        async move { service.advise_until(shutdown, retry).await }
    });
    let party = UpkeptGateway::new(data, config, keys, station.clone(), service.clone(), trace);
    let upkeep = Upkeep::new(party, station, config.upkeep.clone(), upkeep_metrics);
    let upkeep = tokio::spawn(upkeep.keep(shutdown.clone()));
    let ready = store_answers(store);
    screen.result(&node.listening("gateway"));
    let handler = Arc::new(service);
    let finished = node
        .serve(
            handler,
            axum::Router::new(),
            Metrics::new(registry),
            ready,
            shutdown,
        )
        .await;
    // All end with the shutdown that ended the node.
    let _ended = tokio::join!(recovering, advising, upkeep);
    Ok(if finished {
        Exit::Success
    } else {
        Exit::Refused
    })
}

/// The host that is configured.
fn host(
    data: &Path,
    config: &Config,
    station: &Station,
    metrics: HostMetrics,
) -> Result<Arc<dyn AcquirerHost>, Failure> {
    let host: Arc<dyn AcquirerHost> = match config.host.kind {
        HostKind::Simulator => simulator(data, config)?,
        HostKind::Iso8583 => Arc::new(iso8583(config, station, metrics.clone())?),
    };
    Ok(Arc::new(Counted::new(host, metrics)))
}

fn simulator(data: &Path, config: &Config) -> Result<Arc<dyn AcquirerHost>, Failure> {
    let host = Simulator::new(config.host.seed).with_delay(config.host.delay.duration());
    let Some(journal) = &config.host.journal else {
        return Ok(Arc::new(host));
    };
    let file = data.join(journal);
    let host = Journaled::open(Arc::new(host), &file);
    Ok(Arc::new(host.map_err(|source| program::Failure::File {
        file,
        source,
    })?))
}

/// The host that is reached by ISO 8583; it begins to connect.
pub(crate) fn iso8583(
    config: &Config,
    station: &Station,
    metrics: HostMetrics,
) -> Result<Iso8583Host, Failure> {
    let clock = station.clone();
    Iso8583Host::start(&config.host.iso8583, move || clock.now(), metrics)
        .map_err(Failure::HostConfig)
}

/// The private keys of a data folder.
pub(crate) fn keys(data: &Path, config: &Config) -> Result<KeyStore, Failure> {
    let passphrase = Passphrase::from_config(data, &config.keys)?;
    let iterations = Iterations::new(config.keys.iterations);
    let folder = data.join(&config.keys.folder);
    Ok(KeyStore::open(&folder, passphrase, iterations)?)
}

/// The gateway of a data folder.
pub(crate) fn gateway(
    data: &Path,
    config: &Config,
    keys: &KeyStore,
    station: &Station,
) -> Result<Gateway, Failure> {
    let folder = PartyFolder::new(data);
    let rules = &station.policy().key_rules;
    let identity = |name| {
        folder
            .load_identity(keys, name, rules)?
            .ok_or(Failure::NotEnrolled)
    };
    let (signature, encryption) = (identity(SIGNATURE)?, identity(ENCRYPTION)?);
    let mut former = folder.former(keys, SIGNATURE, rules)?;
    former.extend(folder.former(keys, ENCRYPTION, rules)?);
    let mut trust = folder.load_trust(&station.context())?;
    for own in [&signature, &encryption] {
        trust.hold(own.certificate.clone());
    }
    let bins = config
        .gateway
        .bins
        .iter()
        .map(|bin| Bin::new(bin.as_str()))
        .collect::<Result<Vec<Bin>, _>>()
        .map_err(value("gateway.bins"))?;
    Ok(Gateway {
        signature,
        encryption,
        former,
        trust,
        bins,
        acquirers: Vec::new(),
        captures: config.gateway.captures,
        cap_tokens: config.gateway.cap_tokens.into(),
    })
}
