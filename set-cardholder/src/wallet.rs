//! The wallet: its data folder, opened.

use std::path::{Path, PathBuf};
use std::time::Duration;

use set_core::asn1::{self, Limits};
use set_core::cardholder::Card;
use set_core::msg::ids::{BrandId, Language};
use set_core::party::{Identity, Trust};
use set_core::sequence;
use set_node::call::{Caller, Trace};
use set_node::config::UpkeepConfig;
use set_node::keystore::{Iterations, KeyStore, Passphrase};
use set_node::party::PartyFolder;
use set_node::program::{self, create_folder, value};
use set_node::station::Station;
use set_node::store::{RecordKey, Store};
use set_node::transport::{Endpoint, MediaType, Transport, TransportError};
use set_node::upkeep::{Task, Thing, UpkeepMetrics, Watch};

use crate::card::{self, IdentityName, SealedCard};
use crate::config::Config;
use crate::failure::Failure;

/// A wallet whose passphrase was given.
#[derive(Debug)]
pub struct Wallet {
    pub(crate) data: PathBuf,
    pub(crate) config: Config,
    pub(crate) station: Station,
    pub(crate) folder: PartyFolder,
    pub(crate) trust: Trust,
    pub(crate) store: Store,
    pub(crate) trace: Trace,
    pub(crate) keys: KeyStore,
    passphrase: Passphrase,
}

sequence! {
    /// What may be seen of the card without the passphrase.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Face = "Face" {
        /// The account number, all but ten digits of it masked.
        masked_pan: MaskedPan = "maskedPan",
        /// The brand, as the certificate names it.
        brand_id: BrandId = "brandID",
        /// The name of key and certificate.
        identity: IdentityName = "identity",
    }
}

set_core::text! {
    /// A masked account number.
    pub struct MaskedPan = "MaskedPAN", Visible, 1..=19, "VisibleString (SIZE(1..19))";
}

impl Wallet {
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
            keys: KeyStore::open(
                &data.join(&config.keys.folder),
                passphrase.clone(),
                iterations,
            )?
            .used_by(station.shared_crypto()),
            trust: folder.load_trust(&station.context())?,
            store: Store::open(data, &config.store).await?,
            data: data.to_owned(),
            config,
            station,
            folder,
            trace,
            passphrase,
        })
    }

    /// Refuses to go on when there is a card already.
    ///
    /// # Errors
    ///
    /// [`Failure::Input`].
    pub fn require_empty(&self) -> Result<(), Failure> {
        if card::file(&self.data).path().exists() {
            return Err(Failure::Input(
                "this wallet has a card already; another card takes another --data folder",
            ));
        }
        Ok(())
    }

    /// Whom the wallet believes.
    #[must_use]
    pub const fn trust(&self) -> &Trust {
        &self.trust
    }

    /// The card with its key and certificate.
    ///
    /// # Errors
    ///
    /// There is none, or it cannot be read.
    pub fn card(&self) -> Result<Card, Failure> {
        let sealed = card::unseal(&self.data, &self.passphrase)?.ok_or(Failure::NoCard)?;
        let identity = self
            .folder
            .load_identity(
                &self.keys,
                sealed.identity.as_str(),
                &self.station.policy().key_rules,
            )?
            .ok_or(program::Failure::Damaged {
                what: "the folder of certificates: the card's is missing and",
            })?;
        self.warn(&identity);
        Ok(Card {
            pan: sealed.pan,
            card_expiry: sealed.card_expiry,
            pan_secret: sealed.pan_secret,
            identity,
        })
    }

    /// Warns when the card's certificate, or one above it, comes near its end. Fresh lists come
    /// with whatever a merchant or the CA answers.
    fn warn(&self, identity: &Identity) {
        let mut held = Thing::of_party(&[identity], &self.trust);
        held.retain(|thing| !Task::Refresh.is_for(thing.kind));
        let watch = Watch::new(&UpkeepConfig::default().warn, UpkeepMetrics::default());
        if !watch.look(self.station.now(), &held).is_empty() {
            tracing::warn!("`set-cardholder renew` obtains a new certificate for the card");
        }
    }

    /// Keeps a new card: certificate and key, the sealed file, and what may be seen.
    ///
    /// The sealed file comes last: until it is there the wallet has no card, and what else
    /// an interrupted enrollment left is of no consequence.
    ///
    /// # Errors
    ///
    /// A file cannot be written.
    pub(crate) async fn keep_card(
        &mut self,
        card: &Card,
        brand_id: BrandId,
    ) -> Result<Face, Failure> {
        let thumbprint = card.identity.certificate.thumbprint(self.station.crypto());
        let mut name = format!("card-{thumbprint}");
        name.truncate(24);
        let face = Face {
            masked_pan: MaskedPan::new(card.pan.masked()).map_err(|_| NAMELESS)?,
            brand_id,
            identity: IdentityName::new(name).map_err(|_| NAMELESS)?,
        };
        self.folder.save_trust(&self.trust, self.station.crypto())?;
        self.folder
            .save_identity(&self.keys, face.identity.as_str(), &card.identity)?;
        let mut tx = self.store.begin().await?;
        let version = tx.load(FACE).await?.map_or(0, |record| record.version);
        let octets = asn1::encode(&face).map_err(|_| NAMELESS)?;
        tx.save(FACE, version, &octets).await?;
        tx.commit().await?;
        let sealed = SealedCard {
            pan: card.pan.duplicate(),
            card_expiry: card.card_expiry.duplicate(),
            pan_secret: card.pan_secret.duplicate(),
            identity: face.identity.clone(),
        };
        card::seal(
            &self.data,
            &self.passphrase,
            Iterations::new(self.config.keys.iterations),
            &sealed,
        )?;
        Ok(face)
    }

    /// Keeps what was learned of certificates and CRLs.
    pub(crate) fn keep_trust(&self) -> Result<(), Failure> {
        Ok(self.folder.save_trust(&self.trust, self.station.crypto())?)
    }

    /// The cardholder's language.
    pub(crate) fn language(&self) -> Result<Language, Failure> {
        Language::new(self.config.language.as_str())
            .map_err(|_| Failure::Input("the configuration's language is no language tag"))
    }

    /// A way to a peer.
    pub(crate) fn caller(&self, endpoint: Endpoint, peer: &'static str, media: MediaType) -> Peer {
        let transport = Transport::new(endpoint)
            .with_media_type(media)
            .with_timeouts(self.config.timeouts.clone());
        Peer {
            caller: Caller::new(transport, "cardholder", peer, self.trace),
            retries: self.config.retries,
        }
    }
}

