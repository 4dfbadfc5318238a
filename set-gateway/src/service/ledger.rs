//! The gateway's records in the store.
//!
//! | kind | key | what |
//! |---|---|---|
//! | `authorization` | XID, RRPID of the AuthReq | [`Authorization`] |
//! | `instruction` | SHA-256 of a PI | the XID and RRPID of the AuthReq that uses it |
//! | `asking` | XID, merchant's id | the RRPID of the AuthReq about which the host is being asked |
//! | `reserved` | RRPID | [`Reserved`]: the host is being asked |
//! | `advice` | number | [`Queued`]: the host is to be told |
//! | `removal` | acquirer, merchant id | [`Removal`](super::removal::Removal): a merchant is not served |
//!
//! The counter `host` numbers the messages to the host. Batches are in
//! [`batches`](super::batches).

use der::asn1::OctetString;
use set_core::asn1::{self, Date, Limits};
use set_core::gateway::batch::Slot;
use set_core::gateway::host::{HostEvent, IdempotencyKey};
use set_core::gateway::record::Authorization;
use set_core::msg::amount::CurrencyAmount;
use set_core::msg::ids::{ApprovalCode, BatchId, MerchantId, Rrpid, Xid};
use set_core::pkcs7::EnvelopedData;
use set_core::{choice, sequence};
use set_node::store::{RecordKey, StoreError, Tx};

use super::advice::Untold;

sequence! {
    /// An AuthReq for which the host is being asked, or was when the process died.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Reserved = "Reserved" {
        /// The transaction.
        xid: Xid = "xid",
        /// Who asks.
        merchant_id: MerchantId = "merchantID",
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
    /// Something that the host is to be told, in its turn.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Queued = "Queued" {
        /// The number of the message to the host.
        number: u64 = "number",
        /// When it was drawn.
        date: Date = "date",
        /// What to say.
        notice: Notice = "notice",
    }
}

sequence! {
    /// To undo an authorization of which nothing came.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Reversal = "Reversal" {
        /// The authorization.
        about: About = "about",
        /// The request that asked for it.
        original: Original = "original",
        /// A sealed [`ReversalAdvice`](super::advice::ReversalAdvice).
        sealed: OctetString = "sealed",
    }
}

choice! {
    /// Something that the host is to be told.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Notice = "Notice" {
        /// To undo an authorization of which nothing came.
        Reversal(Reversal) = "reversal" [explicit 0],
        /// That something happened, the account sealed with it.
        Sealed(SealedAdvice) = "sealed" [explicit 1],
        /// That something happened to an account that is not known here.
        Bare(Advice) = "bare" [explicit 2],
        /// That a batch was closed.
        Batch(ClosedBatch) = "batch" [explicit 3],
    }
}

sequence! {
    /// Names an authorization towards the host.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct About = "About" {
        /// The transaction.
        xid: Xid = "xid",
        /// The AuthReq.
        rrpid: Rrpid = "rrpid",
    }
}

sequence! {
    /// An advice under the gateway's own key.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct SealedAdvice = "SealedAdvice" {
        /// The authorization.
        about: About = "about",
        /// An [`Advice`] with the account in the OAEP block.
        sealed: EnvelopedData = "sealed",
    }
}

sequence! {
    /// An advice, but for the account.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Advice = "Advice" {
        /// What happened.
        event: HostEvent = "event",
        /// The authorization.
        about: About = "about",
        /// The request that caused it.
        cause: Rrpid = "cause",
        /// Who is paid.
        merchant_id: MerchantId = "merchantID",
        /// How much.
        amount: CurrencyAmount = "amount",
        /// The issuer's code.
        approval_code: Option<ApprovalCode> = "approvalCode" [implicit 0 optional],
        /// The place in a batch.
        slot: Option<Slot> = "slot" [implicit 1 optional],
    }
}

sequence! {
    /// A batch to be handed over.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct ClosedBatch = "ClosedBatch" {
        /// Whose.
        merchant_id: MerchantId = "merchantID",
        /// Which.
        batch_id: BatchId = "batchID",
    }
}

impl From<IdempotencyKey> for About {
    fn from(key: IdempotencyKey) -> Self {
        Self {
            xid: key.xid,
            rrpid: key.rrpid,
        }
    }
}

