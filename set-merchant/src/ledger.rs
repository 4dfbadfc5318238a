//! The orders in the store: one record each under its lid-M, found by XID as well.

use set_core::asn1::{self, Limits};
use set_core::merchant::{Order, Sale};
use set_core::msg::ids::{LocalId, Xid};
use set_node::store::{RecordKey, Store, StoreError, Tx};

use crate::failure::Failure;
use crate::fault::Fault;

/// An order as it was loaded.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) order: Order,
    /// How often it was saved; 0 when it is new.
    pub(crate) version: u64,
}

/// The order of that lid-M.
pub(crate) async fn load(tx: &mut Tx, lid_m: &LocalId) -> Result<Option<Entry>, Fault> {
    match tx.load(key(ORDER, lid_m.as_octets())).await? {
        None => Ok(None),
        Some(record) => Ok(Some(Entry {
            order: decode(&record.body)?,
            version: record.version,
        })),
    }
}

/// The order of the transaction `xid`.
pub(crate) async fn find(tx: &mut Tx, xid: &Xid) -> Result<Option<Entry>, Fault> {
    let Some(record) = tx.load(key(XID, xid.as_octets())).await? else {
        return Ok(None);
    };
    let lid_m = LocalId::new(record.body).map_err(|_| Fault::Damaged("an XID"))?;
    let entry = load(tx, &lid_m).await?;
    // A wallet that began anew got another XID; the old one is of no use any more.
    Ok(entry.filter(|entry| {
        entry
            .order
            .trans_ids()
            .is_some_and(|trans_ids| trans_ids.xid == *xid)
    }))
}

/// Saves an order that was loaded with `version`, under all its names; gives its new version.
pub(crate) async fn save(tx: &mut Tx, order: &Order, version: u64) -> Result<u64, Fault> {
    let lid_m = &order.offer().lid_m;
    if let Some(trans_ids) = order.trans_ids() {
        let name = key(XID, trans_ids.xid.as_octets());
        if tx.load(name).await?.is_none() {
            forget_xid(tx, lid_m).await?;
            tx.save(name, 0, lid_m.as_octets()).await?;
        }
    }
    let body = asn1::encode(order).map_err(set_core::error::Error::from)?;
    let version = tx
        .save(key(ORDER, lid_m.as_octets()), version, &body)
        .await?;
    let mark = key(UNSETTLED, lid_m.as_octets());
    let marked = tx.load(mark).await?;
    match (is_unsettled(order), marked) {
        (true, None) => {
            tx.save(mark, 0, &[]).await?;
        }
        (false, Some(record)) => tx.remove(mark, record.version).await?,
        (true, Some(_)) | (false, None) => {}
    }
    Ok(version)
}

/// Forgets the XID that a stored order has: a wallet that begins anew gets another, and would
/// otherwise leave one behind each time.
async fn forget_xid(tx: &mut Tx, lid_m: &LocalId) -> Result<(), Fault> {
    let before = load(tx, lid_m).await?;
    if let Some(former) = before.as_ref().and_then(|entry| entry.order.trans_ids()) {
        let name = key(XID, former.xid.as_octets());
        if let Some(record) = tx.load(name).await? {
            tx.remove(name, record.version).await?;
        }
    }
    Ok(())
}

/// Whether something has yet to be asked of the gateway, or to be answered by it.
pub(crate) fn is_unsettled(order: &Order) -> bool {
    order
        .sale()
        .is_some_and(|sale| sale.waiting.is_some() || is_unasked(sale))
}

/// Whether nothing was asked of the gateway about it.
pub(crate) fn is_unasked(sale: &Sale) -> bool {
    sale.waiting.is_none() && sale.payments.is_empty() && sale.declined.is_none()
}

/// At most `limit` unsettled orders whose lid-M follows `after`, in the order of their
/// lid-M.
pub(crate) async fn unsettled(
    tx: &mut Tx,
    after: &[u8],
    limit: u32,
) -> Result<Vec<LocalId>, Fault> {
    let page = tx.page(ROLE, UNSETTLED, after, limit).await?;
    page.into_iter()
        .map(|(lid_m, _)| LocalId::new(lid_m).map_err(|_| Fault::Damaged("an unsettled order")))
        .collect()
}

