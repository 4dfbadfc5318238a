//! A merchant that asks its gateway, about orders of a wallet that both are the fakes' own.

use std::slice;

use der::asn1::OctetString;
use set_core::asn1::{Date, Raw, SeqOf};
use set_core::cardholder::{Initiating, Wish};
use set_core::error::Error;
use set_core::exchange::{CapRevOrCred, Context, receive};
use set_core::merchant::order::Offer;
use set_core::merchant::sale::Payment;
use set_core::merchant::{
    Merchant, Sale, authorize, batch_admin, capture, correct, p_cert, p_init, p_req, reverse,
};
use set_core::msg::amount::{Currency, CurrencyAmount};
use set_core::msg::ids::{BatchId, Bin, BrandId, LocalId};
use set_core::msg::message::Message;
use set_core::msg::payment::batch_admin::{BatchOperation, ReturnTransactionDetail};
use set_core::msg::payment::p_cert::BrandAndBin;
use set_core::msg::payment::p_req::{PReq, Pi};
use set_core::msg::recur::{
    InstallRecurData, InstallRecurInd, InstallTotalTrans, Recurring, RecurringFrequency,
};
use set_core::party::Trust;

use super::{Made, shopping};
use crate::case::{Request, With};
use crate::player::{Persona, PlayError, Player};

/// A merchant, and how far its order has come.
pub(super) struct Acquiring {
    merchant: Option<Merchant>,
    trust: Option<Trust>,
    sale: Option<Sale>,
    /// The sale before the last answer changed it.
    former: Option<Sale>,
    sent: Option<Sent>,
}

enum Sent {
    Certificates(p_cert::Asking),
    Authorization(Sale),
    Reversal(Sale),
    Capture(Sale),
    Correction(Sale),
    Batch(batch_admin::Asking),
}

impl Acquiring {
    pub(super) fn new(persona: &Persona) -> Self {
        Self {
            merchant: persona.merchant.clone(),
            trust: persona.trust.clone(),
            sale: None,
            former: None,
            sent: None,
        }
    }

    pub(super) fn make(
        &mut self,
        context: &Context<'_>,
        player: &Player,
        request: Request,
        with: &With,
    ) -> Result<Made, PlayError> {
        let persona = player.persona();
        if let Some(before) = self.before(context, persona, request, with)? {
            let usual = With {
                amount: None,
                former: false,
                reused: false,
                ..with.clone()
            };
            let made = self.make(context, player, before, &usual)?;
            let (Made::First(octets) | Made::Ready(octets)) = made;
            return Ok(Made::First(octets));
        }
        if request == Request::AuthReq {
            self.order(context, persona, with)?;
        }
        self.send(context, persona, request, with).map(Made::Ready)
    }

    /// The request that has to come first.
    fn before(
        &self,
        context: &Context<'_>,
        persona: &Persona,
        request: Request,
        with: &With,
    ) -> Result<Option<Request>, PlayError> {
        let merchant = self.merchant.as_ref().ok_or(NEEDS_MERCHANT)?;
        let known = merchant.gateway(context, Some(&persona.bin)).is_ok();
        let payment = || self.payment(with).is_some();
        let capture = || {
            self.payment(with)
                .is_some_and(|all| !all.captures.is_empty())
        };
        let credit = || {
            let captures = self.payment(with).map(|all| all.captures.iter());
            captures
                .into_iter()
                .flatten()
                .any(|capture| !capture.credits.is_empty())
        };
        Ok(match request {
            Request::PCertReq => None,
            _ if !known => Some(Request::PCertReq),
            Request::AuthReq | Request::BatchAdminReq => None,
            Request::AuthRevReq | Request::CapReq if with.capture_now || !payment() => {
                (!payment()).then_some(Request::AuthReq)
            }
            Request::AuthRevReq | Request::CapReq => None,
            Request::CapRevReq | Request::CredReq if !capture() => Some(Request::CapReq),
            Request::CapRevReq | Request::CredReq => None,
            Request::CredRevReq if !credit() => Some(Request::CredReq),
            Request::CredRevReq => None,
            _ => return Err(Request::misplaced()),
        })
    }

