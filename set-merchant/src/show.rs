//! `show`: one order.

use std::fmt;
use std::path::Path;

use serde::Serialize;
use set_core::merchant::Order;
use set_core::merchant::sale::{Captured, Credited, Payment};
use set_core::msg::error::ErrorCode;
use set_node::cli::Exit;
use set_node::money::Money;
use set_node::program::Screen;
use set_node::store::Store;

use crate::attempts::{self, Attempts};
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
    screen.result(&one(&store, name).await?);
    Ok(Exit::Success)
}

/// The order that `name` names.
pub(crate) async fn one(store: &Store, name: &str) -> Result<Shown, Failure> {
    let order = ledger::entry(store, name).await?.order;
    let mut tx = store.begin().await?;
    let attempts = attempts::load(&mut tx, &order.offer().lid_m).await?;
    Ok(Shown::of(&order, attempts))
}

/// All about an order.
#[derive(Serialize)]
pub(crate) struct Shown {
    #[serde(flatten)]
    row: Row,
    description: String,
    brand: Option<String>,
    ordered: Option<String>,
    approval_code: Option<String>,
    declined: Option<&'static str>,
    batch: Option<u64>,
    /// Whether another authorization may follow.
    more_may_follow: bool,
    authorizations: Vec<Authorization>,
    /// How often the gateway was asked for what the order waits for.
    attempts: Option<Asked>,
}

/// Attempts without a good answer.
#[derive(Serialize)]
struct Asked {
    asked: u64,
    refused: u64,
    /// When the gateway is asked again by itself; none when the operator is needed.
    next: Option<String>,
    error_code: Option<&'static str>,
}

/// One authorization.
#[derive(Serialize)]
struct Authorization {
    rrpid: String,
    date: String,
    amount: String,
    approval_code: Option<String>,
    captures: Vec<Capture>,
}

/// One capture.
#[derive(Serialize)]
struct Capture {
    date: String,
    amount: String,
    shipment: Option<String>,
    batch: Option<u64>,
    batch_sequence: Option<u64>,
    reversed: bool,
    credits: Vec<Credit>,
}

/// One credit.
#[derive(Serialize)]
struct Credit {
    date: String,
    amount: String,
    batch: Option<u64>,
    batch_sequence: Option<u64>,
    reversed: bool,
}

impl Shown {
    fn of(order: &Order, attempts: Option<Attempts>) -> Self {
        let attention = attempts.as_ref().is_some_and(|one| one.attention);
        let initiated = match order {
            Order::Initiated(state) => Some(state),
            _ => order.ordered().map(|ordered| &ordered.initiated),
        };
        let sale = order.sale();
        let payments = || sale.iter().flat_map(|sale| sale.payments.iter());
        let captures = payments().flat_map(|payment| payment.captures.iter());
        let batch = captures.filter_map(|capture| capture.slot).next_back();
        Self {
            row: Row::of(order, attention),
            attempts: attempts.map(Asked::of),
            description: String::from_utf8_lossy(order.offer().od.as_bytes()).into_owned(),
            brand: initiated.map(|state| state.brand_id.to_string()),
            ordered: order.ordered().map(|ordered| ordered.date.to_string()),
            approval_code: payments().find_map(approval_code),
            declined: sale
                .and_then(|sale| sale.declined.as_ref())
                .map(|declined| declined.auth_code.name()),
            batch: batch.map(|slot| slot.batch_id.value()),
            more_may_follow: sale.is_some_and(|sale| sale.auth_token.is_some()),
            authorizations: payments().map(Authorization::of).collect(),
        }
    }
}

fn approval_code(payment: &Payment) -> Option<String> {
    let data = &payment.response.auth_header.response_data;
    let codes = data.auth_val_codes.as_ref()?;
    codes.approval_code.as_ref().map(ToString::to_string)
}

impl Asked {
    fn of(attempts: Attempts) -> Self {
        Self {
            asked: attempts.asked,
            refused: attempts.refused,
            next: (!attempts.attention).then(|| attempts.next.to_string()),
            error_code: attempts.error_code.map(ErrorCode::name),
        }
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} without an answer",
            self.asked.saturating_sub(self.refused)
        )?;
        write!(f, ", {} refused", self.refused)?;
        if let Some(code) = self.error_code {
            write!(f, " (the last with {code})")?;
        }
        match &self.next {
            Some(next) => write!(f, "; next at {next}"),
            None => f.write_str("; not asked again by itself: look for the cause, and authorize"),
        }
    }
}

impl Authorization {
    fn of(payment: &Payment) -> Self {
        Self {
            rrpid: payment.auth_rrpid.to_string(),
            date: payment.date.to_string(),
            amount: Money(payment.amount).to_string(),
            approval_code: approval_code(payment),
            captures: payment.captures.iter().map(Capture::of).collect(),
        }
    }
}

impl Capture {
    fn of(capture: &Captured) -> Self {
        let detail = capture.payload.sale_detail.as_ref();
        let shipment = detail.and_then(|detail| detail.mer_order_num.as_ref());
        Self {
            date: capture.date.to_string(),
            amount: Money(capture.payload.cap_req_amt).to_string(),
            shipment: shipment.map(ToString::to_string),
            batch: capture.slot.map(|slot| slot.batch_id.value()),
            batch_sequence: capture.slot.map(|slot| slot.batch_sequence_num.value()),
            reversed: capture.reversed,
            credits: capture.credits.iter().map(Credit::of).collect(),
        }
    }
}

impl Credit {
    fn of(credit: &Credited) -> Self {
        Self {
            date: credit.date.to_string(),
            amount: Money(credit.amount).to_string(),
            batch: credit.slot.map(|slot| slot.batch_id.value()),
            batch_sequence: credit.slot.map(|slot| slot.batch_sequence_num.value()),
            reversed: credit.reversed,
        }
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
            ("credited", self.row.credited.as_deref()),
            ("batch", batch.as_deref()),
        ] {
            if let Some(value) = value {
                line(name, value)?;
            }
        }
        if let Some(attempts) = &self.attempts {
            line("attempts", &attempts.to_string())?;
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
