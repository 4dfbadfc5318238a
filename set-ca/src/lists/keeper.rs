//! Keeps the lists fresh while the CA serves, and circulates them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use set_core::ca::circulation::{Circulated, distribution, notification};
use set_core::error::CallerFault;
use set_core::exchange::Refusal;
use set_core::party::Trust;
use set_core::x509::Brand;
use set_core::x509::ext::KeyUsage;
use set_node::call::{Caller, Trace};
use set_node::program;
use set_node::service::{CryptoPool, Reply, Shutdown};
use set_node::station::Station;
use set_node::store::Store;
use set_node::transport::{Endpoint, MediaType, Transport};
use set_node::upkeep::{InService, Kind, Thing, Watch};
use tokio::sync::Notify;

use super::book::{Book, Terms, Which};
use super::fault::ListsFault;
use super::log::Entry;
use super::mirror;
use super::signers::Signers;
use crate::config::Config;
use crate::failure::Failure;
use crate::folder::Keys;
use crate::office::Office;

/// Issues lists in time, and tells others of them; one for a server.
#[derive(Debug)]
pub(crate) struct Keeper {
    pub(crate) station: Station,
    pub(crate) keys: Arc<Keys>,
    /// Who signs lists; looked for again when certificates change.
    pub(crate) signers: InService<Signers>,
    pub(crate) watch: Watch,
    pub(crate) config: Config,
    pub(crate) data: PathBuf,
    pub(crate) store: Store,
    pub(crate) pool: CryptoPool,
    pub(crate) state: Mutex<State>,
    /// Told when somebody else changed the lists.
    pub(crate) changed: Notify,
}

/// What this run knows.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Lines of the log that are in the store.
    mirrored: usize,
    /// What was sent to whom, and taken: by endpoint and list, its number.
    told: HashMap<(String, String), u64>,
    /// Of the certificates for which signers were looked for.
    digest: Option<[u8; 32]>,
}

/// What the lists are after a look at them.
#[derive(Debug)]
pub(crate) struct Looked {
    /// What the members of each brand are given, by the brand's label.
    pub(crate) brands: Vec<(String, Option<Brand>, Trust)>,
    entries: Vec<Entry>,
}

impl Keeper {
    /// Looks whether lists are due, issues them, and brings store and log together: what the
    /// log has is put into a store that is older.
    pub(crate) async fn look(self: &Arc<Self>) -> Result<Looked, Failure> {
        let keeper = Arc::clone(self);
        let looked = self
            .pool
            .spawn_crypto(move || {
                let signers = keeper.signers()?;
                let mut book = keeper.book(&signers)?;
                book.issue(Which::Due)?;
                Ok::<_, Failure>(Looked {
                    brands: book
                        .brands()
                        .iter()
                        .map(|brand| {
                            (
                                brand.label.clone(),
                                brand.brand.clone(),
                                brand.trust.clone(),
                            )
                        })
                        .collect(),
                    entries: book.log().entries().to_vec(),
                })
            })
            .await??;
        let held: Vec<Thing> = looked
            .brands
            .iter()
            .flat_map(|(_, _, trust)| Thing::lists(trust))
            .chain(self.certificates()?)
            .collect();
        self.watch.look(self.station.now(), &held);
        let mirrored = self.state().mirrored;
        let news = looked.entries.get(mirrored..).unwrap_or_default();
        if mirrored == 0 {
            mirror::nothing_unknown(&self.store, &looked.entries, &self.data).await?;
        }
        mirror::replay(&self.store, news, &looked.brands).await?;
        self.state().mirrored = looked.entries.len();
        Ok(looked)
    }