    /// The last authorization of the sale, or of the sale as it was.
    fn payment(&self, with: &With) -> Option<&Payment> {
        let former = self.former.as_ref().filter(|_| with.former);
        former.or(self.sale.as_ref())?.payments.last()
    }

    fn send(
        &mut self,
        context: &Context<'_>,
        persona: &Persona,
        request: Request,
        with: &With,
    ) -> Result<Vec<u8>, PlayError> {
        let merchant = self.merchant.as_ref().ok_or(NEEDS_MERCHANT)?;
        let sale = match with.former {
            true => self.former.as_ref().or(self.sale.as_ref()),
            false => self.sale.as_ref(),
        };
        let sale = || sale.cloned().ok_or(PlayError::Misplaced);
        let payment = self.payment(with).cloned();
        let (sent, octets) = match request {
            Request::PCertReq => {
                let (state, octets) =
                    p_cert::p_cert(context, slice::from_ref(merchant), vec![of(persona, with)?])?;
                (Sent::Certificates(state), octets)
            }
            Request::AuthReq => {
                let sale = sale()?;
                let price = *sale.purch_amt();
                let mut wish = authorize::Wish::of(amount(with, price));
                wish.capture_now = with.capture_now;
                wish.subsequent_auth_ind = with.subsequent;
                let (sale, octets) = authorize::authorize(context, merchant, sale, wish)?;
                (Sent::Authorization(sale), octets)
            }
            Request::AuthRevReq => {
                let payment = payment.ok_or(PlayError::Misplaced)?;
                let left = CurrencyAmount {
                    amount: with.amount.unwrap_or(0),
                    ..payment.amount
                };
                let (sale, octets) =
                    reverse::reverse(context, merchant, sale()?, payment.auth_rrpid, left)?;
                (Sent::Reversal(sale), octets)
            }
            Request::CapReq => {
                let payment = payment.ok_or(PlayError::Misplaced)?;
                let wish = capture::Wish {
                    auth_rrpid: payment.auth_rrpid,
                    amount: amount(with, payment.amount),
                    sale_detail: None,
                };
                let asked = vec![(sale()?, vec![wish])];
                let (sales, octets) = capture::capture(context, merchant, asked, None)?;
                let sale = sales.into_iter().next().ok_or(PlayError::Misplaced)?;
                (Sent::Capture(sale), octets)
            }
            Request::CapRevReq | Request::CredReq | Request::CredRevReq => {
                let what = match request {
                    Request::CapRevReq => CapRevOrCred::CapRev,
                    Request::CredReq => CapRevOrCred::Cred,
                    _ => CapRevOrCred::CredRev,
                };
                let payment = payment.ok_or(PlayError::Misplaced)?;
                let wish = correct::Wish {
                    auth_rrpid: payment.auth_rrpid,
                    capture: 0,
                    credit: (what == CapRevOrCred::CredRev).then_some(0),
                    amount: with.amount.map(|amount| CurrencyAmount {
                        amount,
                        ..payment.amount
                    }),
                    new_batch_id: batch_id(with)?,
                };
                let asked = vec![(sale()?, vec![wish])];
                let (sales, octets) = correct::correct(context, merchant, what, asked, None)?;
                let sale = sales.into_iter().next().ok_or(PlayError::Misplaced)?;
                (Sent::Correction(sale), octets)
            }
            Request::BatchAdminReq => {
                let wish = batch_wish(persona, with)?;
                let (state, octets) = batch_admin::batch_admin(context, merchant, wish)?;
                (Sent::Batch(state), octets)
            }
            _ => return Err(Request::misplaced()),
        };
        self.sent = Some(sent);
        Ok(octets)
    }

