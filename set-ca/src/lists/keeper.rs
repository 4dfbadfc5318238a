//! Keeps the lists fresh while the CA serves, and circulates them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use set_core::ca::circulation::{Circulated, distribution, notification};
use set_core::error::{CallerFault, Error, PeerFault};
use set_core::exchange::{Context, Refusal};
use set_core::party::{Identity, Trust};
use set_core::x509::ext::KeyUsage;
use set_core::x509::{Brand, Certificate};
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
    /// The brands as they were at the last look.
    brands: Arc<Brands>,
}

/// What the members of each brand are given, by the brand's label.
pub(crate) type Brands = Vec<(String, Option<Brand>, Trust)>;

/// What the lists are after a look at them.
#[derive(Debug)]
pub(crate) struct Looked {
    pub(crate) brands: Arc<Brands>,
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
                    brands: Arc::new(
                        book.brands()
                            .iter()
                            .map(|brand| {
                                (
                                    brand.label.clone(),
                                    brand.brand.clone(),
                                    brand.trust.clone(),
                                )
                            })
                            .collect(),
                    ),
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
        let mut state = self.state();
        state.mirrored = looked.entries.len();
        state.brands = Arc::clone(&looked.brands);
        drop(state);
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
            let looked = tokio::select! {
                () = shutdown.requested() => return Ok(()),
                looked = self.look() => looked,
            };
            match looked {
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
        if matches!(failure, Failure::Lists(ListsFault::Locked { .. })) {
            return Reply::Busy;
        }
        // The message's faults come without a peer's name, as those of our own do.
        let error = match failure {
            Failure::Program(
                program::Failure::Protocol { source, .. } | program::Failure::Own(source),
            ) => source,
            _ => CallerFault::State("the CA failed; try again later").into(),
        };
        let refusal = Refusal::unreadable(error, &octets);
        match refusal.answer(&self.station.context(), None) {
            Ok(Some(octets)) if is_request => octets.into(),
            _ => Reply::Nothing,
        }
    }

    /// Refuses what the lists, as they were at the last look, refuse already: nobody but a CA
    /// has the log locked, read and verified.
    fn check(&self, message: &Circulated) -> Result<(), Failure> {
        let context = self.station.context();
        let signers = self.signers.now();
        let brands = Arc::clone(&self.state().brands);
        let mut first = None;
        for (_, brand, trust) in brands.iter() {
            let Some(brand) = brand else { continue };
            let mut trust = trust.clone();
            let judged = match message {
                Circulated::CrlNotification(request) => {
                    let Some(certificate) = signers.brand_ca(brand) else {
                        continue;
                    };
                    let brand_ca = signers.identity(certificate)?;
                    notification::take(&context, &mut trust, brand_ca, request).map(drop)
                }
                Circulated::BciDistribution(message) => {
                    distribution::take(&context, &mut trust, brand, message).map(drop)
                }
            };
            match judged {
                Ok(()) => return Ok(()),
                Err(error) => first = first.or(Some(error)),
            }
        }
        let none = || PeerFault::Unspecified("not of a brand of this CA").into();
        Err(first.unwrap_or_else(none).into())
    }

    /// Takes a message between CAs; gives the receipt, if it has one.
    fn take(&self, message: Circulated) -> Result<Option<Vec<u8>>, Failure> {
        self.check(&message)?;
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
        for (label, brand, trust) in looked.brands.iter() {
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
                let made = self.sign(&signers, certificate, trust, distribution::distribute);
                let sent = match made.await {
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
                let crl = crl.clone();
                let made = self.sign(
                    &signers,
                    certificate,
                    trust,
                    move |context, trust, signer| {
                        notification::notify(context, trust, signer, &crl)
                    },
                );
                let (state, request) = made.await?;
                let caller = Caller::new(self.transport(endpoint), "ca", "brand CA", Trace::Off);
                let answer = caller.exchange(&request).await?;
                let (station, mut trust) = (self.station.clone(), trust.clone());
                let taken = move || state.handle(&station.context(), &mut trust, &answer);
                Ok::<_, Failure>(self.pool.spawn_crypto(taken).await??)
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

    /// Does a step that takes a private key, on the threads for cryptography.
    async fn sign<T: Send + 'static>(
        &self,
        signers: &Arc<Signers>,
        certificate: &Certificate,
        trust: &Trust,
        step: impl FnOnce(&Context<'_>, &Trust, &Identity) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Failure> {
        let (station, signers) = (self.station.clone(), Arc::clone(signers));
        let (certificate, trust) = (certificate.clone(), trust.clone());
        let signed = move || {
            let signer = signers.identity(&certificate)?;
            Ok::<_, Failure>(step(&station.context(), &trust, signer)?)
        };
        self.pool.spawn_crypto(signed).await?
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
