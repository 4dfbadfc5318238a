//! What a line of business adds: car rental, hotels, passenger transport.

use serde::Deserialize;
use set_core::asn1::SeqOf;
use set_core::msg::amount::CurrencyAmount;
use set_core::msg::payment::market::MarketSpecCapData;
use set_core::msg::payment::market::auto::{
    AutoApplicableRate, AutoCharges as WireAuto, AutoRateInfo, MarketAutoCap, NoShow,
};
use set_core::msg::payment::market::hotel::{
    DurationOfStay, HotelCharges as WireHotel, HotelNoShow, HotelRateInfo, MarketHotelCap,
};
use set_core::msg::payment::market::transport::{
    MarketTransportCap, Restrictions, StopOverCode, TripLeg,
};
use set_node::program::{self, value};

use super::{PlaceWish, money, places, required, text};
use crate::day::Day;

/// A line of business.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MarketWish {
    /// Car rental.
    Auto(Box<AutoWish>),
    /// A hotel.
    Hotel(Box<HotelWish>),
    /// Passenger transport.
    Transport(Box<TransportWish>),
}

/// A car rental.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutoWish {
    /// Who rented.
    #[serde(default)]
    pub renter: Option<String>,
    /// The day on which the car was taken.
    pub rented: Day,
    /// Where.
    #[serde(default)]
    pub rented_at: Option<PlaceWish>,
    /// The day on which it was brought back.
    pub returned: Day,
    /// Where.
    #[serde(default)]
    pub returned_at: Option<PlaceWish>,
    /// That the renter did not come.
    #[serde(default)]
    pub no_show: bool,
    /// Number of the contract.
    #[serde(default)]
    pub agreement: Option<String>,
    /// Another reference.
    #[serde(default)]
    pub reference: Option<String>,
    /// The insurance.
    #[serde(default)]
    pub insurance: Option<String>,
    /// The rate for a day.
    #[serde(default)]
    pub daily_rate: Option<u64>,
    /// The class of car.
    #[serde(default)]
    pub vehicle_class: Option<String>,
    /// What it cost.
    pub charges: AutoCharges,
}

/// A stay at a hotel.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HotelWish {
    /// The day of arrival.
    pub arrival: Day,
    /// The day of departure.
    pub departure: Day,
    /// That the guest did not come, and the room was kept overnight.
    #[serde(default)]
    pub no_show: bool,
    /// Days, 99 at most.
    #[serde(default)]
    pub days: Option<u8>,
    /// The hotel's own number.
    #[serde(default)]
    pub folio: Option<String>,
    /// The hotel's telephone number.
    #[serde(default)]
    pub phone: Option<String>,
    /// A special programme.
    #[serde(default)]
    pub program: Option<String>,
    /// The rate for a day.
    #[serde(default)]
    pub daily_rate: Option<u64>,
    /// What it cost.
    pub charges: HotelCharges,
}

/// A journey.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransportWish {
    /// Who travels.
    pub passenger: String,
    /// The day of departure.
    pub departure: Day,
    /// From where.
    pub origin: String,
    /// The legs, 16 at most.
    #[serde(default)]
    pub legs: Vec<LegWish>,
    /// Number of the ticket.
    #[serde(default)]
    pub ticket: Option<String>,
    /// Code of the travel agency.
    #[serde(default)]
    pub agency_code: Option<String>,
    /// Name of the travel agency.
    #[serde(default)]
    pub agency: Option<String>,
    /// That the ticket has restrictions.
    #[serde(default)]
    pub restricted: bool,
}

/// One leg of a journey.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LegWish {
    /// The day.
    pub day: Day,
    /// With whom.
    pub carrier: String,
    /// In which class.
    pub class: String,
    /// Whether a stop-over is allowed.
    #[serde(default)]
    pub stop_over: bool,
    /// To where.
    pub destination: String,
    /// The tariff.
    #[serde(default)]
    pub fare_basis: Option<String>,
    /// Tax on the departure.
    #[serde(default)]
    pub departure_tax: Option<u64>,
}

