//! What a capture says about the sale: a JSON file of the command, and part of the body of a
//! shop's request. Amounts are whole numbers in the unit of the order's price.

mod company;
mod market;

use std::fs;

use serde::Deserialize;
use set_core::asn1::strings::SetString;
use set_core::merchant::Sale;
use set_core::merchant::sale::{Payment, no_detail};
use set_core::msg::amount::CurrencyAmount;
use set_core::msg::ids::CountryCode;
use set_core::msg::payment::market::MarketSpecSaleData;
use set_core::msg::payment::sale_detail::{PayRecurInd, SaleDetail};
use set_core::msg::recur::{InstallRecurInd, Location};
use set_node::program::{self, value};

pub use self::company::{CompanyWish, ItemWish};
pub use self::market::{
    AutoCharges, AutoWish, HotelCharges, HotelWish, LegWish, MarketWish, TransportWish,
};

/// Details of a sale.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SaleWish {
    /// A summary of the order.
    pub summary: Option<String>,
    /// The customer's reference.
    pub customer_reference: Option<String>,
    /// Where the customer may call.
    pub service_phone: Option<String>,
    /// That this number is not to be printed on the statement.
    pub phone_not_printed: bool,
    /// What the line of business adds.
    pub market: Option<MarketWish>,
    /// What companies want to know of their purchases.
    pub company: Option<CompanyWish>,
}

/// A place.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceWish {
    /// ISO 3166 number of the country.
    pub country: u16,
    /// City.
    #[serde(default)]
    pub city: Option<String>,
    /// State or province.
    #[serde(default)]
    pub state: Option<String>,
    /// Postal code.
    #[serde(default)]
    pub postal_code: Option<String>,
    /// The merchant's own name for it.
    #[serde(default)]
    pub location: Option<String>,
}

impl SaleWish {
    /// Reads a JSON file.
    ///
    /// # Errors
    ///
    /// A line that says why the file cannot be read or is no sale.
    pub fn from_file(file: &str) -> Result<Self, String> {
        let octets = fs::read(file).map_err(|fault| fault.to_string())?;
        serde_json::from_slice(&octets).map_err(|fault| fault.to_string())
    }

    /// As the protocol has it, with what is known of the order and its authorization.
    ///
    /// # Errors
    ///
    /// A value is not what it has to be.
    pub(crate) fn detail(
        &self,
        sale: &Sale,
        payment: Option<&Payment>,
    ) -> Result<SaleDetail, program::Failure> {
        let unit = *sale.purch_amt();
        let codes = payment.and_then(|payment| {
            let header = &payment.response.auth_header;
            header.response_data.auth_val_codes.as_ref()
        });
        let market = self.market.as_ref();
        let market = market.map(|market| market.to_wire(unit)).transpose()?;
        let company = self.company.as_ref();
        Ok(SaleDetail {
            pay_recur_ind: Some(kind(sale)),
            auth_char_ind: codes.and_then(|codes| codes.auth_char_ind),
            market_spec_sale_data: market.map(|data| MarketSpecSaleData {
                market_spec_data_id: codes.and_then(|codes| codes.market_spec),
                market_spec_cap_data: Some(data),
            }),
            commercial_card_data: company.map(|company| company.to_wire(unit)).transpose()?,
            order_summary: text("summary", self.summary.as_deref())?,
            customer_reference_number: text(
                "customer reference",
                self.customer_reference.as_deref(),
            )?,
            customer_service_phone: text("service phone", self.service_phone.as_deref())?,
            ok_to_print_phone_ind: !self.phone_not_printed,
            ..no_detail()
        })
    }
}

impl PlaceWish {
    fn to_wire(&self) -> Result<Location, program::Failure> {
        Ok(Location {
            country_code: CountryCode::new(self.country).map_err(value("country"))?,
            city: text("city", self.city.as_deref())?,
            state_province: text("state", self.state.as_deref())?,
            postal_code: text("postal code", self.postal_code.as_deref())?,
            location_id: text("location", self.location.as_deref())?,
        })
    }
}

/// The kind of payment that the cardholder agreed to.
fn kind(sale: &Sale) -> PayRecurInd {
    let terms = sale.ordered.initiated.offer.install_recur_data.as_ref();
    match terms.map(|terms| &terms.install_recur_ind) {
        None => PayRecurInd::SingleTransaction,
        Some(InstallRecurInd::InstallTotalTrans(_)) => PayRecurInd::InstallmentPayment,
        Some(InstallRecurInd::Recurring(_)) => PayRecurInd::RecurringTransaction,
    }
}

/// A text that may lack.
fn text(what: &'static str, text: Option<&str>) -> Result<Option<SetString>, program::Failure> {
    text.map(|text| required(what, text)).transpose()
}

fn required(what: &'static str, text: &str) -> Result<SetString, program::Failure> {
    SetString::new(text).map_err(value(what))
}

fn places(place: Option<&PlaceWish>) -> Result<Option<Location>, program::Failure> {
    place.map(PlaceWish::to_wire).transpose()
}

fn money(unit: CurrencyAmount, amount: u64) -> CurrencyAmount {
    CurrencyAmount { amount, ..unit }
}
