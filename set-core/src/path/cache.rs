//! Chains that were verified before, believed again without their signatures being checked.
//!
//! [`verify`] gives the verdict of [`path::verify`](super::verify), at the price of a few
//! comparisons where the same certificate was believed before and nothing that its
//! [`Basis`] rests on has changed: roots, the certificates that the search looked at, the
//! CRLs of its CAs, the BCI, the policy, and the time. So a new CRL or BCI invalidates what
//! it touches by being there, and nothing is believed past the earliest end of what it
//! stands on. Refusals are never remembered.
//!
//! A [`ChainCache`] is found by thumbprint and purpose and bounded in size; what was not
//! asked for longest goes first. It is a plain structure. A caller with several threads
//! puts it into a [`Mutex`], which is held for the look-up alone.

mod basis;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

pub use self::basis::Basis;

use super::{ChainError, Material, Purpose, Question};
use crate::crypto::{CryptoProvider, SHA1_LEN};
use crate::policy::Policy;
use crate::proof::ChainVerified;

/// Answers `question` as [`path::verify`](super::verify) does, from `memory` where it can,
/// and remembers a chain that verifies.
///
/// Where several chains lead to a root, the one from memory may be another than the first
/// that verifies by now.
///
/// # Errors
///
/// As [`path::verify`](super::verify).
pub fn verify(
    memory: &dyn ChainMemory,
    crypto: &dyn CryptoProvider,
    policy: &Policy,
    material: &Material<'_>,
    question: &Question<'_>,
) -> Result<ChainVerified, ChainError> {
    let key = ChainKey {
        thumbprint: *question.certificate.thumbprint(crypto).as_octets(),
        purpose: question.purpose,
    };
    if let Some(basis) = memory.recall(&key)
        && basis.holds(policy, material, question)
    {
        return Ok(basis.proof().clone());
    }
    let found = super::find(crypto, policy, material, question)?;
    let proof = found.proof.clone();
    if let Some(basis) = Basis::of(found, policy, material, question.at) {
        memory.remember(key, Arc::new(basis));
    }
    Ok(proof)
}

/// Where verified chains are kept, for one party or several threads of one.
pub trait ChainMemory: Send + Sync + fmt::Debug {
    /// What was remembered last under `key`. It may no longer hold.
    fn recall(&self, key: &ChainKey) -> Option<Arc<Basis>>;

    /// Remembers a verified chain in place of another under the same key.
    fn remember(&self, key: ChainKey, basis: Arc<Basis>);
}

/// The lock of a cache that panicked is taken all the same: no step of a [`ChainCache`]
/// leaves it wrong, and each basis is compared with what is at hand before it counts.
impl ChainMemory for Mutex<ChainCache> {
    fn recall(&self, key: &ChainKey) -> Option<Arc<Basis>> {
        self.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recall(key)
    }

    fn remember(&self, key: ChainKey, basis: Arc<Basis>) {
        self.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remember(key, basis);
    }
}

/// By what a chain is found again.
///
/// The thumbprint leaves the signature out, so it finds the basis and proves nothing;
/// [`Basis::holds`] compares all octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChainKey {
    /// SHA-1 of the end entity's tbsCertificate.
    pub thumbprint: [u8; SHA1_LEN],
    /// What it was verified for.
    pub purpose: Purpose,
}

/// A bounded number of verified chains.
#[derive(Debug)]
pub struct ChainCache {
    capacity: usize,
    chains: HashMap<ChainKey, Remembered>,
    /// Keys by when they were used last, the longest ago first.
    by_use: BTreeMap<u64, ChainKey>,
    uses: u64,
}

#[derive(Debug)]
struct Remembered {
    basis: Arc<Basis>,
    used: u64,
}

impl ChainCache {
    /// An empty cache of at most `capacity` chains; none are kept if it is 0.
    ///
    /// A chain takes some 4 KiB for an end entity of its own, and shares its CAs and CRLs
    /// with what the party holds.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            chains: HashMap::new(),
            by_use: BTreeMap::new(),
            uses: 0,
        }
    }

    /// How many chains are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.chains.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chains.is_empty()
    }

    /// What is remembered under `key`, and that it was asked for just now.
    pub fn recall(&mut self, key: &ChainKey) -> Option<Arc<Basis>> {
        let now = self.next_use();
        let remembered = self.chains.get_mut(key)?;
        self.by_use.remove(&remembered.used);
        self.by_use.insert(now, *key);
        remembered.used = now;
        Some(Arc::clone(&remembered.basis))
    }

    /// Remembers a chain; if there are too many, forgets the one not asked for longest.
    pub fn remember(&mut self, key: ChainKey, basis: Arc<Basis>) {
        if self.capacity == 0 {
            return;
        }
        let used = self.next_use();
        if let Some(before) = self.chains.insert(key, Remembered { basis, used }) {
            self.by_use.remove(&before.used);
        }
        self.by_use.insert(used, key);
        while self.chains.len() > self.capacity {
            match self.by_use.pop_first() {
                Some((_, oldest)) => self.chains.remove(&oldest),
                None => break,
            };
        }
    }

    fn next_use(&mut self) -> u64 {
        self.uses += 1;
        self.uses
    }
}

impl Default for ChainCache {
    /// 1,024 chains.
    fn default() -> Self {
        Self::new(1_024)
    }
}
