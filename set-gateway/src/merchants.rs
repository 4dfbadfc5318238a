//! `merchants`: who is not served any more.
//!
//! In the stores of all gateways of the data folder alike; one that serves looks there at each
//! request.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::Serialize;
use set_core::asn1::Date;
use set_core::msg::ids::{Bin, MerchantId};
use set_node::cli::Exit;
use set_node::program::{Screen, value};
use set_node::store::{Store, StoreError};

use crate::cli::{MerchantArgs, MerchantsCommand};
use crate::config::Config;
use crate::enroll::station;
use crate::failure::Failure;
use crate::serve;
use crate::service::removal::{self, Removal};

/// Removes, restores or lists.
pub(crate) async fn merchants(
    data: &Path,
    config: &Config,
    command: &MerchantsCommand,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let mut stores = Vec::new();
    for folder in serve::folders(data)? {
        stores.push(serve::open_store(data, &folder, config).await?);
    }
    if stores.is_empty() {
        return Err(Failure::NotEnrolled);
    }
    match command {
        MerchantsCommand::Remove(args) => {
            let (acquirer, merchant_id) = named(args)?;
            let since = station(config)?.now();
            let mut changed = false;
            for store in &stores {
                changed |= remove(store, &acquirer, &merchant_id, since).await?;
            }
            screen.result(&Changed::of(args, "removed", changed));
        }
        MerchantsCommand::Restore(args) => {
            let (acquirer, merchant_id) = named(args)?;
            let mut changed = false;
            for store in &stores {
                changed |= restore(store, &acquirer, &merchant_id).await?;
            }
            screen.result(&Changed::of(args, "restored", changed));
        }
        MerchantsCommand::List => screen.result(&list(&stores).await?),
    }
    Ok(Exit::Success)
}

/// Removes a merchant from a gateway's store: its requests are refused as those of a revoked
/// one. Says whether it was there before; if not, it stays removed since then.
///
/// # Errors
///
/// The store fails.
pub async fn remove(
    store: &Store,
    acquirer: &Bin,
    merchant_id: &MerchantId,
    since: Date,
) -> Result<bool, StoreError> {
    let removal = Removal {
        acquirer: acquirer.clone(),
        merchant_id: merchant_id.clone(),
        since,
    };
    let mut tx = store.begin().await?;
    let changed = removal::remove(&mut tx, &removal).await?;
    tx.commit().await?;
    Ok(changed)
}

/// Restores a merchant. Says whether it had been removed.
///
/// # Errors
///
/// The store fails.
pub async fn restore(
    store: &Store,
    acquirer: &Bin,
    merchant_id: &MerchantId,
) -> Result<bool, StoreError> {
    let mut tx = store.begin().await?;
    let changed = removal::restore(&mut tx, acquirer, merchant_id).await?;
    tx.commit().await?;
    Ok(changed)
}

/// Everybody who is removed, by acquirer and id.
///
/// # Errors
///
/// The store fails.
pub async fn removed(store: &Store) -> Result<Vec<(Bin, MerchantId, Date)>, StoreError> {
    let mut tx = store.read().await?;
    let all = removal::all(&mut tx).await?;
    tx.roll_back().await?;
    let all = all.into_iter();
    Ok(all
        .map(|removal| (removal.acquirer, removal.merchant_id, removal.since))
        .collect())
}

fn named(args: &MerchantArgs) -> Result<(Bin, MerchantId), Failure> {
    Ok((
        Bin::new(args.bin.as_str()).map_err(value("--bin"))?,
        MerchantId::new(args.merchant_id.as_str()).map_err(value("MERCHANT-ID"))?,
    ))
}

async fn list(stores: &[Store]) -> Result<Removed, Failure> {
    let mut all = BTreeMap::new();
    for store in stores {
        for (acquirer, merchant_id, since) in removed(store).await? {
            let name = (acquirer.to_string(), merchant_id.to_string());
            all.insert(name, since.to_string());
        }
    }
    Ok(Removed {
        removed: all
            .into_iter()
            .map(|((bin, merchant_id), since)| Line {
                bin,
                merchant_id,
                since,
            })
            .collect(),
    })
}

/// What became of one merchant.
#[derive(Serialize)]
struct Changed {
    bin: String,
    merchant_id: String,
    state: &'static str,
    /// Whether it had another state before.
    changed: bool,
}

impl Changed {
    fn of(args: &MerchantArgs, state: &'static str, changed: bool) -> Self {
        Self {
            bin: args.bin.clone(),
            merchant_id: args.merchant_id.clone(),
            state,
            changed,
        }
    }
}

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let merchant = format_args!("merchant {} of acquirer {}", self.merchant_id, self.bin);
        match (self.changed, self.state) {
            (true, state) => write!(f, "{merchant} is {state}"),
            (false, "removed") => write!(f, "{merchant} was removed before"),
            (false, _) => write!(f, "{merchant} was not removed"),
        }
    }
}

/// Everybody who is removed.
#[derive(Serialize)]
struct Removed {
    removed: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    bin: String,
    merchant_id: String,
    since: String,
}

impl fmt::Display for Removed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.removed.is_empty() {
            return f.write_str("no merchant is removed");
        }
        for (index, line) in self.removed.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            let Line {
                bin,
                merchant_id,
                since,
            } = line;
            write!(f, "{since}  {bin}  {merchant_id}")?;
        }
        Ok(())
    }
}
