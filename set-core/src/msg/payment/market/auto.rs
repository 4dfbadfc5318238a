//! Car rental.

use crate::asn1::Date;
use crate::asn1::strings::SetString;
use crate::msg::amount::CurrencyAmount;
use crate::msg::recur::Location;
use crate::{choice, enumerated, sequence};

sequence! {
    /// A car rental.
    ///
    /// ```text
    /// MarketAutoCap ::= SEQUENCE {
    ///   renterName             [0] EXPLICIT SETString OPTIONAL,
    ///   rentalLocation         [1] Location OPTIONAL,
    ///   rentalDateTime         Date,
    ///   autoNoShow             [2] NoShow OPTIONAL,
    ///   rentalAgreementNumber  [3] EXPLICIT SETString OPTIONAL,
    ///   referenceNumber        [4] EXPLICIT SETString OPTIONAL,
    ///   insuranceType          [5] EXPLICIT SETString OPTIONAL,
    ///   autoRateInfo           [6] AutoRateInfo OPTIONAL,
    ///   returnLocation         [7] Location OPTIONAL,
    ///   returnDateTime         Date,
    ///   autoCharges            AutoCharges
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct MarketAutoCap = "MarketAutoCap" {
        /// Who rented.
        renter_name: Option<SetString> = "renterName" [explicit 0 optional],
        /// Where the car was taken.
        rental_location: Option<Location> = "rentalLocation" [implicit 1 optional],
        /// When.
        rental_date_time: Date = "rentalDateTime",
        /// That the renter did not come.
        auto_no_show: Option<NoShow> = "autoNoShow" [implicit 2 optional],
        /// Number of the contract.
        rental_agreement_number: Option<SetString> = "rentalAgreementNumber" [explicit 3 optional],
        /// Another reference.
        reference_number: Option<SetString> = "referenceNumber" [explicit 4 optional],
        /// The insurance.
        insurance_type: Option<SetString> = "insuranceType" [explicit 5 optional],
        /// The rates.
        auto_rate_info: Option<AutoRateInfo> = "autoRateInfo" [implicit 6 optional],
        /// Where the car was brought back.
        return_location: Option<Location> = "returnLocation" [implicit 7 optional],
        /// When.
        return_date_time: Date = "returnDateTime",
        /// What it cost.
        auto_charges: AutoCharges = "autoCharges",
    }
}

enumerated! {
    /// The kind of car that was not fetched.
    ///
    /// ```text
    /// NoShow ::= ENUMERATED { normalVehicle(0), specialVehicle(1) }
    /// ```
    pub enum NoShow = "NoShow" {
        /// An ordinary one.
        NormalVehicle = 0 "normalVehicle",
        /// A special one.
        SpecialVehicle = 1 "specialVehicle",
    }
}

sequence! {
    /// The rates of a car rental.
    ///
    /// ```text
    /// AutoRateInfo ::= SEQUENCE {
    ///   autoApplicableRate  AutoApplicableRate,
    ///   lateReturnHourlyRate [0] CurrencyAmount OPTIONAL,
    ///   distanceRate         [1] CurrencyAmount OPTIONAL,
    ///   freeDistance         [2] INTEGER (0..MAX) OPTIONAL,
    ///   vehicleClassCode     [3] EXPLICIT SETString OPTIONAL,
    ///   corporateID          [4] EXPLICIT SETString OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AutoRateInfo = "AutoRateInfo" {
        /// By the day or by the week.
        auto_applicable_rate: AutoApplicableRate = "autoApplicableRate",
        /// For each hour too late.
        late_return_hourly_rate: Option<CurrencyAmount> = "lateReturnHourlyRate" [implicit 0 optional],
        /// For each unit of distance.
        distance_rate: Option<CurrencyAmount> = "distanceRate" [implicit 1 optional],
        /// Distance that costs nothing.
        free_distance: Option<u64> = "freeDistance" [implicit 2 optional],
        /// The class of car.
        vehicle_class_code: Option<SetString> = "vehicleClassCode" [explicit 3 optional],
        /// The company that gets these rates.
        corporate_id: Option<SetString> = "corporateID" [explicit 4 optional],
    }
}

