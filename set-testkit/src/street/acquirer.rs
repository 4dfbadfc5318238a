//! The gateway, and the acquirer's host behind it.

use std::sync::Arc;

use set_core::error::{Error, PeerFault};
use set_core::exchange::CapRevOrCred;
use set_core::exchange::cap_rev_or_cred::CapRevOrCredReq;
use set_core::gateway::auth::Judgement;
use set_core::gateway::batch::{Batch, Batches, Item};
use set_core::gateway::batch_admin::{Contents, Page, Wants};
use set_core::gateway::cap::Settled;
use set_core::gateway::host::{Decision, HostAdvice, HostAnswer, HostEvent, HostRequest};
use set_core::gateway::record::Authorization;
use set_core::gateway::{
    CapTokens, Gateway, auth, auth_rev, batch_admin, cap, cap_rev_or_cred, p_cert,
};
use set_core::msg::ids::{ApprovalCode, BatchId, Rrpid, Xid};
use set_core::msg::message::Message;
use set_core::msg::payment::acq_card::AcqCardCodeMsg;
use set_core::msg::payment::auth_req::AuthReq;
use set_core::msg::payment::auth_rev::AuthRevReq;
use set_core::msg::payment::batch_admin::BatchAdminReq;
use set_core::msg::payment::cap::CapReq;
use set_core::msg::wrapper::MessageHeader;
use set_core::party::Identity;

use super::answers::{self, Answers, Desk, Refused, Server};
use super::tools::{Tools, identity, insider};
use crate::clock::Clock;
use crate::hierarchy::{hierarchy, merchant_data};

/// A gateway.
#[derive(Debug)]
pub struct Acquirer {
    /// Provider, clock and policy.
    pub tools: Tools,
    /// Its keys, and whom it believes.
    pub gateway: Gateway,
    /// What the host says to everything; without it, the host approves what is asked.
    pub decision: Option<Decision>,
    /// How the host decides, where `decision` says nothing.
    pub host: Option<fn(&HostRequest) -> Decision>,
    /// What the host has to say to every cardholder.
    pub card_message: Option<AcqCardCodeMsg>,
    /// What it keeps.
    pub books: Books,
    answers: Answers,
}

/// What a gateway keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Books {
    /// The authorizations, in their order.
    pub authorizations: Vec<Authorization>,
    /// The batches.
    pub batches: Vec<Batch>,
    /// What is in them.
    pub items: Vec<Item>,
    /// Whether the merchant assigns them.
    pub merchant_assigns: bool,
    /// How often the host was asked.
    pub questions: usize,
    /// What the host was told of, in its order.
    pub events: Vec<HostEvent>,
}

impl Books {
    /// How many captures the host was told of.
    #[must_use]
    pub fn captures(&self) -> usize {
        let captures = self.events.iter();
        captures
            .filter(|event| **event == HostEvent::Capture)
            .count()
    }

    /// The batches as a step is given them.
    fn batches(&self) -> Batches {
        let last = self.batches.iter().map(|batch| batch.batch_id.value());
        let spare = last.max().unwrap_or(0) + 1;
        Batches {
            known: self.batches.clone(),
            spare: (!self.merchant_assigns)
                .then(|| BatchId::new(spare).expect("any number is a batch")),
            items: Vec::new(),
        }
    }

    /// Stores what a step has left behind.
    fn keep(&mut self, batches: Batches, records: Vec<Authorization>) {
        self.batches = batches.known;
        self.items.extend(batches.items);
        for changed in records {
            let same = |record: &&mut Authorization| {
                record.auth_rrpid == changed.auth_rrpid
                    && record.trans_ids.xid == changed.trans_ids.xid
            };
            match self.authorizations.iter_mut().find(same) {
                Some(record) => *record = changed,
                None => self.authorizations.push(changed),
            }
        }
    }

