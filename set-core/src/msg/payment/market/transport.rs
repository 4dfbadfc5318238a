//! Passenger transport.

use crate::asn1::strings::SetString;
use crate::asn1::{Date, SeqOf};
use crate::msg::amount::CurrencyAmount;
use crate::{enumerated, sequence};

sequence! {
    /// A journey.
    ///
    /// ```text
    /// MarketTransportCap ::= SEQUENCE {
    ///   passengerName       SETString,
    ///   departureDate       Date,
    ///   origCityAirport     SETString,
    ///   tripLegSeq          [0] SEQUENCE SIZE(1..16) OF TripLeg OPTIONAL,
    ///   ticketNumber        [1] EXPLICIT SETString OPTIONAL,
    ///   travelAgencyCode    [2] EXPLICIT SETString OPTIONAL,
    ///   travelAgencyName    [3] EXPLICIT SETString OPTIONAL,
    ///   restrictions        [4] Restrictions OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct MarketTransportCap = "MarketTransportCap" {
        /// Who travels.
        passenger_name: SetString = "passengerName",
        /// When.
        departure_date: Date = "departureDate",
        /// From where.
        orig_city_airport: SetString = "origCityAirport",
        /// The legs, up to 16.
        trip_leg_seq: Option<SeqOf<TripLeg, 1, 16>> = "tripLegSeq" [implicit 0 optional],
        /// Number of the ticket.
        ticket_number: Option<SetString> = "ticketNumber" [explicit 1 optional],
        /// Code of the travel agency.
        travel_agency_code: Option<SetString> = "travelAgencyCode" [explicit 2 optional],
        /// Name of the travel agency.
        travel_agency_name: Option<SetString> = "travelAgencyName" [explicit 3 optional],
        /// Restrictions on the ticket.
        restrictions: Option<Restrictions> = "restrictions" [implicit 4 optional],
    }
}

sequence! {
    /// One leg of a journey.
    ///
    /// ```text
    /// TripLeg ::= SEQUENCE {
    ///   dateOfTravel     Date,
    ///   carrierCode      SETString,
    ///   serviceClass     SETString,
    ///   stopOverCode     StopOverCode,
    ///   destCityAirport  SETString,
    ///   fareBasisCode    [0] EXPLICIT SETString OPTIONAL,
    ///   departureTax     [1] CurrencyAmount OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct TripLeg = "TripLeg" {
        /// When.
        date_of_travel: Date = "dateOfTravel",
        /// With whom.
        carrier_code: SetString = "carrierCode",
        /// In which class.
        service_class: SetString = "serviceClass",
        /// Whether a stop-over is allowed.
        stop_over_code: StopOverCode = "stopOverCode",
        /// To where.
        dest_city_airport: SetString = "destCityAirport",
        /// The tariff.
        fare_basis_code: Option<SetString> = "fareBasisCode" [explicit 0 optional],
        /// Tax on the departure.
        departure_tax: Option<CurrencyAmount> = "departureTax" [implicit 1 optional],
    }
}

enumerated! {
    /// Whether a stop-over is allowed.
    ///
    /// ```text
    /// StopOverCode ::= ENUMERATED { noStopOver(0), stopOver(1) }
    /// ```
    pub enum StopOverCode = "StopOverCode" {
        /// No.
        NoStopOver = 0 "noStopOver",
        /// Yes.
        StopOver = 1 "stopOver",
    }
}

enumerated! {
    /// Restrictions on a ticket.
    ///
    /// ```text
    /// Restrictions ::= ENUMERATED { unspecifiedRestriction(0) }
    /// ```
    pub enum Restrictions = "Restrictions" {
        /// There are some.
        UnspecifiedRestriction = 0 "unspecifiedRestriction",
    }
}