impl From<About> for IdempotencyKey {
    fn from(about: About) -> Self {
        Self {
            xid: about.xid,
            rrpid: about.rrpid,
        }
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
    /// The authorizations are others by now than those that it was judged by.
    Changed,
}

/// Authorizations by their names and versions.
pub(crate) type Standing = Vec<(Rrpid, u64)>;

/// A record with the version that it was loaded with; 0 when it is new.
#[derive(Clone, Debug)]
pub(crate) struct Versioned<T> {
    pub(crate) value: T,
    pub(crate) version: u64,
}

/// Takes the payment instruction and notes the request; nothing when it is taken, the host is
/// being asked about another of the merchant's authorizations of the transaction, or those are
/// not any more as they were when the request was `judged`.
pub(crate) async fn reserve(
    tx: &mut Tx,
    reserved: &Reserved,
    judged: &Standing,
) -> Result<Reservation, StoreError> {
    let user = key_octets(reserved.xid, reserved.rrpid);
    let instruction = key("instruction", reserved.instruction.as_bytes());
    match tx.load(instruction).await? {
        None => tx.save(instruction, 0, &user).await?,
        Some(record) if record.body == user => {
            return match reservation(tx, reserved.rrpid).await? {
                Some(earlier) => Ok(Reservation::Again(Box::new(earlier))),
                // It was answered, and the answer forgotten since.
                None => Ok(Reservation::Taken),
            };
        }
        Some(_) => return Ok(Reservation::Taken),
    };
    let asking = asking(reserved);
    match tx.load(key("asking", &asking)).await? {
        None => {
            tx.save(key("asking", &asking), 0, reserved.rrpid.as_octets())
                .await?;
        }
        Some(record) if record.body == reserved.rrpid.as_octets() => {}
        Some(_) => return Ok(Reservation::Taken),
    }
    // Under the lock of `asking`: from here on nothing can be added.
    let held = of_merchant(tx, reserved.xid, &reserved.merchant_id).await?;
    if standing(&held) != *judged {
        return Ok(Reservation::Changed);
    }
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
    forget(tx, key("asking", &asking(reserved))).await?;
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

/// The reservation of a request, unless it was ended.
pub(crate) async fn reservation(tx: &mut Tx, rrpid: Rrpid) -> Result<Option<Reserved>, StoreError> {
    let record = tx.load(key("reserved", rrpid.as_octets())).await?;
    record.map(|record| decode(&record.body)).transpose()
}

/// What authorizations are there, and how often each was changed.
pub(crate) fn standing(held: &[Versioned<Authorization>]) -> Standing {
    let names = held.iter();
    names
        .map(|held| (held.value.auth_rrpid, held.version))
        .collect()
}

/// A merchant's authorizations of a transaction. Others may have some under the same XID, which
/// goes in clear.
pub(crate) async fn of_merchant(
    tx: &mut Tx,
    xid: Xid,
    merchant_id: &MerchantId,
) -> Result<Vec<Versioned<Authorization>>, StoreError> {
    let mut found = Vec::new();
    let mut after = xid.as_octets().to_vec();
    loop {
        let page = tx.page(ROLE, "authorization", &after, PAGE).await?;
        let full = page.len();
        for (octets, record) in page {
            if !octets.starts_with(xid.as_octets()) {
                return Ok(found);
            }
            let value: Authorization = decode(&record.body)?;
            if value.merchant_id == *merchant_id {
                found.push(Versioned {
                    value,
                    version: record.version,
                });
            }
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

/// Some of all authorizations, that follow the key `after`, and the last key; none when there
/// are no more.
pub(crate) async fn page(
    tx: &mut Tx,
    after: &[u8],
) -> Result<(Vec<Authorization>, Option<Vec<u8>>), StoreError> {
    let mut records = Vec::new();
    let mut last = None;
    for (octets, record) in tx.page(ROLE, "authorization", after, PAGE).await? {
        records.push(decode(&record.body)?);
        last = Some(octets);
    }
    Ok((records, last))
}

/// Every authorization.
pub(crate) async fn all(tx: &mut Tx) -> Result<Vec<Authorization>, StoreError> {
    let mut all = Vec::new();
    for (_, record) in pages(tx, "authorization").await? {
        all.push(decode(&record)?);
    }
    Ok(all)
}

/// Draws the number of a message to the host.
pub(crate) async fn host_number(tx: &mut Tx) -> Result<u64, StoreError> {
    tx.next("host").await
}

/// Notes that the host is to be told something, after all that was noted before.
pub(crate) async fn advise(
    tx: &mut Tx,
    untold: &Untold,
    notice: Notice,
    date: Date,
) -> Result<(), StoreError> {
    let number = host_number(tx).await?;
    let queued = Queued {
        number,
        date,
        notice,
    };
    let octets = number.to_be_bytes();
    tx.save(key("advice", &octets), 0, &encode(&queued)?)
        .await?;
    untold.noted(number);
    Ok(())
}

/// Notes that the host is to be told to reverse what a reservation asked it for.
pub(crate) async fn advise_reversal(
    tx: &mut Tx,
    untold: &Untold,
    reserved: &Reserved,
    date: Date,
) -> Result<(), StoreError> {
    let reversal = Reversal {
        about: About {
            xid: reserved.xid,
            rrpid: reserved.rrpid,
        },
        original: Original {
            number: reserved.number,
            date: reserved.date,
        },
        sealed: reserved.reversal.clone(),
    };
    advise(tx, untold, Notice::Reversal(reversal), date).await
}

/// Some of what the host is to be told, in the order in which it was noted, following the
/// message `after`.
pub(crate) async fn notices(tx: &mut Tx, after: Option<u64>) -> Result<Vec<Queued>, StoreError> {
    let after = after.map_or_else(Vec::new, |number| number.to_be_bytes().to_vec());
    let page = tx.page(ROLE, "advice", &after, PAGE).await?;
    page.into_iter()
        .map(|(_, record)| decode(&record.body))
        .collect()
}

/// Forgets that the host is to be told: it confirmed.
pub(crate) async fn advised(tx: &mut Tx, number: u64) -> Result<(), StoreError> {
    forget(tx, key("advice", &number.to_be_bytes())).await
}

/// Lets a payment instruction be used again: what used it was taken back.
pub(crate) async fn free(tx: &mut Tx, instruction: &[u8]) -> Result<(), StoreError> {
    forget(tx, key("instruction", instruction)).await
}

pub(super) async fn forget(tx: &mut Tx, name: RecordKey<'_>) -> Result<(), StoreError> {
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

fn asking(reserved: &Reserved) -> Vec<u8> {
    let merchant_id = reserved.merchant_id.as_str().as_bytes();
    [reserved.xid.as_octets().as_slice(), merchant_id].concat()
}

fn key_octets(xid: Xid, rrpid: Rrpid) -> Vec<u8> {
    [xid.as_octets().as_slice(), rrpid.as_octets().as_slice()].concat()
}

pub(super) const fn key<'a>(kind: &'a str, key: &'a [u8]) -> RecordKey<'a> {
    RecordKey {
        role: ROLE,
        kind,
        key,
    }
}

pub(super) fn encode(value: &impl der::Encode) -> Result<Vec<u8>, StoreError> {
    asn1::encode(value).map_err(|_| DAMAGED)
}

pub(super) fn decode<T: asn1::Wire>(octets: &[u8]) -> Result<T, StoreError> {
    let limits = Limits {
        octets: usize::MAX,
        ..Limits::default()
    };
    asn1::decode(octets, &limits).map_err(|_| StoreError::Range {
        what: T::SCHEMA.name,
    })
}

pub(crate) const ROLE: &str = "gateway";

/// Records read at once.
pub(super) const PAGE: u32 = 100;

pub(super) const DAMAGED: StoreError = StoreError::Range {
    what: "record of the gateway",
};

#[cfg(test)]
mod tests {
    use super::*;
    use set_node::store::Store;

    fn reserved(merchant: &str, rrpid: u8) -> Reserved {
        let octets = |octet| OctetString::new([octet; 32]).unwrap();
        Reserved {
            xid: Xid::new([1; 20]),
            merchant_id: MerchantId::new(merchant).unwrap(),
            rrpid: Rrpid::new([rrpid; 20]),
            date: Date::from_unix(900_000_000).unwrap(),
            instruction: octets(rrpid),
            request: octets(0),
            number: 1,
            reversal: octets(0),
        }
    }

    async fn reserving(store: &Store, reserved: &Reserved, judged: &Standing) -> Reservation {
        let mut tx = store.begin().await.unwrap();
        let reservation = reserve(&mut tx, reserved, judged).await.unwrap();
        match reservation {
            Reservation::Made => tx.commit().await.unwrap(),
            _ => tx.roll_back().await.unwrap(),
        }
        reservation
    }

    #[tokio::test]
    async fn the_host_is_asked_about_one_of_a_merchants_authorizations_at_a_time() {
        let store = Store::in_memory().await.unwrap();
        let (first, second) = (reserved("MER-0001", 1), reserved("MER-0001", 2));
        let none = Standing::new();
        assert_eq!(reserving(&store, &first, &none).await, Reservation::Made);
        assert_eq!(reserving(&store, &second, &none).await, Reservation::Taken);
        // Another merchant has seen the XID; that stops nobody.
        let other = reserved("MER-6666", 3);
        assert_eq!(reserving(&store, &other, &none).await, Reservation::Made);
        let mut tx = store.begin().await.unwrap();
        release(&mut tx, &first, false).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(reserving(&store, &second, &none).await, Reservation::Made);
    }

    #[tokio::test]
    async fn what_was_judged_by_other_authorizations_is_judged_again() {
        let store = Store::in_memory().await.unwrap();
        let gone = vec![(Rrpid::new([9; 20]), 1)];
        let asked = reserved("MER-0001", 1);
        assert_eq!(reserving(&store, &asked, &gone).await, Reservation::Changed);
    }
}
