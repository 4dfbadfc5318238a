//! The fakes that the runner plays: a wallet, a merchant and a gateway that ask.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use set_core::asn1::{self, Asn1 as _, Shape, Tagging};
use set_core::cardholder::Card;
use set_core::error::Error;
use set_core::exchange::Context;
use set_core::merchant::{Merchant, p_cert};
use set_core::msg::MessageWrapper;
use set_core::msg::cert::card_c_init::CardCInitReq;
use set_core::msg::cert::id_data::{AcquirerId, IdData, MerchantAcquirerId};
use set_core::msg::cert::me_aq_c_init::MeAqCInitReq;
use set_core::msg::cert::request_type::RequestType;
use set_core::msg::error::{ErrorCode, ErrorMsg, ErrorTbs};
use set_core::msg::ids::{Bin, BrandId, Language, LocalId, MerchantId, SwIdent};
use set_core::msg::message::Message;
use set_core::msg::payment::p_cert::BrandAndBin;
use set_core::msg::payment::p_init::PInitReq;
use set_core::party::Trust;
use set_core::registration::Application;
use set_core::secret::Pan;
use set_core::wake_up::WakeUp;
use set_testkit::annotated::{Body, Element};
use set_testkit::generate::{self, Fullness, Generator};

use crate::case::{Case, Role, With};
use crate::runner::Subject;

/// What the fakes say of themselves, and what they have.
#[derive(Debug)]
pub struct Persona {
    /// The brand that is asked for.
    pub brand: BrandId,
    /// The BIN of the card and of the acquirer.
    pub bin: Bin,
    /// The merchant's id at its acquirer.
    pub merchant_id: MerchantId,
    /// In which language.
    pub language: Language,
    /// An account number of that BIN, with which fakes register and pay.
    pub pan: Pan,
    /// Wake-up messages of orders that the merchant under test offers.
    pub offers: Offers,
    /// Whom the fakes believe.
    pub trust: Option<Trust>,
    /// A merchant whose keys may be used towards the gateway under test.
    pub merchant: Option<Merchant>,
    /// A certified card of the brand.
    pub card: Option<Arc<Card>>,
}

/// Orders that the merchant under test offers. The first is asked for again and again; each of
/// the others is ordered once.
#[derive(Debug, Default)]
pub struct Offers {
    first: Option<WakeUp>,
    others: Mutex<VecDeque<WakeUp>>,
}

impl Offers {
    /// These orders.
    #[must_use]
    pub fn new(wake_ups: impl IntoIterator<Item = WakeUp>) -> Self {
        let mut all: VecDeque<WakeUp> = wake_ups.into_iter().collect();
        Self {
            first: all.pop_front(),
            others: Mutex::new(all),
        }
    }

    fn lid_m(&self) -> Option<LocalId> {
        self.first.as_ref()?.lid_m.clone()
    }

    fn take(&self) -> Option<WakeUp> {
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        others.pop_front()
    }
}

/// Why a fake cannot send what a case asks for.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// Something is needed that was not given.
    #[error("needs {0}")]
    Needs(&'static str),
    /// The case asks for something that this dialogue does not have.
    #[error("the case asks for a message that has no place in this dialogue")]
    Misplaced,
    /// A value of the case is not one of its type.
    #[error("the case has a value that is none: {0}")]
    Value(String),
    /// The message could not be made.
    #[error(transparent)]
    Protocol(#[from] Error),
    /// A file cannot be used.
    #[error("{}: {what}", .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        what: String,
    },
}

impl PlayError {
    /// A value that is not one of its type.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "it is the argument of map_err"
    )]
    pub(crate) fn value(error: impl ToString) -> Self {
        Self::Value(error.to_string())
    }
}

/// Plays the fakes, with randomness from a seed.
#[derive(Debug)]
pub struct Player {
    persona: Persona,
    seed: u64,
    sw_ident: SwIdent,
}

impl Player {
    /// A player whose randomness starts from `seed`.
    #[must_use]
    pub const fn new(persona: Persona, seed: u64, sw_ident: SwIdent) -> Self {
        Self {
            persona,
            seed,
            sw_ident,
        }
    }

    /// What the fakes have.
    #[must_use]
    pub const fn persona(&self) -> &Persona {
        &self.persona
    }

    pub(crate) const fn sw_ident(&self) -> &SwIdent {
        &self.sw_ident
    }

