//! Making an offer, and the wake-up message that takes it to the wallet.

use der::asn1::OctetString;
use serde::{Deserialize, Serialize};
use set_core::asn1::SeqOf;
use set_core::crypto::{CryptoProvider, random_array};
use set_core::merchant::{Offer, Order};
use set_core::msg::amount::{Currency, CurrencyAmount};
use set_core::msg::ids::{BrandId, LocalId};
use set_core::msg::recur::{
    InstallRecurData, InstallRecurInd, InstallTotalTrans, Recurring, RecurringFrequency,
};
use set_core::wake_up::{AcceptedBrand, InitiationType, WakeUp, WebAddress};
use set_node::program::{self, value, with};
use set_node::store::Store;

use crate::config::ShopConfig;
use crate::day::Day;
use crate::failure::Failure;
use crate::ledger;
use crate::pos::Profile;

/// An offer as a shop asks for it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewOffer {
    /// The order description, as the cardholder reads it; at most 20,000 octets.
    pub description: String,
    /// The price, in the unit that the exponent sets.
    pub amount: u64,
    /// ISO 4217 number of the currency.
    pub currency: u16,
    /// Power of ten of the unit; −2 for cents.
    pub exponent: i32,
    /// Brands accepted, the preferred first; when empty, the brands enrolled for.
    #[serde(default)]
    pub brands: Vec<String>,
    /// The price is paid in so many instalments, at least 2.
    #[serde(default)]
    pub instalments: Option<u64>,
    /// The price is paid again and again, so many days apart at least, 1 to 366.
    #[serde(default)]
    pub recurring_days: Option<u16>,
    /// The last day of that.
    #[serde(default)]
    pub recurring_until: Option<Day>,
}

/// An offer that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Offered {
    /// The merchant's id of the order, in hexadecimal.
    pub lid_m: String,
    /// Where the wallet gets the wake-up message, when the server has pages.
    pub wake_up_url: Option<String>,
}

/// Makes an offer of a new lid-M and stores it.
///
/// # Errors
///
/// [`program::Failure::Value`] when a field is not what it has to be; the store fails.
pub(crate) async fn make(
    store: &Store,
    crypto: &dyn CryptoProvider,
    profile: &Profile,
    new: NewOffer,
) -> Result<Offer, Failure> {
    let offer = draft(crypto, profile, new)?;
    let mut tx = store.begin().await?;
    ledger::save(&mut tx, &Order::Offered(offer.clone()), 0).await?;
    tx.commit().await?;
    Ok(offer)
}

/// An offer of a new lid-M, which is not stored yet.
///
/// # Errors
///
/// [`program::Failure::Value`] when a field is not what it has to be.
pub(crate) fn draft(
    crypto: &dyn CryptoProvider,
    profile: &Profile,
    new: NewOffer,
) -> Result<Offer, Failure> {
    if !(1..=MOST_OCTETS).contains(&new.description.len()) {
        return Err(program::Failure::Value {
            what: "description",
            fault: "1 to 20000 octets",
        }
        .into());
    }
    let install_recur_data = new.terms()?;
    let brands: Vec<BrandId> = match new.brands.as_slice() {
        [] if profile.brand_id.is_none() => return Err(Failure::NotEnrolled),
        [] => profile.brands(),
        brands => brands
            .iter()
            .map(|brand| BrandId::new(brand.as_str()))
            .collect::<Result<_, _>>()
            .map_err(value("brands"))?,
    };
    let lid_m: [u8; 8] = random_array(crypto).map_err(|fault| with("merchant")(fault.into()))?;
    let offer = Offer {
        lid_m: LocalId::new(lid_m).map_err(value("lid-M"))?,
        od: OctetString::new(new.description.into_bytes()).map_err(|_| {
            program::Failure::Value {
                what: "description",
                fault: "an OCTET STRING",
            }
        })?,
        purch_amt: CurrencyAmount {
            currency: Currency::new(new.currency).map_err(value("currency"))?,
            amount: new.amount,
            amt_exp10: new.exponent,
        },
        brands: SeqOf::new(brands).map_err(value("brands"))?,
        install_recur_data,
    };
    // A wallet could not be told of an offer that no wake-up can hold.
    wake_up(&offer, &ShopConfig::default(), &Profile::default())?
        .to_octets()
        .map_err(Failure::WakeUp)?;
    Ok(offer)
}

