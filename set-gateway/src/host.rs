//! The acquirer host: the way from the gateway into the bank network.
//!
//! A host is told four things. It is asked for an authorization, which it decides; it is
//! advised of captures, credits and their reversals, which it books; it is told to reverse a
//! request whose answer did not come or could not be used; and it is handed closed batches. Every one carries an [`IdempotencyKey`] and a
//! [`HostTrace`], so that the gateway can repeat itself after a failure without charging
//! anybody twice.
//!
//! | host | what |
//! |---|---|
//! | [`Simulator`] | decides by the account number |
//! | [`Iso8583Host`] | a host that speaks ISO 8583 over TCP |
//! | [`Counted`] | any other, what came of each request counted and logged |
//! | [`Journaled`] | any other, with a file of what it was asked and said |

mod counted;
pub mod iso8583;
mod journal;
mod metrics;
mod response_code;
pub mod simulator;

pub use self::counted::Counted;
pub use self::iso8583::Iso8583Host;
pub use self::journal::Journaled;
pub use self::metrics::HostMetrics;
pub use self::simulator::Simulator;

use core::fmt;
use core::future::Future;
use core::pin::Pin;

use set_core::asn1::Date;
use set_core::gateway::batch::Batch;
use set_core::gateway::host::{HostAdvice, HostAnswer, HostRequest, IdempotencyKey};
use set_core::msg::amount::CurrencyAmount;
use set_core::msg::ids::MerchantId;
use set_core::msg::payment::batch_admin::{SettlementInfo, TransmissionStatus};
use set_core::secret::{CardExpiry, Pan};

/// What a host gives back at some later time.
pub type HostFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The acquirer's host, or whatever stands for it.
pub trait AcquirerHost: Send + Sync + fmt::Debug {
    /// Asks whether a payment may be made.
    ///
    /// Failing is an answer as well: a host that is silent gives
    /// [`Decision::NoReply`](set_core::gateway::host::Decision::NoReply), one that certainly
    /// did not take this request
    /// [`Decision::SystemError`](set_core::gateway::host::Decision::SystemError). A repeated
    /// key gets the first answer again and authorizes nothing more.
    fn authorize<'a>(
        &'a self,
        trace: HostTrace,
        request: &'a HostRequest,
    ) -> HostFuture<'a, HostAnswer>;

    /// Advises the host of a capture, a credit, or the reversal of something. To be repeated
    /// until it succeeds; a repetition books nothing more. What concerns one authorization
    /// comes in the order in which it happened.
    ///
    /// # Errors
    ///
    /// [`HostUnavailable`] when the host did not confirm.
    fn advise<'a>(
        &'a self,
        trace: HostTrace,
        advice: &'a HostAdvice,
    ) -> HostFuture<'a, Result<(), HostUnavailable>>;

    /// Hands over a batch that the merchant closed. To be repeated until it succeeds.
    ///
    /// # Errors
    ///
    /// [`HostUnavailable`] when the host did not confirm.
    fn settle<'a>(
        &'a self,
        merchant_id: &'a MerchantId,
        batch: &'a Batch,
    ) -> HostFuture<'a, Result<Settlement, HostUnavailable>>;

    /// Undoes an authorization, whether or not it was made. To be repeated until it
    /// succeeds.
    ///
    /// # Errors
    ///
    /// [`HostUnavailable`] when the host did not confirm.
    fn reverse<'a>(
        &'a self,
        trace: HostTrace,
        reversal: &'a HostReversal,
    ) -> HostFuture<'a, Result<(), HostUnavailable>>;
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// Whether it was taken.
    pub transmission: TransmissionStatus,
    /// What is paid for it.
    pub info: Option<SettlementInfo>,
}

/// By what one message to the host is told from others, and a repetition known as such.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostTrace {
    /// Drawn for the message and kept with it: no other of this gateway's store has it.
    pub number: u64,
    /// When it was drawn.
    pub date: Date,
    /// Whether the message may have been sent before.
    pub repeated: bool,
}

/// Tells the host that an authorization is not to stand, whether or not it was made.
#[derive(Debug)]
pub struct HostReversal {
    /// The authorization.
    pub key: IdempotencyKey,
    /// The trace of the request that asked for it.
    pub original: HostTrace,
    /// Who was to be paid.
    pub merchant_id: MerchantId,
    /// The account.
    pub pan: Pan,
    /// When the card expires.
    pub card_expiry: CardExpiry,
    /// How much was asked for.
    pub amount: CurrencyAmount,
}

/// The host did not take an advice: keep it and try again later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the acquirer host did not confirm; the advice is kept and will be sent again")]
pub struct HostUnavailable;
