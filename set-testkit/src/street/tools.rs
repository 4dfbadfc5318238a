//! What every step of a role is given.

use std::sync::Arc;

use set_core::exchange::Context;
use set_core::msg::ids::SwIdent;
use set_core::party::{Identity, Trust};
use set_core::path::TrustStore;
use set_core::policy::Policy;
use set_core::x509::Certificate;

use crate::Deterministic;
use crate::clock::Clock;
use crate::hierarchy::{Issued, LeafCa, hierarchy};

/// A party's provider, clock and policy.
#[derive(Debug)]
pub struct Tools {
    /// Cryptography; randomness from the party's own seed.
    pub crypto: Deterministic,
    /// The street's clock.
    pub clock: Arc<Clock>,
    /// What to accept; the default.
    pub policy: Policy,
    seed: u64,
    sw_ident: SwIdent,
}

impl Tools {
    /// Tools whose randomness starts from `seed`.
    ///
    /// # Panics
    ///
    /// Never: the program's name is good.
    #[must_use]
    pub fn new(seed: u64, clock: Arc<Clock>) -> Self {
        Self {
            crypto: Deterministic::seeded(seed),
            clock,
            policy: Policy::default(),
            seed,
            sw_ident: SwIdent::new("street 1").expect("the name is good"),
        }
    }

    /// For one step, now.
    #[must_use]
    pub fn context(&self) -> Context<'_> {
        Context {
            crypto: &self.crypto,
            now: self.clock.now(),
            policy: &self.policy,
            sw_ident: &self.sw_ident,
        }
    }

    /// The same tools with randomness from the start.
    pub(super) fn restarted(&self) -> Self {
        Self {
            policy: self.policy.clone(),
            ..Self::new(self.seed, Arc::clone(&self.clock))
        }
    }
}

/// Believes the root, and holds nothing else.
pub(super) fn stranger() -> Trust {
    let root = hierarchy().root.certificate.clone();
    Trust::new(TrustStore::new(vec![root]))
}

/// Believes the root, and holds `certificates`, the brand CA, all CRLs and the BCI.
pub(super) fn insider<'a>(
    tools: &Tools,
    certificates: impl IntoIterator<Item = &'a Issued>,
) -> Trust {
    let all = hierarchy();
    let mut trust = stranger();
    trust.hold(all.brand_ca.certificate.clone());
    for ca in [&all.mca, &all.pca] {
        trust.hold(ca.cert_signing.certificate.clone());
        trust.hold(ca.crl_signing.certificate.clone());
    }
    for issued in certificates {
        trust.hold(issued.certificate.clone());
    }
    let context = tools.context();
    for crl in &all.crls {
        trust.hold_crl(&context, crl.clone());
    }
    trust.hold_bci(&context, all.bci.clone());
    trust
}

/// A key with its certificate and the CAs above it.
pub(super) fn identity(issued: &Issued, ca: &LeafCa) -> Identity {
    let above = |issued: &Issued| -> Certificate { issued.certificate.clone() };
    Identity {
        key: issued.key.clone(),
        certificate: issued.certificate.clone(),
        chain: vec![above(&ca.cert_signing), above(&hierarchy().brand_ca)],
    }
}
