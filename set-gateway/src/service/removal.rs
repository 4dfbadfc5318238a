//! Merchants whom the operator removed.
//!
//! Kept under kind `removal`, by acquirer and merchant id. A merchant stays removed whatever
//! certificates it has or gets, until it is restored. Its requests are refused as if its
//! certificate were on the CRL of its CA.

use set_core::asn1::Date;
use set_core::error::Error;
use set_core::msg::ids::{Bin, MerchantId};
use set_core::path::{ChainError, Culprit, Rule};
use set_core::proof::ChainVerified;
use set_core::sequence;
use set_core::x509::Certificate;
use set_node::store::{StoreError, Tx};

use super::ledger::{PAGE, ROLE, decode, encode, key};
use super::{Inner, Request, Trouble};

sequence! {
    /// A merchant removed.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Removal = "Removal" {
        /// Whose merchant it is.
        acquirer: Bin = "acquirer",
        /// Its id there.
        merchant_id: MerchantId = "merchantID",
        /// Since when.
        since: Date = "since",
    }
}

impl Inner {
    /// Refuses the request of a merchant that was removed: revokedCertificate.
    pub(super) async fn admit(
        &self,
        tx: &mut Tx,
        request: &Request,
        merchant: &ChainVerified,
    ) -> Result<(), Trouble> {
        let certificate = merchant.certificate();
        match since(tx, certificate).await? {
            None => Ok(()),
            Some(since) => {
                let error = ChainError {
                    certificate: Box::new(Culprit::of(self.parts.station.crypto(), certificate)),
                    rule: Rule::Revoked(since),
                };
                Err(request.refuse(error.into()))
            }
        }
    }
}

/// Since when the merchant of a certificate is removed, if it is.
async fn since(tx: &mut Tx, certificate: &Certificate) -> Result<Option<Date>, Trouble> {
    let data = certificate.merchant_data().map_err(Error::from)?;
    let name = name(&data.mer_acquirer_bin, &data.mer_id);
    let Some(record) = tx.look(key(KIND, &name)).await? else {
        return Ok(None);
    };
    let removal: Removal = decode(&record.body)?;
    Ok(Some(removal.since))
}

/// Removes a merchant. Says whether it was there before; if not, it stays removed since then.
pub(crate) async fn remove(tx: &mut Tx, removal: &Removal) -> Result<bool, StoreError> {
    let name = name(&removal.acquirer, &removal.merchant_id);
    if tx.load(key(KIND, &name)).await?.is_some() {
        return Ok(false);
    }
    tx.save(key(KIND, &name), 0, &encode(removal)?).await?;
    Ok(true)
}

/// Restores a merchant. Says whether it had been removed.
pub(crate) async fn restore(
    tx: &mut Tx,
    acquirer: &Bin,
    merchant_id: &MerchantId,
) -> Result<bool, StoreError> {
    let name = name(acquirer, merchant_id);
    let Some(record) = tx.load(key(KIND, &name)).await? else {
        return Ok(false);
    };
    tx.remove(key(KIND, &name), record.version).await?;
    Ok(true)
}

/// All merchants removed, by acquirer and id.
pub(crate) async fn all(tx: &mut Tx) -> Result<Vec<Removal>, StoreError> {
    let mut all = Vec::new();
    let mut after = Vec::new();
    loop {
        let page = tx.page(ROLE, KIND, &after, PAGE).await?;
        let Some((last, _)) = page.last() else {
            return Ok(all);
        };
        after.clone_from(last);
        for (_, record) in page {
            all.push(decode(&record.body)?);
        }
    }
}

/// A BIN has six digits always, so no two merchants have one name.
fn name(acquirer: &Bin, merchant_id: &MerchantId) -> Vec<u8> {
    [acquirer.as_str(), merchant_id.as_str()]
        .concat()
        .into_bytes()
}

const KIND: &str = "removal";
