//! A host that speaks ISO 8583 (the 1987 edition, in ASCII) over TCP.
//!
//! docs/ISO8583.md says which messages and fields go over the wire. [`message`] and
//! [`codec`] are the messages, [`frame`] the stream, `link` the connection with its sign-on,
//! echo test and reconnection, `requests` and `answers` what the messages mean to a gateway.
//!
//! Codecs of others exist; those found hold account numbers in plain strings or maps and
//! take more than they should. This one is small, strict and bounded.

mod amount;
mod answers;
pub mod codec;
pub mod field;
pub mod frame;
mod link;
pub mod message;
mod requests;

use std::fmt;
use std::sync::Arc;

use set_core::asn1::Date;
use set_core::gateway::batch::Batch;
use set_core::gateway::host::{Decision, HostAdvice, HostAnswer, HostEvent, HostRequest};
use set_core::msg::ids::MerchantId;
use set_core::msg::payment::batch_admin::TransmissionStatus;

pub use self::link::LinkFault;

use self::field::Field;
use self::link::{Exchanged, Link, Terms};
use self::message::{Message, MessageType};
use self::requests::{NetworkCode, Sender, Unwritable};
use super::{
    AcquirerHost, HostFuture, HostMetrics, HostReversal, HostTrace, HostUnavailable, Settlement,
};
use crate::config::{AdviceForm, Iso8583Config};

/// A host reached by ISO 8583.
pub struct Iso8583Host {
    link: Link,
    sender: Sender,
    advices: AdviceForm,
    repeats: bool,
    clock: Arc<dyn Fn() -> Date + Send + Sync>,
}

/// A configuration by which no host can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnfitConfig {
    /// There is no address.
    #[error("host.iso8583.address: the host's address is needed, as in \"host.example:8583\"")]
    Address,
    /// The acquirer's id is none.
    #[error("host.iso8583.acquirer: 1 to 11 digits")]
    Acquirer,
    /// The terminal's id is none.
    #[error("host.iso8583.terminal: 1 to 8 printable ASCII characters")]
    Terminal,
}

/// What came back when a host was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The response code of the sign-on.
    pub sign_on: String,
    /// The response code of the echo test.
    pub echo: String,
}

impl Iso8583Host {
    /// Starts to connect, and keeps a connection from then on until it is dropped. Within a
    /// runtime only.
    ///
    /// # Errors
    ///
    /// [`UnfitConfig`].
    pub fn start(
        config: &Iso8583Config,
        clock: impl Fn() -> Date + Send + Sync + 'static,
        metrics: HostMetrics,
    ) -> Result<Self, UnfitConfig> {
        let address = config.address.clone().ok_or(UnfitConfig::Address)?;
        let digits = |text: &str| text.bytes().all(|octet| octet.is_ascii_digit());
        if !(1..=11).contains(&config.acquirer.len()) || !digits(&config.acquirer) {
            return Err(UnfitConfig::Acquirer);
        }
        let printable = |text: &str| text.bytes().all(|octet| matches!(octet, b' '..=b'~'));
        if !(1..=8).contains(&config.terminal.len()) || !printable(&config.terminal) {
            return Err(UnfitConfig::Terminal);
        }
        let clock: Arc<dyn Fn() -> Date + Send + Sync> = Arc::new(clock);
        let terms = Terms {
            address,
            prefix: config.prefix,
            encoding: config.bitmap,
            acquirer: config.acquirer.clone(),
            connect: config.connect.duration(),
            answer: config.answer.duration(),
            echo: config.echo.duration(),
            reconnect: config.reconnect.duration(),
            reconnect_most: config.reconnect_most.duration(),
            in_flight: config.in_flight,
        };
        Ok(Self {
            link: Link::start(terms, Arc::clone(&clock), metrics),
            sender: Sender {
                acquirer: config.acquirer.clone(),
                terminal: config.terminal.clone(),
            },
            advices: config.advices,
            repeats: config.repeats,
            clock,
        })
    }

