//! The acquirer host: the way from the gateway into the bank network.
//!
//! A host is told three things. It is asked for an authorization, which it decides; it is
//! advised of a capture, which it books; and it is told to reverse a request whose answer
//! did not come or could not be used. Every one carries an [`IdempotencyKey`], so that the
//! gateway can repeat itself after a failure without charging anybody twice.

pub mod simulator;

pub use self::simulator::Simulator;

use core::fmt;
use core::future::Future;
use core::pin::Pin;

use set_core::gateway::host::{HostAnswer, HostCapture, HostRequest, IdempotencyKey};

/// What a host gives back at some later time.
pub type HostFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The acquirer's host, or whatever stands for it.
pub trait AcquirerHost: Send + Sync + fmt::Debug {
    /// Asks whether a payment may be made.
    ///
    /// Failing is an answer as well: a host that is silent gives
    /// [`Decision::NoReply`](set_core::gateway::host::Decision::NoReply), one that cannot be
    /// reached [`Decision::SystemError`](set_core::gateway::host::Decision::SystemError). A
    /// repeated key gets the first answer again and authorizes nothing more.
    fn authorize<'a>(&'a self, request: &'a HostRequest) -> HostFuture<'a, HostAnswer>;

    /// Advises the host of a capture. To be repeated until it succeeds; a repetition books
    /// nothing more.
    ///
    /// # Errors
    ///
    /// [`HostUnavailable`] when the host did not confirm.
    fn capture<'a>(
        &'a self,
        capture: &'a HostCapture,
    ) -> HostFuture<'a, Result<(), HostUnavailable>>;

    /// Undoes an authorization, whether or not it was made. To be repeated until it
    /// succeeds.
    ///
    /// # Errors
    ///
    /// [`HostUnavailable`] when the host did not confirm.
    fn reverse(&self, key: IdempotencyKey) -> HostFuture<'_, Result<(), HostUnavailable>>;
}

/// The host did not take an advice: keep it and try again later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the acquirer host did not confirm; the advice is kept and will be sent again")]
pub struct HostUnavailable;