/// A peer that is called again when it does not answer.
pub(crate) struct Peer {
    caller: Caller,
    retries: u8,
}

impl Peer {
    /// Sends a request until it is answered: the same octets, which the peer knows again.
    pub(crate) async fn exchange(&self, request: &[u8]) -> Result<Vec<u8>, TransportError> {
        let mut left = self.retries;
        loop {
            match self.caller.exchange(request).await {
                Err(
                    fault @ (TransportError::Closed { .. }
                    | TransportError::TimedOut { .. }
                    | TransportError::Busy { .. }),
                ) if left > 0 => {
                    tracing::warn!(%fault, "no answer; sending the same request again");
                    left -= 1;
                    if let Some(pause) = pause(&fault) {
                        tokio::time::sleep(pause).await;
                    }
                }
                outcome => return outcome,
            }
        }
    }
}

/// How long a peer that said that it is busy is left alone, within what a cardholder waits for.
fn pause(fault: &TransportError) -> Option<Duration> {
    match fault {
        TransportError::Busy { retry_after, .. } => {
            Some(retry_after.map_or(PAUSE, |wanted| wanted.min(LONGEST_PAUSE)))
        }
        _ => None,
    }
}

/// What may be seen of the card; none when there is none.
pub(crate) async fn face(store: &Store) -> Result<Option<Face>, Failure> {
    let mut tx = store.begin().await?;
    let Some(record) = tx.load(FACE).await? else {
        return Ok(None);
    };
    let face = asn1::decode(&record.body, &Limits::default());
    Ok(Some(face.map_err(|_| program::Failure::Damaged {
        what: "the record of the card",
    })?))
}

const NAMELESS: program::Failure = program::Failure::Damaged {
    what: "the name of the card",
};

const FACE: RecordKey<'static> = RecordKey {
    role: "cardholder",
    kind: "card",
    key: b"card",
};

/// How long a peer is left alone that does not say how long it is busy.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_peer_is_left_alone_as_long_as_it_asks_for_and_no_longer_than_a_user_waits() {
        let endpoint: Endpoint = "http://shop.example/set".parse().unwrap();
        let busy = |seconds: Option<u64>| {
            pause(&TransportError::Busy {
                endpoint: endpoint.clone(),
                retry_after: seconds.map(Duration::from_secs),
            })
        };
        assert_eq!(busy(None), Some(Duration::from_secs(1)));
        assert_eq!(busy(Some(7)), Some(Duration::from_secs(7)));
        assert_eq!(busy(Some(86_400)), Some(Duration::from_secs(30)));
        let closed = TransportError::Closed {
            endpoint,
            source: None,
        };
        assert_eq!(pause(&closed), None);
    }
}
