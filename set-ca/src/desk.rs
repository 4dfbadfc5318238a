//! What the CA remembers: registrations, certificates issued, answers given.

use set_core::asn1::{self, Date, Limits};
use set_core::ca::issue::Issued;
use set_core::ca::record::Pended;
use set_core::ca::{Answered, Registration, Serials};
use set_core::crypto::{CryptoProvider, KeyRules, PublicKey};
use set_core::msg::cert::cert_res::CertStatusCode;
use set_core::msg::ids::{LocalId, Rrpid};
use set_core::pkcs7::SerialNumber;
use set_core::registration::EndEntity;
use set_core::x509::build::EntityKey;
use set_node::config::Period;
use set_node::program::{self, value};
use set_node::store::{Recall, RecordKey, Store, StoreError, StoredCertificate, Tx};
use sha2::{Digest as _, Sha256};

use crate::approver::Ruling;
use crate::failure::Failure;

/// What kinds of certificates are issued, as the store names them.
pub(crate) const KINDS: [&str; 5] = [
    "cardholder signature",
    "merchant signature",
    "merchant encryption",
    "gateway signature",
    "gateway encryption",
];

/// The store, as the CA uses it; clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    store: Store,
    keep: Period,
}

/// A request by which its answer is remembered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) rrpid: Rrpid,
    pub(crate) message: &'static str,
    pub(crate) octets: &'a [u8],
}

/// What is sent, and what it changes.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) octets: Vec<u8>,
    pub(crate) registration: Option<Registration>,
    pub(crate) issued: Vec<Issued>,
    /// Of a CertRes or CertInqRes.
    pub(crate) code: Option<CertStatusCode>,
}

impl Outcome {
    /// The answer to a request that begins a registration, or only asks.
    pub(crate) const fn begun(registration: Option<Registration>, octets: Vec<u8>) -> Self {
        Self {
            octets,
            registration,
            issued: Vec::new(),
            code: None,
        }
    }
}

impl From<Answered> for Outcome {
    fn from(answered: Answered) -> Self {
        Self {
            octets: answered.octets,
            registration: answered.registration,
            issued: answered.issued,
            code: Some(answered.code),
        }
    }
}

/// A registration as it was loaded.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) registration: Option<Registration>,
    version: u64,
}

impl Loaded {
    /// One that begins now.
    pub(crate) const fn none() -> Self {
        Self {
            registration: None,
            version: 0,
        }
    }
}

impl Desk {
    pub(crate) const fn new(store: Store, keep: Period) -> Self {
        Self { store, keep }
    }

    /// Whether this request was answered before.
    pub(crate) async fn recall(&self, asked: Asked<'_>) -> Result<Recall, Failure> {
        let mut tx = self.store.begin().await?;
        let rrpid = asked.rrpid.as_octets();
        Ok(tx.recall(rrpid, asked.message, asked.octets).await?)
    }

    /// The registration of that id.
    pub(crate) async fn load(&self, lid_ca: &LocalId) -> Result<Loaded, Failure> {
        let mut tx = self.store.begin().await?;
        let Some(record) = tx.load(key(lid_ca)).await? else {
            return Ok(Loaded::none());
        };
        let registration =
            asn1::decode(&record.body, &Limits::default()).map_err(Failure::Damaged)?;
        Ok(Loaded {
            registration: Some(registration),
            version: record.version,
        })
    }

    /// Two serial numbers of a CA that are nobody else's. Numbers that are not used in the
    /// end are lost.
    pub(crate) async fn serials(&self, ca: &str) -> Result<Serials, Failure> {
        let mut tx = self.store.begin().await?;
        let counter = format!("{ca} serial");
        let signature = tx.next(&counter).await?;
        let encryption = tx.next(&counter).await?;
        tx.commit().await?;
        Ok(Serials {
            signature: serial(signature)?,
            encryption: serial(encryption)?,
        })
    }