choice! {
    /// The rate of a car.
    ///
    /// ```text
    /// AutoApplicableRate ::= CHOICE {
    ///   dailyRentalRate   [0] CurrencyAmount,
    ///   weeklyRentalRate  [1] CurrencyAmount
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum AutoApplicableRate = "AutoApplicableRate" {
        /// By the day.
        DailyRentalRate(CurrencyAmount) = "dailyRentalRate" [implicit 0],
        /// By the week.
        WeeklyRentalRate(CurrencyAmount) = "weeklyRentalRate" [implicit 1],
    }
}

sequence! {
    /// What a car rental cost.
    ///
    /// ```text
    /// AutoCharges ::= SEQUENCE {
    ///   regularDistanceCharges  CurrencyAmount,
    ///   lateReturnCharges       [0] CurrencyAmount OPTIONAL,
    ///   totalDistance           [1] INTEGER (0..MAX) OPTIONAL,
    ///   extraDistanceCharges    [2] CurrencyAmount OPTIONAL,
    ///   insuranceCharges        [3] CurrencyAmount OPTIONAL,
    ///   fuelCharges             [4] CurrencyAmount OPTIONAL,
    ///   autoTowingCharges       [5] CurrencyAmount OPTIONAL,
    ///   oneWayDropOffCharges    [6] CurrencyAmount OPTIONAL,
    ///   telephoneCharges        [7] CurrencyAmount OPTIONAL,
    ///   violationsCharges       [8] CurrencyAmount OPTIONAL,
    ///   deliveryCharges         [9] CurrencyAmount OPTIONAL,
    ///   parkingCharges         [10] CurrencyAmount OPTIONAL,
    ///   otherCharges           [11] CurrencyAmount OPTIONAL,
    ///   totalTaxAmount         [12] CurrencyAmount OPTIONAL,
    ///   auditAdjustment        [13] CurrencyAmount OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AutoCharges = "AutoCharges" {
        /// The distance that the rate covers.
        regular_distance_charges: CurrencyAmount = "regularDistanceCharges",
        /// Late return.
        late_return_charges: Option<CurrencyAmount> = "lateReturnCharges" [implicit 0 optional],
        /// The distance driven.
        total_distance: Option<u64> = "totalDistance" [implicit 1 optional],
        /// The distance beyond the rate.
        extra_distance_charges: Option<CurrencyAmount> = "extraDistanceCharges" [implicit 2 optional],
        /// Insurance.
        insurance_charges: Option<CurrencyAmount> = "insuranceCharges" [implicit 3 optional],
        /// Fuel.
        fuel_charges: Option<CurrencyAmount> = "fuelCharges" [implicit 4 optional],
        /// Towing.
        auto_towing_charges: Option<CurrencyAmount> = "autoTowingCharges" [implicit 5 optional],
        /// Returning the car elsewhere.
        one_way_drop_off_charges: Option<CurrencyAmount> = "oneWayDropOffCharges" [implicit 6 optional],
        /// Telephone.
        telephone_charges: Option<CurrencyAmount> = "telephoneCharges" [implicit 7 optional],
        /// Fines.
        violations_charges: Option<CurrencyAmount> = "violationsCharges" [implicit 8 optional],
        /// Delivery.
        delivery_charges: Option<CurrencyAmount> = "deliveryCharges" [implicit 9 optional],
        /// Parking.
        parking_charges: Option<CurrencyAmount> = "parkingCharges" [implicit 10 optional],
        /// Other.
        other_charges: Option<CurrencyAmount> = "otherCharges" [implicit 11 optional],
        /// Taxes.
        total_tax_amount: Option<CurrencyAmount> = "totalTaxAmount" [implicit 12 optional],
        /// Correction after an audit.
        audit_adjustment: Option<CurrencyAmount> = "auditAdjustment" [implicit 13 optional],
    }
}