    /// Where the randomness of a case with a subject begins: the same whatever runs beside it.
    pub(crate) fn seed_of(&self, case: &Case, subject: &Subject) -> u64 {
        let role = subject.role.name();
        let text = format!("{} {} {role} {}", self.seed, case.id, subject.endpoint);
        // FNV-1a.
        text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, octet| {
            (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3)
        })
    }

    /// An order that nobody has ordered yet.
    pub(crate) fn offer(&self) -> Result<WakeUp, PlayError> {
        self.persona.offers.take().ok_or(PlayError::Needs(
            "--wake-up: another order that the merchant offers",
        ))
    }

    /// What the merchant or gateway applies for at its CA.
    pub(crate) fn application(&self, role: Role, with: &With) -> Result<Application, PlayError> {
        let persona = &self.persona;
        let bin = match &with.bin {
            Some(bin) => Bin::new(bin).map_err(PlayError::value)?,
            None => persona.bin.clone(),
        };
        let (request_type, id_data) = match role {
            Role::Mca => (
                RequestType::MerInitialBoth,
                IdData::MerchantAcquirerId(MerchantAcquirerId {
                    merchant_bin: bin,
                    merchant_id: persona.merchant_id.clone(),
                }),
            ),
            _ => (
                RequestType::PgwyInitialBoth,
                IdData::AcquirerId(AcquirerId {
                    acquirer_bin: bin,
                    acquirer_business_id: None,
                }),
            ),
        };
        Ok(Application {
            request_type,
            id_data,
            brand_id: persona.brand.clone(),
            language: persona.language.clone(),
        })
    }

    /// A new request that opens a dialogue with a subject.
    pub(crate) fn opening(&self, context: &Context<'_>, role: Role) -> Result<Vec<u8>, PlayError> {
        let rrpid = context.fresh_rrpid()?;
        let lid = || -> Result<LocalId, PlayError> {
            let octets = *context.fresh_rrpid()?.as_octets();
            LocalId::new(octets).map_err(PlayError::value)
        };
        let persona = &self.persona;
        let message = match role {
            Role::Cca => Message::CardCInitReq(Box::new(CardCInitReq {
                rrpid,
                lid_ee: lid()?,
                chall_ee: context.fresh_challenge()?,
                brand_id: persona.brand.clone(),
                thumbs: None,
            })),
            Role::Mca | Role::Pca => {
                let Application {
                    request_type,
                    id_data,
                    ..
                } = self.application(role, &With::default())?;
                Message::MeAqCInitReq(Box::new(MeAqCInitReq {
                    rrpid,
                    lid_ee: lid()?,
                    chall_ee: context.fresh_challenge()?,
                    request_type,
                    id_data,
                    brand_id: persona.brand.clone(),
                    language: persona.language.clone(),
                    thumbs: None,
                }))
            }
            Role::Merchant => Message::PInitReq(Box::new(PInitReq {
                rrpid,
                language: persona.language.clone(),
                local_id_c: lid()?,
                local_id_m: Some(persona.offers.lid_m().ok_or(PlayError::Needs(
                    "--wake-up: an order that the merchant offers",
                ))?),
                chall_c: context.fresh_challenge()?,
                brand_id: persona.brand.clone(),
                bin: persona.bin.clone(),
                thumbs: None,
                pi_rq_extensions: None,
            })),
            Role::Gateway => {
                let merchant = persona
                    .merchant
                    .as_ref()
                    .ok_or(PlayError::Needs("--merchant-data: a merchant of the brand"))?;
                let wanted = vec![BrandAndBin {
                    brand_id: persona.brand.clone(),
                    bin: None,
                }];
                let merchants = std::slice::from_ref(merchant);
                return Ok(p_cert::p_cert(context, merchants, wanted)?.1);
            }
        };
        Ok(context.wrap(message, Some(rrpid), None)?)
    }

    /// A message of this name that decodes, whatever it says.
    pub(crate) fn any(&self, context: &Context<'_>, name: &str) -> Result<Vec<u8>, PlayError> {
        let rrpid = context.fresh_rrpid()?;
        let error = Message::Error(Box::new(set_core::msg::error::Error::UnsignedError(
            ErrorTbs {
                error_code: ErrorCode::UnspecifiedFailure,
                error_nonce: context.fresh_nonce()?,
                error_oid: None,
                error_thumb: None,
                error_msg: ErrorMsg::BadWrapper(
                    set_core::msg::error::BadWrapper::new(vec![0; 7]).map_err(PlayError::value)?,
                ),
            },
        )));
        let octets = context.wrap(error, Some(rrpid), None)?;
        if name == "Error" {
            return Ok(octets);
        }
        let Shape::Choice(alternatives) = &Message::SCHEMA.shape else {
            return Err(PlayError::Misplaced);
        };
        let field = alternatives.iter().find(|field| field.schema.name == name);
        let field = field.or_else(|| named(name).and_then(|at| alternatives.get(at)));
        let field = field.ok_or(PlayError::Misplaced)?;
        let Tagging::Explicit(number) = field.tagging else {
            return Err(PlayError::Misplaced);
        };
        let value = Generator::new(self.seed, Fullness::Least).value(field.schema);
        let message = generate::tlv(generate::context(number, true), &value);
        let whole = Element::read(&octets, MessageWrapper::SCHEMA).ok_or(PlayError::Misplaced)?;
        let place = whole
            .all()
            .iter()
            .position(|element| element.path == "MessageWrapper.message");
        let place = place.ok_or(PlayError::Misplaced)?;
        let whole = whole.with(place, |element| element.body = Body::Primitive(message));
        let octets = whole.write();
        asn1::decode::<MessageWrapper>(&octets, &asn1::Limits::default())
            .map_err(PlayError::value)?;
        Ok(octets)
    }
}

/// Which of the messages has this name: several have the same type.
fn named(name: &str) -> Option<usize> {
    Message::NAMES.iter().position(|known| *known == name)
}