    pub(super) fn take(&mut self, context: &Context<'_>, octets: &[u8]) -> Result<(), Error> {
        let Some(merchant) = &mut self.merchant else {
            return Ok(());
        };
        let sale = match self.sent.take() {
            None => return Ok(()),
            Some(Sent::Certificates(state)) => {
                state.handle(context, slice::from_mut(merchant), octets)?;
                return Ok(());
            }
            Some(Sent::Batch(state)) => {
                state.handle(context, merchant, octets)?;
                return Ok(());
            }
            Some(Sent::Authorization(sale)) => {
                Some(authorize::handle(context, merchant, sale, octets)?.sale)
            }
            Some(Sent::Reversal(sale)) => {
                Some(reverse::handle(context, merchant, sale, octets)?.sale)
            }
            Some(Sent::Capture(sale)) => capture::handle(context, merchant, vec![sale], octets)?
                .pop()
                .map(|answer| answer.sale),
            Some(Sent::Correction(sale)) => correct::handle(context, merchant, vec![sale], octets)?
                .pop()
                .map(|answer| answer.sale),
        };
        self.former = std::mem::replace(&mut self.sale, sale);
        Ok(())
    }

    /// Has an order placed, unless the one of the steps before is meant.
    fn order(
        &mut self,
        context: &Context<'_>,
        persona: &Persona,
        with: &With,
    ) -> Result<(), PlayError> {
        if let Some(sale) = &self.sale {
            if with.reused {
                self.sale = Some(Sale::from(sale.ordered.clone()));
                return Ok(());
            }
            let follows = sale.auth_token.is_some() && !with.new_order;
            if follows {
                return Ok(());
            }
        }
        let merchant = self.merchant.as_mut().ok_or(NEEDS_MERCHANT)?;
        let trust = self.trust.as_mut().ok_or(NEEDS_ROOT)?;
        let offer = offer(context, persona, with)?;
        let wish = Wish {
            od: offer.od.as_bytes().to_vec(),
            purch_amt: offer.purch_amt,
            brand_id: persona.brand.clone(),
            language: persona.language.clone(),
            lid_m: Some(offer.lid_m.clone()),
            install_recur_data: offer.install_recur_data.clone(),
        };
        let (state, octets) = Initiating::start(context, wish, persona.bin.clone(), trust)?;
        let (header, message) = taken(context, &octets)?;
        let Message::PInitReq(request) = message else {
            return Err(PlayError::Misplaced);
        };
        let (initiated, octets) = p_init::p_init(context, merchant, &header, &request, offer)?;
        let offered = state.handle(context, &octets, trust)?;
        let (_, octets) = if with.unsigned || with.card.is_some() {
            if offered.gateway().certificate().card_cert_required() {
                return Err(PlayError::Needs("a gateway that takes unsigned payments"));
            }
            offered.pay_unsigned(context, &shopping::account(persona, with)?)?
        } else {
            let card = persona.card.as_ref().ok_or(NEEDS_CARD)?;
            if with.stripped && !offered.gateway().certificate().card_cert_required() {
                return Err(PlayError::Needs("a gateway that demands signed payments"));
            }
            offered.pay(context, card)?
        };
        let (header, message) = taken(context, &octets)?;
        let Message::PReq(request) = message else {
            return Err(PlayError::Misplaced);
        };
        let mut ordered = p_req::p_req(context, merchant, &header, &request, initiated)?;
        if let (true, PReq::PReqDualSigned(signed)) = (with.stripped, &*request) {
            let pi = Pi::PiUnsigned(super::stripped(signed).pi_unsigned);
            ordered.pi = Raw::new(pi).map_err(Error::from)?;
        }
        self.sale = Some(Sale::from(ordered));
        Ok(())
    }
}

fn taken(
    context: &Context<'_>,
    octets: &[u8],
) -> Result<(set_core::msg::wrapper::MessageHeader, Message), PlayError> {
    let received = receive(context, octets, |_| true).map_err(|refusal| *refusal.error)?;
    Ok((received.header, received.message))
}