impl NewOffer {
    /// Instalments or recurring payment, where the offer is one of these.
    fn terms(&self) -> Result<Option<InstallRecurData>, program::Failure> {
        let ind = match (self.instalments, self.recurring_days, self.recurring_until) {
            (None, None, None) => return Ok(None),
            (Some(number), None, None) => InstallRecurInd::InstallTotalTrans(
                InstallTotalTrans::new(number).map_err(value("instalments"))?,
            ),
            (None, Some(days), Some(Day(last))) => InstallRecurInd::Recurring(Recurring {
                recurring_frequency: RecurringFrequency::new(days)
                    .map_err(value("recurring days"))?,
                recurring_expiry: last,
            }),
            _ => {
                return Err(program::Failure::Value {
                    what: "terms",
                    fault: "either instalments, or recurring_days and recurring_until",
                });
            }
        };
        Ok(Some(InstallRecurData {
            install_recur_ind: ind,
            ir_extensions: None,
        }))
    }
}

/// Where wallets send messages: as configured, else where the server listened last.
pub(crate) fn set_url<'a>(shop: &'a ShopConfig, profile: &'a Profile) -> Option<&'a str> {
    let remembered = profile.set_url.as_ref().map(|url| url.as_str());
    shop.set_url.as_deref().or(remembered)
}

/// The wake-up message for an offer.
///
/// # Errors
///
/// [`Failure::Address`] when the configuration names an address that is none.
pub(crate) fn wake_up(
    offer: &Offer,
    shop: &ShopConfig,
    profile: &Profile,
) -> Result<WakeUp, Failure> {
    let set_url = address("set_url", set_url(shop, profile))?;
    let mut wake_up = WakeUp::new(InitiationType::Payment);
    wake_up.content_type = "text/plain; charset=utf-8".to_owned();
    wake_up.query_url = set_url.clone();
    wake_up.set_url = set_url;
    wake_up.success_url = address("success_url", shop.success_url.as_deref())?;
    wake_up.failure_url = address("failure_url", shop.failure_url.as_deref())?;
    wake_up.cancel_url = address("cancel_url", shop.cancel_url.as_deref())?;
    wake_up.brands = offer
        .brands
        .iter()
        .map(|brand| AcceptedBrand {
            brand_id: brand.clone(),
            logo: None,
        })
        .collect();
    wake_up.purch_amt = Some(offer.purch_amt);
    wake_up.lid_m = Some(offer.lid_m.clone());
    wake_up.install_recur_ind = offer
        .install_recur_data
        .as_ref()
        .map(|data| data.install_recur_ind.clone());
    wake_up.od = offer.od.as_bytes().to_vec();
    Ok(wake_up)
}

/// What is told of an offer that was made.
pub(crate) fn told(offer: &Offer, shop: &ShopConfig, profile: &Profile) -> Offered {
    let public = shop
        .public_url
        .as_deref()
        .or(profile.public_url.as_ref().map(|url| url.as_str()));
    Offered {
        lid_m: offer.lid_m.to_string(),
        wake_up_url: public
            .map(|base| format!("{}/wake-up/{}", base.trim_end_matches('/'), offer.lid_m)),
    }
}

fn address(key: &'static str, text: Option<&str>) -> Result<Option<WebAddress>, Failure> {
    text.map(str::parse)
        .transpose()
        .map_err(|fault| Failure::Address { key, fault })
}

/// Octets of an order description; with its header and base64 it fits a wake-up.
const MOST_OCTETS: usize = 20_000;
