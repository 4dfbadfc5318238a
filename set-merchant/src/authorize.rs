//! `authorize` and `reverse`.

use der::asn1::Null;
use set_core::error::Error;
use set_core::merchant::authorize::Wish;
use set_core::merchant::sale::Waiting;
use set_core::merchant::{Order, Sale};
use set_core::msg::amount::CurrencyAmount;
use set_core::msg::ids::{CountryCode, MerchCatCode, Rrpid};
use set_core::msg::payment::auth_req::{AvsData, MerchData, SpecialProcessing};
use set_core::msg::payment::market::{
    MarketAutoAuth, MarketHotelAuth, MarketSpecAuthData, Prestige, StayDuration,
};
use set_core::msg::recur::Location;
use set_node::cli::Exit;
use set_node::program::{self, Screen, value};

use crate::attempts;
use crate::claims::{self, Claim};
use crate::cli::{AuthorizeArgs, ReverseArgs};
use crate::collection::{By, Done};
use crate::failure::Failure;
use crate::fault::Fault;
use crate::ledger::{self, Entry};
use crate::pos::Pos;
use crate::report::Report;
use crate::service::Till;
use crate::superseded;
use crate::wishes::{AuthorizeWish, Market, ReverseWish, Special};

/// Authorizes an order, or the next part of it; asks again when an answer is awaited.
///
/// # Errors
///
/// There is no such order or no gateway; no authorization may follow; the gateway cannot be
/// reached or its answer is not good.
pub async fn authorize(
    pos: &Pos,
    args: &AuthorizeArgs,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let till = pos.till(args.gateway.as_ref()).await?;
    let report = till.authorize_order(&args.order, &args.wish, None).await?;
    screen.result(&report);
    Ok(report.exit())
}

/// Lowers an authorization, or takes it back; asks again when an answer is awaited.
///
/// # Errors
///
/// There is no such order, no gateway, or nothing authorized; the gateway cannot be reached or
/// its answer is not good.
pub async fn reverse(pos: &Pos, args: &ReverseArgs, screen: &mut Screen) -> Result<Exit, Failure> {
    let till = pos.till(args.gateway.as_ref()).await?;
    let report = till.reverse_order(&args.order, args.wish, None).await?;
    screen.result(&report);
    Ok(report.exit())
}

impl Till {
    /// Authorizes an order, or the next part of it.
    ///
    /// When an authorization of the order is awaited, that one is asked for again; with a
    /// `claim` it is refused instead.
    ///
    /// # Errors
    ///
    /// There is no such order; no authorization may follow; the gateway cannot be reached or
    /// its answer is not good.
    pub async fn authorize_order(
        &self,
        order: &str,
        wish: &AuthorizeWish,
        claim: Option<&Claim>,
    ) -> Result<Report, Failure> {
        let entry = self.entry(order).await?;
        let mut report = Report::default();
        match entry.order {
            Order::Placed(sale) => match (&sale.waiting, claim) {
                (Some(Waiting::Authorization(state)), None) => {
                    let rrpid = state.rrpid;
                    report.add(&match self.resume(rrpid, By::Operator).await {
                        // Who is busy now may have authorized it before.
                        Err(Fault::Protocol(Error::Refused(refused)))
                            if refused.code != attempts::BUSY =>
                        {
                            Box::pin(self.authorize_anew(order, rrpid, wish)).await?
                        }
                        outcome => outcome?,
                    });
                }
                (Some(_), Some(_)) => return Err(Failure::Waits(order.to_owned())),
                _ => {
                    let wish = wish.step(&sale, self.first_authorization(&sale))?;
                    let held = (sale, entry.version);
                    report.add(&self.authorize(held, wish, claim).await?);
                }
            },
            other => report.pass_over(&other),
        }
        Ok(report)
    }

    /// Asks for an authorization in a new message, in place of the one that the gateway
    /// answers with an Error, such as that it is too old. Should it have authorized that one all
    /// the same, see [`superseded`].
    async fn authorize_anew(
        &self,
        order: &str,
        refused: Rrpid,
        wish: &AuthorizeWish,
    ) -> Result<Vec<Done>, Failure> {
        let Entry { order, version } = self.entry(order).await?;
        let Order::Placed(mut sale) = order else {
            return Ok(Vec::new());
        };
        let former = sale.waiting.take();
        let Some(former) = former.filter(|former| former.rrpid() == refused) else {
            // Somebody was faster.
            return Ok(Vec::new());
        };
        let wish = wish.step(&sale, self.first_authorization(&sale))?;
        let mut tx = self.store.begin().await?;
        claims::abandon(&mut tx, refused).await?;
        let lid_m = &sale.ordered.initiated.offer.lid_m;
        attempts::clear(&mut tx, lid_m).await?;
        superseded::keep(&mut tx, lid_m, &former).await?;
        let version = ledger::save(&mut tx, &sale.clone().into(), version).await?;
        tx.commit().await?;
        Ok(self.authorize((sale, version), wish, None).await?)
    }

