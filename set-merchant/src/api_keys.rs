//! The keys that shops show at the [interface for them](crate::api), and `api-key`.
//!
//! A key is `set_`, 16 hexadecimal digits of its id, `_`, and 64 of its secret. The store has
//! a salted SHA-256 digest of the secret: it has 256 random bits, so there is nothing that a
//! slow digest would protect from guessing.

use std::fmt;
use std::path::Path;

use der::asn1::OctetString;
use serde::Serialize;
use set_core::asn1::{self, Date, Limits};
use set_core::crypto::{CryptoProvider, RustCrypto, random_array};
use set_core::sequence;
use set_node::cli::Exit;
use set_node::clock;
use set_node::program::{self, Screen, with};
use set_node::store::{RecordKey, Store, Tx};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::cli::{ApiKeyCommand, CreateKeyArgs};
use crate::config::Config;
use crate::failure::Failure;
use crate::fault::Fault;
use crate::ledger::{self, ROLE, hex};

/// A key that was shown and holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiKey {
    /// Its id, in hexadecimal.
    pub(crate) id: String,
    /// Whether it may only read.
    pub(crate) read_only: bool,
}

sequence! {
    /// What the store has of a key.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct KeptKey = "KeptKey" {
        /// What the operator calls it, in UTF-8.
        name: OctetString = "name",
        /// 16 random octets.
        salt: OctetString = "salt",
        /// SHA-256 over salt and secret.
        digest: OctetString = "digest",
        /// When it was made.
        created: Date = "created",
        /// Whether it may only read.
        read_only: bool = "readOnly",
    }
}

/// `api-key`: keys are created, listed and revoked.
///
/// # Errors
///
/// There is no such key, or its name is none; the store fails.
pub async fn api_key(
    data: &Path,
    config: &Config,
    command: &ApiKeyCommand,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let store = Store::open(data, &config.store).await?;
    match command {
        ApiKeyCommand::Create(args) => {
            screen.result(&create(&store, &RustCrypto, clock::now(), args).await?);
        }
        ApiKeyCommand::List => screen.result(&list(&store).await?),
        ApiKeyCommand::Revoke { id } => {
            revoke(&store, id).await?;
            screen.result(&Revoked { revoked: id });
        }
    }
    Ok(Exit::Success)
}

async fn create(
    store: &Store,
    crypto: &dyn CryptoProvider,
    created: Date,
    args: &CreateKeyArgs,
) -> Result<Created, Failure> {
    if !(1..=64).contains(&args.name.len()) || args.name.chars().any(char::is_control) {
        return Err(program::Failure::Value {
            what: "name",
            fault: "1 to 64 octets without control characters",
        }
        .into());
    }
    let faulty = |fault: set_core::crypto::CryptoError| with("merchant")(fault.into());
    let id: [u8; 8] = random_array(crypto).map_err(faulty)?;
    let salt: [u8; 16] = random_array(crypto).map_err(faulty)?;
    let secret: [u8; 32] = random_array(crypto).map_err(faulty)?;
    let secret = hex(&secret);
    let octets = |octets: &[u8]| OctetString::new(octets).map_err(|_| Fault::Damaged(WHAT));
    let kept = KeptKey {
        name: octets(args.name.as_bytes())?,
        salt: octets(&salt)?,
        digest: octets(&digest(&salt, &secret))?,
        created,
        read_only: args.read_only,
    };
    let body = asn1::encode(&kept).map_err(set_core::error::Error::from)?;
    let mut tx = store.begin().await?;
    tx.save(key(&id), 0, &body).await?;
    tx.commit().await?;
    Ok(Created {
        id: hex(&id),
        name: args.name.clone(),
        key: format!("{PREFIX}{}_{secret}", hex(&id)),
    })
}

async fn list(store: &Store) -> Result<Keys, Failure> {
    let mut tx = store.begin().await?;
    let mut keys = Vec::new();
    let mut after = Vec::new();
    loop {
        let page = tx.page(ROLE, KIND, &after, PAGE).await?;
        let Some((last, _)) = page.last() else {
            return Ok(Keys { keys });
        };
        after.clone_from(last);
        for (id, record) in page {
            let kept = decode(&record.body)?;
            keys.push(Row {
                id: hex(&id),
                name: String::from_utf8_lossy(kept.name.as_bytes()).into_owned(),
                created: kept.created.to_string(),
                read_only: kept.read_only,
            });
        }
    }
}

async fn revoke(store: &Store, id: &str) -> Result<(), Failure> {
    let unknown = || Failure::NoKey(id.to_owned());
    let id = ledger::octets(id).ok_or_else(unknown)?;
    let mut tx = store.begin().await?;
    let record = tx.load(key(&id)).await?.ok_or_else(unknown)?;
    tx.remove(key(&id), record.version).await?;
    Ok(tx.commit().await?)
}

