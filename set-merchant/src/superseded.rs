//! Requests for an authorization that another took the place of.
//!
//! An Error may be forged, so the gateway may have treated the request that it was about. Then
//! the request in its place is told piPreviouslyUsed, and the former one is taken up again: its
//! answer is the one that counts.

use set_core::asn1::{self, Limits};
use set_core::error::Error;
use set_core::merchant::Sale;
use set_core::merchant::sale::Waiting;
use set_core::msg::ids::{LocalId, Rrpid};
use set_node::store::{RecordKey, Tx};

use crate::attempts;
use crate::fault::Fault;
use crate::ledger::{self, ROLE};
use crate::service::Till;

/// Keeps the request that an order waited for until now.
pub(crate) async fn keep(tx: &mut Tx, lid_m: &LocalId, former: &Waiting) -> Result<(), Fault> {
    clear(tx, lid_m).await?;
    let body = asn1::encode(former).map_err(Error::from)?;
    tx.save(key(lid_m), 0, &body).await?;
    Ok(())
}

/// Forgets it, now that there is an answer.
pub(crate) async fn clear(tx: &mut Tx, lid_m: &LocalId) -> Result<(), Fault> {
    if let Some(record) = tx.load(key(lid_m)).await? {
        tx.remove(key(lid_m), record.version).await?;
    }
    Ok(())
}

impl Till {
    /// Has a sale, saved with `version`, wait for its former request again, if there is one;
    /// gives the RRPID of that.
    pub(crate) async fn reinstate(&self, sale: Sale, version: u64) -> Result<Option<Rrpid>, Fault> {
        let lid_m = sale.ordered.initiated.offer.lid_m.clone();
        let mut tx = self.store.begin().await?;
        let Some(record) = tx.load(key(&lid_m)).await? else {
            return Ok(None);
        };
        let former: Waiting = asn1::decode(&record.body, &Limits::default())
            .map_err(|_| Fault::Damaged("a superseded request"))?;
        let rrpid = former.rrpid();
        tx.remove(key(&lid_m), record.version).await?;
        attempts::clear(&mut tx, &lid_m).await?;
        let order = Sale {
            waiting: Some(former),
            ..sale
        };
        ledger::save(&mut tx, &order.into(), version).await?;
        tx.commit().await?;
        Ok(Some(rrpid))
    }
}

fn key(lid_m: &LocalId) -> RecordKey<'_> {
    RecordKey {
        role: ROLE,
        kind: "superseded",
        key: lid_m.as_octets(),
    }
}