    /// Whether a key of the request is certified for somebody else.
    pub(crate) async fn has_anothers_key(
        &self,
        request: &Pended,
        rules: &KeyRules,
    ) -> Result<bool, Failure> {
        let owner = Sha256::digest(request.owner()?);
        let mut tx = self.store.begin().await?;
        let keys = &request.keys;
        for info in keys.public_key_s.iter().chain(&keys.public_key_e) {
            let key = info.key(rules).map_err(set_core::error::Error::from)?;
            let held = tx.load(certified(&digest(&key))).await?;
            if held.is_some_and(|held| held.body != owner.as_slice()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What an operator has said about a request that was put aside.
    pub(crate) async fn ruling(&self, lid_ca: &LocalId) -> Result<Option<Ruling>, Failure> {
        let mut tx = self.store.begin().await?;
        let Some(record) = tx.load(ruled(lid_ca)).await? else {
            return Ok(None);
        };
        match serde_json::from_slice(&record.body) {
            Ok(ruling) => Ok(Some(ruling)),
            Err(fault) => {
                tracing::error!(%lid_ca, %fault, "a stored ruling is damaged");
                Ok(None)
            }
        }
    }

    /// Keeps what an operator says about a request, in place of what was said before.
    pub(crate) async fn rule(&self, lid_ca: &LocalId, ruling: &Ruling) -> Result<(), Failure> {
        let body = serde_json::to_vec(ruling)
            .map_err(|_| program::Failure::Damaged { what: "the ruling" })?;
        let mut tx = self.store.begin().await?;
        let version = tx.load(ruled(lid_ca)).await?.map_or(0, |held| held.version);
        tx.save(ruled(lid_ca), version, &body).await?;
        Ok(tx.commit().await?)
    }

    /// The requests that wait for their approval, by id.
    pub(crate) async fn waiting(&self) -> Result<Vec<Pended>, Failure> {
        let mut waiting = Vec::new();
        let mut after = Vec::new();
        loop {
            let mut tx = self.store.begin().await?;
            let page = tx.page(ROLE, KIND, &after, PAGE).await?;
            let Some((last, _)) = page.last() else {
                return Ok(waiting);
            };
            after.clone_from(last);
            for (_, record) in &page {
                let registration =
                    asn1::decode(&record.body, &Limits::default()).map_err(Failure::Damaged)?;
                if let Registration::Pended(pended) = registration {
                    waiting.push(pended);
                }
            }
        }
    }

    /// Stores an answer with all that it changes, or gives the one that was stored
    /// meanwhile for the same request.
    pub(crate) async fn keep(
        &self,
        asked: Asked<'_>,
        loaded: &Loaded,
        outcome: &Outcome,
        crypto: &dyn CryptoProvider,
        now: Date,
    ) -> Result<Recall, Failure> {
        let mut tx = self.store.begin().await?;
        let rrpid = asked.rrpid.as_octets();
        let recalled = tx.recall(rrpid, asked.message, asked.octets).await?;
        if recalled != Recall::New {
            return Ok(recalled);
        }
        if let Some(registration) = &outcome.registration {
            let body = asn1::encode(registration).map_err(set_core::error::Error::from)?;
            let lid_ca = &registration.offered().lid_ca;
            tx.save(key(lid_ca), loaded.version, &body).await?;
        }
        for issued in &outcome.issued {
            tx.keep_certificate(&stored(issued, crypto)?).await?;
        }
        let seconds = i64::try_from(now.unix()).unwrap_or(i64::MAX);
        if let Some(Registration::Decided(decided)) = &outcome.registration {
            let id = decided.pended.offered.lid_ca.to_string();
            tx.close_approval(&id, seconds).await?;
            let owner = Sha256::digest(decided.pended.owner()?);
            for issued in &outcome.issued {
                claim(&mut tx, issued, &owner).await?;
            }
        }
        let (message, request) = (asked.message, asked.octets);
        tx.remember(rrpid, message, request, &outcome.octets, seconds)
            .await?;
        tx.commit().await?;
        Ok(Recall::New)
    }

    /// Forgets answers, and forms that were never filled in, past the time they are kept.
    pub(crate) async fn tidy(&self, now: Date) -> Result<(), Failure> {
        let before = now.minus(self.keep.duration().as_secs());
        let mut tx = self.store.begin().await?;
        let seconds = i64::try_from(before.unix()).unwrap_or(i64::MAX);
        tx.forget_exchanges(seconds).await?;
        tx.commit().await?;
        let mut after = Vec::new();
        loop {
            let mut tx = self.store.begin().await?;
            let page = tx.page(ROLE, KIND, &after, PAGE).await?;
            let Some((last, _)) = page.last() else {
                return Ok(());
            };
            after.clone_from(last);
            for (lid_ca, record) in &page {
                let registration: Registration =
                    asn1::decode(&record.body, &Limits::default()).map_err(Failure::Damaged)?;
                let abandoned = matches!(&registration, Registration::Offered(offered)
                    if offered.date < before);
                if abandoned {
                    let key = RecordKey {
                        role: ROLE,
                        kind: KIND,
                        key: lid_ca,
                    };
                    tx.remove(key, record.version).await?;
                }
            }
            tx.commit().await?;
        }
    }
}

/// Whether someone else changed the registration meanwhile, had the same key certified, or
/// used the serial number (as after the return of an old backup), so that the request is best
/// treated anew.
pub(crate) fn is_overtaken(failure: &Failure) -> bool {
    matches!(
        failure,
        Failure::Program(program::Failure::Store(
            StoreError::Stale { .. }
                | StoreError::Conflict {
                    table: "exchange" | "certificate"
                }
        ))
    )
}

/// Notes whose key it is, or fails like one who came too late when it is somebody else's.
async fn claim(tx: &mut Tx, issued: &Issued, owner: &[u8]) -> Result<(), Failure> {
    let digest = digest(issued.certificate.public_key());
    match tx.load(certified(&digest)).await? {
        Some(held) if held.body == owner => Ok(()),
        Some(_) => Err(StoreError::Stale {
            role: ROLE.to_owned(),
            kind: CERTIFIED.to_owned(),
        }
        .into()),
        None => {
            tx.save(certified(&digest), 0, owner).await?;
            Ok(())
        }
    }
}

/// SHA-256 over the SubjectPublicKeyInfo.
fn digest(key: &PublicKey) -> Vec<u8> {
    Sha256::digest(key.to_spki_der()).to_vec()
}

fn stored(issued: &Issued, crypto: &dyn CryptoProvider) -> Result<StoredCertificate, Failure> {
    let certificate = &issued.certificate;
    let name = |name| asn1::encode(name).map_err(set_core::error::Error::from);
    Ok(StoredCertificate {
        thumbprint: crypto.sha1(&[certificate.octets()]).to_vec(),
        der: certificate.octets().to_vec(),
        issuer: name(certificate.issuer())?,
        serial: certificate.serial_number().as_octets().to_vec(),
        subject: name(certificate.subject())?,
        kind: kind(issued).to_owned(),
        not_after: i64::try_from(certificate.not_after().unix()).unwrap_or(i64::MAX),
    })
}

const fn kind(issued: &Issued) -> &'static str {
    match (issued.entity, issued.key) {
        (EndEntity::Cardholder, _) => "cardholder signature",
        (EndEntity::Merchant, EntityKey::Signature) => "merchant signature",
        (EndEntity::Merchant, EntityKey::Encryption) => "merchant encryption",
        (EndEntity::Gateway, EntityKey::Signature) => "gateway signature",
        (EndEntity::Gateway, EntityKey::Encryption) => "gateway encryption",
    }
}

fn serial(number: u64) -> Result<SerialNumber, Failure> {
    Ok(SerialNumber::new(&number.to_be_bytes()).map_err(value("serial number"))?)
}

fn key(lid_ca: &LocalId) -> RecordKey<'_> {
    RecordKey {
        role: ROLE,
        kind: KIND,
        key: lid_ca.as_octets(),
    }
}

const fn certified(digest: &[u8]) -> RecordKey<'_> {
    RecordKey {
        role: ROLE,
        kind: CERTIFIED,
        key: digest,
    }
}

fn ruled(lid_ca: &LocalId) -> RecordKey<'_> {
    RecordKey {
        role: ROLE,
        kind: RULING,
        key: lid_ca.as_octets(),
    }
}

const ROLE: &str = "ca";
/// Records of this kind say by a key's digest whose it is, as SHA-256.
const CERTIFIED: &str = "certified key";
/// Records of this kind are JSON: an operator's [`Ruling`] by lid-CA.
const RULING: &str = "ruling";
const KIND: &str = "registration";

/// Records looked at in one transaction.
const PAGE: u32 = 100;
