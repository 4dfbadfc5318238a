//! The point of sale: its data folder, opened.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use set_core::asn1::{self, Limits, SeqOf};
use set_core::merchant::Merchant;
use set_core::msg::ids::{Bin, BrandId, Language, Url};
use set_core::party::{Identity, Trust};
use set_core::sequence;
use set_core::x509::Brand;
use set_node::branches;
use set_node::call::{Caller, Trace};
use set_node::keystore::{Iterations, KeyStore, Passphrase};
use set_node::party::{PartyError, PartyFolder};
use set_node::program::{create_folder, value};
use set_node::station::Station;
use set_node::store::{RecordKey, Store};
use set_node::transport::{Endpoint, MediaType, Transport};

use crate::choice;
use crate::config::Config;
use crate::failure::Failure;
use crate::fault::Fault;
use crate::gateway::Gateway;
use crate::ledger::ROLE;
use crate::service::Till;

/// A merchant whose passphrase was given; clones share keys and store.
#[derive(Clone, Debug)]
pub struct Pos {
    pub(crate) data: PathBuf,
    pub(crate) config: Config,
    pub(crate) station: Station,
    pub(crate) folder: PartyFolder,
    pub(crate) trust: Trust,
    pub(crate) store: Store,
    pub(crate) trace: Trace,
    pub(crate) keys: Arc<KeyStore>,
    /// Under which the profile is kept.
    place: Vec<u8>,
}

sequence! {
    /// What is known of the merchant without the passphrase.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct Profile = "Profile" {
        /// The brand enrolled for.
        brand_id: Option<BrandId> = "brandID" [explicit 0 optional],
        /// The gateway.
        gateway: Option<Url> = "gateway" [implicit 1 optional],
        /// Where the server takes SET messages.
        set_url: Option<Url> = "setURL" [implicit 2 optional],
        /// Where the server's pages are.
        public_url: Option<Url> = "publicURL" [implicit 3 optional],
        /// The brands enrolled for later.
        further: Option<SeqOf<BrandId>> = "further" [implicit 4 optional],
    }
}

impl Profile {
    /// All brands enrolled for, the first one first.
    #[must_use]
    pub fn brands(&self) -> Vec<BrandId> {
        let further = self.further.iter().flat_map(|further| further.iter());
        self.brand_id.iter().chain(further).cloned().collect()
    }
}

impl Pos {
    /// Those of the brands that were enrolled for later; they share the store and all else but
    /// keys, certificates and whom they believe.
    ///
    /// # Errors
    ///
    /// Files that are not what belongs there.
    pub fn further(&self) -> Result<Vec<Self>, Failure> {
        let all = branches::all(&self.data).map_err(|source| PartyError::Io {
            file: self.data.clone(),
            source,
        })?;
        let further = all.into_iter().skip(1);
        further.map(|folder| self.beside(&folder)).collect()
    }

    /// The one for another brand, in the folder for it.
    pub(crate) fn of_brand(&self, brand_id: &BrandId) -> Result<Self, Failure> {
        self.beside(&branches::folder(&self.data, brand_id, None))
    }

    fn beside(&self, data: &Path) -> Result<Self, Failure> {
        create_folder(data)?;
        let folder = PartyFolder::new(data);
        let name = data.file_name().and_then(OsStr::to_str).unwrap_or_default();
        Ok(Self {
            keys: Arc::new(self.keys.beside(&data.join(&self.config.keys.folder))?),
            trust: folder.load_trust(&self.station.context())?,
            folder,
            data: data.to_owned(),
            place: [FIRST, b" ", name.as_bytes()].concat(),
            ..self.clone()
        })
    }

    fn is_first(&self) -> bool {
        self.place == FIRST
    }

    /// What is known of the brand without the passphrase.
    pub(crate) async fn profile(&self) -> Result<Profile, Failure> {
        load_profile(&self.store, &self.place).await
    }

    /// Opens a data folder; the passphrase comes from where the configuration says.
    ///
    /// # Errors
    ///
    /// No passphrase or a wrong one; files that are not what belongs there.
    pub async fn open(data: &Path, config: Config, trace: Trace) -> Result<Self, Failure> {
        let passphrase = Passphrase::from_config(data, &config.keys)?;
        let station = Station::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
            .map_err(value("the program's name"))?;
        Self::with_station(data, config, trace, passphrase, station).await
    }

