//! The batches of merchants in the store.
//!
//! | kind | key | what |
//! |---|---|---|
//! | `open` | merchant's id | [`OpenBatches`]: the names of those that are open |
//! | `batch` | merchant's id, batch's id | [`Batch`] |
//! | `item` | merchant's id, batch's id, number | [`Item`] |
//!
//! The counter `batch` numbers the batches that the gateway opens.

use set_core::asn1::SeqOf;
use set_core::gateway::batch::{Batch, Batches, Item, Slot};
use set_core::gateway::batch_admin::Page;
use set_core::msg::ids::{BatchId, MerchantId};
use set_core::sequence;
use set_node::store::{StoreError, Tx};

use super::ledger::{DAMAGED, PAGE, ROLE, Versioned, decode, encode, forget, key};

sequence! {
    /// The batches of a merchant that take items, in the order in which they were opened.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct OpenBatches = "OpenBatches" {
        /// Their names.
        batches: SeqOf<BatchId, 0> = "batches",
    }
}

/// The batches of one merchant, as they were loaded, for one change.
#[derive(Clone, Debug)]
pub(crate) struct Book {
    merchant_id: MerchantId,
    open: Versioned<OpenBatches>,
    before: Vec<Versioned<Batch>>,
    /// To be changed.
    pub(crate) batches: Batches,
}

/// A merchant's open batches and those `named`; `assigns` if the gateway may open another.
pub(crate) async fn load(
    tx: &mut Tx,
    merchant_id: &MerchantId,
    named: impl IntoIterator<Item = BatchId>,
    assigns: bool,
) -> Result<Book, StoreError> {
    let open = match tx.load(key("open", &name(merchant_id, &[]))).await? {
        None => Versioned {
            value: OpenBatches::default(),
            version: 0,
        },
        Some(record) => Versioned {
            value: decode(&record.body)?,
            version: record.version,
        },
    };
    let mut wanted: Vec<BatchId> = open.value.batches.to_vec();
    for batch_id in named {
        if !wanted.contains(&batch_id) {
            wanted.push(batch_id);
        }
    }
    let mut before = Vec::new();
    for batch_id in wanted {
        before.extend(batch(tx, merchant_id, batch_id).await?);
    }
    let takes_all = |held: &Versioned<Batch>| held.value.is_open() && held.value.takes.is_none();
    let spare = match assigns && !before.iter().any(takes_all) {
        // A number drawn stays drawn although nothing may come of it.
        true => Some(BatchId::new(tx.next("batch").await?).map_err(|_| DAMAGED)?),
        false => None,
    };
    Ok(Book {
        merchant_id: merchant_id.clone(),
        open,
        batches: Batches {
            known: before.iter().map(|held| held.value.clone()).collect(),
            spare,
            items: Vec::new(),
        },
        before,
    })
}

/// One batch.
pub(crate) async fn batch(
    tx: &mut Tx,
    merchant_id: &MerchantId,
    batch_id: BatchId,
) -> Result<Option<Versioned<Batch>>, StoreError> {
    let octets = name(merchant_id, &[batch_id.value()]);
    let Some(record) = tx.load(key("batch", &octets)).await? else {
        return Ok(None);
    };
    Ok(Some(Versioned {
        value: decode(&record.body)?,
        version: record.version,
    }))
}

/// Some of all batches, with whose they are, that follow the key `after`, and the last key; none
/// when there are no more.
pub(crate) async fn page(
    tx: &mut Tx,
    after: &[u8],
) -> Result<(Vec<(MerchantId, Batch)>, Option<Vec<u8>>), StoreError> {
    let mut batches = Vec::new();
    let mut last = None;
    for (octets, record) in tx.page(ROLE, "batch", after, PAGE).await? {
        let merchant_id = owner(&octets).ok_or(DAMAGED)?;
        batches.push((merchant_id, decode(&record.body)?));
        last = Some(octets);
    }
    Ok((batches, last))
}

/// Stores one batch that was loaded with `version`, or is new with 0.
pub(crate) async fn store_batch(
    tx: &mut Tx,
    merchant_id: &MerchantId,
    version: u64,
    batch: &Batch,
) -> Result<(), StoreError> {
    let octets = name(merchant_id, &[batch.batch_id.value()]);
    tx.save(key("batch", &octets), version, &encode(batch)?)
        .await?;
    Ok(())
}

impl Book {
    /// Notes what became of a batch.
    pub(crate) fn put(&mut self, changed: Batch) {
        let mut known = self.batches.known.iter_mut();
        match known.find(|batch| batch.batch_id == changed.batch_id) {
            Some(batch) => *batch = changed,
            None => self.batches.known.push(changed),
        }
    }

