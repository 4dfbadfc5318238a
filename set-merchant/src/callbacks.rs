//! Telling the shop what came of its orders, and `callback`.
//!
//! Each [event](crate::events) is sent by POST to `callback.url` until the shop answers with a
//! status from 200 to 299. Two header fields go with it: `SET-Event-Id`, and `SET-Signature:
//! t=TIME,v1=MAC`, where MAC is HMAC-SHA-256, in hexadecimal, over the digits of TIME (Unix
//! seconds), a full stop, and the body, under the secret that `callback secret` showed.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use axum::http::{HeaderName, StatusCode};
use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Serialize;
use set_core::crypto::random_array;
use set_node::cli::Exit;
use set_node::keystore::{KeyStore, SealedFile};
use set_node::program::{self, Screen, with};
use set_node::service::Shutdown;
use set_node::store::{Store, StoreError};
use set_node::transport::{Endpoint, post_json};
use sha2::Sha256;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};
use zeroize::Zeroizing;

use crate::backoff;
use crate::cli::CallbackCommand;
use crate::config::Config;
use crate::events::{self, Event, Kept};
use crate::failure::Failure;
use crate::fault::Fault;
use crate::ledger::{self, hex};
use crate::pos::Pos;
use crate::service::Till;

/// Where events are sent, and the secret that signs them.
pub struct Callbacks {
    till: Arc<Till>,
    url: Endpoint,
    secret: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for Callbacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callbacks")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl Callbacks {
    /// The call-backs of a merchant, unless it has none.
    ///
    /// # Errors
    ///
    /// The address is not one of HTTP; there is no secret.
    pub fn open(pos: &Pos, till: Arc<Till>) -> Result<Option<Self>, Failure> {
        let Some(url) = pos.config.callback.url.clone() else {
            return Ok(None);
        };
        if matches!(url, Endpoint::Tcp { .. }) {
            return Err(program::Failure::Value {
                what: "callback.url",
                fault: "an address that begins with http://",
            }
            .into());
        }
        let file = file(&pos.data);
        if !file.path().exists() {
            return Err(Failure::NoSecret);
        }
        let secret = pos.keys.unseal(&file)?;
        Ok(Some(Self { till, url, secret }))
    }

    /// Delivers until `shutdown`.
    pub(crate) async fn work(self: Arc<Self>, shutdown: Shutdown) {
        let mut clock = interval(LOOK_EVERY);
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = shutdown.requested() => return,
                _ = clock.tick() => {}
            }
            tokio::select! {
                // What is cut off is sent again after the next start.
                () = shutdown.requested() => return,
                outcome = Arc::clone(&self).deliver() => {
                    if let Err(fault) = outcome {
                        tracing::warn!(%fault, "events not looked through; tried again later");
                    }
                }
            }
        }
    }

    /// Sends every event that is due, once; gives how many were delivered.
    ///
    /// # Errors
    ///
    /// The store fails.
    pub async fn deliver(self: Arc<Self>) -> Result<usize, Fault> {
        let mut delivered = 0;
        loop {
            let now = self.till.station.now();
            let mut tx = self.till.store.begin().await?;
            let due = events::due(&mut tx, now, AT_ONCE).await?;
            let mut leased = Vec::new();
            for kept in due {
                // Nobody else sends it meanwhile, and it is due again if we end here.
                let patience = self.till.config.callback.timeout.duration().as_secs();
                let event = Event {
                    next: now.plus(patience.saturating_mul(2).saturating_add(1)),
                    ..kept.event.clone()
                };
                events::replace(&mut tx, &kept, &event).await?;
                leased.push(Kept {
                    version: kept.version.saturating_add(1),
                    event,
                    ..kept
                });
            }
            tx.commit().await?;
            if leased.is_empty() {
                return Ok(delivered);
            }
            let mut sending = JoinSet::new();
            for kept in leased {
                let this = Arc::clone(&self);
                sending.spawn(async move { this.deliver_one(kept).await });
            }
            while let Some(outcome) = sending.join_next().await {
                match outcome {
                    Ok(Ok(done)) => delivered += usize::from(done),
                    Ok(Err(fault)) => return Err(fault),
                    Err(fault) => tracing::error!(%fault, "sending an event failed"),
                }
            }
        }
    }

    async fn deliver_one(&self, kept: Kept) -> Result<bool, Fault> {
        let id = hex(&kept.id);
        let sent = self.send(&id, kept.event.body.as_bytes()).await;
        let mut tx = self.till.store.begin().await?;
        let outcome = match &sent {
            Ok(()) => {
                tracing::info!(event = id, "delivered");
                events::remove(&mut tx, &kept).await
            }
            Err(fault) => {
                let config = &self.till.config.callback;
                let attempts = kept.event.attempts.saturating_add(1);
                let given_up = attempts >= config.attempts;
                let crypto = self.till.station.crypto();
                let wait = backoff::delay(crypto, config.retry, config.longest_retry, attempts);
                let event = Event {
                    attempts,
                    given_up,
                    next: self.till.station.now().plus(wait),
                    fault: Some(events::octets(fault.as_bytes())?),
                    ..kept.event.clone()
                };
                tracing::warn!(event = id, fault, attempts, given_up, "not delivered");
                events::replace(&mut tx, &kept, &event).await
            }
        };
        match outcome {
            Ok(()) => {
                tx.commit().await?;
                Ok(sent.is_ok())
            }
            // An operator was faster.
            Err(Fault::Store(StoreError::Stale { .. })) => Ok(false),
            Err(fault) => Err(fault),
        }
    }

    async fn send(&self, id: &str, body: &[u8]) -> Result<(), String> {
        let time = self.till.station.now().unix().to_string();
        let signature = signature(&self.secret, &time, body);
        let headers = [
            (EVENT_ID, id.to_owned()),
            (SIGNATURE, format!("t={time},v1={signature}")),
        ];
        let body = Bytes::copy_from_slice(body);
        let patience = self.till.config.callback.timeout.duration();
        match timeout(patience, post_json(&self.url, &headers, body, 0)).await {
            Ok(Ok((status, _))) if status.is_success() => Ok(()),
            Ok(Ok((status, _))) => Err(refused(status)),
            Ok(Err(fault)) => Err(fault.to_string()),
            Err(_) => Err("it did not answer in time".to_owned()),
        }
    }
}

