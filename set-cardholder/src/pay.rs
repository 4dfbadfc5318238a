//! `pay`: from a shop's wake-up message to the merchant's signed answer.

use std::fmt;

use set_core::asn1::strings::SetString;
use set_core::cardholder::purchase::{Initiating, Offered, Ordering, Wish};
use set_core::msg::ids::{Bin, BrandId, Url};
use set_core::msg::recur::{InstallRecurData, InstallRecurInd, Recurring};
use set_core::proof::ChainVerified;
use set_core::wake_up::{Payment, WakeUp};
use set_core::x509::name::Brand;
use set_node::cli::Exit;
use set_node::money::Money;
use set_node::program::{Screen, shown, with};
use set_node::proved::Proved;
use set_node::transport::{Endpoint, MediaType, TransportError};

use crate::card::CardData;
use crate::cli::PayArgs;
use crate::failure::Failure;
use crate::fetch;
use crate::order::{self, Order, Progress};
use crate::outcome::{self, Told};
use crate::payer::Payer;
use crate::wallet::{Peer, Wallet};

/// Pays what a wake-up message describes.
///
/// The order is remembered before PReq is sent: whatever happens then, `inquire` can ask
/// what came of it.
///
/// # Errors
///
/// The wake-up message is wrong or of another brand; the merchant cannot be reached or does
/// not prove who it is; the cardholder does not agree.
pub async fn pay(
    wallet: &mut Wallet,
    args: &PayArgs,
    card: impl FnOnce() -> Result<CardData, Failure>,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let payer = Payer::of(wallet, args, card)?;
    let octets = fetch::wake_up(&args.wake_up, &wallet.config.timeouts).await?;
    let wake_up = WakeUp::parse(&octets).map_err(Failure::WakeUp)?;
    wake_up
        .check_extension(|_| false)
        .map_err(Failure::WakeUp)?;
    let payment = wake_up.payment().map_err(Failure::WakeUp)?;
    let wish = Wish {
        od: payment.od.to_vec(),
        purch_amt: payment.purch_amt,
        brand_id: brand(&payment, &payer.brand()?)?,
        language: wallet.language()?,
        lid_m: payment.lid_m.cloned(),
        install_recur_data: wake_up.install_recur_data(),
    };
    let endpoint: Endpoint = payment.set_url.as_str().parse().map_err(Failure::Address)?;
    let query_url = wake_up.query_url.as_ref().unwrap_or(payment.set_url);
    // An address that cannot be called later is better found now.
    let _callable: Endpoint = query_url.as_str().parse().map_err(Failure::Address)?;
    let query_url = Url::new(query_url.as_str())
        .map_err(|_| Failure::Peer("the wake-up message's query URL is too long"))?;

    let peer = wallet.caller(endpoint, "merchant", MediaType::Payment);
    let offered = initiate(wallet, &peer, wish.clone(), payer.bin()?).await?;
    let merchant = merchant_name(offered.merchant());
    let offer = Offer {
        merchant: merchant.clone(),
        amount: Money(wish.purch_amt).to_string(),
        brand: wish.brand_id.to_string(),
        card: payer.pan().masked(),
        signed: matches!(payer, Payer::Certified(_)),
        order: described(&wish.od),
        terms: wish.install_recur_data.as_ref().map(terms),
    };
    if !args.yes && !screen.agrees(&offer, "Pay?") {
        return Err(Failure::Disagreed);
    }

    let context = wallet.station.context();
    let (ordering, request) = payer.pay(&context, offered)?;
    let order = Order {
        number: 0,
        placed: ordering.placed().clone(),
        merchant: SetString::new(merchant)
            .map_err(|_| Failure::Peer("the merchant's certified name is too long"))?,
        query_url,
        progress: None,
        unsigned: matches!(payer, Payer::Unsigned { .. }),
    };
    let order = order::remember(&wallet.store, order).await?;
    let response = peer
        .exchange(&request)
        .await
        .map_err(|source| unanswered(&order, source))?;
    let next = wake_up.success_url.as_ref().map(ToString::to_string);
    let paid = Paid {
        ordering,
        order,
        payer,
    };
    finish(wallet, paid, &response, next, screen).await
}

/// PInitReq and PInitRes: the merchant and the gateway are who they say.
async fn initiate(
    wallet: &mut Wallet,
    peer: &Peer,
    wish: Wish,
    bin: Bin,
) -> Result<Offered, Failure> {
    let context = wallet.station.context();
    let (state, request) =
        Initiating::start(&context, wish, bin, &wallet.trust).map_err(with("wallet"))?;
    let response = peer.exchange(&request).await?;
    let context = wallet.station.context();
    let offered = state
        .handle(&context, &response, &mut wallet.trust)
        .map_err(with("merchant"))?;
    Proved::new("cardholder", "PInitRes", Some(offered.trans_ids().xid))
        .chain("merchant", offered.merchant())
        .chain("gateway", offered.gateway())
        .fact("the merchant's signature is over our challenge")
        .tell(wallet.trace);
    wallet.keep_trust()?;
    Ok(offered)
}

/// An order whose PReq was answered.
struct Paid {
    ordering: Ordering,
    order: Order,
    payer: Payer,
}

