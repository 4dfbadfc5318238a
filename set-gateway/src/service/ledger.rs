//! The gateway's records in the store.
//!
//! | kind | key | what |
//! |---|---|---|
//! | `authorization` | XID, RRPID of the AuthReq | [`Authorization`] |
//! | `instruction` | SHA-256 of a PI | the XID and RRPID of the AuthReq that uses it |
//! | `reserved` | RRPID | [`Reserved`]: the host is being asked |
//! | `book` | merchant's id | [`Book`]: the merchant's batches |
//! | `reversal` | XID, RRPID of the AuthReq | [`Advice`]: the host is to be told to reverse |
//! | `capture` | XID, RRPID of the AuthReq | [`Advice`]: the host is to be told of the capture |
//!
//! The counter `batch` numbers the batches, `host` the messages to the host.

use der::asn1::OctetString;
use set_core::asn1::{self, Date, Limits, SeqOf};
use set_core::gateway::batch::{Batch, Batches};
use set_core::gateway::host::IdempotencyKey;
use set_core::gateway::record::Authorization;
use set_core::msg::ids::{BatchId, BatchSequenceNum, MerchantId, Rrpid, Xid};
use set_core::sequence;
use set_node::store::{RecordKey, StoreError, Tx};

use super::advice::Untold;

sequence! {
    /// An AuthReq for which the host is being asked, or was when the process died.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Reserved = "Reserved" {
        /// The transaction.
        xid: Xid = "xid",
        /// The AuthReq.
        rrpid: Rrpid = "rrpid",
        /// When it came.
        date: Date = "date",
        /// SHA-256 of its PI.
        instruction: OctetString = "instruction",
        /// Its octets; the account number in them is encrypted for this gateway.
        request: OctetString = "request",
        /// The number of the request to the host.
        number: u64 = "number",
        /// What the host is to be told should its answer not come: a sealed
        /// [`ReversalAdvice`](super::advice::ReversalAdvice).
        reversal: OctetString = "reversal",
    }
}

sequence! {
    /// What the host is to be told.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Advice = "Advice" {
        /// The number of the message to the host.
        number: u64 = "number",
        /// When it was drawn.
        date: Date = "date",
        /// What to say; the account number in it is encrypted for this gateway.
        sealed: OctetString = "sealed",
        /// The message that is reversed.
        original: Option<Original> = "original" [implicit 0 optional],
    }
}

sequence! {
    /// A message to the host that a later one is about.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Original = "Original" {
        /// Its number.
        number: u64 = "number",
        /// When that was drawn.
        date: Date = "date",
    }
}

sequence! {
    /// The batches of one merchant.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Book = "Book" {
        /// The batch for items that name none.
        current: BatchId = "current",
        /// All batches.
        batches: SeqOf<Page> = "batches",
    }
}

sequence! {
    /// One batch of a book.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Page = "Page" {
        /// Its id.
        batch_id: BatchId = "batchID",
        /// The number of the next item.
        next: BatchSequenceNum = "next",
        /// Whether it takes no more items.
        closed: bool = "closed",
    }
}

/// Whether a reservation was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reservation {
    /// The payment instruction is this request's from now on.
    Made,
    /// It was this request's already, since a run that could not store the answer.
    Again(Box<Reserved>),
    /// Another request has it.
    Taken,
}

/// A record with the version that it was loaded with; 0 when it is new.
#[derive(Clone, Debug)]
pub(crate) struct Versioned<T> {
    pub(crate) value: T,
    pub(crate) version: u64,
}

/// Takes the payment instruction and notes the request; nothing when it is taken.
pub(crate) async fn reserve(tx: &mut Tx, reserved: &Reserved) -> Result<Reservation, StoreError> {
    let user = key_octets(reserved.xid, reserved.rrpid);
    let instruction = key("instruction", reserved.instruction.as_bytes());
    match tx.load(instruction).await? {
        None => tx.save(instruction, 0, &user).await?,
        Some(record) if record.body == user => {
            let earlier = key("reserved", reserved.rrpid.as_octets());
            return match tx.load(earlier).await? {
                Some(record) => Ok(Reservation::Again(Box::new(decode(&record.body)?))),
                // It was answered, and the answer forgotten since.
                None => Ok(Reservation::Taken),
            };
        }
        Some(_) => return Ok(Reservation::Taken),
    };
    let octets = encode(reserved)?;
    tx.save(key("reserved", reserved.rrpid.as_octets()), 0, &octets)
        .await?;
    Ok(Reservation::Made)
}

