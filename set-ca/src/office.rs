//! From a request to its answer: the protocol, the approver and the store, joined.

use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use set_core::asn1::strings::SetString;
use set_core::ca::record::Pended;
use set_core::ca::{
    Decision, Registration, Rejecter, card_c_init, cert_inq, cert_req, me_aq_c_init, reg_form,
};
use set_core::error::{CallerFault, Error, PeerFault};
use set_core::exchange::{self, ErrorSigner, Refusal};
use set_core::msg::cert::cert_inq::CertInqReq;
use set_core::msg::cert::cert_req::CertReq;
use set_core::msg::message::Message;
use set_core::msg::wrapper::MessageHeader;
use set_core::party::Trust;
use set_core::registration::{EndEntity, Wanted};
use set_core::x509::Brand;
use set_node::service::{BoxFuture, CryptoPool, Handler, PoolFault, Reply, RequestContext};
use set_node::station::Station;
use set_node::store::{Recall, StoreError};
use set_node::transport::{FramingFault, MediaType};

use crate::approver::{Applying, Approver, Case, Rules};
use crate::cas::{Cas, Served};
use crate::desk::{Asked, Desk, Loaded, Outcome, is_overtaken};
use crate::failure::Failure;

/// Serves registrations; clones are the same office.
#[derive(Clone, Debug)]
pub struct Office {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    station: Station,
    cas: RwLock<Arc<Cas>>,
    approver: Arc<dyn Approver>,
    rules: Rules,
    desk: Desk,
    pool: CryptoPool,
}

/// Why a request has no answer of its own.
enum Unanswered {
    /// The protocol refuses it: an Error goes back.
    Refused(Error),
    /// We failed.
    Failed(Failure),
}