    /// Lowers the last authorization of an order, or takes it back.
    ///
    /// When a reversal of the order is awaited, that one is asked for again; with a `claim` it
    /// is refused instead.
    ///
    /// # Errors
    ///
    /// There is no such order, or nothing authorized; the gateway cannot be reached or its
    /// answer is not good.
    pub async fn reverse_order(
        &self,
        order: &str,
        wish: ReverseWish,
        claim: Option<&Claim>,
    ) -> Result<Report, Failure> {
        let entry = self.entry(order).await?;
        let mut report = Report::default();
        match entry.order {
            Order::Placed(sale) => {
                let mut open = sale.payments.iter().rev();
                let last = open.find(|payment| payment.amount.amount > 0);
                let last = last.map(|payment| (payment.auth_rrpid, payment.amount));
                match (&sale.waiting, last, claim) {
                    (Some(_), _, Some(_)) => return Err(Failure::Waits(order.to_owned())),
                    (Some(Waiting::Reversal(state)), ..) => {
                        report.add(&self.resume(state.rrpid, By::Operator).await?);
                    }
                    (_, Some((auth_rrpid, authorized)), _) => {
                        let left = CurrencyAmount {
                            amount: wish.leave,
                            ..authorized
                        };
                        let held = (sale, entry.version);
                        report.add(&self.reverse(held, auth_rrpid, left, claim).await?);
                    }
                    (_, None, _) => report.pass_over(&sale.into()),
                }
            }
            other => report.pass_over(&other),
        }
        Ok(report)
    }
}

impl AuthorizeWish {
    /// As the protocol asks for it; what is left open is as in `usual`.
    fn step(&self, sale: &Sale, usual: Wish) -> Result<Wish, Failure> {
        let category = self.category.as_deref().map(MerchCatCode::new).transpose();
        Ok(Wish {
            amount: CurrencyAmount {
                amount: self.amount.unwrap_or(usual.amount.amount),
                ..usual.amount
            },
            capture_now: self.capture_now || usual.capture_now,
            subsequent_auth_ind: self.subsequent || usual.subsequent_auth_ind,
            request_card_type_ind: self.card_type,
            avs_data: self.avs_data()?,
            special_processing: self.special.map(|special| match special {
                Special::DirectMarketing => SpecialProcessing::DirectMarketing,
                Special::PreferredCustomer => SpecialProcessing::PreferredCustomer,
            }),
            merch_data: MerchData {
                merch_cat_code: category.map_err(value("category"))?,
                merch_group: None,
            },
            market_spec_auth_data: self.market()?,
            sale_detail: match &self.sale {
                Some(wish) => Some(wish.detail(sale, None)?),
                None => usual.sale_detail,
            },
            card_suspect: usual.card_suspect,
        })
    }

    fn market(&self) -> Result<Option<MarketSpecAuthData>, Failure> {
        let duration = || {
            let days = self.duration.ok_or(program::Failure::Value {
                what: "duration",
                fault: "missing beside market auto or hotel",
            })?;
            StayDuration::new(days).map_err(value("duration"))
        };
        Ok(match self.market {
            None => None,
            Some(Market::Auto) => Some(MarketSpecAuthData::AutoRental(MarketAutoAuth {
                duration: duration()?,
            })),
            Some(Market::Hotel) => Some(MarketSpecAuthData::Hotel(MarketHotelAuth {
                duration: duration()?,
                prestige: self.prestige.map(prestige).transpose()?,
            })),
            Some(Market::Transport) => Some(MarketSpecAuthData::Transport(Null)),
        })
    }

    fn avs_data(&self) -> Result<Option<AvsData>, Failure> {
        let Some(country) = self.country else {
            if self.street.is_some() || self.postal_code.is_some() {
                return Err(program::Failure::Value {
                    what: "country",
                    fault: "missing beside street or postal_code",
                }
                .into());
            }
            return Ok(None);
        };
        let street = self.street.as_deref().map(str::parse).transpose();
        let postal_code = self.postal_code.as_deref().map(str::parse).transpose();
        Ok(Some(AvsData {
            street_address: street.map_err(value("street"))?,
            location: Location {
                country_code: CountryCode::new(country).map_err(value("country"))?,
                city: None,
                state_province: None,
                postal_code: postal_code.map_err(value("postal code"))?,
                location_id: None,
            },
        }))
    }
}

fn prestige(level: u8) -> Result<Prestige, program::Failure> {
    match level {
        0 => Ok(Prestige::Unknown),
        1 => Ok(Prestige::Level1),
        2 => Ok(Prestige::Level2),
        3 => Ok(Prestige::Level3),
        _ => Err(program::Failure::Value {
            what: "prestige",
            fault: "0 to 3",
        }),
    }
}
