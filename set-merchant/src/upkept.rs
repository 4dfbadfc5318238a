//! The merchant as a party that keeps itself in order.

use std::sync::{Arc, Mutex, PoisonError};

use set_core::party::Purpose;
use set_node::service::{BoxFuture, PoolFault};
use set_node::upkeep::{Kind, Task, Thing, Upkept};

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
    /// Of the data folder as it is in service.
    digest: Mutex<Option<[u8; 32]>>,
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
        let gateways = merchant.trust.certificates().iter().filter(|one| {
            let (purpose, extensions) = (Purpose::GatewayEncryption, one.extensions());
            purpose.admits(extensions.certificate_type)
                && extensions.key_usage.contains(purpose.key_usage())
        });
        // Of several of one gateway that which holds longest is used.
        let longest = gateways.max_by_key(|certificate| certificate.not_after());
        things.extend(longest.map(|one| Thing::certificate(Kind::Peer, one)));
        things
    }

    fn attend(&self, task: Task) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(self.ask(task))
    }

    fn take_up(&self) -> BoxFuture<'_, Result<bool, Failure>> {
        Box::pin(async {
            let digest = self.pos.folder.digest()?;
            let known = *self.digest.lock().unwrap_or_else(PoisonError::into_inner);
            if known == Some(digest) {
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