/// Ends a reservation; the payment instruction may be used again when it was not `used`.
pub(crate) async fn release(
    tx: &mut Tx,
    reserved: &Reserved,
    used: bool,
) -> Result<(), StoreError> {
    forget(tx, key("reserved", reserved.rrpid.as_octets())).await?;
    if !used {
        forget(tx, key("instruction", reserved.instruction.as_bytes())).await?;
    }
    Ok(())
}

/// The requests whose reservation was not ended.
pub(crate) async fn reserved(tx: &mut Tx) -> Result<Vec<Reserved>, StoreError> {
    let mut all = Vec::new();
    for (_, record) in pages(tx, "reserved").await? {
        all.push(decode(&record)?);
    }
    Ok(all)
}

/// The authorizations of a transaction.
pub(crate) async fn of_transaction(
    tx: &mut Tx,
    xid: Xid,
) -> Result<Vec<Authorization>, StoreError> {
    let mut found = Vec::new();
    let mut after = xid.as_octets().to_vec();
    loop {
        let page = tx.page(ROLE, "authorization", &after, PAGE).await?;
        let full = page.len();
        for (octets, record) in page {
            if !octets.starts_with(xid.as_octets()) {
                return Ok(found);
            }
            found.push(decode(&record.body)?);
            after = octets;
        }
        if full == 0 {
            return Ok(found);
        }
    }
}

/// One authorization.
pub(crate) async fn authorization(
    tx: &mut Tx,
    rrpid: Rrpid,
    xid: Xid,
) -> Result<Option<Versioned<Authorization>>, StoreError> {
    let octets = key_octets(xid, rrpid);
    let Some(record) = tx.load(key("authorization", &octets)).await? else {
        return Ok(None);
    };
    Ok(Some(Versioned {
        value: decode(&record.body)?,
        version: record.version,
    }))
}

/// Stores an authorization that was loaded with `version`, or is new with 0.
pub(crate) async fn store(
    tx: &mut Tx,
    version: u64,
    record: &Authorization,
) -> Result<(), StoreError> {
    let octets = key_octets(record.trans_ids.xid, record.auth_rrpid);
    let body = encode(record)?;
    tx.save(key("authorization", &octets), version, &body)
        .await?;
    Ok(())
}

/// Every authorization.
pub(crate) async fn all(tx: &mut Tx) -> Result<Vec<Authorization>, StoreError> {
    let mut all = Vec::new();
    for (_, record) in pages(tx, "authorization").await? {
        all.push(decode(&record)?);
    }
    Ok(all)
}

/// The batches of a merchant; a first one is opened when there is none.
pub(crate) async fn book(
    tx: &mut Tx,
    merchant_id: &MerchantId,
) -> Result<Versioned<Batches>, StoreError> {
    if let Some(record) = tx
        .load(key("book", merchant_id.as_str().as_bytes()))
        .await?
    {
        let book: Book = decode(&record.body)?;
        let known = book.batches.into_iter().map(|page| Batch {
            batch_id: page.batch_id,
            next: page.next,
            closed: page.closed,
        });
        return Ok(Versioned {
            value: Batches {
                current: book.current,
                known: known.collect(),
            },
            version: record.version,
        });
    }
    let number = tx.next("batch").await?;
    let batches = BatchId::new(number).and_then(Batches::open);
    Ok(Versioned {
        value: batches.map_err(|_| DAMAGED)?,
        version: 0,
    })
}

/// Stores a merchant's batches.
pub(crate) async fn store_book(
    tx: &mut Tx,
    merchant_id: &MerchantId,
    book: &Versioned<Batches>,
) -> Result<(), StoreError> {
    let pages = book.value.known.iter().map(|batch| Page {
        batch_id: batch.batch_id,
        next: batch.next,
        closed: batch.closed,
    });
    let body = encode(&Book {
        current: book.value.current,
        batches: SeqOf::new(pages.collect()).map_err(|_| DAMAGED)?,
    })?;
    let name = key("book", merchant_id.as_str().as_bytes());
    tx.save(name, book.version, &body).await?;
    Ok(())
}

/// Draws the number of a message to the host.
pub(crate) async fn host_number(tx: &mut Tx) -> Result<u64, StoreError> {
    tx.next("host").await
}

