//! The gateway as a party that keeps itself in order.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use set_node::call::Trace;
use set_node::cli::Exit;
use set_node::enroll::{Applicant, Enrollment};
use set_node::keystore::KeyStore;
use set_node::party::PartyFolder;
use set_node::program::Screen;
use set_node::service::{BoxFuture, PoolFault};
use set_node::station::Station;
use set_node::upkeep::{Task, Thing, Upkept};

use crate::config::Config;
use crate::enroll::{ROLE, caller, renew_with, station};
use crate::failure::Failure;
use crate::serve;
use crate::service::GatewayService;

/// A gateway that serves, and the data folder that it serves from.
#[derive(Debug)]
pub struct UpkeptGateway {
    data: PathBuf,
    config: Config,
    keys: Arc<KeyStore>,
    station: Station,
    service: GatewayService,
    trace: Trace,
    /// Of the data folder as it is in service.
    digest: Mutex<Option<[u8; 32]>>,
}

impl UpkeptGateway {
    /// Looks after what `service` serves with, in the data folder `data`, whose keys are
    /// `keys`.
    #[must_use]
    pub fn new(
        data: &Path,
        config: &Config,
        keys: Arc<KeyStore>,
        station: Station,
        service: GatewayService,
        trace: Trace,
    ) -> Self {
        Self {
            data: data.to_owned(),
            config: config.clone(),
            digest: Mutex::new(None),
            keys,
            station,
            service,
            trace,
        }
    }

    async fn ask_the_ca(&self, task: Task) -> Result<(), Failure> {
        let enrollment = Enrollment::load(&self.data, &self.keys)?;
        let ca = caller(&self.config, enrollment.endpoint()?, self.trace);
        let applicant = Applicant {
            role: ROLE,
            station: &self.station,
            ca: &ca,
            keys: &self.keys,
            data: &self.data,
            fields: &[],
            trace: self.trace,
        };
        match task {
            Task::Renew => renew_with(&applicant, &enrollment).await.map(|_| ()),
            Task::Refresh => refresh_with(&applicant, &enrollment).await,
            Task::Peers => Ok(()),
        }
    }
}

/// Asks the CAs of the enrollments for lists, for every brand and acquirer.
pub(crate) async fn refresh(
    data: &Path,
    config: &Config,
    trace: Trace,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let keys = serve::keys(data, config)?;
    let station = station(config)?;
    for folder in serve::folders(data)? {
        let keys = keys.beside(&folder.join(&config.keys.folder))?;
        let enrollment = Enrollment::load(&folder, &keys)?;
        let ca = caller(config, enrollment.endpoint()?, trace);
        let applicant = Applicant {
            role: ROLE,
            station: &station,
            ca: &ca,
            keys: &keys,
            data: &folder,
            fields: &[],
            trace,
        };
        refresh_with(&applicant, &enrollment).await?;
        let trust = PartyFolder::new(&folder).load_trust(&station.context())?;
        let ends = Thing::lists(&trust);
        let until = ends.iter().map(|thing| thing.lifetime.until).min();
        screen.result(&Refreshed {
            lists: ends.len(),
            until: until.map(|until| until.to_string()),
        });
    }
    Ok(Exit::Success)
}

#[derive(Serialize)]
struct Refreshed {
    lists: usize,
    /// When the first of them ends.
    until: Option<String>,
}

impl fmt::Display for Refreshed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} lists", self.lists)?;
        match &self.until {
            Some(until) => write!(f, ", in force until {until}"),
            None => Ok(()),
        }
    }
}

/// Asks the CA for lists and keeps them in the data folder of `applicant`.
///
/// # Errors
///
/// The CA cannot be reached or what it sends is not to be believed; files cannot be written.
pub async fn refresh_with(
    applicant: &Applicant<'_>,
    enrollment: &Enrollment,
) -> Result<(), Failure> {
    let folder = PartyFolder::new(applicant.data);
    let station = applicant.station;
    let mut trust = folder.load_trust(&station.context())?;
    applicant.refresh(&mut trust, enrollment).await?;
    Ok(folder.save_trust(&trust, station.crypto())?)
}

impl Upkept for UpkeptGateway {
    type Failure = Failure;

    fn held(&self) -> Vec<Thing> {
        let gateway = self.service.gateway().now();
        Thing::of_party(&[&gateway.signature, &gateway.encryption], &gateway.trust)
    }

    fn attend(&self, task: Task) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(self.ask_the_ca(task))
    }

    fn take_up(&self) -> BoxFuture<'_, Result<bool, Failure>> {
        Box::pin(async {
            let digest = PartyFolder::new(&self.data).digest()?;
            let known = *self.digest.lock().unwrap_or_else(PoisonError::into_inner);
            if known == Some(digest) {
                return Ok(false);
            }
            let (data, config) = (self.data.clone(), self.config.clone());
            let (keys, station) = (Arc::clone(&self.keys), self.station.clone());
            // Opening keys takes as long as their passphrase is protected well.
            let next = tokio::task::spawn_blocking(move || {
                serve::gateway(&data, &config, &keys, &station)
            })
            .await
            .map_err(|_| PoolFault::Panicked)??;
            self.service.gateway().change(|_| next);
            *self.digest.lock().unwrap_or_else(PoisonError::into_inner) = Some(digest);
            Ok(true)
        })
    }
}