/// At most `limit` orders whose lid-M follows `after`, in the order of their lid-M.
pub(crate) async fn page(tx: &mut Tx, after: &[u8], limit: u32) -> Result<Vec<Entry>, Fault> {
    let page = tx.page(ROLE, ORDER, after, limit).await?;
    page.into_iter()
        .map(|(_, record)| {
            Ok(Entry {
                order: decode(&record.body)?,
                version: record.version,
            })
        })
        .collect()
}

/// The order that `name` names: lid-M or XID in hexadecimal.
pub(crate) async fn named(tx: &mut Tx, name: &str) -> Result<Option<Entry>, Fault> {
    let Some(octets) = octets(name) else {
        return Ok(None);
    };
    if let Ok(lid_m) = LocalId::new(octets.clone())
        && let Some(entry) = load(tx, &lid_m).await?
    {
        return Ok(Some(entry));
    }
    match <[u8; 20]>::try_from(octets) {
        Ok(xid) => find(tx, &Xid::new(xid)).await,
        Err(_) => Ok(None),
    }
}

/// The order that `name` names.
///
/// # Errors
///
/// [`Failure::NoOrder`]; the store fails.
pub(crate) async fn entry(store: &Store, name: &str) -> Result<Entry, Failure> {
    let mut tx = store.begin().await?;
    let entry = named(&mut tx, name).await?;
    entry.ok_or_else(|| Failure::NoOrder(name.to_owned()))
}

/// Notes that the PReq `rrpid` with that digest is being treated.
pub(crate) async fn begin(tx: &mut Tx, rrpid: &[u8], digest: &[u8]) -> Result<(), StoreError> {
    tx.save(key(BEGUN, rrpid), 0, digest).await.map(drop)
}

/// Whether the PReq `rrpid` with that digest is the one that was begun.
pub(crate) async fn was_begun(
    tx: &mut Tx,
    rrpid: &[u8],
    digest: &[u8],
) -> Result<bool, StoreError> {
    let record = tx.load(key(BEGUN, rrpid)).await?;
    Ok(record.is_some_and(|record| record.body == digest))
}

/// Forgets the PReq `rrpid` now that its answer is remembered.
pub(crate) async fn end(tx: &mut Tx, rrpid: &[u8]) -> Result<(), StoreError> {
    match tx.load(key(BEGUN, rrpid)).await? {
        Some(record) => tx.remove(key(BEGUN, rrpid), record.version).await,
        None => Ok(()),
    }
}

