//! One at a time, by name.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

/// Locks that come into being when they are asked for and go when nobody holds them.
#[derive(Debug)]
pub(super) struct Locks<K> {
    held: Arc<Mutex<HashMap<K, Arc<tokio::sync::Mutex<()>>>>>,
}

/// The turn of one name; the next one has it when this is dropped.
#[derive(Debug)]
pub(super) struct Turn<K: Eq + Hash> {
    held: Arc<Mutex<HashMap<K, Arc<tokio::sync::Mutex<()>>>>>,
    name: K,
    guard: Option<OwnedMutexGuard<()>>,
}

impl<K> Default for Locks<K> {
    fn default() -> Self {
        Self {
            held: Arc::default(),
        }
    }
}

impl<K: Clone + Eq + Hash> Locks<K> {
    /// Waits for the turn of `name`.
    pub(super) async fn lock(&self, name: K) -> Turn<K> {
        let lock = {
            let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(held.entry(name.clone()).or_default())
        };
        let mut turn = Turn {
            held: Arc::clone(&self.held),
            name,
            guard: None,
        };
        turn.guard = Some(lock.lock_owned().await);
        turn
    }
}

impl<K: Eq + Hash> Drop for Turn<K> {
    fn drop(&mut self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        self.guard = None;
        // Only the map has it: nobody waits.
        if held
            .get(&self.name)
            .is_some_and(|lock| Arc::strong_count(lock) == 1)
        {
            held.remove(&self.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_second_waits_for_the_first_and_nothing_is_left_behind() {
        let locks = Locks::<u8>::default();
        let first = locks.lock(1).await;
        let other = locks.lock(2).await;
        let second = locks.lock(1);
        tokio::pin!(second);
        assert!(
            std::future::poll_fn(|cx| std::task::Poll::Ready(
                second.as_mut().poll(cx).is_pending()
            ))
            .await
        );
        drop(first);
        drop(second.await);
        drop(other);
        assert!(locks.held.lock().unwrap().is_empty());
    }
}