fn offer(context: &Context<'_>, persona: &Persona, with: &With) -> Result<Offer, PlayError> {
    let purch_amt = CurrencyAmount {
        currency: Currency::new(840).map_err(PlayError::value)?,
        amount: with.price.unwrap_or(PRICE),
        amt_exp10: -2,
    };
    Ok(Offer {
        lid_m: LocalId::new(*context.fresh_rrpid()?.as_octets()).map_err(PlayError::value)?,
        od: OctetString::new(OD).map_err(PlayError::value)?,
        purch_amt,
        brands: SeqOf::one(persona.brand.clone()),
        install_recur_data: terms(context.now, with)?,
    })
}

fn terms(now: Date, with: &With) -> Result<Option<InstallRecurData>, PlayError> {
    let install_recur_ind = if let Some(count) = with.instalments {
        InstallRecurInd::InstallTotalTrans(InstallTotalTrans::new(count).map_err(PlayError::value)?)
    } else if let Some(days) = with.recurring {
        let until = with.recurring_days.unwrap_or(365).saturating_mul(86_400);
        let until = now.unix().saturating_add_signed(until);
        InstallRecurInd::Recurring(Recurring {
            recurring_frequency: RecurringFrequency::new(days).map_err(PlayError::value)?,
            recurring_expiry: Date::from_unix(until).map_err(PlayError::value)?,
        })
    } else {
        return Ok(None);
    };
    Ok(Some(InstallRecurData {
        install_recur_ind,
        ir_extensions: None,
    }))
}

fn amount(with: &With, whole: CurrencyAmount) -> CurrencyAmount {
    CurrencyAmount {
        amount: with.amount.unwrap_or(whole.amount),
        ..whole
    }
}

fn batch_id(with: &With) -> Result<Option<BatchId>, PlayError> {
    with.batch
        .map(|number| BatchId::new(number).map_err(PlayError::value))
        .transpose()
}

fn of(persona: &Persona, with: &With) -> Result<BrandAndBin, PlayError> {
    Ok(BrandAndBin {
        brand_id: match &with.brand {
            Some(brand) => BrandId::new(brand).map_err(PlayError::value)?,
            None => persona.brand.clone(),
        },
        bin: match &with.bin {
            Some(bin) => Some(Bin::new(bin).map_err(PlayError::value)?),
            None => None,
        },
    })
}

fn batch_wish(persona: &Persona, with: &With) -> Result<batch_admin::Wish, PlayError> {
    let operation = match with.operation.as_deref() {
        None => None,
        Some("open") => Some(BatchOperation::Open),
        Some("purge") => Some(BatchOperation::Purge),
        Some("close") => Some(BatchOperation::Close),
        Some(_) => return Err(PlayError::Misplaced),
    };
    let named = with.brand.is_some() || with.bin.is_some();
    let page = with.page.map(|starting_point| {
        let maximum_items = with.at_most.unwrap_or(10);
        Ok::<_, PlayError>(ReturnTransactionDetail {
            starting_point,
            maximum_items: set_core::msg::payment::batch_admin::MaximumItems::new(maximum_items)
                .map_err(PlayError::value)?,
            errors_only_ind: false,
            brand_id: None,
        })
    });
    Ok(batch_admin::Wish {
        batch_id: batch_id(with)?,
        brands: match named {
            true => Some(SeqOf::one(of(persona, with)?)),
            false => None,
        },
        operation,
        summary: with.summary,
        page: page.transpose()?,
        totals: None,
        items: None,
    })
}

const NEEDS_MERCHANT: PlayError = PlayError::Needs("--merchant-data: a merchant of the brand");
const NEEDS_ROOT: PlayError = PlayError::Needs("--root: the root of the brand's certificates");
const NEEDS_CARD: PlayError =
    PlayError::Needs("--cca: a cardholder CA that certifies the fake's card");
const OD: &[u8] = b"One teapot, brown";
const PRICE: u64 = 12_950;