/// Octets as hexadecimal digits.
pub(crate) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// Octets from hexadecimal digits.
pub(crate) fn octets(hex: &str) -> Option<Vec<u8>> {
    let digit = |octet: u8| {
        char::from(octet)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    hex.as_bytes()
        .chunks(2)
        .map(|pair| match *pair {
            [high, low] => Some(digit(high)? << 4 | digit(low)?),
            _ => None,
        })
        .collect()
}

fn decode(body: &[u8]) -> Result<Order, Fault> {
    asn1::decode(body, &Limits::default()).map_err(|_| Fault::Damaged("an order"))
}

fn key<'a>(kind: &'a str, key: &'a [u8]) -> RecordKey<'a> {
    RecordKey {
        role: ROLE,
        kind,
        key,
    }
}

pub(crate) const ROLE: &str = "merchant";
const ORDER: &str = "order";
const XID: &str = "xid";
const UNSETTLED: &str = "unsettled";
const BEGUN: &str = "p-req";

#[cfg(test)]
mod tests {
    use set_core::asn1::{Date, SeqOf};
    use set_core::merchant::Offer;
    use set_core::merchant::order::Initiated;
    use set_core::msg::amount::{Currency, CurrencyAmount};
    use set_core::msg::ids::{Bin, BrandId, Challenge, Language};
    use set_core::msg::tags::TransIds;
    use set_node::config::StoreConfig;

    use super::*;

    fn offer(lid_m: &[u8]) -> Order {
        Order::Offered(Offer {
            lid_m: LocalId::new(lid_m).unwrap(),
            od: der::asn1::OctetString::new(b"One teapot".as_slice()).unwrap(),
            purch_amt: CurrencyAmount {
                currency: Currency::new(840).unwrap(),
                amount: 12_950,
                amt_exp10: -2,
            },
            brands: SeqOf::one(BrandId::new("Orchard").unwrap()),
            install_recur_data: None,
        })
    }

    #[tokio::test]
    async fn an_order_outlives_the_process_and_is_found_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let config = StoreConfig::default();
        let store = Store::open(folder.path(), &config).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        assert_eq!(save(&mut tx, &offer(b"\x2a"), 0).await.unwrap(), 1);
        tx.commit().await.unwrap();
        store.close().await;

        let store = Store::open(folder.path(), &config).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let entry = named(&mut tx, "2A").await.unwrap().unwrap();
        assert_eq!((entry.order, entry.version), (offer(b"\x2a"), 1));
        for name in ["2b", "2", "zz", "", &"2a".repeat(20), &"2a".repeat(21)] {
            assert!(named(&mut tx, name).await.unwrap().is_none(), "{name}");
        }
        assert_eq!(page(&mut tx, b"", 10).await.unwrap().len(), 1);
        assert!(unsettled(&mut tx, b"", 10).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_wallet_that_begins_anew_leaves_no_xid_behind() {
        let Order::Offered(offer) = offer(b"1") else {
            panic!()
        };
        let store = Store::in_memory().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        save(&mut tx, &Order::Offered(offer.clone()), 0)
            .await
            .unwrap();
        for (number, version) in [(1, 1), (2, 2), (2, 3)] {
            let order = Order::Initiated(Initiated {
                brand_id: offer.brands.first().clone(),
                offer: offer.clone(),
                trans_ids: TransIds {
                    lid_c: LocalId::new(b"c").unwrap(),
                    lid_m: Some(offer.lid_m.clone()),
                    xid: Xid::new([number; 20]),
                    p_req_date: Date::from_unix(865_425_600).unwrap(),
                    pay_sys_id: None,
                    language: Language::new("en").unwrap(),
                },
                chall_m: Challenge::new([0; 20]),
                bin: Bin::new("411111").unwrap(),
            });
            save(&mut tx, &order, version).await.unwrap();
        }
        let names = tx.page(ROLE, XID, b"", 10).await.unwrap();
        let names: Vec<&[u8]> = names.iter().map(|(name, _)| name.as_slice()).collect();
        assert_eq!(names, [[2; 20]]);
        let found = find(&mut tx, &Xid::new([2; 20])).await.unwrap();
        assert_eq!(found.unwrap().version, 4);
    }

    #[tokio::test]
    async fn two_that_change_the_same_order_do_not_both_succeed() {
        let store = Store::in_memory().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        save(&mut tx, &offer(b"1"), 0).await.unwrap();
        save(&mut tx, &offer(b"1"), 1).await.unwrap();
        assert!(save(&mut tx, &offer(b"1"), 1).await.unwrap_err().is_stale());
        assert!(save(&mut tx, &offer(b"1"), 0).await.unwrap_err().is_stale());
    }

    #[tokio::test]
    async fn a_request_begun_is_known_by_its_digest_until_it_ends() {
        let store = Store::in_memory().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        begin(&mut tx, b"rrpid", b"digest").await.unwrap();
        assert!(was_begun(&mut tx, b"rrpid", b"digest").await.unwrap());
        assert!(!was_begun(&mut tx, b"rrpid", b"other").await.unwrap());
        end(&mut tx, b"rrpid").await.unwrap();
        assert!(!was_begun(&mut tx, b"rrpid", b"digest").await.unwrap());
    }
}
