//! `serve`: merchants are answered until the process is stopped.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use prometheus_client::registry::Registry;
use set_core::error::Error;
use set_core::gateway::Gateway;
use set_core::msg::cert::id_data::IdData;
use set_core::msg::ids::{Bin, BrandId};
use set_core::x509::Brand;
use set_node::branches;
use set_node::call::Trace;
use set_node::cli::Exit;
use set_node::enroll::Enrollment;
use set_node::keystore::{Iterations, KeyStore, Passphrase};
use set_node::node::Node;
use set_node::party::{PartyError, PartyFolder};
use set_node::program::{self, Screen, value};
use set_node::service::{CryptoPool, Shutdown};
use set_node::station::Station;
use set_node::store::Store;
use set_node::telemetry::{Metrics, Readiness, store_answers};
use set_node::upkeep::{Upkeep, UpkeepMetrics};
use tokio::task::JoinSet;

use crate::config::{Assigner, Config, HostKind};
use crate::enroll::{ENCRYPTION, SIGNATURE, station};
use crate::failure::Failure;
use crate::host::{AcquirerHost, Counted, HostMetrics, Iso8583Host, Journaled, Simulator};
use crate::houses::{House, Houses};
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
    let keys = keys(data, config)?.used_by(station.shared_crypto());
    let mut registry = Registry::default();
    station.rsa_metrics().register(&mut registry);
    let host = host(data, config, &station, HostMetrics::register(&mut registry))?;
    let upkeep_metrics = UpkeepMetrics::register(&mut registry);
    let pool = CryptoPool::new(&config.limits).map_err(program::Failure::Runtime)?;
    let mut houses = Vec::new();
    for folder in folders(data)? {
        let keys = Arc::new(keys.beside(&folder.join(&config.keys.folder))?);
        let gateway = gateway(&folder, config, &keys, &station)?;
        let store = open_store(data, &folder, config).await?;
        let service = GatewayService::new(Parts {
            station: station.clone(),
            gateway: gateway.into(),
            store: store.clone(),
            pool: pool.clone(),
            host: Arc::clone(&host),
            places: config.limits.requests.saturating_add(config.limits.queue),
            assigns_batches: config.gateway.batches == Assigner::Gateway,
            keep_answers: config.store.keep_answers.duration(),
            trace,
        });
        houses.push(House {
            folder,
            keys,
            store,
            service,
        });
    }
    let limits = station.policy().limits.clone();
    let handler = Houses::new(&houses, limits).ok_or(Failure::NotEnrolled)?;
    let node = Node::bind(&config.listen, &config.limits, &config.timeouts).await?;
    let shutdown = Shutdown::on_signals().map_err(program::Failure::Runtime)?;
    let retry = config.host.retry.duration();
    let mut busy = JoinSet::new();
    for house in &houses {
        let (service, stop) = (house.service.clone(), shutdown.clone());
        let age = config.longest_request();
        busy.spawn(async move { service.recover_until(stop, age, retry).await });
        let (service, stop) = (house.service.clone(), shutdown.clone());
        busy.spawn(async move { service.advise_until(stop, retry).await });
        let (keys, service) = (Arc::clone(&house.keys), house.service.clone());
        let party =
            UpkeptGateway::new(&house.folder, config, keys, station.clone(), service, trace);
        let terms = config.upkeep.clone();
        let upkeep = Upkeep::new(party, station.clone(), terms, upkeep_metrics.clone());
        busy.spawn(upkeep.keep(shutdown.clone()));
    }
    let ready = all_answer(houses.into_iter().map(|house| house.store).collect());
    screen.result(&node.listening("gateway"));
    let finished = node
        .serve(
            Arc::new(handler),
            axum::Router::new(),
            Metrics::new(registry),
            ready,
            shutdown,
        )
        .await;
    // All end with the shutdown that ended the node.
    while busy.join_next().await.is_some() {}
    Ok(if finished {
        Exit::Success
    } else {
        Exit::Refused
    })
}

/// The folders of all gateways that have certificates.
pub(crate) fn folders(data: &Path) -> Result<Vec<PathBuf>, Failure> {
    let all = branches::all(data).map_err(|source| PartyError::Io {
        file: data.to_owned(),
        source,
    })?;
    Ok(all)
}

/// The store of the gateway in `folder`; in a database, that of a further one is a schema.
pub(crate) async fn open_store(
    data: &Path,
    folder: &Path,
    config: &Config,
) -> Result<Store, Failure> {
    let further = (folder != data).then(|| folder.file_name()).flatten();
    let schema = further.and_then(|name| name.to_str());
    Ok(Store::open_within(folder, &config.store, schema).await?)
}

/// Ready when every store answers.
fn all_answer(stores: Vec<Store>) -> Readiness {
    Arc::new(move || {
        let stores = stores.clone();
        Box::pin(async move {
            for store in stores {
                store_answers(store)().await?;
            }
            Ok(())
        })
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
    let own_brand = signature.certificate.brand().map_err(Error::from)?;
    let of_brand = config.gateway.brand_bins.iter().find_map(|(brand, bins)| {
        let brand = BrandId::new(brand.as_str()).ok()?;
        (Brand::of(&brand) == own_brand).then_some(bins)
    });
    let bins = of_brand
        .unwrap_or(&config.gateway.bins)
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
        acquirer: acquirer(data, keys)?,
        captures: config.gateway.captures,
        cap_tokens: config.gateway.cap_tokens.into(),
    })
}

/// The acquirer whose merchants are served: the one that the gateway was enrolled for.
fn acquirer(folder: &Path, keys: &KeyStore) -> Result<Bin, Failure> {
    match Enrollment::load(folder, keys)?.id_data {
        Some(IdData::AcquirerId(acquirer)) => Ok(acquirer.acquirer_bin),
        _ => Err(Failure::NoAcquirer(folder.to_owned())),
    }
}
