//! `orders`: all orders.

use std::fmt;
use std::path::Path;

use serde::Serialize;
use set_core::merchant::{Order, Sale};
use set_node::cli::Exit;
use set_node::money::Money;
use set_node::program::Screen;
use set_node::store::Store;

use crate::attempts;
use crate::config::Config;
use crate::failure::Failure;
use crate::ledger::{self, Entry};
use crate::report::sum;

/// Lists the orders.
///
/// # Errors
///
/// The store fails.
pub async fn orders(data: &Path, config: &Config, screen: &mut Screen) -> Result<Exit, Failure> {
    let store = Store::open(data, &config.store).await?;
    let mut all = Orders::default();
    let mut after = Vec::new();
    loop {
        let page = list(&store, &after, PAGE).await?;
        let Some(last) = page.last else {
            break;
        };
        after = last;
        all.orders.extend(page.orders);
    }
    screen.result(&all);
    Ok(Exit::Success)
}

/// At most `limit` orders whose lid-M follows `after`, in the order of their lid-M.
pub(crate) async fn list(store: &Store, after: &[u8], limit: u32) -> Result<Orders, Failure> {
    let mut tx = store.begin().await?;
    let page = ledger::page(&mut tx, after, limit).await?;
    let mut listed = Orders::default();
    for Entry { order, .. } in &page {
        let lid_m = &order.offer().lid_m;
        let attempts = match ledger::is_unsettled(order) {
            true => attempts::load(&mut tx, lid_m).await?,
            false => None,
        };
        let attention = attempts.is_some_and(|attempts| attempts.attention);
        listed.orders.push(Row::of(order, attention));
        listed.last = Some(lid_m.as_octets().to_vec());
    }
    Ok(listed)
}

/// One line about an order.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) lid_m: String,
    pub(crate) xid: Option<String>,
    pub(crate) state: &'static str,
    pub(crate) price: String,
    pub(crate) authorized: Option<String>,
    pub(crate) captured: Option<String>,
    pub(crate) credited: Option<String>,
    /// Whether the operator is needed: the gateway answers with Errors.
    pub(crate) attention: bool,
}

impl Row {
    pub(crate) fn of(order: &Order, attention: bool) -> Self {
        let unit = order.offer().purch_amt;
        let total = |of: fn(&Sale) -> u128| order.sale().and_then(|sale| sum(of(sale), unit));
        Self {
            lid_m: order.offer().lid_m.to_string(),
            xid: order.trans_ids().map(|trans_ids| trans_ids.xid.to_string()),
            state: order.state(),
            price: Money(unit).to_string(),
            authorized: total(Sale::authorized),
            captured: total(Sale::captured),
            credited: total(Sale::credited),
            attention,
        }
    }
}

/// Orders, listed.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Orders {
    pub(crate) orders: Vec<Row>,
    /// The lid-M of the last.
    #[serde(skip)]
    pub(crate) last: Option<Vec<u8>>,
}

impl fmt::Display for Orders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:<16}  {:<11}  {:>14}  {:>14}  {:>14}  {:>14}",
            "order", "state", "price", "authorized", "captured", "credited"
        )?;
        for row in &self.orders {
            let shown = |amount: &Option<String>| amount.clone().unwrap_or_default();
            write!(
                f,
                "\n{:<16}  {:<11}  {:>14}  {:>14}  {:>14}  {:>14}",
                row.lid_m,
                row.state,
                row.price,
                shown(&row.authorized),
                shown(&row.captured),
                shown(&row.credited)
            )?;
            if row.attention {
                f.write_str("  needs attention: see show")?;
            }
        }
        Ok(())
    }
}

const PAGE: u32 = 100;
