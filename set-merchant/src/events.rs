//! What came of orders, kept for the shop until it has been told.
//!
//! An event is stored in the transaction of the outcome that it tells of, so there is one for
//! each outcome and none besides. It is [delivered](crate::callbacks) at least once, always
//! with the same id and octets.

use der::asn1::OctetString;
use serde::Serialize;
use set_core::asn1::{self, Date, Limits};
use set_core::crypto::{CryptoProvider, random_array};
use set_core::error::Error;
use set_core::exchange::CapRevOrCred;
use set_core::merchant::Order;
use set_core::merchant::sale::Waiting;
use set_core::sequence;
use set_node::store::{RecordKey, Tx};

use crate::fault::Fault;
use crate::ledger::{ROLE, hex};
use crate::orders::Row;

sequence! {
    /// An event that was not delivered yet.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Event = "Event" {
        /// When it happened.
        created: Date = "created",
        /// What happened.
        what: OctetString = "what",
        /// The octets that are sent.
        body: OctetString = "body",
        /// How often it was sent.
        attempts: u64 = "attempts",
        /// When it is sent next.
        next: Date = "next",
        /// Whether it is not sent any more by itself.
        given_up: bool = "givenUp",
        /// Why the last attempt failed.
        fault: Option<OctetString> = "fault" [implicit 0 optional],
    }
}

/// An event as it was loaded.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) id: Vec<u8>,
    pub(crate) event: Event,
    pub(crate) version: u64,
}

/// What happened to an order.
pub(crate) struct Happened<'a> {
    pub(crate) what: &'static str,
    pub(crate) order: &'a Order,
    /// How often the order was saved by then.
    pub(crate) version: u64,
    /// The gateway's codes.
    pub(crate) codes: &'a [&'static str],
    /// Whether the operator is needed.
    pub(crate) attention: bool,
}

/// The octets that are sent.
#[derive(Serialize)]
struct Told<'a> {
    id: String,
    #[serde(rename = "type")]
    what: &'static str,
    /// Unix seconds.
    created: u64,
    /// Grows with each change of the order.
    version: u64,
    codes: &'a [&'static str],
    order: Row,
}

/// Stores an event.
pub(crate) async fn raise(
    tx: &mut Tx,
    crypto: &dyn CryptoProvider,
    now: Date,
    happened: &Happened<'_>,
) -> Result<(), Fault> {
    let random: [u8; 8] = random_array(crypto).map_err(Error::from)?;
    // In the order of time, so that what happened first is sent first.
    let id = [now.unix().to_be_bytes(), random].concat();
    let told = Told {
        id: hex(&id),
        what: happened.what,
        created: now.unix(),
        version: happened.version,
        codes: happened.codes,
        order: Row::of(happened.order, happened.attention),
    };
    let event = Event {
        created: now,
        what: octets(happened.what.as_bytes())?,
        body: octets(&serde_json::to_vec(&told).unwrap_or_default())?,
        attempts: 0,
        next: now,
        given_up: false,
        fault: None,
    };
    save(tx, &id, &event, 0).await
}

/// What the answer to a request is called.
pub(crate) fn outcome(waiting: &Waiting, success: bool) -> &'static str {
    match (waiting, success) {
        (Waiting::Authorization(_), true) => "authorized",
        (Waiting::Authorization(_), false) => "declined",
        (Waiting::Reversal(_), true) => "reversed",
        (Waiting::Reversal(_), false) => "reversal-refused",
        (Waiting::Capture(_), true) => "captured",
        (Waiting::Capture(_), false) => "capture-refused",
        (Waiting::Correction(state), success) => match (state.what.into(), success) {
            (CapRevOrCred::CapRev, true) => "uncaptured",
            (CapRevOrCred::CapRev, false) => "uncapture-refused",
            (CapRevOrCred::Cred, true) => "credited",
            (CapRevOrCred::Cred, false) => "credit-refused",
            (CapRevOrCred::CredRev, true) => "uncredited",
            (CapRevOrCred::CredRev, false) => "uncredit-refused",
        },
    }
}

/// At most `limit` events that are due, those first that have been for longest.
pub(crate) async fn due(tx: &mut Tx, now: Date, limit: u32) -> Result<Vec<Kept>, Fault> {
    let mut due = Vec::new();
    for (place, _) in tx.page(ROLE, DUE, &[], limit).await? {
        let Some((next, id)) = place.split_first_chunk() else {
            return Err(Fault::Damaged(WHAT));
        };
        if u64::from_be_bytes(*next) > now.unix() {
            break;
        }
        due.extend(load(tx, id).await?);
    }
    Ok(due)
}

/// The event of that id.
pub(crate) async fn load(tx: &mut Tx, id: &[u8]) -> Result<Option<Kept>, Fault> {
    let Some(record) = tx.load(key(EVENT, id)).await? else {
        return Ok(None);
    };
    Ok(Some(Kept {
        id: id.to_vec(),
        event: decode(&record.body)?,
        version: record.version,
    }))
}

/// At most `limit` events whose ids follow `after`.
pub(crate) async fn page(tx: &mut Tx, after: &[u8], limit: u32) -> Result<Vec<Kept>, Fault> {
    let page = tx.page(ROLE, EVENT, after, limit).await?;
    page.into_iter()
        .map(|(id, record)| {
            Ok(Kept {
                event: decode(&record.body)?,
                id,
                version: record.version,
            })
        })
        .collect()
}

/// Puts a changed event in the place of the one that was loaded.
pub(crate) async fn replace(tx: &mut Tx, kept: &Kept, event: &Event) -> Result<(), Fault> {
    forget_place(tx, kept).await?;
    save(tx, &kept.id, event, kept.version).await
}

/// Forgets an event.
pub(crate) async fn remove(tx: &mut Tx, kept: &Kept) -> Result<(), Fault> {
    forget_place(tx, kept).await?;
    tx.remove(key(EVENT, &kept.id), kept.version).await?;
    Ok(())
}

async fn save(tx: &mut Tx, id: &[u8], event: &Event, version: u64) -> Result<(), Fault> {
    let body = asn1::encode(event).map_err(Error::from)?;
    tx.save(key(EVENT, id), version, &body).await?;
    if !event.given_up {
        tx.save(key(DUE, &place(id, event)), 0, &[]).await?;
    }
    Ok(())
}

async fn forget_place(tx: &mut Tx, kept: &Kept) -> Result<(), Fault> {
    let place = place(&kept.id, &kept.event);
    if let Some(record) = tx.load(key(DUE, &place)).await? {
        tx.remove(key(DUE, &place), record.version).await?;
    }
    Ok(())
}

/// Where an event stands among those that are due: by time, then by id.
fn place(id: &[u8], event: &Event) -> Vec<u8> {
    [event.next.unix().to_be_bytes().as_slice(), id].concat()
}

pub(crate) fn octets(octets: &[u8]) -> Result<OctetString, Fault> {
    OctetString::new(octets).map_err(|_| Fault::Damaged(WHAT))
}

fn decode(body: &[u8]) -> Result<Event, Fault> {
    asn1::decode(body, &Limits::default()).map_err(|_| Fault::Damaged(WHAT))
}

const fn key<'a>(kind: &'a str, key: &'a [u8]) -> RecordKey<'a> {
    RecordKey {
        role: ROLE,
        kind,
        key,
    }
}

const EVENT: &str = "event";
const DUE: &str = "event-due";
const WHAT: &str = "an event";