    /// Stores what changed, and the items that were put into the batches.
    pub(crate) async fn store(&self, tx: &mut Tx) -> Result<(), StoreError> {
        for batch in &self.batches.known {
            let before = self
                .before
                .iter()
                .find(|held| held.value.batch_id == batch.batch_id);
            let version = match before {
                Some(held) if held.value == *batch => continue,
                Some(held) => held.version,
                None => 0,
            };
            store_batch(tx, &self.merchant_id, version, batch).await?;
        }
        let open: Vec<BatchId> = self
            .batches
            .known
            .iter()
            .filter(|batch| batch.is_open())
            .map(|batch| batch.batch_id)
            .collect();
        if open != *self.open.value.batches {
            let body = encode(&OpenBatches {
                batches: SeqOf::from(open),
            })?;
            let octets = name(&self.merchant_id, &[]);
            tx.save(key("open", &octets), self.open.version, &body)
                .await?;
        }
        for item in &self.batches.items {
            let number = item.detail.batch_sequence_num.value();
            let octets = name(&self.merchant_id, &[item.batch_id.value(), number]);
            tx.save(key("item", &octets), 0, &encode(item)?).await?;
        }
        Ok(())
    }
}

/// Offers the items of a batch to a page until it is full.
pub(crate) async fn fill(
    tx: &mut Tx,
    merchant_id: &MerchantId,
    batch_id: BatchId,
    page: &mut Page,
) -> Result<(), StoreError> {
    let start = page.starting_point().saturating_sub(1);
    let mut after = name(merchant_id, &[batch_id.value(), start]);
    loop {
        let (items, last) = next(tx, merchant_id, batch_id, &after).await?;
        let Some(last) = last else {
            return Ok(());
        };
        after = last;
        for item in items {
            if !page.offer(item) {
                return Ok(());
            }
        }
    }
}

/// The item at a place.
pub(crate) async fn item(
    tx: &mut Tx,
    merchant_id: &MerchantId,
    slot: &Slot,
) -> Result<Option<Item>, StoreError> {
    let number = slot.batch_sequence_num.value();
    let octets = name(merchant_id, &[slot.batch_id.value(), number]);
    let record = tx.load(key("item", &octets)).await?;
    record.map(|record| decode(&record.body)).transpose()
}

/// All items of a batch; [`StoreError::Range`] when they are more than `most`.
pub(crate) async fn items(
    tx: &mut Tx,
    merchant_id: &MerchantId,
    batch_id: BatchId,
    most: usize,
) -> Result<Vec<Item>, StoreError> {
    let mut all = Vec::new();
    let mut after = name(merchant_id, &[batch_id.value(), 0]);
    loop {
        let (items, last) = next(tx, merchant_id, batch_id, &after).await?;
        let Some(last) = last else {
            return Ok(all);
        };
        after = last;
        all.extend(items);
        if all.len() > most {
            return Err(StoreError::Range {
                what: "number of items",
            });
        }
    }
}

/// Removes items.
pub(crate) async fn remove(
    tx: &mut Tx,
    merchant_id: &MerchantId,
    items: &[Item],
) -> Result<(), StoreError> {
    for item in items {
        let number = item.detail.batch_sequence_num.value();
        let octets = name(merchant_id, &[item.batch_id.value(), number]);
        forget(tx, key("item", &octets)).await?;
    }
    Ok(())
}

/// The items of a batch that follow a key, and the last key; none when there are no more.
pub(crate) async fn next(
    tx: &mut Tx,
    merchant_id: &MerchantId,
    batch_id: BatchId,
    after: &[u8],
) -> Result<(Vec<Item>, Option<Vec<u8>>), StoreError> {
    let prefix = name(merchant_id, &[batch_id.value()]);
    let mut items = Vec::new();
    let mut last = None;
    for (octets, record) in tx.page(ROLE, "item", after, PAGE).await? {
        if !octets.starts_with(&prefix) {
            break;
        }
        items.push(decode(&record.body)?);
        last = Some(octets);
    }
    Ok((items, last))
}

/// Whose the record with this [`name`] is.
fn owner(octets: &[u8]) -> Option<MerchantId> {
    let (length, rest) = octets.split_first()?;
    let id = rest.get(..usize::from(*length))?;
    MerchantId::new(core::str::from_utf8(id).ok()?).ok()
}

/// Before the key of the first item of a batch.
pub(crate) fn before_items(merchant_id: &MerchantId, batch_id: BatchId) -> Vec<u8> {
    name(merchant_id, &[batch_id.value()])
}

/// The merchant's id, its length before it, and numbers: so keys sort by number, and no two
/// merchants' run together.
fn name(merchant_id: &MerchantId, numbers: &[u64]) -> Vec<u8> {
    let id = merchant_id.as_str().as_bytes();
    let mut octets = vec![u8::try_from(id.len()).unwrap_or(u8::MAX)];
    octets.extend(id);
    for number in numbers {
        octets.extend(number.to_be_bytes());
    }
    octets
}
