//! What every step of a role is given, as a node holds it.

use std::{fmt, sync::Arc};

use set_core::{
    asn1::{Date, error::OutOfRange},
    crypto::{CryptoProvider, RustCrypto},
    exchange::Context,
    msg::ids::SwIdent,
    policy::Policy,
};

use crate::{clock, telemetry::RsaMetrics};

/// Provider, clock, policy and name of a program; clones share them.
///
/// ```
/// use set_node::station::Station;
///
/// let station = Station::new("set-gateway", "0.1.0")?;
/// let context = station.context();
/// assert_eq!(context.sw_ident.as_str(), "set-gateway 0.1.0");
/// # Ok::<(), set_core::asn1::error::OutOfRange>(())
/// ```
#[derive(Clone)]
pub struct Station {
    crypto: Arc<dyn CryptoProvider>,
    clock: Arc<dyn Fn() -> Date + Send + Sync>,
    policy: Arc<Policy>,
    sw_ident: SwIdent,
    rsa: RsaMetrics,
}

impl Station {
    /// The software provider, the system's clock and the default policy.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] when name and version together are no swIdent: 1 to 256 printable
    /// ASCII characters.
    pub fn new(program: &str, version: &str) -> Result<Self, OutOfRange> {
        let rsa = RsaMetrics::default();
        Ok(Self {
            crypto: rsa.count(Arc::new(RustCrypto)),
            rsa,
            clock: Arc::new(clock::now),
            policy: Arc::new(Policy::default()),
            sw_ident: SwIdent::new(format!("{program} {version}"))?,
        })
    }

    /// Computes with this provider.
    #[must_use]
    pub fn with_crypto(mut self, crypto: Arc<dyn CryptoProvider>) -> Self {
        self.crypto = self.rsa.count(crypto);
        self
    }

    /// Takes the time from this clock.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Fn() -> Date + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Accepts what this policy says.
    #[must_use]
    pub fn with_policy(mut self, policy: Policy) -> Self {
        self.policy = Arc::new(policy);
        self
    }

    /// For a step that is taken now.
    #[must_use]
    pub fn context(&self) -> Context<'_> {
        self.context_at(self.now())
    }

    /// For a step as of another time.
    #[must_use]
    pub fn context_at(&self, now: Date) -> Context<'_> {
        Context {
            crypto: self.crypto.as_ref(),
            now,
            policy: &self.policy,
            sw_ident: &self.sw_ident,
        }
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Date {
        (self.clock)()
    }

    /// The provider.
    #[must_use]
    pub fn crypto(&self) -> &dyn CryptoProvider {
        self.crypto.as_ref()
    }

    /// The provider, to be kept by others.
    #[must_use]
    pub fn shared_crypto(&self) -> Arc<dyn CryptoProvider> {
        Arc::clone(&self.crypto)
    }

    /// How often RSA was computed here.
    #[must_use]
    pub const fn rsa_metrics(&self) -> &RsaMetrics {
        &self.rsa
    }

    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }
}

impl fmt::Debug for Station {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Station")
            .field("crypto", &self.crypto)
            .field("sw_ident", &self.sw_ident)
            .finish_non_exhaustive()
    }
}
