//! `authorize` and `reverse`.

use set_core::merchant::Order;
use set_core::merchant::authorize::Wish;
use set_core::merchant::sale::Waiting;
use set_core::msg::amount::CurrencyAmount;
use set_core::msg::ids::{CountryCode, MerchCatCode};
use set_core::msg::payment::auth_req::{AvsData, MerchData, SpecialProcessing};
use set_core::msg::recur::Location;
use set_node::cli::Exit;
use set_node::program::{Screen, value};

use crate::cli::{AuthorizeArgs, ReverseArgs, Special};
use crate::failure::Failure;
use crate::pos::Pos;
use crate::report::Report;

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
    let entry = pos.entry(&args.order).await?;
    let mut report = Report::default();
    match entry.order {
        Order::Placed(sale) => match &sale.waiting {
            Some(Waiting::Authorization(state)) => report.add(&till.resume(state.rrpid).await?),
            _ => {
                let wish = wish(args, till.first_authorization(&sale))?;
                report.add(&till.authorize((sale, entry.version), wish).await?);
            }
        },
        other => report.pass_over(&other),
    }
    screen.result(&report);
    Ok(report.exit())
}

fn wish(args: &AuthorizeArgs, usual: Wish) -> Result<Wish, Failure> {
    let category = args.category.as_deref().map(MerchCatCode::new).transpose();
    Ok(Wish {
        amount: CurrencyAmount {
            amount: args.amount.unwrap_or(usual.amount.amount),
            ..usual.amount
        },
        capture_now: args.capture_now || usual.capture_now,
        subsequent_auth_ind: args.subsequent || usual.subsequent_auth_ind,
        request_card_type_ind: args.card_type,
        avs_data: avs_data(args)?,
        special_processing: args.special.map(|special| match special {
            Special::DirectMarketing => SpecialProcessing::DirectMarketing,
            Special::PreferredCustomer => SpecialProcessing::PreferredCustomer,
        }),
        merch_data: MerchData {
            merch_cat_code: category.map_err(value("category"))?,
            merch_group: None,
        },
        ..usual
    })
}

fn avs_data(args: &AuthorizeArgs) -> Result<Option<AvsData>, Failure> {
    let Some(country) = args.country else {
        return Ok(None);
    };
    let street = args.street.as_deref().map(str::parse).transpose();
    let postal_code = args.postal_code.as_deref().map(str::parse).transpose();
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

/// Lowers an authorization, or takes it back; asks again when an answer is awaited.
///
/// # Errors
///
/// There is no such order, no gateway, or nothing authorized; the gateway cannot be reached or
/// its answer is not good.
pub async fn reverse(pos: &Pos, args: &ReverseArgs, screen: &mut Screen) -> Result<Exit, Failure> {
    let till = pos.till(args.gateway.as_ref()).await?;
    let entry = pos.entry(&args.order).await?;
    let mut report = Report::default();
    match entry.order {
        Order::Placed(sale) => {
            let mut open = sale.payments.iter().rev();
            let last = open.find(|payment| payment.amount.amount > 0);
            let last = last.map(|payment| (payment.auth_rrpid, payment.amount));
            match (&sale.waiting, last) {
                (Some(Waiting::Reversal(state)), _) => {
                    report.add(&till.resume(state.rrpid).await?);
                }
                (_, Some((auth_rrpid, authorized))) => {
                    let left = CurrencyAmount {
                        amount: args.leave,
                        ..authorized
                    };
                    let held = (sale, entry.version);
                    report.add(&till.reverse(held, auth_rrpid, left).await?);
                }
                (_, None) => report.pass_over(&sale.into()),
            }
        }
        other => report.pass_over(&other),
    }
    screen.result(&report);
    Ok(report.exit())
}