/// The key that was shown, if it is one that holds.
pub(crate) async fn find(store: &Store, shown: &str) -> Result<Option<ApiKey>, Failure> {
    let parts = shown
        .strip_prefix(PREFIX)
        .and_then(|rest| rest.split_once('_'));
    let Some((id, secret)) = parts else {
        return Ok(None);
    };
    let Some(octets) = ledger::octets(id).filter(|octets| octets.len() == 8) else {
        return Ok(None);
    };
    let mut tx: Tx = store.begin().await?;
    let record = tx.load(key(&octets)).await?;
    tx.roll_back().await?;
    let Some(record) = record else {
        return Ok(None);
    };
    let kept = decode(&record.body)?;
    let shown = digest(kept.salt.as_bytes(), secret);
    let good: bool = kept.digest.as_bytes().ct_eq(&shown).into();
    Ok(good.then(|| ApiKey {
        id: hex(&octets),
        read_only: kept.read_only,
    }))
}

fn digest(salt: &[u8], secret: &str) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(salt);
    digest.update(secret.as_bytes());
    digest.finalize().into()
}

fn decode(body: &[u8]) -> Result<KeptKey, Fault> {
    asn1::decode(body, &Limits::default()).map_err(|_| Fault::Damaged(WHAT))
}

const fn key(id: &[u8]) -> RecordKey<'_> {
    RecordKey {
        role: ROLE,
        kind: KIND,
        key: id,
    }
}

/// A key that was made; the only time that it is shown.
#[derive(Serialize)]
struct Created {
    id: String,
    name: String,
    key: String,
}

#[derive(Serialize)]
struct Keys {
    keys: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    id: String,
    name: String,
    created: String,
    read_only: bool,
}

#[derive(Serialize)]
struct Revoked<'a> {
    revoked: &'a str,
}

impl fmt::Display for Created {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}\nThis is key {} ({}). It is not shown again.",
            self.key, self.id, self.name
        )
    }
}

impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.keys.is_empty() {
            return f.write_str("no keys");
        }
        for (number, row) in self.keys.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            let rights = if row.read_only { "reads" } else { "all" };
            write!(f, "{}  {}  {rights:<5}  {}", row.id, row.created, row.name)?;
        }
        Ok(())
    }
}

impl fmt::Display for Revoked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key {} is revoked", self.revoked)
    }
}

const PREFIX: &str = "set_";
const KIND: &str = "api-key";
const WHAT: &str = "an API key";
const PAGE: u32 = 100;

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> CreateKeyArgs {
        CreateKeyArgs {
            name: name.to_owned(),
            read_only: false,
        }
    }

    #[tokio::test]
    async fn a_key_opens_until_it_is_revoked_and_the_store_has_no_secret() {
        let store = Store::in_memory().await.unwrap();
        let made = create(&store, &RustCrypto, clock::now(), &named("web"))
            .await
            .unwrap();
        let found = find(&store, &made.key).await.unwrap().unwrap();
        assert_eq!((found.id.as_str(), found.read_only), (&*made.id, false));
        let mut wrong = made.key.clone();
        let last = wrong.pop().unwrap();
        wrong.push(if last == '0' { '1' } else { '0' });
        for wrong in [
            wrong.as_str(),
            &made.key[4..],
            "",
            "set_",
            "set__",
            "set_00_",
        ] {
            assert_eq!(find(&store, wrong).await.unwrap(), None, "{wrong}");
        }
        let mut tx = store.begin().await.unwrap();
        let kept = tx.page(ROLE, KIND, b"", 10).await.unwrap();
        let secret = made.key.rsplit('_').next().unwrap();
        let secret_octets = ledger::octets(secret).unwrap();
        for (_, record) in kept {
            for clear in [secret.as_bytes(), &secret_octets] {
                assert!(!record.body.windows(clear.len()).any(|part| part == clear));
            }
        }
        tx.roll_back().await.unwrap();
        assert_eq!(list(&store).await.unwrap().keys.len(), 1);
        revoke(&store, &made.id).await.unwrap();
        assert_eq!(find(&store, &made.key).await.unwrap(), None);
        assert!(matches!(
            revoke(&store, &made.id).await,
            Err(Failure::NoKey(_))
        ));
    }

    #[tokio::test]
    async fn a_name_that_would_spoil_the_list_is_refused() {
        let store = Store::in_memory().await.unwrap();
        for name in ["", "a\nb", &"x".repeat(65)] {
            let made = create(&store, &RustCrypto, clock::now(), &named(name)).await;
            assert!(made.is_err(), "{name:?}");
        }
    }
}