    /// As [`open`](Self::open), with a passphrase, provider and clock at hand.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub async fn with_station(
        data: &Path,
        config: Config,
        trace: Trace,
        passphrase: Passphrase,
        station: Station,
    ) -> Result<Self, Failure> {
        create_folder(data)?;
        let iterations = Iterations::new(config.keys.iterations);
        let folder = PartyFolder::new(data);
        Ok(Self {
            keys: Arc::new(
                KeyStore::open(&data.join(&config.keys.folder), passphrase, iterations)?
                    .used_by(station.shared_crypto()),
            ),
            trust: folder.load_trust(&station.context())?,
            store: Store::open(data, &config.store).await?,
            data: data.to_owned(),
            place: FIRST.to_vec(),
            config,
            station,
            folder,
            trace,
        })
    }

    /// The keys and certificates, and whom the merchant believes.
    ///
    /// # Errors
    ///
    /// [`Failure::NotEnrolled`]; files that are not what belongs there.
    pub fn merchant(&self) -> Result<Merchant, Failure> {
        let (Some(signature), Some(encryption)) =
            (self.identity(SIGNATURE)?, self.identity(ENCRYPTION)?)
        else {
            return Err(Failure::NotEnrolled);
        };
        let rules = &self.station.policy().key_rules;
        Ok(Merchant {
            signature,
            encryption,
            former: self.folder.former(&self.keys, ENCRYPTION, rules)?,
            trust: self.trust.clone(),
            gateways: choice::load(&self.data)?,
        })
    }

    /// The BINs whose gateway is asked for singly.
    pub(crate) fn bins(&self, brand_id: &BrandId) -> Result<Vec<Bin>, Failure> {
        let ours = self.config.bins.iter().filter(|(name, _)| {
            BrandId::new(name.as_str()).is_ok_and(|name| Brand::of(&name) == Brand::of(brand_id))
        });
        let bins = ours
            .flat_map(|(_, bins)| bins)
            .map(|bin| Bin::new(bin.as_str()));
        Ok(bins.collect::<Result<_, _>>().map_err(value("bins"))?)
    }

    /// Provider, clock and policy.
    #[must_use]
    pub const fn station(&self) -> &Station {
        &self.station
    }

    /// The configuration.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// Whether there are certificates.
    pub(crate) fn is_enrolled(&self) -> Result<bool, Failure> {
        Ok(self.identity(SIGNATURE)?.is_some())
    }

    /// Keeps certificates and keys, and with them the brand.
    ///
    /// # Errors
    ///
    /// A file cannot be written.
    pub async fn keep(&mut self, merchant: &Merchant, brand_id: BrandId) -> Result<(), Failure> {
        self.trust = merchant.trust.clone();
        self.keep_trust()?;
        let own = brand_id.clone();
        change_at(&self.store, &self.place, |profile| {
            profile.brand_id = Some(own)
        })
        .await?;
        if !self.is_first() {
            change_profile(&self.store, |profile| {
                let mut further = profile
                    .further
                    .take()
                    .map_or_else(Vec::new, SeqOf::into_vec);
                if !further.contains(&brand_id) {
                    further.push(brand_id);
                }
                profile.further = SeqOf::new(further).ok();
            })
            .await?;
        }
        // The signature identity comes last: until it is there, nothing is enrolled.
        for (name, identity) in [
            (ENCRYPTION, &merchant.encryption),
            (SIGNATURE, &merchant.signature),
        ] {
            self.folder.save_identity(&self.keys, name, identity)?;
        }
        Ok(())
    }

    /// Keeps renewed certificates and keys in place of the old ones, which stay as
    /// [former](PartyFolder::former) ones.
    ///
    /// # Errors
    ///
    /// A file cannot be written.
    pub fn keep_renewed(&mut self, merchant: &Merchant) -> Result<(), Failure> {
        self.trust = merchant.trust.clone();
        self.keep_trust()?;
        for (name, identity) in [
            (ENCRYPTION, &merchant.encryption),
            (SIGNATURE, &merchant.signature),
        ] {
            self.folder.renew_identity(&self.keys, name, identity)?;
        }
        Ok(())
    }

    /// Reads again whom the merchant believes: the server, or a command beside it, may have
    /// learned more.
    pub(crate) fn recall_trust(&mut self) -> Result<(), Failure> {
        self.trust = self.folder.load_trust(&self.station.context())?;
        Ok(())
    }

    /// Keeps what was learned of certificates and CRLs.
    pub(crate) fn keep_trust(&self) -> Result<(), Failure> {
        Ok(self.folder.save_trust(&self.trust, self.station.crypto())?)
    }

    /// The gateway: of the flag, which is remembered, else of the configuration, else as
    /// remembered.
    pub(crate) async fn gateway(
        &self,
        flag: Option<&Endpoint>,
    ) -> Result<Option<Endpoint>, Failure> {
        if let Some(endpoint) = flag {
            let url = Url::new(endpoint.to_string()).map_err(value("gateway"))?;
            change_at(&self.store, &self.place, |profile| {
                profile.gateway = Some(url);
            })
            .await?;
            return Ok(Some(endpoint.clone()));
        }
        let own = self.profile().await?;
        if let Some(brand_id) = &own.brand_id {
            let named = |(name, _): &(&String, _)| {
                BrandId::new(name.as_str())
                    .is_ok_and(|name| Brand::of(&name) == Brand::of(brand_id))
            };
            if let Some((_, endpoint)) = self.config.gateways.iter().find(named) {
                return Ok(Some(endpoint.clone()));
            }
        }
        let parse = |url: Option<Url>| {
            let remembered = url.map(|url| url.as_str().parse());
            remembered
                .transpose()
                .map_err(|_| Failure::from(Fault::Damaged("the gateway's address")))
        };
        if self.is_first() {
            return match &self.config.gateway {
                Some(endpoint) => Ok(Some(endpoint.clone())),
                None => parse(own.gateway),
            };
        }
        match (parse(own.gateway)?, &self.config.gateway) {
            (Some(endpoint), _) => Ok(Some(endpoint)),
            (None, Some(endpoint)) => Ok(Some(endpoint.clone())),
            (None, None) => parse(profile(&self.store).await?.gateway),
        }
    }

    /// A way to a peer, which `--trace-wire` names `peer`.
    #[must_use]
    pub fn caller(&self, endpoint: Endpoint, peer: &'static str, media: MediaType) -> Caller {
        let transport = Transport::new(endpoint)
            .with_media_type(media)
            .with_limit(self.config.limits.message)
            .with_timeouts(self.config.timeouts.clone());
        Caller::new(transport, "merchant", peer, self.trace)
    }

    /// The till, with a way to the gateway.
    ///
    /// # Errors
    ///
    /// No gateway is known; [`Failure::NotEnrolled`].
    pub(crate) async fn till(&self, gateway: Option<&Endpoint>) -> Result<Till, Failure> {
        let first = self.gateway(gateway).await?;
        let further = self.further()?;
        if first.is_none() && further.is_empty() {
            return Err(Fault::NoGateway.into());
        }
        let mut till = Till::open(self, self.way_to(first))?;
        for pos in further {
            let gateway = pos.gateway(None).await?;
            till = till.with_brand(&pos, pos.way_to(gateway))?;
        }
        Ok(till)
    }

    /// The gateway at an address, or none.
    pub(crate) fn way_to(&self, gateway: Option<Endpoint>) -> Gateway {
        Gateway::new(gateway.map(|at| self.caller(at, "gateway", MediaType::Payment)))
    }

    /// The merchant's language.
    pub(crate) fn language(&self) -> Result<Language, Failure> {
        Ok(Language::new(self.config.language.as_str()).map_err(value("language"))?)
    }

    fn identity(&self, name: &str) -> Result<Option<Identity>, Failure> {
        let rules = &self.station.policy().key_rules;
        Ok(self.folder.load_identity(&self.keys, name, rules)?)
    }
}