    /// Waits for the first sign-on and makes an echo test.
    ///
    /// # Errors
    ///
    /// [`LinkFault`] when either fails.
    pub async fn try_out(&self) -> Result<Tried, LinkFault> {
        let sign_on = self.link.ready().await?;
        let echo = requests::network(
            NetworkCode::Echo,
            TRIED,
            (self.clock)(),
            &self.sender.acquirer,
        );
        match self.link.exchange(echo).await {
            Exchanged::Answer(response) => Ok(Tried {
                sign_on,
                echo: response
                    .text(Field::RESPONSE_CODE)
                    .unwrap_or("none")
                    .to_owned(),
            }),
            Exchanged::Silent | Exchanged::Unsent => Err(self.link.silent("echo test")),
        }
    }

    async fn told(
        &self,
        what: &'static str,
        message: Result<Message, Unwritable>,
    ) -> Result<(), HostUnavailable> {
        let message = message.map_err(|fault| {
            tracing::error!(what, %fault, "the host cannot be told");
            HostUnavailable
        })?;
        match self.link.exchange(message).await {
            Exchanged::Answer(response) if answers::acknowledged(what, &response) => Ok(()),
            _ => Err(HostUnavailable),
        }
    }
}

impl AcquirerHost for Iso8583Host {
    fn authorize<'a>(
        &'a self,
        trace: HostTrace,
        request: &'a HostRequest,
    ) -> HostFuture<'a, HostAnswer> {
        Box::pin(async move {
            if trace.repeated && !self.repeats {
                return Decision::NoReply.into();
            }
            let message = match requests::authorization(&self.sender, trace, request) {
                Ok(message) => message,
                Err(Unwritable::Amount) => return Decision::AmountError.into(),
                Err(fault) => {
                    tracing::error!(%fault, "the host cannot be asked");
                    return Decision::SystemError.into();
                }
            };
            match self.link.exchange(message).await {
                Exchanged::Answer(response) => answers::authorization(request, &response),
                Exchanged::Silent => Decision::NoReply.into(),
                Exchanged::Unsent => Decision::SystemError.into(),
            }
        })
    }

    fn advise<'a>(
        &'a self,
        trace: HostTrace,
        advice: &'a HostAdvice,
    ) -> HostFuture<'a, Result<(), HostUnavailable>> {
        let message = match (advice.event, self.advices) {
            (HostEvent::AuthorizationReversal, AdviceForm::Advice) => {
                requests::lowering(&self.sender, MessageType::REVERSAL_ADVICE, trace, advice)
            }
            (HostEvent::AuthorizationReversal, AdviceForm::Request) => {
                requests::lowering(&self.sender, MessageType::REVERSAL, trace, advice)
            }
            (_, AdviceForm::Advice) => {
                requests::financial(&self.sender, MessageType::FINANCIAL_ADVICE, trace, advice)
            }
            (_, AdviceForm::Request) => {
                requests::financial(&self.sender, MessageType::FINANCIAL, trace, advice)
            }
        };
        Box::pin(self.told(advice.event.name(), message))
    }

    /// The host has every item already: each was told by itself.
    fn settle<'a>(
        &'a self,
        _: &'a MerchantId,
        _: &'a Batch,
    ) -> HostFuture<'a, Result<Settlement, HostUnavailable>> {
        Box::pin(async {
            Ok(Settlement {
                transmission: TransmissionStatus::CompletedSuccessfully,
                info: None,
            })
        })
    }

    fn reverse<'a>(
        &'a self,
        trace: HostTrace,
        reversal: &'a HostReversal,
    ) -> HostFuture<'a, Result<(), HostUnavailable>> {
        let form = match self.advices {
            AdviceForm::Advice => MessageType::REVERSAL_ADVICE,
            AdviceForm::Request => MessageType::REVERSAL,
        };
        let message = requests::reversal(&self.sender, form, trace, reversal);
        Box::pin(self.told("reversal", message))
    }
}

impl fmt::Debug for Iso8583Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iso8583Host")
            .field("sender", &self.sender)
            .finish_non_exhaustive()
    }
}

/// The trace number of an echo test made by hand: the link's own count from 1.
const TRIED: u64 = 999_999;
