//! The fakes that the runner plays: a wallet, a merchant and a gateway that ask.

use std::path::PathBuf;

use set_core::asn1::Date;
use set_core::error::Error;
use set_core::exchange::Context;
use set_core::merchant::{Merchant, p_cert};
use set_core::msg::cert::card_c_init::CardCInitReq;
use set_core::msg::cert::id_data::{AcquirerId, IdData, MerchantAcquirerId};
use set_core::msg::cert::me_aq_c_init::MeAqCInitReq;
use set_core::msg::cert::request_type::RequestType;
use set_core::msg::ids::{Bin, BrandId, Language, LocalId, MerchantId, SwIdent};
use set_core::msg::message::Message;
use set_core::msg::payment::p_cert::BrandAndBin;
use set_core::msg::payment::p_init::PInitReq;
use set_core::policy::Policy;
use set_testkit::Deterministic;

use crate::case::Role;

/// What the fakes say of themselves.
#[derive(Clone, Debug)]
pub struct Persona {
    /// The brand that is asked for.
    pub brand: BrandId,
    /// The BIN of the card and of the acquirer.
    pub bin: Bin,
    /// The merchant's id at its acquirer.
    pub merchant_id: MerchantId,
    /// In which language.
    pub language: Language,
    /// lid-M of an order that the merchant under test offers, from its wake-up message.
    pub lid_m: Option<LocalId>,
    /// A merchant whose keys may be used towards the gateway under test.
    pub merchant: Option<Merchant>,
}

/// Why a fake cannot open a dialogue.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// Something is needed that was not given.
    #[error("needs {0}")]
    Needs(&'static str),
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

/// Plays the fakes, with randomness from a seed.
#[derive(Debug)]
pub struct Player {
    persona: Persona,
    crypto: Deterministic,
    policy: Policy,
    sw_ident: SwIdent,
}

impl Player {
    /// A player whose randomness starts from `seed`.
    #[must_use]
    pub fn new(persona: Persona, seed: u64, sw_ident: SwIdent) -> Self {
        Self {
            persona,
            crypto: Deterministic::seeded(seed),
            policy: Policy::default(),
            sw_ident,
        }
    }

    /// A new request that opens a dialogue with a subject.
    ///
    /// # Errors
    ///
    /// [`PlayError::Needs`] where a case has to be skipped for want of something.
    pub fn opening(&self, role: Role, now: Date) -> Result<Vec<u8>, PlayError> {
        let context = Context {
            crypto: &self.crypto,
            now,
            policy: &self.policy,
            sw_ident: &self.sw_ident,
        };
        let rrpid = context.fresh_rrpid()?;
        let lid = || -> Result<LocalId, PlayError> {
            let octets = *context.fresh_rrpid()?.as_octets();
            LocalId::new(octets).map_err(|_| PlayError::Needs("an id"))
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
                let (request_type, id_data) = match role {
                    Role::Mca => (
                        RequestType::MerInitialBoth,
                        IdData::MerchantAcquirerId(MerchantAcquirerId {
                            merchant_bin: persona.bin.clone(),
                            merchant_id: persona.merchant_id.clone(),
                        }),
                    ),
                    _ => (
                        RequestType::PgwyInitialBoth,
                        IdData::AcquirerId(AcquirerId {
                            acquirer_bin: persona.bin.clone(),
                            acquirer_business_id: None,
                        }),
                    ),
                };
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
                local_id_m: Some(persona.lid_m.clone().ok_or(PlayError::Needs(
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
                return Ok(p_cert::p_cert(&context, merchants, wanted)?.1);
            }
        };
        Ok(context.wrap(message, Some(rrpid), None)?)
    }
}
