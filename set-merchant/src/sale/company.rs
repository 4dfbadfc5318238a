//! Purchases of companies.

use serde::Deserialize;
use set_core::asn1::SeqOf;
use set_core::msg::amount::CurrencyAmount;
use set_core::msg::payment::commercial::{ChargeInfo, CommercialCardData, Item, Quantity};
use set_node::program::{self, value};

use super::{PlaceWish, money, places, required, text};

/// What companies want to know of their purchases.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CompanyWish {
    /// Freight and shipping.
    pub freight: Option<u64>,
    /// Duty.
    pub duty: Option<u64>,
    /// National tax.
    pub national_tax: Option<u64>,
    /// Local tax.
    pub local_tax: Option<u64>,
    /// All taxes.
    pub tax: Option<u64>,
    /// The merchant's tax number.
    pub merchant_tax_id: Option<String>,
    /// The merchant's place.
    pub merchant_location: Option<PlaceWish>,
    /// Where it was sent from.
    pub ship_from: Option<PlaceWish>,
    /// Where it was sent to.
    pub ship_to: Option<PlaceWish>,
    /// The items, 999 at most.
    pub items: Vec<ItemWish>,
}

/// One item of a purchase.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemWish {
    /// What it is.
    pub descriptor: String,
    /// How many, from 1.
    #[serde(default = "one")]
    pub quantity: u64,
    /// Of which unit.
    #[serde(default)]
    pub unit: Option<String>,
    /// Code of the commodity.
    #[serde(default)]
    pub commodity_code: Option<String>,
    /// Code of the product.
    #[serde(default)]
    pub product_code: Option<String>,
    /// What one costs.
    #[serde(default)]
    pub unit_cost: Option<u64>,
    /// What is taken off.
    #[serde(default)]
    pub discount: Option<u64>,
    /// What all of it costs.
    pub cost: u64,
}

impl CompanyWish {
    pub(super) fn to_wire(
        &self,
        unit: CurrencyAmount,
    ) -> Result<CommercialCardData, program::Failure> {
        let amount = |amount: Option<u64>| amount.map(|amount| money(unit, amount));
        let items = self.items.iter().map(|item| item.to_wire(unit));
        let items: Vec<Item> = items.collect::<Result<_, _>>()?;
        Ok(CommercialCardData {
            charge_info: Some(ChargeInfo {
                total_freight_shipping_amount: amount(self.freight),
                total_duty_tariff_amount: amount(self.duty),
                duty_tariff_reference: None,
                total_national_tax_amount: amount(self.national_tax),
                total_local_tax_amount: amount(self.local_tax),
                total_other_tax_amount: None,
                total_tax_amount: amount(self.tax),
                merchant_tax_id: text("merchant tax id", self.merchant_tax_id.as_deref())?,
                merchant_duty_tariff_ref: None,
                customer_duty_tariff_ref: None,
                summary_commodity_code: None,
                merchant_type: None,
            }),
            merchant_location: places(self.merchant_location.as_ref())?,
            ship_from: places(self.ship_from.as_ref())?,
            ship_to: places(self.ship_to.as_ref())?,
            item_seq: match items.is_empty() {
                true => None,
                false => Some(SeqOf::new(items).map_err(value("items"))?),
            },
        })
    }
}

impl ItemWish {
    fn to_wire(&self, unit: CurrencyAmount) -> Result<Item, program::Failure> {
        Ok(Item {
            quantity: Quantity::new(self.quantity).map_err(value("quantity"))?,
            unit_of_measure_code: text("unit", self.unit.as_deref())?,
            descriptor: required("descriptor", &self.descriptor)?,
            commodity_code: text("commodity code", self.commodity_code.as_deref())?,
            product_code: text("product code", self.product_code.as_deref())?,
            unit_cost: self.unit_cost.map(|cost| money(unit, cost)),
            net_cost: None,
            discount_ind: self.discount.is_some(),
            discount_amount: self.discount.map(|discount| money(unit, discount)),
            national_tax_amount: None,
            national_tax_rate: None,
            national_tax_type: None,
            local_tax_amount: None,
            other_tax_amount: None,
            item_total_cost: money(unit, self.cost),
        })
    }
}

const fn one() -> u64 {
    1
}
