//! A wallet, merchant or gateway that registers.

use set_core::cardholder::registration as card;
use set_core::crypto::PrivateKey;
use set_core::error::{CallerFault, Error};
use set_core::exchange::Context;
use set_core::msg::cert::cert_req::RegFormItem;
use set_core::msg::cert::reg_form::RegFormData;
use set_core::msg::cert::request_type::RequestType;
use set_core::msg::ids::{BrandId, Language};
use set_core::party::Trust;
use set_core::registration::{self as entity, Answer, NewKeys, Verdict};
use set_core::secret::{CardExpiry, Pan};

use super::Made;
use crate::case::{Request, Role, With};
use crate::player::{Persona, PlayError, Player};

/// Who registers, and how far it has come.
pub(super) struct Registering {
    role: Role,
    trust: Option<Trust>,
    keys: Option<NewKeys>,
    stage: Stage,
    sent: Option<Sent>,
}

/// What the next request is made from.
enum Stage {
    Start,
    Initiated(Box<card::Initiated>),
    CardForm(Box<card::Offered>),
    Form(Box<entity::Offered>),
    CardKept(Box<card::KeptCard>),
    Kept(Box<entity::Kept>),
}

/// What was sent, and is to be answered.
enum Sent {
    CardInit(card::Initiating),
    CardAsk(card::Asking),
    CardFiled(card::Filed),
    Init(entity::Initiating),
    Filed(entity::Filed),
}

impl Registering {
    pub(super) fn new(role: Role, persona: &Persona) -> Self {
        Self {
            role,
            trust: persona.trust.clone(),
            keys: None,
            stage: Stage::Start,
            sent: None,
        }
    }

    /// The key that is to be certified.
    pub(super) fn signature_key(&self) -> Option<&PrivateKey> {
        self.keys.as_ref()?.signature.as_ref()
    }

    pub(super) fn make(
        &mut self,
        context: &Context<'_>,
        player: &Player,
        request: Request,
        with: &With,
    ) -> Result<Made, PlayError> {
        let initial = match self.role {
            Role::Cca => Request::CardCInitReq,
            _ => Request::MeAqCInitReq,
        };
        let before = match (request, &self.stage) {
            (Request::CardCInitReq | Request::MeAqCInitReq, _) => None,
            (Request::RegFormReq, Stage::Initiated(_)) => None,
            (Request::RegFormReq, _) => Some(initial),
            (Request::CertReq, Stage::CardForm(_) | Stage::Form(_)) => None,
            (Request::CertReq, _) if self.role == Role::Cca => Some(Request::RegFormReq),
            (Request::CertReq, _) => Some(initial),
            (Request::CertInqReq, Stage::CardKept(_) | Stage::Kept(_)) => None,
            (Request::CertInqReq, _) => Some(Request::CertReq),
            _ => return Err(Request::misplaced()),
        };
        match before {
            Some(before) => match self.make(context, player, before, with)? {
                Made::First(octets) | Made::Ready(octets) => Ok(Made::First(octets)),
            },
            None => self.send(context, player, request, with).map(Made::Ready),
        }
    }

