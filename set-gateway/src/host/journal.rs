//! A host that keeps a journal: what it was asked and told, and what it said.
//!
//! The journal is a file to which one JSON object a line is added, before the gateway hears the
//! answer. So it is the host's side of the story, and survives a gateway that dies. No account
//! number is in it.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use set_core::gateway::batch::Batch;
use set_core::gateway::host::{
    Decision, HostAdvice, HostAnswer, HostEvent, HostRequest, IdempotencyKey,
};
use set_core::msg::ids::MerchantId;

use super::{AcquirerHost, HostFuture, HostReversal, HostTrace, HostUnavailable, Settlement};

/// A host with a journal.
#[derive(Debug)]
pub struct Journaled {
    host: Arc<dyn AcquirerHost>,
    file: Mutex<File>,
}

/// A line of the journal.
#[derive(Debug, Serialize)]
struct Line<'a> {
    /// `authorization`, `reversal` of a request, or an event of which the host is advised.
    what: &'a str,
    /// The transaction.
    xid: String,
    /// The AuthReq.
    rrpid: String,
    /// The number of the message.
    number: u64,
    /// Whether it may have come before.
    repeated: bool,
    /// In the unit of the request; what was approved, for an approval.
    amount: u64,
    /// The AuthCode, or `confirmed` or `unconfirmed`.
    said: &'a str,
}

impl Journaled {
    /// Adds what comes to `host` to a file, which is made if there is none.
    ///
    /// # Errors
    ///
    /// The file cannot be made or opened.
    pub fn open(host: Arc<dyn AcquirerHost>, file: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).create(true).open(file)?;
        Ok(Self {
            host,
            file: Mutex::new(file),
        })
    }

    /// Adds a line, in one piece; whether that was possible.
    fn note(&self, line: &Line<'_>) -> bool {
        let Ok(mut octets) = serde_json::to_vec(line) else {
            return false;
        };
        octets.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let written = file.write_all(&octets);
        if let Err(fault) = &written {
            tracing::error!(%fault, "the host's journal cannot be written");
        }
        written.is_ok()
    }

    fn told(
        &self,
        what: &str,
        key: IdempotencyKey,
        trace: HostTrace,
        amount: u64,
        outcome: Result<(), HostUnavailable>,
    ) -> Result<(), HostUnavailable> {
        let noted = self.note(&Line {
            what,
            xid: key.xid.to_string(),
            rrpid: key.rrpid.to_string(),
            number: trace.number,
            repeated: trace.repeated,
            amount,
            said: match outcome {
                Ok(()) => "confirmed",
                Err(HostUnavailable) => "unconfirmed",
            },
        });
        match noted {
            true => outcome,
            false => Err(HostUnavailable),
        }
    }
}

impl AcquirerHost for Journaled {
    fn authorize<'a>(
        &'a self,
        trace: HostTrace,
        request: &'a HostRequest,
    ) -> HostFuture<'a, HostAnswer> {
        Box::pin(async move {
            let answer = self.host.authorize(trace, request).await;
            let amount = match &answer.decision {
                Decision::Approved { amount, .. } => amount.amount,
                _ => request.amount.amount,
            };
            let noted = self.note(&Line {
                what: "authorization",
                xid: request.key.xid.to_string(),
                rrpid: request.key.rrpid.to_string(),
                number: trace.number,
                repeated: trace.repeated,
                amount,
                said: answer.decision.auth_code().name(),
            });
            match noted {
                true => answer,
                false => Decision::NoReply.into(),
            }
        })
    }

    fn advise<'a>(
        &'a self,
        trace: HostTrace,
        advice: &'a HostAdvice,
    ) -> HostFuture<'a, Result<(), HostUnavailable>> {
        Box::pin(async move {
            let outcome = self.host.advise(trace, advice).await;
            let amount = advice.amount.amount;
            self.told(name(advice.event), advice.key, trace, amount, outcome)
        })
    }

    fn settle<'a>(
        &'a self,
        merchant_id: &'a MerchantId,
        batch: &'a Batch,
    ) -> HostFuture<'a, Result<Settlement, HostUnavailable>> {
        self.host.settle(merchant_id, batch)
    }

    fn reverse<'a>(
        &'a self,
        trace: HostTrace,
        reversal: &'a HostReversal,
    ) -> HostFuture<'a, Result<(), HostUnavailable>> {
        Box::pin(async move {
            let outcome = self.host.reverse(trace, reversal).await;
            let amount = reversal.amount.amount;
            self.told("reversal", reversal.key, trace, amount, outcome)
        })
    }
}

const fn name(event: HostEvent) -> &'static str {
    match event {
        HostEvent::Capture => "capture",
        HostEvent::CaptureReversal => "captureReversal",
        HostEvent::Credit => "credit",
        HostEvent::CreditReversal => "creditReversal",
        HostEvent::AuthorizationReversal => "authorizationReversal",
    }
}
