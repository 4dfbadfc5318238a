//! CommercialCardData: what a capture says about a company's purchase.

use crate::asn1::strings::SetString;
use crate::asn1::{FloatingPoint, SeqOf};
use crate::msg::amount::CurrencyAmount;
use crate::msg::recur::Location;
use crate::sequence;

sequence! {
    /// Details for purchases of companies.
    ///
    /// ```text
    /// CommercialCardData ::= SEQUENCE {
    ///   chargeInfo        [0] ChargeInfo OPTIONAL,
    ///   merchantLocation  [1] Location OPTIONAL,
    ///   shipFrom          [2] Location OPTIONAL,
    ///   shipTo            [3] Location OPTIONAL,
    ///   itemSeq           [4] SEQUENCE SIZE(1..999) OF Item OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CommercialCardData = "CommercialCardData" {
        /// Freight, duty and taxes.
        charge_info: Option<ChargeInfo> = "chargeInfo" [implicit 0 optional],
        /// Where the merchant is.
        merchant_location: Option<Location> = "merchantLocation" [implicit 1 optional],
        /// Where the goods come from.
        ship_from: Option<Location> = "shipFrom" [implicit 2 optional],
        /// Where they go.
        ship_to: Option<Location> = "shipTo" [implicit 3 optional],
        /// The goods.
        item_seq: Option<SeqOf<Item, 1, 999>> = "itemSeq" [implicit 4 optional],
    }
}

sequence! {
    /// Freight, duty and taxes of a purchase.
    ///
    /// ```text
    /// ChargeInfo ::= SEQUENCE {
    ///   totalFreightShippingAmount  [ 0] CurrencyAmount OPTIONAL,
    ///   totalDutyTariffAmount       [ 1] CurrencyAmount OPTIONAL,
    ///   dutyTariffReference         [ 2] EXPLICIT SETString OPTIONAL,
    ///   totalNationalTaxAmount      [ 3] CurrencyAmount OPTIONAL,
    ///   totalLocalTaxAmount         [ 4] CurrencyAmount OPTIONAL,
    ///   totalOtherTaxAmount         [ 5] CurrencyAmount OPTIONAL,
    ///   totalTaxAmount              [ 6] CurrencyAmount OPTIONAL,
    ///   merchantTaxID               [ 7] EXPLICIT SETString OPTIONAL,
    ///   merchantDutyTariffRef       [ 8] EXPLICIT SETString OPTIONAL,
    ///   customerDutyTariffRef       [ 9] EXPLICIT SETString OPTIONAL,
    ///   summaryCommodityCode        [10] EXPLICIT SETString OPTIONAL,
    ///   merchantType                [11] EXPLICIT SETString OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct ChargeInfo = "ChargeInfo" {
        /// Freight.
        total_freight_shipping_amount: Option<CurrencyAmount> = "totalFreightShippingAmount" [implicit 0 optional],
        /// Duty.
        total_duty_tariff_amount: Option<CurrencyAmount> = "totalDutyTariffAmount" [implicit 1 optional],
        /// Reference for the duty.
        duty_tariff_reference: Option<SetString> = "dutyTariffReference" [explicit 2 optional],
        /// National tax.
        total_national_tax_amount: Option<CurrencyAmount> = "totalNationalTaxAmount" [implicit 3 optional],
        /// Local tax.
        total_local_tax_amount: Option<CurrencyAmount> = "totalLocalTaxAmount" [implicit 4 optional],
        /// Other taxes.
        total_other_tax_amount: Option<CurrencyAmount> = "totalOtherTaxAmount" [implicit 5 optional],
        /// All taxes.
        total_tax_amount: Option<CurrencyAmount> = "totalTaxAmount" [implicit 6 optional],
        /// The merchant's number at the tax office.
        merchant_tax_id: Option<SetString> = "merchantTaxID" [explicit 7 optional],
        /// The merchant's reference at customs.
        merchant_duty_tariff_ref: Option<SetString> = "merchantDutyTariffRef" [explicit 8 optional],
        /// The customer's reference at customs.
        customer_duty_tariff_ref: Option<SetString> = "customerDutyTariffRef" [explicit 9 optional],
        /// The kind of goods.
        summary_commodity_code: Option<SetString> = "summaryCommodityCode" [explicit 10 optional],
        /// The kind of merchant.
        merchant_type: Option<SetString> = "merchantType" [explicit 11 optional],
    }
}

