//! The store's copy of the log: revocations to look up, and every CRL and BCI published.
//!
//! The log is what counts. A store that is older than the log, since it was restored from a
//! backup, is brought up to it; a log that is older than the store is refused.

use std::collections::HashSet;
use std::path::Path;

use set_core::asn1;
use set_core::error::Error;
use set_core::party::Trust;
use set_core::pkcs7::{Name, SerialNumber};
use set_core::x509::Brand;
use set_node::store::{RecordKey, Store};

use super::fault::ListsFault;
use super::log::{Entry, Log};
use crate::failure::Failure;

/// Makes sure that the store knows of no revocation that the log does not.
pub(crate) async fn nothing_unknown(
    store: &Store,
    entries: &[Entry],
    data: &Path,
) -> Result<(), Failure> {
    let mut logged = HashSet::new();
    for entry in entries {
        if let Entry::Revoked { issuer, revoked } = entry {
            logged.insert(key(issuer, &revoked.serial_number)?);
        }
    }
    let mut after = Vec::new();
    let mut tx = store.begin().await?;
    loop {
        let page = tx.page(ROLE, KIND, &after, PAGE).await?;
        let Some((last, _)) = page.last() else {
            return Ok(());
        };
        after.clone_from(last);
        if let Some((_, unknown)) = page.iter().find(|(key, _)| !logged.contains(key)) {
            let line = String::from_utf8_lossy(&unknown.body).into_owned();
            return Err(Failure::Lists(ListsFault::Behind {
                file: Log::path_in(data),
                known: format!("the store, which has \"{line}\""),
            }));
        }
    }
}

/// Puts lines of the log, and the lists now in force, into the store, where they lack.
pub(crate) async fn replay(
    store: &Store,
    entries: &[Entry],
    brands: &[(String, Option<Brand>, Trust)],
) -> Result<(), Failure> {
    if entries.is_empty() {
        return Ok(());
    }
    let mut tx = store.begin().await?;
    for entry in entries {
        let Entry::Revoked { issuer, revoked } = entry else {
            continue;
        };
        let name = key(issuer, &revoked.serial_number)?;
        let key = RecordKey {
            role: ROLE,
            kind: KIND,
            key: &name,
        };
        if tx.load(key).await?.is_none() {
            tx.save(key, 0, entry.line().as_bytes()).await?;
        }
    }
    for (label, _, trust) in brands {
        for crl in trust.crls() {
            let issuer = asn1::encode(crl.issuer()).map_err(Error::from)?;
            tx.keep_crl(&issuer, crl.number(), crl.octets()).await?;
        }
        if let Some(bci) = trust.bci() {
            let der = asn1::encode(bci).map_err(Error::from)?;
            tx.keep_bci(label, bci.to_be_signed.sequence_num, &der)
                .await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// Issuer and number of a certificate, by which its revocation is found.
fn key(issuer: &Name, serial_number: &SerialNumber) -> Result<Vec<u8>, Failure> {
    let mut key = asn1::encode(issuer).map_err(Error::from)?;
    key.extend_from_slice(serial_number.as_octets());
    Ok(key)
}

const ROLE: &str = "ca";
const KIND: &str = "revocation";

/// Records looked at in one query.
const PAGE: u32 = 500;