/// PRes: what the merchant made of the order.
async fn finish(
    wallet: &mut Wallet,
    paid: Paid,
    response: &[u8],
    next: Option<String>,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let Paid {
        ordering,
        order,
        payer,
    } = paid;
    let context = wallet.station.context();
    let (placed, outcome) = ordering
        .handle(&context, response, &mut wallet.trust)
        .map_err(|fault| Failure::Unproved {
            xid: order.placed.trans_ids.xid.to_string(),
            source: with("merchant")(fault).into(),
        })?;
    Proved::new("cardholder", "PRes", Some(placed.trans_ids.xid))
        .fact("signed by the merchant that was ordered from")
        .fact("about this transaction, over our challenge")
        .tell(wallet.trace);
    let Some(payload) = outcome.payloads().first() else {
        return Err(outcome::NOTHING_SAID);
    };
    let progress = Progress::of(payload, wallet.station.now());
    let order = order::update(&wallet.store, order, progress.clone()).await?;
    let messages = outcome::messages(wallet, &order.placed, payer.secret(), &outcome);
    screen.result(&Told::new(&order, &outcome, messages, next));
    Ok(outcome::exit(&progress))
}

/// The brand to pay with: as the shop spells it, if it takes ours.
fn brand(payment: &Payment<'_>, ours: &Brand) -> Result<BrandId, Failure> {
    let accepted = payment
        .brands
        .iter()
        .find(|accepted| Brand::of(&accepted.brand_id) == *ours);
    match accepted {
        Some(accepted) => Ok(accepted.brand_id.clone()),
        None => {
            let names: Vec<&str> = payment
                .brands
                .iter()
                .map(|accepted| accepted.brand_id.as_str())
                .collect();
            Err(Failure::Brand {
                accepted: names.join(", "),
                brand: ours.to_string(),
            })
        }
    }
}

/// The name that the merchant's certificate gives: as on the statement, and the city.
fn merchant_name(merchant: &ChainVerified) -> String {
    let certificate = merchant.certificate();
    match certificate.merchant_data() {
        Ok(data) => {
            let names = data.mer_name_seq.first();
            format!("{}, {}", names.name, names.city)
        }
        Err(_) => certificate.subject().to_string(),
    }
}

fn unanswered(order: &Order, source: TransportError) -> Failure {
    let xid = order.placed.trans_ids.xid.to_string();
    Failure::Unanswered { xid, source }
}

/// The order description as far as it is text, in one line; what is left out is counted.
fn described(od: &[u8]) -> String {
    let text = String::from_utf8_lossy(od);
    let line: Vec<&str> = text.split_whitespace().collect();
    let line = shown(&line.join(" "));
    let left_out = line.chars().count().saturating_sub(MOST_SHOWN);
    match left_out {
        0 => line,
        _ => {
            let begin: String = line.chars().take(MOST_SHOWN).collect();
            format!("{begin}… ({left_out} more characters)")
        }
    }
}

/// What the cardholder agrees to beyond one payment.
fn terms(more: &InstallRecurData) -> String {
    match &more.install_recur_ind {
        InstallRecurInd::InstallTotalTrans(number) => {
            format!("paid in {} instalments", number.value())
        }
        InstallRecurInd::Recurring(Recurring {
            recurring_frequency,
            recurring_expiry,
        }) => format!(
            "charged again and again until {recurring_expiry}, at least {} days apart",
            recurring_frequency.value()
        ),
    }
}

/// What the cardholder is to agree to.
struct Offer {
    merchant: String,
    amount: String,
    brand: String,
    card: String,
    signed: bool,
    order: String,
    terms: Option<String>,
}

impl fmt::Display for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Merchant  {}  (certified)", shown(&self.merchant))?;
        writeln!(f, "Amount    {}", self.amount)?;
        writeln!(f, "Card      {} {}", self.brand, self.card)?;
        if !self.signed {
            writeln!(
                f,
                "Signature none: nothing will prove that it was you who ordered"
            )?;
        }
        write!(f, "Order     {}", self.order)?;
        match &self.terms {
            Some(terms) => write!(f, "\nTerms     {terms}"),
            None => Ok(()),
        }
    }
}

/// Characters of an order description.
const MOST_SHOWN: usize = 200;

#[cfg(test)]
mod tests {
    use set_core::asn1::Date;
    use set_core::msg::recur::{InstallTotalTrans, RecurringFrequency};

    use super::*;

    #[test]
    fn consent_is_asked_for_all_terms_and_what_is_cut_is_said_to_be() {
        let long = [&[b'x'; 230][..], b"\r\n in red"].concat();
        let mut offer = Offer {
            merchant: "Shop\nAmount    1 USD, Lyons".to_owned(),
            amount: "129.50 USD".to_owned(),
            brand: "Orchard".to_owned(),
            card: "0003".to_owned(),
            signed: true,
            order: described(&long),
            terms: None,
        };
        let told = offer.to_string();
        assert!(told.ends_with("x… (37 more characters)"), "{told}");
        assert_eq!(told.lines().count(), 4, "{told}");
        for (ind, words) in [
            (
                InstallRecurInd::InstallTotalTrans(InstallTotalTrans::new(3).unwrap()),
                "\nTerms     paid in 3 instalments",
            ),
            (
                InstallRecurInd::Recurring(Recurring {
                    recurring_frequency: RecurringFrequency::new(30).unwrap(),
                    recurring_expiry: Date::EPOCH,
                }),
                "\nTerms     charged again and again until 1970-01-01",
            ),
        ] {
            offer.terms = Some(terms(&InstallRecurData {
                install_recur_ind: ind,
                ir_extensions: None,
            }));
            let told = offer.to_string();
            assert!(told.contains(words), "{told}");
        }
    }
}
