//! AuthReq, with the host between two transactions.

use std::sync::Arc;

use der::asn1::OctetString;
use set_core::asn1::Date;
use set_core::error::PeerFault;
use set_core::exchange::Refusal;
use set_core::gateway::auth::{self, Answered, AuthPending, Judgement};
use set_core::gateway::host::{Decision, HostAnswer};
use set_core::gateway::record::Authorization;
use set_core::msg::ids::Xid;
use set_core::msg::message::Message;
use set_core::msg::payment::auth_res::AuthCode;
use set_node::proved::Proved;
use set_node::store::{StoreError, Tx};
use sha2::{Digest as _, Sha256};

use super::advice::Untold;
use super::batches::Book;
use super::ledger::{self, Notice, Reservation, Reserved, Standing};
use super::settle::ATTEMPTS;
use super::{Inner, Request, Trouble, advice, batches};
use crate::host::HostTrace;

/// An AuthReq that was found in order.
pub(super) struct Opened {
    asked: auth::Asked,
    xid: Xid,
    /// SHA-256 of the PI.
    instruction: [u8; 32],
}

impl Inner {
    /// Answers an AuthReq. When other authorizations of the transaction have changed before it
    /// had its reservation, everything is looked at again.
    pub(super) async fn authorize(self: &Arc<Self>, request: Request) -> Result<Vec<u8>, Trouble> {
        for _ in 0..ATTEMPTS {
            if let Some(answer) = self.authorize_once(&request).await? {
                return Ok(answer);
            }
        }
        Err(Trouble::Store(StoreError::Busy))
    }

    async fn authorize_once(
        self: &Arc<Self>,
        request: &Request,
    ) -> Result<Option<Vec<u8>>, Trouble> {
        let opened = self.open(request).await?;
        let (xid, instruction) = (opened.xid, opened.instruction);
        let merchant_id = opened.asked.merchant_id().clone();
        let (judgement, judged) = self.judge(request, opened).await?;
        let pending = match judgement {
            Judgement::Ask(pending) => pending,
            Judgement::Refuse(answered) => {
                return self.refused(request, answered).await.map(Some);
            }
        };
        let (pending, reversal) = self.prepare_reversal(request, pending).await?;
        let mut tx = self.parts.store.begin().await?;
        let reserved = Reserved {
            xid,
            merchant_id,
            rrpid: request.rrpid,
            date: self.parts.station.now(),
            instruction: octet_string(&instruction)?,
            request: octet_string(&request.octets)?,
            number: ledger::host_number(&mut tx).await?,
            reversal: octet_string(&reversal)?,
        };
        match ledger::reserve(&mut tx, &reserved, &judged).await? {
            Reservation::Made => tx.commit().await?,
            Reservation::Again(earlier) => {
                tx.roll_back().await?;
                let answer = self.ask(request, pending, &earlier, true).await;
                return answer.map(Some);
            }
            Reservation::Changed => {
                tx.roll_back().await?;
                return Ok(None);
            }
            Reservation::Taken => {
                tx.roll_back().await?;
                let refused = request.clone();
                let answered = self
                    .compute(move |inner| {
                        let context = inner.parts.station.context();
                        pending
                            .refuse(&context, &inner.gateway(), AuthCode::PiPreviouslyUsed)
                            .map_err(|error| refused.refuse(error))
                    })
                    .await??;
                return self.refused(request, Box::new(answered)).await.map(Some);
            }
        }
        let answer = self.ask(request, pending, &reserved, false).await;
        answer.map(Some)
    }

    /// What the host is to be told should its answer not come, made before it is asked: then
    /// a reservation can become a reversal whatever has happened.
    async fn prepare_reversal(
        self: &Arc<Self>,
        request: &Request,
        pending: Box<AuthPending>,
    ) -> Result<(Box<AuthPending>, Vec<u8>), Trouble> {
        let request = request.clone();
        self.compute(move |inner| {
            let context = inner.parts.station.context();
            let reversal =
                advice::seal_reversal(&context, &inner.parts.gateway.now(), pending.host_request())
                    .map_err(|error| request.refuse(error))?;
            Ok((pending, reversal))
        })
        .await?
    }