sequence! {
    /// One line of a purchase.
    ///
    /// ```text
    /// Item ::= SEQUENCE {
    ///   quantity           INTEGER (1..MAX) DEFAULT 1,
    ///   unitOfMeasureCode  [ 0] EXPLICIT SETString OPTIONAL,
    ///   descriptor         SETString,
    ///   commodityCode      [ 1] EXPLICIT SETString OPTIONAL,
    ///   productCode        [ 2] EXPLICIT SETString OPTIONAL,
    ///   unitCost           [ 3] CurrencyAmount OPTIONAL,
    ///   netCost            [ 4] CurrencyAmount OPTIONAL,
    ///   discountInd        BOOLEAN DEFAULT FALSE,
    ///   discountAmount     [ 5] CurrencyAmount OPTIONAL,
    ///   nationalTaxAmount  [ 6] CurrencyAmount OPTIONAL,
    ///   nationalTaxRate    [ 7] FloatingPoint OPTIONAL,
    ///   nationalTaxType    [ 8] EXPLICIT SETString OPTIONAL,
    ///   localTaxAmount     [ 9] CurrencyAmount OPTIONAL,
    ///   otherTaxAmount     [10] CurrencyAmount OPTIONAL,
    ///   itemTotalCost      CurrencyAmount
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Item = "Item" {
        /// How many.
        quantity: Quantity = "quantity" [default Quantity::ONE],
        /// Of what unit.
        unit_of_measure_code: Option<SetString> = "unitOfMeasureCode" [explicit 0 optional],
        /// What it is.
        descriptor: SetString = "descriptor",
        /// Its kind.
        commodity_code: Option<SetString> = "commodityCode" [explicit 1 optional],
        /// Its number at the merchant.
        product_code: Option<SetString> = "productCode" [explicit 2 optional],
        /// The price of one.
        unit_cost: Option<CurrencyAmount> = "unitCost" [implicit 3 optional],
        /// The price of all.
        net_cost: Option<CurrencyAmount> = "netCost" [implicit 4 optional],
        /// Whether there is a discount.
        discount_ind: bool = "discountInd" [default false],
        /// The discount.
        discount_amount: Option<CurrencyAmount> = "discountAmount" [implicit 5 optional],
        /// National tax.
        national_tax_amount: Option<CurrencyAmount> = "nationalTaxAmount" [implicit 6 optional],
        /// Rate of the national tax.
        national_tax_rate: Option<FloatingPoint> = "nationalTaxRate" [implicit 7 optional],
        /// Kind of national tax.
        national_tax_type: Option<SetString> = "nationalTaxType" [explicit 8 optional],
        /// Local tax.
        local_tax_amount: Option<CurrencyAmount> = "localTaxAmount" [implicit 9 optional],
        /// Other taxes.
        other_tax_amount: Option<CurrencyAmount> = "otherTaxAmount" [implicit 10 optional],
        /// All together.
        item_total_cost: CurrencyAmount = "itemTotalCost",
    }
}

crate::integer! {
    /// Number of units, from 1.
    ///
    /// ```text
    /// INTEGER (1..MAX)
    /// ```
    pub struct Quantity(u64) = "quantity", 1..=u64::MAX, "INTEGER (1..MAX)";
}

impl Quantity {
    /// The DEFAULT.
    pub const ONE: Self = Self(1);
}