impl From<Error> for Unanswered {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl From<Failure> for Unanswered {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<PoolFault> for Unanswered {
    fn from(fault: PoolFault) -> Self {
        Self::Failed(fault.into())
    }
}

impl Office {
    pub(crate) fn new(
        station: Station,
        cas: Cas,
        approver: Arc<dyn Approver>,
        rules: Rules,
        desk: Desk,
        pool: CryptoPool,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                station,
                cas: RwLock::new(Arc::new(cas)),
                approver,
                rules,
                desk,
                pool,
            }),
        }
    }

    /// Gives out these lists from now on; brands by their labels.
    pub(crate) fn give_out(&self, brands: &[(String, Option<Brand>, Trust)]) {
        let mut cas = self
            .inner
            .cas
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let renewed = cas.with_trusts(brands.iter().map(|(label, _, trust)| (&**label, trust)));
        *cas = Arc::new(renewed);
    }

    /// Forgets what has been kept for long enough.
    pub(crate) async fn tidy(&self) -> Result<(), Failure> {
        self.inner.desk.tidy(self.inner.station.now()).await
    }

    async fn reply(&self, request: Bytes) -> Reply {
        let received = {
            let context = self.inner.station.context();
            exchange::receive(&context, &request, set_core::ca::serves)
                .map(|received| (received.header, received.message))
        };
        let (header, message) = match received {
            Ok(received) => received,
            Err(refusal) => return self.refusal(refusal).await,
        };
        let name = message.name();
        let header_again = header.clone();
        let message_again = message.clone();
        match self.remembered(&request, header, message).await {
            Ok(octets) => octets.into(),
            Err(Unanswered::Refused(error)) => {
                let refusal = Refusal::of(error, header_again, &message_again);
                self.refusal(refusal).await
            }
            Err(Unanswered::Failed(Failure::Program(failure))) if failure.is_busy() => Reply::Busy,
            Err(Unanswered::Failed(failure)) => {
                tracing::error!(message = name, %failure, "request failed");
                let fault = CallerFault::State("the CA failed; try again later").into();
                let refusal = Refusal::of(fault, header_again, &message_again);
                self.refusal(refusal).await
            }
        }
    }

    /// The answer given before, or a new one, stored. Once overtaken by another request for
    /// the same registration, it is treated anew.
    async fn remembered(
        &self,
        request: &Bytes,
        header: MessageHeader,
        message: Message,
    ) -> Result<Vec<u8>, Unanswered> {
        let asked = Asked {
            rrpid: header.rrpid.ok_or(Error::Peer(PeerFault::UnknownRrpid))?,
            message: message.name(),
            octets: request,
        };
        for attempt in 0..ATTEMPTS {
            match self.inner.desk.recall(asked).await? {
                Recall::New => {}
                Recall::Same(octets) => return Ok(octets),
                Recall::Different => return Err(Error::from(PeerFault::ReplayedRrpid).into()),
            }
            let (loaded, outcome) = self.treat(header.clone(), message.clone()).await?;
            let station = &self.inner.station;
            let kept = self
                .inner
                .desk
                .keep(asked, &loaded, &outcome, station.crypto(), station.now())
                .await;
            match kept {
                Ok(Recall::New) => {
                    tracing::info!(
                        message = asked.message,
                        rrpid = %asked.rrpid,
                        code = ?outcome.code,
                        issued = outcome.issued.len(),
                        "answered"
                    );
                    return Ok(outcome.octets);
                }
                Ok(Recall::Same(octets)) => return Ok(octets),
                Ok(Recall::Different) => return Err(Error::from(PeerFault::ReplayedRrpid).into()),
                Err(failure) if is_overtaken(&failure) && attempt + 1 < ATTEMPTS => {}
                Err(failure) => return Err(failure.into()),
            }
        }
        Err(Failure::from(StoreError::Busy).into())
    }

    async fn treat(
        &self,
        header: MessageHeader,
        message: Message,
    ) -> Result<(Loaded, Outcome), Unanswered> {
        match message {
            Message::CertReq(request) => self.cert_req(header, *request).await,
            Message::CertInqReq(request) => self.cert_inq(header, *request).await,
            message => {
                let outcome = self
                    .on_pool(move |inner| inner.begin(&header, &message))
                    .await?;
                Ok((Loaded::none(), outcome))
            }
        }
    }

    async fn cert_req(
        &self,
        header: MessageHeader,
        request: CertReq,
    ) -> Result<(Loaded, Outcome), Unanswered> {
        let (opened, served) = self
            .on_pool(move |inner| {
                let served = inner.recipient(&request)?;
                let context = inner.station.context();
                let opened = cert_req::open(&context, &served.ca, &header, &request)?;
                Ok((opened, served))
            })
            .await?;
        let mut loaded = match opened.lid_ca() {
            Some(lid_ca) => self.inner.desk.load(lid_ca).await?,
            None => Loaded::none(),
        };
        let registration = loaded.registration.take();
        let judge = Arc::clone(&served);
        let judged = self
            .on_pool(move |inner| {
                let context = inner.station.context();
                opened.judge(&context, &judge.ca, registration)
            })
            .await?;
        let pending = match judged {
            cert_req::Judged::Answered(answered) => return Ok((loaded, (*answered).into())),
            cert_req::Judged::Pending(pending) => pending,
        };
        let decision = match self.anothers_key(pending.pended()).await? {
            Some(refused) => refused,
            None => self.inner.approver.approve(pending.request()).await,
        };
        let serials = self.inner.desk.serials(&served.name).await?;
        let answered = self
            .on_pool(move |inner| {
                let context = inner.station.context();
                pending.decide(&context, &served.ca, decision, &serials)
            })
            .await?;
        Ok((loaded, answered.into()))
    }

    async fn cert_inq(
        &self,
        header: MessageHeader,
        request: CertInqReq,
    ) -> Result<(Loaded, Outcome), Unanswered> {
        let opened = cert_inq::open(&header, &request)?;
        let mut loaded = self.inner.desk.load(opened.lid_ca()).await?;
        let registration = loaded.registration.take().ok_or(UNKNOWN)?;
        let served = Arc::clone(self.inner.cas().of(&registration)?);
        let judge = Arc::clone(&served);
        let judged = self
            .on_pool(move |inner| {
                let context = inner.station.context();
                opened.judge(&context, &judge.ca, Some(registration))
            })
            .await?;
        let inquiry = match judged {
            cert_inq::Judged::Answered(answered) => return Ok((loaded, (*answered).into())),
            cert_inq::Judged::Pending(inquiry) => inquiry,
        };
        let case = Case {
            lid_ca: inquiry.lid_ca().clone(),
            request_type: inquiry.request_type(),
            brand_id: served.ca.brand_id()?,
            bin: inquiry.bin().clone(),
            id_data: inquiry.id_data().cloned(),
            standing: inquiry.standing(&self.inner.station.context())?,
        };
        let decision = match self.anothers_key(inquiry.pended()).await? {
            Some(refused) => refused,
            None => match self.inner.desk.ruling(inquiry.lid_ca()).await? {
                Some(ruling) => {
                    ruling.decision_or_pended(&self.inner.rules, &Applying::again(&case))
                }
                None => self.inner.approver.ask_again(&case).await,
            },
        };
        let serials = self.inner.desk.serials(&served.name).await?;
        let answered = self
            .on_pool(move |inner| {
                let context = inner.station.context();
                inquiry.decide(&context, &served.ca, decision, &serials)
            })
            .await?;
        Ok((loaded, answered.into()))
    }

    /// The refusal of a request for a key that is certified for somebody else: whoever holds
    /// a key, it names one entity.
    async fn anothers_key(&self, request: &Pended) -> Result<Option<Decision>, Unanswered> {
        let rules = &self.inner.station.policy().key_rules;
        let anothers = self.inner.desk.has_anothers_key(request, rules).await?;
        Ok(anothers.then(|| Decision::Rejected {
            by: Rejecter::Ca,
            message: SetString::new("a key of the request is certified for somebody else").ok(),
        }))
    }

    /// Runs a step on the threads for cryptography.
    async fn on_pool<T: Send + 'static>(
        &self,
        step: impl FnOnce(&Inner) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Unanswered> {
        let inner = Arc::clone(&self.inner);
        let done = self.inner.pool.spawn_crypto(move || step(&inner)).await?;
        Ok(done?)
    }

    /// The Error to send back, signed.
    async fn refusal(&self, refusal: Refusal) -> Reply {
        tracing::info!(error = %refusal.error, code = %refusal.error.code(), "refused");
        match self.on_pool(move |inner| inner.refuse(&refusal)).await {
            Ok(Some(octets)) => octets.into(),
            Ok(None) => Reply::Nothing,
            Err(Unanswered::Failed(Failure::Program(failure))) if failure.is_busy() => Reply::Busy,
            Err(Unanswered::Refused(error)) => {
                tracing::error!(%error, "an Error could not be made");
                Reply::Nothing
            }
            Err(Unanswered::Failed(failure)) => {
                tracing::error!(%failure, "an Error could not be made");
                Reply::Nothing
            }
        }
    }
}