    /// Opens an AuthReq and verifies both signatures.
    pub(super) async fn open(self: &Arc<Self>, request: &Request) -> Result<Opened, Trouble> {
        let request = request.clone();
        let trace = self.parts.trace;
        self.compute(move |inner| {
            let Message::AuthReq(message) = request.message.as_ref() else {
                let name = request.message.name();
                return Err(request.refuse(PeerFault::MessageNotSupported(name).into()));
            };
            let context = inner.parts.station.context();
            let asked = auth::open(&context, &mut inner.gateway(), &request.header, message)
                .map_err(|error| request.refuse(error))?;
            let xid = asked.trans_ids().xid;
            proved(&asked, xid).tell(trace);
            Ok(Opened {
                xid,
                asked,
                instruction: Sha256::digest(message.baggage.octets()).into(),
            })
        })
        .await?
    }

    /// Compares what merchant and cardholder say, with each other and with what was before; gives
    /// what was before, too.
    pub(super) async fn judge(
        self: &Arc<Self>,
        request: &Request,
        opened: Opened,
    ) -> Result<(Judgement, Standing), Trouble> {
        let mut tx = self.parts.store.begin().await?;
        self.admit(&mut tx, request, opened.asked.merchant())
            .await?;
        let merchant_id = opened.asked.merchant_id();
        let previous = ledger::of_merchant(&mut tx, opened.xid, merchant_id).await?;
        tx.roll_back().await?;
        let standing = ledger::standing(&previous);
        let previous: Vec<Authorization> = previous.into_iter().map(|held| held.value).collect();
        let request = request.clone();
        let judgement = self
            .compute(move |inner| {
                let context = inner.parts.station.context();
                opened
                    .asked
                    .judge(&context, &inner.gateway(), &previous)
                    .map_err(|error| request.refuse(error))
            })
            .await??;
        Ok((judgement, standing))
    }

    /// Asks the host and records what it said, together with the answer. `repeated` says
    /// that an earlier run may have asked already.
    pub(super) async fn ask(
        self: &Arc<Self>,
        request: &Request,
        pending: Box<AuthPending>,
        reserved: &Reserved,
        repeated: bool,
    ) -> Result<Vec<u8>, Trouble> {
        let asked = pending.host_request();
        let merchant_id = asked.merchant_id.clone();
        let capture_now = asked.capture_now;
        let named = pending.batch_id();
        let trace = HostTrace {
            number: reserved.number,
            date: reserved.date,
            repeated,
        };
        let mut said = self.parts.host.authorize(trace, asked).await;
        if repeated && said.decision == Decision::SystemError {
            // This repetition was not taken, but the first request may have been.
            said = Decision::NoReply.into();
        }

        let _turn = match capture_now {
            true => Some(self.books.lock(merchant_id.clone()).await),
            false => None,
        };
        let mut tx = self.parts.store.begin().await?;
        let assigns = capture_now && self.parts.assigns_batches;
        let book = batches::load(&mut tx, &merchant_id, named, assigns).await?;
        match capture_now {
            true => tx.commit().await?,
            false => tx.roll_back().await?,
        }
        let completed = self.complete(request, pending, said.clone(), book).await;
        let Completed {
            answered,
            book,
            notice,
        } = match completed {
            Ok(completed) => completed,
            Err(Trouble::Refused(refusal)) => {
                tracing::error!(error = %refusal.error, "the host's answer is of no use; it is reversed");
                return self.give_up(request, reserved, &said, refusal).await;
            }
            // The reservation stays: a repetition of the request, or the recovery, ends it.
            Err(trouble) => return Err(trouble),
        };

        let mut tx = self.parts.store.begin().await?;
        let in_force = answered
            .record
            .as_ref()
            .is_some_and(Authorization::in_force);
        if let Some(record) = &answered.record {
            ledger::store(&mut tx, 0, record).await?;
            let mut money = self.money(&mut tx, request);
            money.open(record).await?;
            let records = std::slice::from_ref(record);
            money.post(records, &answered.advice).await?;
        }
        if let Some(notice) = notice {
            book.store(&mut tx).await?;
            ledger::advise(&mut tx, &self.untold, notice, self.now()).await?;
        }
        if said.decision == Decision::NoReply {
            ledger::advise_reversal(&mut tx, &self.untold, reserved, self.now()).await?;
        }
        ledger::release(&mut tx, reserved, in_force).await?;
        self.remember(&mut tx, request, &answered.octets).await?;
        tx.commit().await?;
        self.advice.notify_one();
        Ok(answered.octets)
    }