    fn send(
        &mut self,
        context: &Context<'_>,
        player: &Player,
        request: Request,
        with: &With,
    ) -> Result<Vec<u8>, PlayError> {
        let persona = player.persona();
        let trust = self.trust.as_ref().ok_or(NEEDS_ROOT)?;
        let language = match &with.language {
            Some(language) => Language::new(language).map_err(PlayError::value)?,
            None => persona.language.clone(),
        };
        let brand_id = match &with.brand {
            Some(brand) => BrandId::new(brand).map_err(PlayError::value)?,
            None => persona.brand.clone(),
        };
        let stage = std::mem::replace(&mut self.stage, Stage::Start);
        let (sent, octets) = match (request, stage) {
            (Request::CardCInitReq, _) => {
                let (state, octets) = card::Initiating::start(context, brand_id, trust)?;
                (Sent::CardInit(state), octets)
            }
            (Request::MeAqCInitReq, _) => {
                let mut application = player.application(self.role, with)?;
                application.language = language;
                application.brand_id = brand_id;
                let (state, octets) = entity::Initiating::start(context, application, trust)?;
                (Sent::Init(state), octets)
            }
            (Request::RegFormReq, Stage::Initiated(state)) => {
                let pan = match &with.pan {
                    Some(pan) => Pan::new(pan).map_err(PlayError::value)?,
                    None => persona.pan.duplicate(),
                };
                let (state, octets) = state.ask(context, pan, language, trust)?;
                (Sent::CardAsk(state), octets)
            }
            (Request::CertReq, Stage::CardForm(state)) => {
                let keys = NewKeys::generate(context.crypto, RequestType::CardInitialSig)?;
                let answers = match with.unanswered {
                    true => Vec::new(),
                    false => filled(state.form())?,
                };
                let key = keys.signature.clone().ok_or(NO_KEY)?;
                let expiry = CardExpiry::new(EXPIRY).map_err(PlayError::value)?;
                let (filed, octets) = state.file(context, key, expiry, answers, trust)?;
                self.keys = Some(keys);
                if let Some(kept) = filed.kept() {
                    self.stage = Stage::CardKept(Box::new(kept));
                }
                (Sent::CardFiled(filed), octets)
            }
            (Request::CertReq, Stage::Form(state)) => {
                let keys = NewKeys::generate(context.crypto, RequestType::MerInitialBoth)?;
                let answers = match with.unanswered {
                    true => Vec::new(),
                    false => filled(state.form())?,
                };
                let (filed, octets) = state.file(context, keys.clone(), answers, None, trust)?;
                self.keys = Some(keys);
                if let Some(kept) = filed.kept() {
                    self.stage = Stage::Kept(Box::new(kept));
                }
                (Sent::Filed(filed), octets)
            }
            (_, Stage::CardKept(kept)) => {
                let key = self.signature_key().cloned().ok_or(NO_KEY)?;
                let (filed, octets) = kept.resume(key).inquire(context, trust)?;
                (Sent::CardFiled(filed), octets)
            }
            (_, Stage::Kept(kept)) => {
                let keys = self.keys.clone().ok_or(NO_KEY)?;
                let (filed, octets) = kept.resume(keys, None).inquire(context, trust)?;
                (Sent::Filed(filed), octets)
            }
            _ => return Err(Request::misplaced()),
        };
        self.sent = Some(sent);
        Ok(octets)
    }

    pub(super) fn take(&mut self, context: &Context<'_>, octets: &[u8]) -> Result<(), Error> {
        let Some(trust) = &mut self.trust else {
            return Ok(());
        };
        match self.sent.take() {
            // An opening that was made without a state of its own.
            None => Ok(()),
            Some(Sent::CardInit(state)) => {
                let initiated = state.handle(context, octets, trust)?;
                self.stage = Stage::Initiated(Box::new(initiated));
                Ok(())
            }
            Some(Sent::CardAsk(state)) => {
                if let Answer::Form(form) = state.handle(context, octets, trust)? {
                    self.stage = Stage::CardForm(form);
                }
                Ok(())
            }
            Some(Sent::CardFiled(filed)) => {
                if let Verdict::Pended(pended) = filed.handle(context, octets, trust)? {
                    self.stage = Stage::CardKept(Box::new(pended.kept()));
                }
                Ok(())
            }
            Some(Sent::Init(state)) => {
                if let Answer::Form(form) = state.handle(context, octets, trust)? {
                    self.stage = Stage::Form(form);
                }
                Ok(())
            }
            Some(Sent::Filed(filed)) => {
                if let Verdict::Pended(pended) = filed.handle(context, octets, trust)? {
                    self.stage = Stage::Kept(Box::new(pended.kept()));
                }
                Ok(())
            }
        }
    }
}

/// The form with an answer to every question that has to be answered.
pub(crate) fn filled(form: &RegFormData) -> Result<Vec<RegFormItem>, PlayError> {
    let template = form.reg_template.iter();
    let fields = template.flat_map(|template| template.reg_field_seq.iter().flatten());
    fields
        .filter(|field| field.field_required)
        .map(|field| {
            let name = field.field_name.to_string();
            set_core::ca::form::answer(&name, ANSWER).map_err(PlayError::value)
        })
        .collect()
}

const NEEDS_ROOT: PlayError = PlayError::Needs("--root: the root of the brand's certificates");
const NO_KEY: Error = Error::Caller(CallerFault::State("no key was made"));
const EXPIRY: &str = "203012";
const ANSWER: &str = "Ann Applicant";
