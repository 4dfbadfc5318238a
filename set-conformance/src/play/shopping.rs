//! A wallet that buys.

use set_core::asn1::{self, Limits};
use set_core::cardholder::inquiry::{Inquiring, Placed};
use set_core::cardholder::{Account, Initiating, Offered, Ordering, Wish};
use set_core::error::Error;
use set_core::exchange::Context;
use set_core::msg::MessageWrapper;
use set_core::msg::ids::{BrandId, Language};
use set_core::msg::message::Message;
use set_core::msg::payment::p_req::PReq;
use set_core::party::Trust;
use set_core::secret::{CardExpiry, Pan, PanSecret};
use set_core::wake_up::WakeUp;

use super::Made;
use crate::case::{Request, With};
use crate::player::{Persona, PlayError, Player};

/// A wallet, and how far its purchase has come.
pub(super) struct Shopping {
    trust: Option<Trust>,
    stage: Stage,
    sent: Option<Sent>,
    unsigned: bool,
}

enum Stage {
    Start,
    Offered(Box<Offered>),
    Placed(Box<Placed>),
}

enum Sent {
    Init(Initiating),
    Order(Ordering),
    Inquiry(Inquiring),
}

impl Shopping {
    pub(super) fn new(persona: &Persona) -> Self {
        Self {
            trust: persona.trust.clone(),
            stage: Stage::Start,
            sent: None,
            unsigned: false,
        }
    }

    pub(super) fn make(
        &mut self,
        context: &Context<'_>,
        player: &Player,
        request: Request,
        with: &With,
    ) -> Result<Made, PlayError> {
        if with.new_order {
            self.stage = match std::mem::replace(&mut self.stage, Stage::Start) {
                // It is the order that the step before it began.
                Stage::Offered(offered) => Stage::Offered(offered),
                _ => Stage::Start,
            };
        }
        let before = match (request, &self.stage) {
            (Request::PInitReq, _) | (Request::PReq, Stage::Offered(_)) => None,
            (Request::PReq, _) => Some(Request::PInitReq),
            (Request::InqReq, Stage::Placed(_)) => None,
            (Request::InqReq, _) => Some(Request::PReq),
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
        let trust = self.trust.as_ref().ok_or(PlayError::Needs(
            "--root: the root of the brand's certificates",
        ))?;
        let stage = std::mem::replace(&mut self.stage, Stage::Start);
        let (sent, octets) = match (request, stage) {
            (Request::PInitReq, _) => {
                let wake_up = player.offer()?;
                let wish = wish(&wake_up, persona, with)?;
                let bin = persona.bin.clone();
                let (state, octets) = Initiating::start(context, wish, bin, trust)?;
                (Sent::Init(state), octets)
            }
            (Request::PReq, Stage::Offered(offered)) => {
                let (state, octets) = if with.unsigned {
                    self.unsigned = true;
                    offered.pay_unsigned(context, &account(persona, with)?)?
                } else {
                    let card = persona.card.as_ref().ok_or(PlayError::Needs(NEEDS_CARD))?;
                    if with.stripped && !offered.gateway().certificate().card_cert_required() {
                        return Err(PlayError::Needs("a gateway that demands signed payments"));
                    }
                    self.unsigned = false;
                    let (state, octets) = offered.pay(context, card)?;
                    match with.stripped {
                        true => (state, without_signature(&octets)?),
                        false => (state, octets),
                    }
                };
                self.stage = Stage::Placed(Box::new(state.placed().clone()));
                (Sent::Order(state), octets)
            }
            (_, Stage::Placed(placed)) => {
                self.stage = Stage::Placed(placed.clone());
                let (state, octets) = if self.unsigned || with.unsigned {
                    Inquiring::start_unsigned(context, *placed)?
                } else {
                    let card = persona.card.as_ref().ok_or(PlayError::Needs(NEEDS_CARD))?;
                    Inquiring::start(context, *placed, &card.identity)?
                };
                (Sent::Inquiry(state), octets)
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
            None => {}
            Some(Sent::Init(state)) => {
                let offered = state.handle(context, octets, trust)?;
                self.stage = Stage::Offered(Box::new(offered));
            }
            Some(Sent::Order(state)) => {
                state.handle(context, octets, trust)?;
            }
            Some(Sent::Inquiry(state)) => {
                state.handle(context, octets, trust)?;
            }
        }
        Ok(())
    }
}

fn without_signature(octets: &[u8]) -> Result<Vec<u8>, PlayError> {
    let wrapper = asn1::decode(octets, &Limits::default());
    let mut wrapper: MessageWrapper = wrapper.map_err(Error::from)?;
    if let Message::PReq(request) = &mut wrapper.message
        && let PReq::PReqDualSigned(signed) = &**request
    {
        **request = PReq::PReqUnsigned(super::stripped(signed));
    }
    Ok(asn1::encode(&wrapper).map_err(Error::from)?)
}

/// What a wake-up is about.
fn wish(wake_up: &WakeUp, persona: &Persona, with: &With) -> Result<Wish, PlayError> {
    let payment = wake_up.payment().map_err(PlayError::value)?;
    let brand_id = match &with.brand {
        Some(brand) => BrandId::new(brand).map_err(PlayError::value)?,
        None => persona.brand.clone(),
    };
    let language = match &with.language {
        Some(language) => Language::new(language).map_err(PlayError::value)?,
        None => persona.language.clone(),
    };
    let mut purch_amt = payment.purch_amt;
    if let Some(price) = with.price {
        purch_amt.amount = price;
    }
    Ok(Wish {
        od: match &with.od {
            Some(od) => od.as_bytes().to_vec(),
            None => payment.od.to_vec(),
        },
        purch_amt,
        brand_id,
        language,
        lid_m: payment.lid_m.cloned(),
        install_recur_data: wake_up.install_recur_data(),
    })
}

/// A card without a certificate.
pub(super) fn account(persona: &Persona, with: &With) -> Result<Account, PlayError> {
    let pan = match &with.card {
        None => persona.pan.duplicate(),
        Some(digits) => {
            Pan::new(test_card(&persona.bin.to_string(), digits)).map_err(PlayError::value)?
        }
    };
    Ok(Account {
        pan,
        card_expiry: CardExpiry::new(EXPIRY).map_err(PlayError::value)?,
        secret: PanSecret::from_octets([0x5a; 20]),
    })
}

/// The 16 digits of a test card: a BIN, five zeros, those that choose what happens, and the
/// check digit.
pub(crate) fn test_card(bin: &str, digits: &str) -> String {
    let number = format!("{bin}00000{digits}");
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum: u32 = number
        .chars()
        .rev()
        .filter_map(|digit| digit.to_digit(10))
        .enumerate()
        .map(|(place, digit)| {
            if place % 2 == 0 {
                doubled(digit)
            } else {
                digit
            }
        })
        .sum();
    format!("{number}{}", (10 - sum % 10) % 10)
}

const NEEDS_CARD: &str = "--cca: a cardholder CA that certifies the fake's card";
const EXPIRY: &str = "203012";