    /// The authorizations with these names.
    fn named(&self, wanted: &[(Rrpid, Xid)]) -> Vec<Authorization> {
        let all = self.authorizations.iter();
        all.filter(|record| wanted.contains(&(record.auth_rrpid, record.trans_ids.xid)))
            .cloned()
            .collect()
    }

    /// The authorizations of a transaction.
    fn of_transaction(&self, xid: Xid) -> Vec<Authorization> {
        let all = self.authorizations.iter();
        all.filter(|record| record.trans_ids.xid == xid)
            .cloned()
            .collect()
    }
}

impl Acquirer {
    pub(super) fn new(clock: Arc<Clock>) -> Self {
        let all = hierarchy();
        let tools = Tools::new(13, clock);
        let held = [&all.gateway_signature, &all.gateway_encryption];
        let now = tools.context().now;
        let batch = BatchId::new(1).expect("1 is a batch");
        Self {
            gateway: Gateway {
                signature: identity(&all.gateway_signature, &all.pca),
                encryption: identity(&all.gateway_encryption, &all.pca),
                former: Vec::new(),
                trust: insider(&tools, held),
                bins: Vec::new(),
                acquirer: merchant_data().expect("it is good").mer_acquirer_bin,
                captures: true,
                cap_tokens: CapTokens::WithAccount,
            },
            tools,
            decision: None,
            host: None,
            card_message: None,
            books: Books {
                authorizations: Vec::new(),
                batches: vec![Batch::open(batch, now, None)],
                items: Vec::new(),
                merchant_assigns: false,
                questions: 0,
                events: Vec::new(),
            },
            answers: Answers::default(),
        }
    }

    fn auth(&mut self, header: &MessageHeader, request: &AuthReq) -> Result<Vec<u8>, Error> {
        let context = self.tools.context();
        let mut gateway = self.gateway.clone();
        let asked = auth::open(&context, &mut gateway, header, request)?;
        let previous = self.books.of_transaction(asked.trans_ids().xid);
        let pending = match asked.judge(&context, &gateway, &previous)? {
            Judgement::Refuse(answered) => return Ok(answered.octets),
            Judgement::Ask(pending) => pending,
        };
        let asked = pending.host_request();
        let decided = self.host.map(|decide| decide(asked));
        let decision = self.decision.clone().or(decided);
        let decision = decision.unwrap_or(Decision::Approved {
            approval_code: ApprovalCode::new("123456").ok(),
            amount: asked.amount,
        });
        let mut host = HostAnswer::from(decision);
        host.acq_card_msg.clone_from(&self.card_message);
        let mut batches = self.books.batches();
        let answered = pending.complete(&context, &gateway, &host, &mut batches)?;
        self.books.questions += 1;
        self.books
            .keep(batches, answered.record.into_iter().collect());
        self.advise(answered.advice);
        Ok(answered.octets)
    }

    fn auth_rev(&mut self, header: &MessageHeader, request: &AuthRevReq) -> Result<Vec<u8>, Error> {
        let context = self.tools.context();
        let mut gateway = self.gateway.clone();
        let asked = auth_rev::open(&context, &mut gateway, header, request)?;
        let records = self.books.of_transaction(asked.trans_ids().xid);
        let answered = asked.settle(&context, &gateway, &records)?;
        let batches = self.books.batches();
        self.books
            .keep(batches, answered.record.into_iter().collect());
        self.advise(answered.advice);
        Ok(answered.octets)
    }

    fn cap(&mut self, header: &MessageHeader, request: &CapReq) -> Result<Vec<u8>, Error> {
        let context = self.tools.context();
        let mut gateway = self.gateway.clone();
        let asked = cap::open(&context, &mut gateway, header, request)?;
        let wanted: Vec<_> = asked.authorizations().collect();
        let mut batches = self.books.batches();
        let records = self.books.named(&wanted);
        let settled = asked.settle(&context, &gateway, records, &mut batches)?;
        self.settled(settled, batches)
    }