/// What is known of the brand enrolled for first, without the passphrase.
pub(crate) async fn profile(store: &Store) -> Result<Profile, Failure> {
    load_profile(store, FIRST).await
}

async fn load_profile(store: &Store, place: &[u8]) -> Result<Profile, Failure> {
    let mut tx = store.begin().await?;
    match tx.load(profile_key(place)).await? {
        None => Ok(Profile::default()),
        Some(record) => Ok(read(&record.body)?),
    }
}

/// Changes what is known without the passphrase.
pub(crate) async fn change_profile(
    store: &Store,
    change: impl FnOnce(&mut Profile),
) -> Result<(), Failure> {
    change_at(store, FIRST, change).await
}

async fn change_at(
    store: &Store,
    place: &[u8],
    change: impl FnOnce(&mut Profile),
) -> Result<(), Failure> {
    let mut tx = store.begin().await?;
    let key = profile_key(place);
    let (mut profile, version) = match tx.load(key).await? {
        None => (Profile::default(), 0),
        Some(record) => (read(&record.body)?, record.version),
    };
    change(&mut profile);
    let octets = asn1::encode(&profile).map_err(|_| Fault::Damaged(NAME))?;
    tx.save(key, version, &octets).await?;
    Ok(tx.commit().await?)
}

fn profile_key(place: &[u8]) -> RecordKey<'_> {
    RecordKey {
        role: ROLE,
        kind: "profile",
        key: place,
    }
}

fn read(octets: &[u8]) -> Result<Profile, Fault> {
    asn1::decode(octets, &Limits::default()).map_err(|_| Fault::Damaged(NAME))
}

const NAME: &str = "the merchant's profile";
const SIGNATURE: &str = "merchant-signature";
const ENCRYPTION: &str = "merchant-encryption";
const FIRST: &[u8] = b"profile";