macro_rules! charges {
    ($(#[$attribute:meta])* $name:ident => $wire:ident {
        $(#[$first_attribute:meta])* $first:ident,
        $($(#[$charge_attribute:meta])* $charge:ident,)*
        ; $($(#[$count_attribute:meta])* $count:ident,)*
    }) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $(#[$first_attribute])*
            pub $first: u64,
            $($(#[$charge_attribute])* #[serde(default)] pub $charge: Option<u64>,)*
            $($(#[$count_attribute])* #[serde(default)] pub $count: Option<u64>,)*
        }

        impl $name {
            fn to_wire(self, unit: CurrencyAmount) -> $wire {
                $wire {
                    $first: money(unit, self.$first),
                    $($charge: self.$charge.map(|charge| money(unit, charge)),)*
                    $($count: self.$count,)*
                }
            }
        }
    };
}

charges! {
    /// What a car rental cost.
    AutoCharges => WireAuto {
        /// The distance that the rate covers.
        regular_distance_charges,
        /// Late return.
        late_return_charges,
        /// The distance beyond the rate.
        extra_distance_charges,
        /// Insurance.
        insurance_charges,
        /// Fuel.
        fuel_charges,
        /// Towing.
        auto_towing_charges,
        /// Returning the car elsewhere.
        one_way_drop_off_charges,
        /// Telephone.
        telephone_charges,
        /// Fines.
        violations_charges,
        /// Delivery.
        delivery_charges,
        /// Parking.
        parking_charges,
        /// Other.
        other_charges,
        /// Taxes.
        total_tax_amount,
        /// Correction after an audit.
        audit_adjustment,
        ;
        /// The distance driven.
        total_distance,
    }
}

charges! {
    /// What a stay cost.
    HotelCharges => WireHotel {
        /// The room.
        room_charges,
        /// Tax on the room.
        room_tax,
        /// Paid beforehand.
        prepaid_expenses,
        /// Food and drink.
        food_beverage_charges,
        /// Room service.
        room_service_charges,
        /// Minibar.
        mini_bar_charges,
        /// Laundry.
        laundry_charges,
        /// Telephone.
        telephone_charges,
        /// Business centre.
        business_center_charges,
        /// Parking.
        parking_charges,
        /// Films.
        movie_charges,
        /// Health club.
        health_club_charges,
        /// Gift shop.
        gift_shop_purchases,
        /// Cash.
        folio_cash_advances,
        /// Other.
        other_charges,
        /// Taxes.
        total_tax_amount,
        /// Correction after an audit.
        audit_adjustment,
        ;
    }
}

impl MarketWish {
    pub(super) fn to_wire(
        &self,
        unit: CurrencyAmount,
    ) -> Result<MarketSpecCapData, program::Failure> {
        Ok(match self {
            Self::Auto(auto) => MarketSpecCapData::AutoRental(auto.to_wire(unit)?),
            Self::Hotel(hotel) => MarketSpecCapData::Hotel(hotel.to_wire(unit)?),
            Self::Transport(journey) => MarketSpecCapData::Transport(journey.to_wire(unit)?),
        })
    }
}

impl AutoWish {
    fn to_wire(&self, unit: CurrencyAmount) -> Result<MarketAutoCap, program::Failure> {
        let vehicle_class_code = text("vehicle class", self.vehicle_class.as_deref())?;
        let rate = self.daily_rate.map(|rate| AutoRateInfo {
            auto_applicable_rate: AutoApplicableRate::DailyRentalRate(money(unit, rate)),
            late_return_hourly_rate: None,
            distance_rate: None,
            free_distance: None,
            vehicle_class_code,
            corporate_id: None,
        });
        Ok(MarketAutoCap {
            renter_name: text("renter", self.renter.as_deref())?,
            rental_location: places(self.rented_at.as_ref())?,
            rental_date_time: self.rented.0,
            auto_no_show: self.no_show.then_some(NoShow::NormalVehicle),
            rental_agreement_number: text("agreement", self.agreement.as_deref())?,
            reference_number: text("reference", self.reference.as_deref())?,
            insurance_type: text("insurance", self.insurance.as_deref())?,
            auto_rate_info: rate,
            return_location: places(self.returned_at.as_ref())?,
            return_date_time: self.returned.0,
            auto_charges: self.charges.to_wire(unit),
        })
    }
}

impl HotelWish {
    fn to_wire(&self, unit: CurrencyAmount) -> Result<MarketHotelCap, program::Failure> {
        Ok(MarketHotelCap {
            arrival_date: self.arrival.0,
            hotel_no_show: self.no_show.then_some(HotelNoShow::GuaranteedLateArrival),
            departure_date: self.departure.0,
            duration_of_stay: self
                .days
                .map(DurationOfStay::new)
                .transpose()
                .map_err(value("days"))?,
            folio_number: text("folio", self.folio.as_deref())?,
            property_phone: text("phone", self.phone.as_deref())?,
            customer_service_phone: None,
            program_code: text("program", self.program.as_deref())?,
            hotel_rate_info: self.daily_rate.map(|rate| HotelRateInfo {
                daily_room_rate: money(unit, rate),
                daily_tax_rate: None,
            }),
            hotel_charges: self.charges.to_wire(unit),
        })
    }
}

impl TransportWish {
    fn to_wire(&self, unit: CurrencyAmount) -> Result<MarketTransportCap, program::Failure> {
        let legs = self.legs.iter().map(|leg| leg.to_wire(unit));
        let legs: Vec<TripLeg> = legs.collect::<Result<_, _>>()?;
        Ok(MarketTransportCap {
            passenger_name: required("passenger", &self.passenger)?,
            departure_date: self.departure.0,
            orig_city_airport: required("origin", &self.origin)?,
            trip_leg_seq: match legs.is_empty() {
                true => None,
                false => Some(SeqOf::new(legs).map_err(value("legs"))?),
            },
            ticket_number: text("ticket", self.ticket.as_deref())?,
            travel_agency_code: text("agency code", self.agency_code.as_deref())?,
            travel_agency_name: text("agency", self.agency.as_deref())?,
            restrictions: self
                .restricted
                .then_some(Restrictions::UnspecifiedRestriction),
        })
    }
}

impl LegWish {
    fn to_wire(&self, unit: CurrencyAmount) -> Result<TripLeg, program::Failure> {
        Ok(TripLeg {
            date_of_travel: self.day.0,
            carrier_code: required("carrier", &self.carrier)?,
            service_class: required("class", &self.class)?,
            stop_over_code: match self.stop_over {
                true => StopOverCode::StopOver,
                false => StopOverCode::NoStopOver,
            },
            dest_city_airport: required("destination", &self.destination)?,
            fare_basis_code: text("fare basis", self.fare_basis.as_deref())?,
            departure_tax: self.departure_tax.map(|tax| money(unit, tax)),
        })
    }
}