    fn correct(
        &mut self,
        header: &MessageHeader,
        what: CapRevOrCred,
        request: CapRevOrCredReq<'_>,
    ) -> Result<Vec<u8>, Error> {
        let context = self.tools.context();
        let mut gateway = self.gateway.clone();
        let asked = cap_rev_or_cred::open(&context, &mut gateway, header, what, request)?;
        let wanted: Vec<_> = asked.authorizations().collect();
        let mut batches = self.books.batches();
        let records = self.books.named(&wanted);
        let settled = asked.settle(&context, &gateway, records, &mut batches)?;
        self.settled(settled, batches)
    }

    fn settled(&mut self, settled: Settled, batches: Batches) -> Result<Vec<u8>, Error> {
        self.books.keep(batches, settled.records);
        self.advise(settled.advices);
        Ok(settled.octets)
    }

    fn batch_admin(
        &mut self,
        header: &MessageHeader,
        request: &BatchAdminReq,
    ) -> Result<Vec<u8>, Error> {
        let context = self.tools.context();
        let mut gateway = self.gateway.clone();
        let asked = batch_admin::open(&context, &mut gateway, header, request)?;
        let mut batches = self.books.batches();
        let chosen = asked.choose(&context, &gateway, &batches)?;
        let batch_id = chosen.batch_id();
        let all = self.books.items.iter();
        let all = all.filter(|item| Some(item.batch_id) == batch_id).cloned();
        let mut contents = Contents::default();
        match chosen.wants() {
            Wants::Nothing => {}
            Wants::Page(wanted) => {
                let mut page = Page::new(wanted);
                let _more = all.into_iter().all(|item| page.offer(item));
                contents.page = page.finish();
            }
            Wants::All => contents.items = all.collect(),
        }
        let about = |item: &Item| (item.detail.auth_rrpid, item.detail.trans_ids.xid);
        let wanted: Vec<_> = contents.items.iter().map(about).collect();
        contents.records = self.books.named(&wanted);
        let done = chosen.settle(&context, &gateway, contents)?;
        if done.purged {
            self.books
                .items
                .retain(|item| Some(item.batch_id) != batch_id);
        }
        if let Some(changed) = done.batch {
            match batches
                .known
                .iter_mut()
                .find(|batch| batch.batch_id == changed.batch_id)
            {
                Some(batch) => *batch = changed,
                None => batches.known.push(changed),
            }
        }
        self.books.keep(batches, done.records);
        self.advise(done.advices);
        Ok(done.octets)
    }

    fn advise(&mut self, advices: impl IntoIterator<Item = HostAdvice>) {
        let events = advices.into_iter().map(|advice| advice.event);
        self.books.events.extend(events);
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
            gateway: self.gateway.clone(),
            decision: self.decision.clone(),
            host: self.host,
            card_message: self.card_message.clone(),
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
            Message::AuthReq(_)
                | Message::AuthRevReq(_)
                | Message::CapReq(_)
                | Message::CapRevReq(_)
                | Message::CredReq(_)
                | Message::CredRevReq(_)
                | Message::BatchAdminReq(_)
                | Message::PCertReq(_)
        )
    }

    fn answers_mut(&mut self) -> &mut Answers {
        &mut self.answers
    }

    fn treat(&mut self, header: &MessageHeader, message: &Message) -> Result<Vec<u8>, Error> {
        if let Some((what, request)) = CapRevOrCred::request_in(message) {
            return self.correct(header, what, request);
        }
        match message {
            Message::AuthReq(request) => self.auth(header, request),
            Message::AuthRevReq(request) => self.auth_rev(header, request),
            Message::BatchAdminReq(request) => self.batch_admin(header, request),
            Message::CapReq(request) => self.cap(header, request),
            Message::PCertReq(request) => {
                let mut gateways = [self.gateway.clone()];
                p_cert::p_cert(&self.tools.context(), &mut gateways, header, request)
                    .map(|(octets, _)| octets)
            }
            other => Err(PeerFault::MessageNotSupported(other.name()).into()),
        }
    }
}
