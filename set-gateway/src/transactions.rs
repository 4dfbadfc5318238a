//! `transactions`: the authorizations and their captures.

use std::fmt;
use std::path::Path;

use serde::Serialize;
use set_core::gateway::record::Authorization;
use set_node::cli::Exit;
use set_node::money::Money;
use set_node::program::Screen;
use set_node::store::Store;

use crate::config::Config;
use crate::failure::Failure;
use crate::service::ledger;

/// Lists what is in the store. No passphrase is needed: no account number is there.
pub(crate) async fn transactions(
    data: &Path,
    config: &Config,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let store = Store::open(data, &config.store).await?;
    let mut tx = store.begin().await?;
    let mut records = ledger::all(&mut tx).await?;
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
    batch: Option<u64>,
    batch_sequence: Option<u64>,
}

impl Line {
    fn of(record: &Authorization) -> Self {
        let capture = record.capture.as_ref();
        Self {
            date: record.date.to_string(),
            xid: record.trans_ids.xid.to_string(),
            rrpid: record.auth_rrpid.to_string(),
            merchant_id: record.merchant_id.to_string(),
            purchase: Money(record.purch_amt).to_string(),
            authorized: Money(record.auth_amt).to_string(),
            auth_code: record.auth_code.name(),
            approval_code: record.approval_code.as_ref().map(ToString::to_string),
            captured: capture.map(|capture| Money(capture.cap_amt).to_string()),
            batch: capture.map(|capture| capture.batch_id.value()),
            batch_sequence: capture.map(|capture| capture.batch_sequence_num.value()),
        }
    }
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
            if let (Some(amount), Some(batch)) = (&line.captured, line.batch) {
                write!(f, ", captured {amount} in batch {batch}")?;
            }
            write!(f, " ({})", line.xid)?;
        }
        Ok(())
    }
}