    /// Works until `shutdown`: looks at the lists every
    /// [`check`](crate::ListsConfig::check), and when told to.
    ///
    /// Gives up when the log is damaged or older than what was published: nothing may be
    /// served then.
    pub(crate) async fn keep(
        self: Arc<Self>,
        office: Office,
        shutdown: Shutdown,
    ) -> Result<(), Failure> {
        let mut clock = tokio::time::interval(self.config.lists.check.duration().max(SHORTEST));
        clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = shutdown.requested() => return Ok(()),
                () = self.changed.notified() => {}
                _ = clock.tick() => {}
            }
            match self.look().await {
                Ok(looked) => {
                    office.give_out(&looked.brands);
                    tokio::select! {
                        () = shutdown.requested() => return Ok(()),
                        () = self.circulate(&looked) => {}
                    }
                }
                Err(
                    failure
                    @ Failure::Lists(ListsFault::Behind { .. } | ListsFault::Altered { .. }),
                ) => {
                    tracing::error!(%failure, "no more is served");
                    return Err(failure);
                }
                Err(failure) => tracing::error!(%failure, "lists not looked after; tried again"),
            }
        }
    }

    /// Answers a message between CAs.
    pub(crate) async fn answer(self: &Arc<Self>, octets: Bytes, message: Circulated) -> Reply {
        let keeper = Arc::clone(self);
        let is_request = matches!(message, Circulated::CrlNotification(_));
        let done = self.pool.spawn_crypto(move || keeper.take(message)).await;
        let failure = match done {
            Err(_) => return Reply::Busy,
            Ok(Ok(reply)) => {
                self.changed.notify_one();
                return reply.map_or(Reply::Nothing, Reply::from);
            }
            Ok(Err(failure)) => failure,
        };
        tracing::warn!(%failure, "a message between CAs is refused");
        let error = match failure {
            Failure::Program(program::Failure::Protocol { source, .. }) => source,
            _ => CallerFault::State("the CA failed; try again later").into(),
        };
        let refusal = Refusal::unreadable(error, &octets);
        match refusal.answer(&self.station.context(), None) {
            Ok(Some(octets)) if is_request => octets.into(),
            _ => Reply::Nothing,
        }
    }

    /// Takes a message between CAs; gives the receipt, if it has one.
    fn take(&self, message: Circulated) -> Result<Option<Vec<u8>>, Failure> {
        let signers = self.signers()?;
        let mut book = self.book(&signers)?;
        match message {
            Circulated::CrlNotification(request) => {
                let receipt = book.notified(&request)?;
                // Whoever tells of a CRL is told the BCI, again if need be: it may just have
                // been started.
                self.state()
                    .told
                    .retain(|(_, list), _| !list.starts_with(BCI));
                Ok(Some(receipt))
            }
            Circulated::BciDistribution(message) => {
                book.distributed(&message)?;
                Ok(None)
            }
        }
    }

    /// Who signs lists, by the certificates that the folder has now.
    fn signers(&self) -> Result<Arc<Signers>, Failure> {
        let digest = self.keys.folder().digest()?;
        if self.state().digest != Some(digest) {
            let rules = &self.station.policy().key_rules;
            let found = Signers::find(Arc::clone(&self.keys), rules)?;
            self.signers.change(|_| found);
            self.state().digest = Some(digest);
        }
        Ok(self.signers.now())
    }

    /// The certificates of all keys of the folder that are in use.
    fn certificates(&self) -> Result<Vec<Thing>, Failure> {
        let rules = &self.station.policy().key_rules;
        let at_hand = self.keys.store().names()?;
        let identities = self.keys.folder().identities(rules)?;
        let identities = identities.iter().filter(|(name, _)| at_hand.contains(name));
        Ok(identities
            .map(|(_, certificate)| {
                let usage = certificate.extensions().key_usage;
                let kind = match () {
                    () if certificate.is_self_issued() => Kind::Root,
                    () if usage.contains(KeyUsage::DIGITAL_SIGNATURE) => Kind::Signature,
                    () if usage.contains(KeyUsage::KEY_ENCIPHERMENT) => Kind::Encryption,
                    () => Kind::Ca,
                };
                Thing::certificate(kind, certificate)
            })
            .collect())
    }

    fn book<'a>(&'a self, signers: &'a Signers) -> Result<Book<'a>, Failure> {
        let terms = Terms::of(&self.config);
        Book::open(self.station.context(), signers, terms, &self.data, false)
    }

    /// Tells the brand CA of our CRLs, and whom it concerns of the BCI, until they have it.
    async fn circulate(&self, looked: &Looked) {
        let signers = self.signers.now();
        for (label, brand, trust) in &looked.brands {
            let ours = brand.as_ref().and_then(|brand| signers.brand_ca(brand));
            if ours.is_none() {
                self.notify(trust).await;
            }
            let Some((certificate, bci)) = ours.zip(trust.bci()) else {
                continue;
            };
            let number = bci.to_be_signed.sequence_num;
            for endpoint in &self.config.lists.distribute_to {
                let list = format!("{BCI}{label}");
                if self.knows(endpoint, &list, number) {
                    continue;
                }
                let made = signers.identity(certificate).and_then(|signer| {
                    distribution::distribute(&self.station.context(), trust, signer)
                        .map_err(Failure::from)
                });
                let sent = match made {
                    Ok(octets) => self
                        .transport(endpoint)
                        .send(&octets)
                        .await
                        .map_err(Failure::from),
                    Err(failure) => Err(failure),
                };
                match sent {
                    Ok(()) => {
                        tracing::info!(%endpoint, brand = label, number, "BCI distributed");
                        self.remember(endpoint, list, number);
                    }
                    Err(failure) => {
                        tracing::warn!(%endpoint, brand = label, number, %failure, "BCI not distributed; tried again");
                    }
                }
            }
        }
    }

    /// Tells the brand CA of the CRLs that are signed here.
    async fn notify(&self, trust: &Trust) {
        let Some(endpoint) = &self.config.lists.brand_ca else {
            return;
        };
        let signers = self.signers.now();
        for crl in trust.crls() {
            let Some(certificate) = signers.certificate(crl.issuer()) else {
                continue;
            };
            let list = crl.issuer().to_string();
            if self.knows(endpoint, &list, crl.number()) {
                continue;
            }
            let notified = async {
                let signer = signers.identity(certificate)?;
                let (state, request) =
                    notification::notify(&self.station.context(), trust, signer, crl)?;
                let caller = Caller::new(self.transport(endpoint), "ca", "brand CA", Trace::Off);
                let answer = caller.exchange(&request).await?;
                state.handle(&self.station.context(), &mut trust.clone(), &answer)?;
                Ok::<_, Failure>(())
            };
            match notified.await {
                Ok(()) => {
                    tracing::info!(%endpoint, issuer = list, number = crl.number(), "the brand CA has the CRL");
                    self.remember(endpoint, list, crl.number());
                }
                Err(failure) => {
                    tracing::warn!(%endpoint, issuer = list, number = crl.number(), %failure, "the brand CA was not told; tried again");
                }
            }
        }
    }

    fn transport(&self, endpoint: &Endpoint) -> Transport {
        Transport::new(endpoint.clone())
            .with_media_type(MediaType::Registration)
            .with_timeouts(self.config.timeouts.clone())
    }

    fn knows(&self, endpoint: &Endpoint, list: &str, number: u64) -> bool {
        let key = (endpoint.to_string(), list.to_owned());
        self.state().told.get(&key) == Some(&number)
    }

    fn remember(&self, endpoint: &Endpoint, list: String, number: u64) {
        self.state()
            .told
            .insert((endpoint.to_string(), list), number);
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const SHORTEST: std::time::Duration = std::time::Duration::from_millis(100);

/// How a BCI is named among what was sent.
const BCI: &str = "BCI of ";