impl Inner {
    /// An Error, signed by one of the CAs; which one matters to nobody.
    fn refuse(&self, refusal: &Refusal) -> Result<Option<Vec<u8>>, Error> {
        let cas = self.cas();
        let identity = cas.first().map(|served| &served.ca.message_signing);
        let signer = identity.map(|identity| ErrorSigner {
            signer: identity.signer(),
            attached: identity.attached(),
        });
        refusal.answer(&self.station.context(), signer.as_ref())
    }

    /// The requests that begin a registration.
    fn begin(&self, header: &MessageHeader, message: &Message) -> Result<Outcome, Error> {
        let context = self.station.context();
        let begun = |(registration, octets): (Registration, Vec<u8>)| {
            Outcome::begun(Some(registration), octets)
        };
        match message {
            Message::CardCInitReq(request) => {
                let cas = self.cas();
                let served = cas.for_brand(&request.brand_id, EndEntity::Cardholder)?;
                let octets = card_c_init::card_c_init(&context, &served.ca, header, request)?;
                Ok(Outcome::begun(None, octets))
            }
            Message::RegFormReq(request) => {
                let cas = self.cas();
                let served = cas.recipient(request)?;
                reg_form::reg_form(&context, &served.ca, header, request).map(begun)
            }
            Message::MeAqCInitReq(request) => {
                let entity = Wanted::from(request.request_type).entity;
                let cas = self.cas();
                let served = cas.for_brand(&request.brand_id, entity)?;
                me_aq_c_init::me_aq_c_init(&context, &served.ca, header, request).map(begun)
            }
            other => Err(PeerFault::MessageNotSupported(other.name()).into()),
        }
    }

    /// The CA for whose key a CertReq is encrypted.
    fn recipient(&self, request: &CertReq) -> Result<Arc<Served>, Error> {
        let (CertReq::Encx(envelope) | CertReq::Enc(envelope)) = request;
        self.cas().recipient(envelope).map(Arc::clone)
    }

    /// The CAs with the lists that are given out now.
    fn cas(&self) -> Arc<Cas> {
        Arc::clone(&self.cas.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Handler for Office {
    fn handle(&self, request: Bytes, _: RequestContext) -> BoxFuture<'_, Reply> {
        Box::pin(self.reply(request))
    }

    fn refuse(&self, reason: FramingFault, head: &[u8]) -> Option<Vec<u8>> {
        let error: Error = match (&reason, reason.decoding()) {
            (FramingFault::Truncated { .. }, _) => return None,
            (_, Some(fault)) => fault.into(),
            (_, None) => PeerFault::Unspecified("the CA is busy; try again later").into(),
        };
        // Unsigned: whoever sends garbage has nothing signed for it, here on the I/O thread.
        let refusal = Refusal::unreadable(error, head);
        let answer = refusal.answer(&self.inner.station.context(), None);
        answer.ok().flatten()
    }

    fn accepts(&self) -> &'static [MediaType] {
        &[MediaType::Registration]
    }
}

const UNKNOWN: Error = Error::Peer(PeerFault::UnknownLid);

/// How often a request is treated when another one overtakes it.
const ATTEMPTS: u32 = 3;
