//! `orders`: what was ordered.

use std::fmt;
use std::path::Path;

use serde::Serialize;
use set_node::cli::Exit;
use set_node::money::Money;
use set_node::program::{Screen, shown};
use set_node::store::Store;

use crate::config::Config;
use crate::failure::Failure;
use crate::order;
use crate::outcome::words;

/// Lists the orders, the first first. No passphrase is needed.
///
/// # Errors
///
/// The store cannot be read.
pub async fn orders(data: &Path, config: &Config, screen: &mut Screen) -> Result<Exit, Failure> {
    let store = Store::open(data, &config.store).await?;
    let orders = order::all(&store).await?;
    let lines = orders
        .iter()
        .map(|order| Line {
            order: order.number,
            date: order.placed.date.to_string(),
            xid: order.placed.trans_ids.xid.to_string(),
            merchant: order.merchant.to_string(),
            amount: Money(order.placed.purch_amt).to_string(),
            brand: order.placed.brand_id.to_string(),
            completion: order
                .progress
                .as_ref()
                .map(|progress| progress.completion_code.name()),
        })
        .collect();
    screen.result(&Lines { orders: lines });
    Ok(Exit::Success)
}

#[derive(Serialize)]
struct Lines {
    orders: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    order: u64,
    date: String,
    xid: String,
    merchant: String,
    amount: String,
    brand: String,
    completion: Option<&'static str>,
}

impl fmt::Display for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.orders.is_empty() {
            return f.write_str("no orders");
        }
        for (index, line) in self.orders.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(
                f,
                "{:>4}  {}  {:>16}  {}  {} ({})",
                line.order,
                line.date,
                line.amount,
                shown(&line.merchant),
                line.completion.map_or("not answered".to_owned(), words),
                line.xid,
            )?;
        }
        Ok(())
    }
}
