//! Requests of a shop that have to be done once, however often they are sent.
//!
//! A shop names such a request by an idempotency key. What is asked of the gateway is noted
//! under that name in the transaction that stores the gateway's request with its orders, and
//! the answer to the shop in the one that stores the outcome. So at any time a repetition
//! finds either nothing, and nothing was asked; or the RRPID, and the same octets are sent
//! again; or the answer.

use set_core::msg::ids::Rrpid;
use set_node::store::{Recall, RecordKey, Tx};
use sha2::{Digest as _, Sha256};

use crate::fault::Fault;
use crate::ledger::ROLE;

/// A request that has to be done once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Names it; a digest.
    name: [u8; 32],
    /// Of what is asked.
    digest: [u8; 32],
}

/// What became of a claim.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Claimed {
    /// Nothing was done.
    New,
    /// The gateway was asked, and its answer is not stored.
    Asked(Rrpid),
    /// It was answered with these octets.
    Answered(Vec<u8>),
    /// Something else was asked for by this name.
    Differs,
}

impl Claim {
    /// What `owner` asks for by `key`: everything of `request`, in this order.
    #[must_use]
    pub fn new(owner: &[u8], key: &str, request: &[&[u8]]) -> Self {
        Self {
            name: digest(&[owner, key.as_bytes()]),
            digest: digest(request),
        }
    }

    /// What became of it.
    pub(crate) async fn look_up(&self, tx: &mut Tx) -> Result<Claimed, Fault> {
        match tx.recall(&self.name, ANSWER, &self.digest).await? {
            Recall::Same(answer) => return Ok(Claimed::Answered(answer)),
            Recall::Different => return Ok(Claimed::Differs),
            Recall::New => {}
        }
        let Some(record) = tx.load(key(BY_NAME, &self.name)).await? else {
            return Ok(Claimed::New);
        };
        let (digest, rrpid) = asked(&record.body)?;
        Ok(if digest == self.digest {
            Claimed::Asked(rrpid)
        } else {
            Claimed::Differs
        })
    }

    /// Notes that the gateway is asked with `rrpid`; fails as stale when it was already.
    pub(crate) async fn ask(&self, tx: &mut Tx, rrpid: Rrpid) -> Result<(), Fault> {
        let body = [self.digest.as_slice(), rrpid.as_octets()].concat();
        tx.save(key(BY_NAME, &self.name), 0, &body).await?;
        tx.save(key(BY_RRPID, rrpid.as_octets()), 0, &self.name)
            .await?;
        Ok(())
    }

    /// Keeps the answer to a claim of which the gateway was not asked under an RRPID of ours.
    pub(crate) async fn answer(&self, tx: &mut Tx, answer: &[u8], now: i64) -> Result<(), Fault> {
        tx.remember(&self.name, ANSWER, &self.digest, answer, now)
            .await?;
        Ok(())
    }
}

/// Keeps the answer to the claim of which the gateway was asked with `rrpid`, if there is one.
pub(crate) async fn settle(
    tx: &mut Tx,
    rrpid: Rrpid,
    answer: impl FnOnce() -> Vec<u8>,
    now: i64,
) -> Result<(), Fault> {
    let by_rrpid = key(BY_RRPID, rrpid.as_octets());
    let Some(named) = tx.load(by_rrpid).await? else {
        return Ok(());
    };
    let by_name = key(BY_NAME, &named.body);
    let Some(record) = tx.load(by_name).await? else {
        return Err(Fault::Damaged("a claim"));
    };
    let (digest, _) = asked(&record.body)?;
    tx.remember(&named.body, ANSWER, digest, &answer(), now)
        .await?;
    tx.remove(by_name, record.version).await?;
    tx.remove(by_rrpid, named.version).await?;
    Ok(())
}

/// Forgets the claim of which the gateway was asked with `rrpid`, if there is one: another
/// request has taken its place.
pub(crate) async fn abandon(tx: &mut Tx, rrpid: Rrpid) -> Result<(), Fault> {
    let by_rrpid = key(BY_RRPID, rrpid.as_octets());
    let Some(named) = tx.load(by_rrpid).await? else {
        return Ok(());
    };
    let by_name = key(BY_NAME, &named.body);
    if let Some(record) = tx.load(by_name).await? {
        tx.remove(by_name, record.version).await?;
    }
    tx.remove(by_rrpid, named.version).await?;
    Ok(())
}

/// The digest of what was claimed, and the RRPID that the gateway was asked with.
fn asked(body: &[u8]) -> Result<(&[u8], Rrpid), Fault> {
    let parts = body.split_at_checked(32);
    let rrpid = |octets: &[u8]| octets.try_into().ok().map(Rrpid::new);
    parts
        .and_then(|(digest, octets)| Some((digest, rrpid(octets)?)))
        .ok_or(Fault::Damaged("a claim"))
}

/// SHA-256 over parts, such that no two sequences of parts run together.
fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

fn key<'a>(kind: &'a str, key: &'a [u8]) -> RecordKey<'a> {
    RecordKey {
        role: ROLE,
        kind,
        key,
    }
}

/// The kind of an answer among the answers given, which are forgotten after a time.
const ANSWER: &str = "shop-request";
const BY_NAME: &str = "claim";
const BY_RRPID: &str = "claim-rrpid";

#[cfg(test)]
mod tests {
    use set_node::store::Store;

    use super::*;

    #[tokio::test]
    async fn a_claim_is_new_then_asked_then_answered_and_never_something_else() {
        let store = Store::in_memory().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let claim = Claim::new(b"shop", "1", &[b"POST", b"{}"]);
        assert_eq!(claim.look_up(&mut tx).await.unwrap(), Claimed::New);
        let rrpid = Rrpid::new([7; 20]);
        claim.ask(&mut tx, rrpid).await.unwrap();
        assert_eq!(claim.look_up(&mut tx).await.unwrap(), Claimed::Asked(rrpid));
        assert!(claim.ask(&mut tx, rrpid).await.unwrap_err().is_stale());
        let other = Claim::new(b"shop", "1", &[b"POST{}", b""]);
        assert_eq!(other.look_up(&mut tx).await.unwrap(), Claimed::Differs);
        settle(&mut tx, rrpid, || b"done".to_vec(), 0)
            .await
            .unwrap();
        let answered = Claimed::Answered(b"done".to_vec());
        assert_eq!(claim.look_up(&mut tx).await.unwrap(), answered);
        assert_eq!(other.look_up(&mut tx).await.unwrap(), Claimed::Differs);
        let elsewhere = Claim::new(b"other shop", "1", &[b"POST", b"{}"]);
        assert_eq!(elsewhere.look_up(&mut tx).await.unwrap(), Claimed::New);
    }

    #[tokio::test]
    async fn an_outcome_that_nobody_claimed_is_no_answer() {
        let store = Store::in_memory().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let rrpid = Rrpid::new([7; 20]);
        settle(&mut tx, rrpid, Vec::new, 0).await.unwrap();
        let page = tx.page(ROLE, BY_NAME, b"", 1).await.unwrap();
        assert!(page.is_empty());
    }
}
