//! Hotels.

use crate::asn1::Date;
use crate::asn1::strings::SetString;
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::Phone;
use crate::{enumerated, sequence};

sequence! {
    /// A stay at a hotel.
    ///
    /// ```text
    /// MarketHotelCap ::= SEQUENCE {
    ///   arrivalDate           Date,
    ///   hotelNoShow           [0] HotelNoShow OPTIONAL,
    ///   departureDate         Date,
    ///   durationOfStay        [1] INTEGER (0..99) OPTIONAL,
    ///   folioNumber           [2] EXPLICIT SETString OPTIONAL,
    ///   propertyPhone         [3] EXPLICIT Phone OPTIONAL,
    ///   customerServicePhone  [4] EXPLICIT Phone OPTIONAL,
    ///   programCode           [5] EXPLICIT SETString OPTIONAL,
    ///   hotelRateInfo         [6] HotelRateInfo OPTIONAL,
    ///   hotelCharges          HotelCharges
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct MarketHotelCap = "MarketHotelCap" {
        /// Arrival.
        arrival_date: Date = "arrivalDate",
        /// That the guest did not come.
        hotel_no_show: Option<HotelNoShow> = "hotelNoShow" [implicit 0 optional],
        /// Departure.
        departure_date: Date = "departureDate",
        /// Days.
        duration_of_stay: Option<DurationOfStay> = "durationOfStay" [implicit 1 optional],
        /// The hotel's own number.
        folio_number: Option<SetString> = "folioNumber" [explicit 2 optional],
        /// The hotel's telephone number.
        property_phone: Option<Phone> = "propertyPhone" [explicit 3 optional],
        /// Where the guest may call.
        customer_service_phone: Option<Phone> = "customerServicePhone" [explicit 4 optional],
        /// A special programme.
        program_code: Option<SetString> = "programCode" [explicit 5 optional],
        /// The rates.
        hotel_rate_info: Option<HotelRateInfo> = "hotelRateInfo" [implicit 6 optional],
        /// What it cost.
        hotel_charges: HotelCharges = "hotelCharges",
    }
}

crate::integer! {
    /// Days, 0 to 99.
    ///
    /// ```text
    /// INTEGER (0..99)
    /// ```
    pub struct DurationOfStay(u8) = "durationOfStay", 0..=99, "INTEGER (0..99)";
}

enumerated! {
    /// Why a guest who did not come is charged.
    ///
    /// ```text
    /// HotelNoShow ::= ENUMERATED { guaranteedLateArrival(0) }
    /// ```
    pub enum HotelNoShow = "HotelNoShow" {
        /// The room was kept overnight.
        GuaranteedLateArrival = 0 "guaranteedLateArrival",
    }
}

sequence! {
    /// The rates of a hotel.
    ///
    /// ```text
    /// HotelRateInfo ::= SEQUENCE {
    ///   dailyRoomRate  CurrencyAmount,
    ///   dailyTaxRate   CurrencyAmount OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct HotelRateInfo = "HotelRateInfo" {
        /// For the room, by the day.
        daily_room_rate: CurrencyAmount = "dailyRoomRate",
        /// Tax, by the day.
        daily_tax_rate: Option<CurrencyAmount> = "dailyTaxRate" [optional],
    }
}

sequence! {
    /// What a stay cost.
    ///
    /// ```text
    /// HotelCharges ::= SEQUENCE {
    ///   roomCharges             CurrencyAmount,
    ///   roomTax                 [0] CurrencyAmount OPTIONAL,
    ///   prepaidExpenses         [1] CurrencyAmount OPTIONAL,
    ///   foodBeverageCharges     [2] CurrencyAmount OPTIONAL,
    ///   roomServiceCharges      [3] CurrencyAmount OPTIONAL,
    ///   miniBarCharges          [4] CurrencyAmount OPTIONAL,
    ///   laundryCharges          [5] CurrencyAmount OPTIONAL,
    ///   telephoneCharges        [6] CurrencyAmount OPTIONAL,
    ///   businessCenterCharges   [7] CurrencyAmount OPTIONAL,
    ///   parkingCharges          [8] CurrencyAmount OPTIONAL,
    ///   movieCharges            [9] CurrencyAmount OPTIONAL,
    ///   healthClubCharges      [10] CurrencyAmount OPTIONAL,
    ///   giftShopPurchases      [11] CurrencyAmount OPTIONAL,
    ///   folioCashAdvances      [12] CurrencyAmount OPTIONAL,
    ///   otherCharges           [13] CurrencyAmount OPTIONAL,
    ///   totalTaxAmount         [14] CurrencyAmount OPTIONAL,
    ///   auditAdjustment        [15] CurrencyAmount OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct HotelCharges = "HotelCharges" {
        /// The room.
        room_charges: CurrencyAmount = "roomCharges",
        /// Tax on the room.
        room_tax: Option<CurrencyAmount> = "roomTax" [implicit 0 optional],
        /// Paid beforehand.
        prepaid_expenses: Option<CurrencyAmount> = "prepaidExpenses" [implicit 1 optional],
        /// Food and drink.
        food_beverage_charges: Option<CurrencyAmount> = "foodBeverageCharges" [implicit 2 optional],
        /// Room service.
        room_service_charges: Option<CurrencyAmount> = "roomServiceCharges" [implicit 3 optional],
        /// Minibar.
        mini_bar_charges: Option<CurrencyAmount> = "miniBarCharges" [implicit 4 optional],
        /// Laundry.
        laundry_charges: Option<CurrencyAmount> = "laundryCharges" [implicit 5 optional],
        /// Telephone.
        telephone_charges: Option<CurrencyAmount> = "telephoneCharges" [implicit 6 optional],
        /// Business centre.
        business_center_charges: Option<CurrencyAmount> = "businessCenterCharges" [implicit 7 optional],
        /// Parking.
        parking_charges: Option<CurrencyAmount> = "parkingCharges" [implicit 8 optional],
        /// Films.
        movie_charges: Option<CurrencyAmount> = "movieCharges" [implicit 9 optional],
        /// Health club.
        health_club_charges: Option<CurrencyAmount> = "healthClubCharges" [implicit 10 optional],
        /// Gift shop.
        gift_shop_purchases: Option<CurrencyAmount> = "giftShopPurchases" [implicit 11 optional],
        /// Cash.
        folio_cash_advances: Option<CurrencyAmount> = "folioCashAdvances" [implicit 12 optional],
        /// Other.
        other_charges: Option<CurrencyAmount> = "otherCharges" [implicit 13 optional],
        /// Taxes.
        total_tax_amount: Option<CurrencyAmount> = "totalTaxAmount" [implicit 14 optional],
        /// Correction after an audit.
        audit_adjustment: Option<CurrencyAmount> = "auditAdjustment" [implicit 15 optional],
    }
}
