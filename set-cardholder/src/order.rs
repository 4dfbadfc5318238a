//! The orders placed, as the wallet remembers them.

use set_core::asn1::strings::SetString;
use set_core::asn1::{self, Date, Limits};
use set_core::cardholder::inquiry::Placed;
use set_core::msg::ids::Url;
use set_core::msg::payment::auth_res::AuthCode;
use set_core::msg::payment::cap::CapCode;
use set_core::msg::payment::p_res::{CompletionCode, PResPayload};
use set_core::sequence;
use set_node::store::{RecordKey, Store, StoreError, Tx};

use crate::failure::Failure;
use set_node::program;

sequence! {
    /// An order that was sent, or was about to be.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Order = "Order" {
        /// Its place among the wallet's orders, from 1.
        number: u64 = "number",
        /// What an inquiry needs.
        placed: Placed = "placed",
        /// The merchant's certified name.
        merchant: SetString<1, 200> = "merchant",
        /// Where an inquiry goes.
        query_url: Url = "queryURL",
        /// The merchant's last word; none when it never answered.
        progress: Option<Progress> = "progress" [implicit 0 optional],
        /// Whether it was placed without a signature, and is asked about without one.
        unsigned: bool = "unsigned" [implicit 1 default false],
    }
}

sequence! {
    /// How far an order had come when the merchant last said so.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Progress = "Progress" {
        /// When the wallet learned it.
        date: Date = "date",
        /// The last step done.
        completion_code: CompletionCode = "completionCode",
        /// The outcome of the authorization.
        auth_code: Option<AuthCode> = "authCode" [implicit 0 optional],
        /// The outcome of the capture.
        cap_code: Option<CapCode> = "capCode" [implicit 1 optional],
    }
}

impl Progress {
    /// What the first payload of a PRes says.
    pub(crate) fn of(payload: &PResPayload, date: Date) -> Self {
        let results = payload.results.as_ref();
        Self {
            date,
            completion_code: payload.completion_code,
            auth_code: results
                .and_then(|results| results.auth_status.as_ref())
                .map(|status| status.auth_code),
            cap_code: results
                .and_then(|results| results.cap_status.as_ref())
                .map(|status| status.cap_code),
        }
    }
}

/// Remembers a new order, before it is sent. Gives it its number.
pub(crate) async fn remember(store: &Store, mut order: Order) -> Result<Order, Failure> {
    let mut tx = store.begin().await?;
    order.number = tx.next("order").await?;
    save(&mut tx, 0, &order).await?;
    tx.commit().await?;
    Ok(order)
}

/// Remembers how far an order has come.
pub(crate) async fn update(
    store: &Store,
    mut order: Order,
    progress: Progress,
) -> Result<Order, Failure> {
    let mut tx = store.begin().await?;
    let xid = order.placed.trans_ids.xid;
    let version = tx
        .load(key(xid.as_octets()))
        .await?
        .map_or(0, |record| record.version);
    order.progress = Some(progress);
    save(&mut tx, version, &order).await?;
    tx.commit().await?;
    Ok(order)
}

/// All orders, the first first.
pub(crate) async fn all(store: &Store) -> Result<Vec<Order>, Failure> {
    let mut tx = store.begin().await?;
    let mut orders: Vec<Order> = Vec::new();
    let mut after = Vec::new();
    loop {
        let page = tx.page(ROLE, KIND, &after, PAGE).await?;
        let Some((last, _)) = page.last() else {
            break;
        };
        after.clone_from(last);
        for (_, record) in page {
            orders.push(asn1::decode(&record.body, &Limits::default()).map_err(|_| DAMAGED)?);
        }
    }
    orders.sort_by_key(|order| order.number);
    Ok(orders)
}

/// The order whose transaction id begins with `xid`, or the last one.
pub(crate) async fn find(store: &Store, xid: Option<&str>) -> Result<Order, Failure> {
    let orders = all(store).await?;
    let Some(xid) = xid else {
        return orders
            .into_iter()
            .next_back()
            .ok_or(Failure::NoOrder("no order was placed with this wallet"));
    };
    let wanted = xid.to_lowercase();
    let mut fitting = orders.into_iter().filter(|order| {
        let xid = order.placed.trans_ids.xid.to_string();
        !wanted.is_empty() && xid.starts_with(&wanted)
    });
    match (fitting.next(), fitting.next()) {
        (Some(order), None) => Ok(order),
        (None, _) => Err(Failure::NoOrder("no order with this transaction id")),
        (Some(_), Some(_)) => Err(Failure::NoOrder("more than one order begins so")),
    }
}

async fn save(tx: &mut Tx, version: u64, order: &Order) -> Result<(), Failure> {
    let octets = asn1::encode(order).map_err(|_| DAMAGED)?;
    let xid = order.placed.trans_ids.xid;
    match tx.save(key(xid.as_octets()), version, &octets).await {
        Err(StoreError::Stale { .. }) if version == 0 => Err(Failure::Peer(
            "the merchant gave a transaction id that an earlier order has",
        )),
        outcome => outcome.map(drop).map_err(Failure::from),
    }
}

const fn key(xid: &[u8]) -> RecordKey<'_> {
    RecordKey {
        role: ROLE,
        kind: KIND,
        key: xid,
    }
}

const ROLE: &str = "cardholder";
const KIND: &str = "order";

/// Orders read at once.
const PAGE: u32 = 100;

const DAMAGED: program::Failure = program::Failure::Damaged {
    what: "the record of an order",
};
