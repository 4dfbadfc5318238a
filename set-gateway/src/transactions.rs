//! `transactions`: the authorizations and their captures.

use std::fmt;
use std::path::Path;

use serde::Serialize;
use set_core::gateway::record::{self, Authorization};
use set_core::msg::amount::CurrencyAmount;
use set_node::cli::Exit;
use set_node::money::Money;
use set_node::program::Screen;

use crate::config::Config;
use crate::failure::Failure;
use crate::serve;
use crate::service::ledger;

/// Lists what is in the store. No passphrase is needed: no account number is there.
pub(crate) async fn transactions(
    data: &Path,
    config: &Config,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let mut records = Vec::new();
    for folder in serve::folders(data)? {
        let store = serve::open_store(data, &folder, config).await?;
        let mut tx = store.read().await?;
        records.extend(ledger::all(&mut tx).await?);
        tx.roll_back().await?;
    }
    records.sort_by_key(|record| record.date);
    screen.result(&Lines {
        transactions: records.iter().map(Line::of).collect(),
    });
    Ok(Exit::Success)
}

#[derive(Serialize)]
struct Lines {
    transactions: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    date: String,
    xid: String,
    rrpid: String,
    merchant_id: String,
    purchase: String,
    authorized: String,
    auth_code: &'static str,
    approval_code: Option<String>,
    captured: Option<String>,
    credited: Option<String>,
    captures: Vec<Capture>,
}

#[derive(Serialize)]
struct Capture {
    amount: String,
    batch: u64,
    batch_sequence: u64,
    reversed: bool,
    purged: bool,
    credited: Option<String>,
}

impl Line {
    fn of(record: &Authorization) -> Self {
        Self {
            date: record.date.to_string(),
            xid: record.trans_ids.xid.to_string(),
            rrpid: record.auth_rrpid.to_string(),
            merchant_id: record.merchant_id.to_string(),
            purchase: Money(record.purch_amt).to_string(),
            authorized: Money(record.auth_amt).to_string(),
            auth_code: record.auth_code.name(),
            approval_code: record.approval_code.as_ref().map(ToString::to_string),
            captured: money(record.captured(), record.auth_amt),
            credited: money(record.credited(), record.auth_amt),
            captures: record.captures.iter().map(Capture::of).collect(),
        }
    }
}

impl Capture {
    fn of(capture: &record::Capture) -> Self {
        Self {
            amount: Money(capture.cap_amt).to_string(),
            batch: capture.slot.batch_id.value(),
            batch_sequence: capture.slot.batch_sequence_num.value(),
            reversed: capture.reversed.is_some(),
            purged: capture.purged.is_some(),
            credited: money(capture.credited(), capture.cap_amt),
        }
    }
}

/// A sum for people, in the unit of `unit`; none when it is nothing.
fn money(sum: u128, unit: CurrencyAmount) -> Option<String> {
    let amount = u64::try_from(sum).ok().filter(|sum| *sum > 0)?;
    Some(Money(CurrencyAmount { amount, ..unit }).to_string())
}

impl fmt::Display for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.transactions.is_empty() {
            return f.write_str("no transactions");
        }
        for (index, line) in self.transactions.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(
                f,
                "{}  {}  {:>16}  {}",
                line.date, line.merchant_id, line.authorized, line.auth_code
            )?;
            if let Some(amount) = &line.captured {
                write!(f, ", captured {amount}")?;
            }
            if let Some(amount) = &line.credited {
                write!(f, ", credited {amount}")?;
            }
            write!(f, " ({})", line.xid)?;
        }
        Ok(())
    }
}
