//! The gateway, and the acquirer's host behind it.

use std::sync::Arc;

use set_core::error::{Error, PeerFault};
use set_core::gateway::auth::Judgement;
use set_core::gateway::batch::Batches;
use set_core::gateway::host::{Decision, HostAnswer, HostCapture};
use set_core::gateway::record::Authorization;
use set_core::gateway::{Gateway, auth, cap, p_cert};
use set_core::msg::ids::{ApprovalCode, BatchId};
use set_core::msg::message::Message;
use set_core::msg::payment::auth_req::AuthReq;
use set_core::msg::payment::cap::CapReq;
use set_core::msg::wrapper::MessageHeader;
use set_core::party::Identity;

use super::answers::{self, Answers, Desk, Refused, Server};
use super::tools::{Tools, identity, insider};
use crate::clock::Clock;
use crate::hierarchy::hierarchy;

/// A gateway.
#[derive(Debug)]
pub struct Acquirer {
    /// Provider, clock and policy.
    pub tools: Tools,
    /// Its keys, and whom it believes.
    pub gateway: Gateway,
    /// What the host says to everything; without it, the host approves what is asked.
    pub decision: Option<Decision>,
    books: Books,
    answers: Answers,
}

/// What a gateway keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Books {
    /// The authorizations, in their order.
    pub authorizations: Vec<Authorization>,
    /// The batches.
    pub batches: Batches,
    /// How often the host was asked.
    pub questions: usize,
    /// How many captures the host was told of.
    pub captures: usize,
}

impl Acquirer {
    pub(super) fn new(clock: Arc<Clock>) -> Self {
        let all = hierarchy();
        let tools = Tools::new(13, clock);
        let held = [&all.gateway_signature, &all.gateway_encryption];
        let batch = BatchId::new(1).expect("1 is a batch");
        Self {
            gateway: Gateway {
                signature: identity(&all.gateway_signature, &all.pca),
                encryption: identity(&all.gateway_encryption, &all.pca),
                trust: insider(&tools, held),
                bins: Vec::new(),
                captures: true,
            },
            tools,
            decision: None,
            books: Books {
                authorizations: Vec::new(),
                batches: Batches::open(batch).expect("1 is in range"),
                questions: 0,
                captures: 0,
            },
            answers: Answers::default(),
        }
    }

    /// Keys and trust for one request; what it teaches is forgotten with it.
    fn gateway(&self) -> Gateway {
        Gateway {
            signature: self.gateway.signature.clone(),
            encryption: self.gateway.encryption.clone(),
            trust: self.gateway.trust.clone(),
            bins: self.gateway.bins.clone(),
            captures: self.gateway.captures,
        }
    }

    fn auth(&mut self, header: &MessageHeader, request: &AuthReq) -> Result<Vec<u8>, Error> {
        let context = self.tools.context();
        let mut gateway = self.gateway();
        let asked = auth::open(&context, &mut gateway, header, request)?;
        let xid = asked.trans_ids().xid;
        let all = self.books.authorizations.iter();
        let previous: Vec<Authorization> = all
            .filter(|record| record.trans_ids.xid == xid)
            .cloned()
            .collect();
        let pending = match asked.judge(&context, &gateway, &previous)? {
            Judgement::Refuse(answered) => return Ok(answered.octets),
            Judgement::Ask(pending) => pending,
        };
        let decision = self.decision.clone().unwrap_or(Decision::Approved {
            approval_code: ApprovalCode::new("123456").ok(),
            amount: pending.host_request().amount,
        });
        let mut batches = self.books.batches.clone();
        let host = HostAnswer::from(decision);
        let answered = pending.complete(&context, &gateway, &host, &mut batches)?;
        self.books.questions += 1;
        self.books.batches = batches;
        self.books.authorizations.extend(answered.record);
        self.advise(answered.host_capture);
        Ok(answered.octets)
    }

    fn cap(&mut self, header: &MessageHeader, request: &CapReq) -> Result<Vec<u8>, Error> {
        let context = self.tools.context();
        let mut gateway = self.gateway();
        let asked = cap::open(&context, &mut gateway, header, request)?;
        let wanted: Vec<_> = asked.authorizations().collect();
        let all = self.books.authorizations.iter();
        let records = all
            .filter(|record| wanted.contains(&(record.auth_rrpid, record.trans_ids.xid)))
            .cloned()
            .collect();
        let mut batches = self.books.batches.clone();
        let settled = asked.settle(&context, &gateway, records, &mut batches)?;
        self.books.batches = batches;
        for changed in settled.records {
            for record in &mut self.books.authorizations {
                if record.auth_rrpid == changed.auth_rrpid {
                    *record = changed.clone();
                }
            }
        }
        self.advise(settled.host_captures);
        Ok(settled.octets)
    }

    fn advise(&mut self, captures: impl IntoIterator<Item = HostCapture>) {
        self.books.captures += captures.into_iter().count();
    }
}

impl Server for Acquirer {
    type Store = Books;

    fn answer(&mut self, octets: &[u8]) -> Result<Vec<u8>, Refused> {
        answers::answer(self, octets)
    }

    fn store(&self) -> &Books {
        &self.books
    }

    fn answers(&self) -> &Answers {
        &self.answers
    }

    fn restarted(&self) -> Self {
        Self {
            tools: self.tools.restarted(),
            gateway: self.gateway(),
            decision: self.decision.clone(),
            books: self.books.clone(),
            answers: self.answers.clone(),
        }
    }
}

impl Desk for Acquirer {
    fn tools(&self) -> &Tools {
        &self.tools
    }

    fn identity(&self) -> &Identity {
        &self.gateway.signature
    }

    fn serves(message: &Message) -> bool {
        matches!(
            message,
            Message::AuthReq(_) | Message::CapReq(_) | Message::PCertReq(_)
        )
    }

    fn answers_mut(&mut self) -> &mut Answers {
        &mut self.answers
    }

    fn treat(&mut self, header: &MessageHeader, message: &Message) -> Result<Vec<u8>, Error> {
        match message {
            Message::AuthReq(request) => self.auth(header, request),
            Message::CapReq(request) => self.cap(header, request),
            Message::PCertReq(request) => {
                let mut gateways = [self.gateway()];
                p_cert::p_cert(&self.tools.context(), &mut gateways, header, request)
            }
            other => Err(PeerFault::MessageNotSupported(other.name()).into()),
        }
    }
}