/// Notes that the host is to be told something of `kind`.
pub(crate) async fn advise(
    tx: &mut Tx,
    untold: &Untold,
    kind: &str,
    about: IdempotencyKey,
    date: Date,
    sealed: &[u8],
) -> Result<(), StoreError> {
    let advice = Advice {
        number: host_number(tx).await?,
        date,
        sealed: OctetString::new(sealed).map_err(|_| DAMAGED)?,
        original: None,
    };
    note(tx, untold, kind, about, &advice).await
}

/// Notes that the host is to be told to reverse what a reservation asked it for.
pub(crate) async fn advise_reversal(
    tx: &mut Tx,
    untold: &Untold,
    reserved: &Reserved,
    date: Date,
) -> Result<(), StoreError> {
    let about = IdempotencyKey {
        xid: reserved.xid,
        rrpid: reserved.rrpid,
    };
    let advice = Advice {
        number: host_number(tx).await?,
        date,
        sealed: reserved.reversal.clone(),
        original: Some(Original {
            number: reserved.number,
            date: reserved.date,
        }),
    };
    note(tx, untold, "reversal", about, &advice).await
}

async fn note(
    tx: &mut Tx,
    untold: &Untold,
    kind: &str,
    about: IdempotencyKey,
    advice: &Advice,
) -> Result<(), StoreError> {
    let octets = key_octets(about.xid, about.rrpid);
    let body = encode(advice)?;
    match tx.save(key(kind, &octets), 0, &body).await {
        // It was noted before, by a run that died.
        Err(StoreError::Stale { .. }) => Ok(()),
        Err(fault) => Err(fault),
        Ok(_) => {
            untold.noted(advice.number);
            Ok(())
        }
    }
}

/// What the host is to be told of a kind: some of it, after the authorization `after`.
pub(crate) async fn advices(
    tx: &mut Tx,
    kind: &str,
    after: Option<IdempotencyKey>,
) -> Result<Vec<(IdempotencyKey, Advice)>, StoreError> {
    let after = after.map_or_else(Vec::new, |about| key_octets(about.xid, about.rrpid));
    let mut some = Vec::new();
    for (octets, record) in tx.page(ROLE, kind, &after, PAGE).await? {
        let about = octets
            .split_at_checked(20)
            .and_then(|(xid, rrpid)| Some((xid.try_into().ok()?, rrpid.try_into().ok()?)))
            .ok_or(DAMAGED)?;
        let about = IdempotencyKey {
            xid: Xid::new(about.0),
            rrpid: Rrpid::new(about.1),
        };
        some.push((about, decode(&record.body)?));
    }
    Ok(some)
}

/// Forgets that the host is to be told: it confirmed.
pub(crate) async fn advised(
    tx: &mut Tx,
    kind: &str,
    about: IdempotencyKey,
) -> Result<(), StoreError> {
    let octets = key_octets(about.xid, about.rrpid);
    forget(tx, key(kind, &octets)).await
}

async fn forget(tx: &mut Tx, name: RecordKey<'_>) -> Result<(), StoreError> {
    match tx.load(name).await? {
        Some(record) => tx.remove(name, record.version).await,
        None => Ok(()),
    }
}

async fn pages(tx: &mut Tx, kind: &str) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
    let mut all: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    let mut after = Vec::new();
    loop {
        let page = tx.page(ROLE, kind, &after, PAGE).await?;
        let Some((last, _)) = page.last() else {
            return Ok(all);
        };
        after.clone_from(last);
        all.extend(
            page.into_iter()
                .map(|(octets, record)| (octets, record.body)),
        );
    }
}

fn key_octets(xid: Xid, rrpid: Rrpid) -> Vec<u8> {
    [xid.as_octets().as_slice(), rrpid.as_octets().as_slice()].concat()
}

const fn key<'a>(kind: &'a str, key: &'a [u8]) -> RecordKey<'a> {
    RecordKey {
        role: ROLE,
        kind,
        key,
    }
}

fn encode(value: &impl der::Encode) -> Result<Vec<u8>, StoreError> {
    asn1::encode(value).map_err(|_| DAMAGED)
}

fn decode<T: asn1::Wire>(octets: &[u8]) -> Result<T, StoreError> {
    let limits = Limits {
        octets: usize::MAX,
        ..Limits::default()
    };
    asn1::decode(octets, &limits).map_err(|_| StoreError::Range {
        what: T::SCHEMA.name,
    })
}

const ROLE: &str = "gateway";

/// Records read at once.
const PAGE: u32 = 100;

const DAMAGED: StoreError = StoreError::Range {
    what: "record of the gateway",
};