fn refused(status: StatusCode) -> String {
    format!("it answered with HTTP status {}", status.as_u16())
}

/// The MAC over time and body, in hexadecimal.
fn signature(secret: &[u8], time: &str, body: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else {
        // HMAC takes a key of any length.
        return String::new();
    };
    for part in [time.as_bytes(), b".", body] {
        mac.update(part);
    }
    hex(&mac.finalize().into_bytes())
}

/// `callback list` and `callback resend`; `callback secret` is [`callback_secret`].
///
/// # Errors
///
/// There is no such event; the store fails.
pub async fn callback(
    data: &Path,
    config: &Config,
    command: &CallbackCommand,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let store = Store::open(data, &config.store).await?;
    match command {
        CallbackCommand::Secret => {}
        CallbackCommand::List => screen.result(&list(&store).await?),
        CallbackCommand::Resend { events } => {
            for name in events {
                resend(&store, name).await?;
            }
            screen.result(&Resent { resent: events });
        }
    }
    Ok(Exit::Success)
}

/// `callback secret`: a new secret, in place of any before; a server takes it at its next
/// start.
///
/// # Errors
///
/// The file cannot be written.
pub fn callback_secret(pos: &Pos, screen: &mut Screen) -> Result<Exit, Failure> {
    screen.result(&make_secret(&pos.data, &pos.keys, pos)?);
    Ok(Exit::Success)
}

fn make_secret(data: &Path, keys: &KeyStore, pos: &Pos) -> Result<Secret, Failure> {
    let secret: Zeroizing<[u8; 32]> = random_array(pos.station.crypto())
        .map(Zeroizing::new)
        .map_err(|fault| with("merchant")(fault.into()))?;
    keys.seal(&file(data), secret.as_slice())?;
    Ok(Secret {
        secret: hex(secret.as_slice()),
    })
}

async fn list(store: &Store) -> Result<Listed, Failure> {
    let mut events = Vec::new();
    let mut after = Vec::new();
    loop {
        let mut tx = store.begin().await?;
        let page = events::page(&mut tx, &after, PAGE).await?;
        tx.roll_back().await?;
        let Some(last) = page.last() else {
            return Ok(Listed { events });
        };
        after.clone_from(&last.id);
        events.extend(page.iter().map(Row::of));
    }
}

async fn resend(store: &Store, name: &str) -> Result<(), Failure> {
    let unknown = || Failure::NoEvent(name.to_owned());
    let id = ledger::octets(name).ok_or_else(unknown)?;
    let mut tx = store.begin().await?;
    let kept = events::load(&mut tx, &id).await?.ok_or_else(unknown)?;
    let event = Event {
        attempts: 0,
        // It is long past, so it is due.
        next: kept.event.created,
        given_up: false,
        ..kept.event.clone()
    };
    events::replace(&mut tx, &kept, &event).await?;
    Ok(tx.commit().await?)
}

fn file(data: &Path) -> SealedFile {
    SealedFile::new(data.join("callback-secret.pem"))
}

/// A secret that was made; the only time that it is shown.
#[derive(Serialize)]
struct Secret {
    secret: String,
}

#[derive(Serialize)]
struct Listed {
    events: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    id: String,
    #[serde(rename = "type")]
    what: String,
    created: String,
    attempts: u64,
    /// When it is sent next; none when it is not sent any more by itself.
    next: Option<String>,
    fault: Option<String>,
}

#[derive(Serialize)]
struct Resent<'a> {
    resent: &'a [String],
}

impl Row {
    fn of(kept: &Kept) -> Self {
        let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
        let event = &kept.event;
        Self {
            id: hex(&kept.id),
            what: text(event.what.as_bytes()),
            created: event.created.to_string(),
            attempts: event.attempts,
            next: (!event.given_up).then(|| event.next.to_string()),
            fault: event.fault.as_ref().map(|fault| text(fault.as_bytes())),
        }
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}\nThis secret, 32 octets in hexadecimal, signs call-backs from the next start on. \
             It is not shown again.",
            self.secret
        )
    }
}

impl fmt::Display for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.events.is_empty() {
            return f.write_str("nothing waits to be delivered");
        }
        for (number, row) in self.events.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{}  {:<17}  {} attempts", row.id, row.what, row.attempts)?;
            match &row.next {
                Some(next) => write!(f, ", next at {next}")?,
                None => f.write_str(", given up")?,
            }
            if let Some(fault) = &row.fault {
                write!(f, "; {fault}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Resent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} are sent again by the server", self.resent.join(", "))
    }
}

const EVENT_ID: HeaderName = HeaderName::from_static("set-event-id");
const SIGNATURE: HeaderName = HeaderName::from_static("set-signature");
/// How often the store is looked through for events that are due.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_secs(1);
/// Events sent at once.
const AT_ONCE: u32 = 8;
const PAGE: u32 = 100;
