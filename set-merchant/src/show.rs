//! `show`: one order.

use std::fmt;
use std::path::Path;

use serde::Serialize;
use set_core::merchant::Order;
use set_core::merchant::order::Authorized;
use set_node::cli::Exit;
use set_node::program::Screen;
use set_node::store::Store;

use crate::config::Config;
use crate::failure::Failure;
use crate::ledger;
use crate::orders::Row;

/// Shows the order that `name` names: lid-M or XID in hexadecimal.
///
/// # Errors
///
/// There is no such order; the store fails.
pub async fn show(
    data: &Path,
    config: &Config,
    name: &str,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let store = Store::open(data, &config.store).await?;
    let mut tx = store.begin().await?;
    let entry = ledger::named(&mut tx, name)
        .await?
        .ok_or_else(|| Failure::NoOrder(name.to_owned()))?;
    screen.result(&Shown::of(&entry.order));
    Ok(Exit::Success)
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    row: Row,
    description: String,
    brand: Option<String>,
    ordered: Option<String>,
    approval_code: Option<String>,
    declined: Option<&'static str>,
    batch: Option<u64>,
}

impl Shown {
    fn of(order: &Order) -> Self {
        let initiated = match order {
            Order::Initiated(state) => Some(state),
            _ => order.ordered().map(|ordered| &ordered.initiated),
        };
        let declined = match order {
            Order::Declined(state) => Some(state.auth_code.name()),
            _ => None,
        };
        let batch = match order {
            Order::Captured(state) => state.batch_id.as_ref().map(|batch| batch.value()),
            _ => None,
        };
        Self {
            row: Row::of(order),
            description: String::from_utf8_lossy(order.offer().od.as_bytes()).into_owned(),
            brand: initiated.map(|state| state.brand_id.to_string()),
            ordered: order.ordered().map(|ordered| ordered.date.to_string()),
            approval_code: authorized(order)
                .and_then(|state| state.approval_code.as_ref())
                .map(ToString::to_string),
            declined,
            batch,
        }
    }
}

const fn authorized(order: &Order) -> Option<&Authorized> {
    match order {
        Order::Authorized(state) => Some(state),
        Order::Capturing(state) => Some(&state.authorized),
        Order::Captured(state) => Some(&state.authorized),
        _ => None,
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |name: &str, value: &str| writeln!(f, "{name:<14}{value}");
        line("order", &self.row.lid_m)?;
        line("state", self.row.state)?;
        line("price", &self.row.price)?;
        let batch = self.batch.map(|batch| batch.to_string());
        for (name, value) in [
            ("XID", self.row.xid.as_deref()),
            ("brand", self.brand.as_deref()),
            ("ordered", self.ordered.as_deref()),
            ("authorized", self.row.authorized.as_deref()),
            ("approval code", self.approval_code.as_deref()),
            ("declined", self.declined),
            ("captured", self.row.captured.as_deref()),
            ("batch", batch.as_deref()),
        ] {
            if let Some(value) = value {
                line(name, value)?;
            }
        }
        // Control characters would reach the terminal.
        let printable: String = self
            .description
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        write!(f, "{:<14}{printable}", "description")
    }
}
