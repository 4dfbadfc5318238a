//! The merchant as a party that keeps itself in order.

use std::sync::{Arc, Mutex, PoisonError};

use set_core::party::Purpose;
use set_core::x509::Certificate;
use set_node::service::{BoxFuture, PoolFault};
use set_node::upkeep::{Kind, Task, Thing, Upkept};

use crate::choice;
use crate::enroll::{refresh_with, renew_with};
use crate::failure::Failure;
use crate::pos::Pos;
use crate::refresh;
use crate::service::Till;

/// A merchant that serves, and the data folder that it serves from.
#[derive(Debug)]
pub struct UpkeptMerchant {
    pos: Pos,
    till: Arc<Till>,
    /// Of the data folder as it is in service, and what is said of gateways in it.
    digest: Mutex<Option<([u8; 32], Vec<u8>)>>,
}

impl UpkeptMerchant {
    /// Looks after what `till` serves with, in the data folder of `pos`.
    #[must_use]
    pub fn new(pos: Pos, till: Arc<Till>) -> Self {
        Self {
            digest: Mutex::new(None),
            pos,
            till,
        }
    }

    async fn ask(&self, task: Task) -> Result<(), Failure> {
        let mut pos = self.pos.clone();
        pos.recall_trust()?;
        match task {
            Task::Renew => renew_with(&mut pos, None, &[]).await.map(|_| ()),
            Task::Refresh => refresh_with(&mut pos).await,
            Task::Peers => match pos.gateway(None).await? {
                Some(gateway) => refresh::fetch(&mut pos, gateway).await.map(|_| ()),
                None => Ok(()),
            },
        }
    }
}

impl Upkept for UpkeptMerchant {
    type Failure = Failure;

    fn held(&self) -> Vec<Thing> {
        let merchant = self.till.counter_at(&self.pos.data).merchant.now();
        let identities = [&merchant.signature, &merchant.encryption];
        let mut things = Thing::of_party(&identities, &merchant.trust);
        let several = merchant.gateways.iter().any(|said| said.bin.is_some());
        let gateways = merchant.trust.certificates().iter().filter(|one| {
            let (purpose, extensions) = (Purpose::GatewayEncryption, one.extensions());
            purpose.admits(extensions.certificate_type)
                && extensions.key_usage.contains(purpose.key_usage())
        });
        // Of several of one gateway that which holds longest is used; where BINs have gateways of
        // their own, there are several of these.
        let mut longest: Vec<&Certificate> = Vec::new();
        for gateway in gateways {
            let same = |held: &&mut &Certificate| !several || held.subject() == gateway.subject();
            match longest.iter_mut().find(same) {
                Some(held) if held.not_after() < gateway.not_after() => *held = gateway,
                Some(_) => {}
                None => longest.push(gateway),
            }
        }
        things.extend(
            longest
                .into_iter()
                .map(|one| Thing::certificate(Kind::Peer, one)),
        );
        things
    }

    fn attend(&self, task: Task) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(self.ask(task))
    }

    fn take_up(&self) -> BoxFuture<'_, Result<bool, Failure>> {
        Box::pin(async {
            let digest = (self.pos.folder.digest()?, choice::octets(&self.pos.data)?);
            let known = self.digest.lock();
            if known.unwrap_or_else(PoisonError::into_inner).as_ref() == Some(&digest) {
                return Ok(false);
            }
            let mut pos = self.pos.clone();
            // Opening keys takes as long as their passphrase is protected well.
            let next = tokio::task::spawn_blocking(move || {
                pos.recall_trust()?;
                pos.merchant()
            })
            .await
            .map_err(|_| PoolFault::Panicked)??;
            self.till.take_up(&self.pos.data, next);
            *self.digest.lock().unwrap_or_else(PoisonError::into_inner) = Some(digest);
            Ok(true)
        })
    }
}