    async fn complete(
        self: &Arc<Self>,
        request: &Request,
        pending: Box<AuthPending>,
        said: HostAnswer,
        mut book: Book,
    ) -> Result<Completed, Trouble> {
        let request = request.clone();
        self.compute(move |inner| {
            let context = inner.parts.station.context();
            let gateway = inner.gateway();
            let answered = pending
                .complete(&context, &gateway, &said, &mut book.batches)
                .map_err(|error| request.refuse(error))?;
            let notice = answered
                .advice
                .as_ref()
                .map(|advice| advice::notice(&context, &gateway, advice))
                .transpose()
                .map_err(|error| request.refuse(error))?;
            Ok(Completed {
                answered,
                book,
                notice,
            })
        })
        .await?
    }

    /// Ends a reservation of which nothing came: what the host may have approved is
    /// reversed, and an Error is the answer from now on.
    pub(super) async fn give_up(
        self: &Arc<Self>,
        request: &Request,
        reserved: &Reserved,
        said: &HostAnswer,
        refusal: Box<Refusal>,
    ) -> Result<Vec<u8>, Trouble> {
        let answer = self.error_octets(refusal).await?.unwrap_or_default();
        let mut tx = self.parts.store.begin().await?;
        abandon(&mut tx, &self.untold, reserved, said, self.now()).await?;
        self.remember(&mut tx, request, &answer).await?;
        tx.commit().await?;
        self.advice.notify_one();
        Ok(answer)
    }

    /// Remembers an answer for which the host was not asked.
    async fn refused(
        &self,
        request: &Request,
        answered: Box<Answered>,
    ) -> Result<Vec<u8>, Trouble> {
        tracing::info!(code = %answered.auth_code, "authorization refused without asking the host");
        let mut tx = self.parts.store.begin().await?;
        self.remember(&mut tx, request, &answered.octets).await?;
        tx.commit().await?;
        Ok(answered.octets)
    }
}

/// What is to be stored once the host has answered.
struct Completed {
    answered: Answered,
    book: Book,
    notice: Option<Notice>,
}

/// Ends a reservation of which nothing came; the host is to be told to reverse what it may
/// have approved.
pub(super) async fn abandon(
    tx: &mut Tx,
    untold: &Untold,
    reserved: &Reserved,
    said: &HostAnswer,
    now: Date,
) -> Result<(), StoreError> {
    if matches!(said.decision, Decision::Approved { .. } | Decision::NoReply) {
        ledger::advise_reversal(tx, untold, reserved, now).await?;
    }
    ledger::release(tx, reserved, false).await
}

/// What opening an AuthReq proved.
fn proved(asked: &auth::Asked, xid: Xid) -> Proved {
    let proved = Proved::new("gateway", "AuthReq", Some(xid))
        .chain("merchant", asked.merchant())
        .fact("the merchant signed this request and the digest of this payment instruction");
    match asked.cardholder() {
        Some(cardholder) => proved.chain("cardholder", cardholder).fact(
            "the cardholder's one signature binds the payment instruction, opened here only, \
             to the order, of which the gateway sees the digest only",
        ),
        None => proved,
    }
}

fn octet_string(octets: &[u8]) -> Result<OctetString, Trouble> {
    OctetString::new(octets).map_err(|_| Trouble::Store(StoreError::Range { what: "request" }))
}
