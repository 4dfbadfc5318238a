//! What a line of business adds: car rental, hotels, passenger transport.

pub mod auto;
pub mod hotel;
pub mod transport;

use der::asn1::Null;

use crate::msg::payment::market::auto::MarketAutoCap;
use crate::msg::payment::market::hotel::MarketHotelCap;
use crate::msg::payment::market::transport::MarketTransportCap;
use crate::{choice, enumerated, sequence};

choice! {
    /// What a line of business adds to an authorization.
    ///
    /// ```text
    /// MarketSpecAuthData ::= CHOICE {
    ///   auto-rental  [0] MarketAutoAuth,
    ///   hotel        [1] MarketHotelAuth,
    ///   transport    [2] MarketTransportAuth
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum MarketSpecAuthData = "MarketSpecAuthData" {
        /// Car rental.
        AutoRental(MarketAutoAuth) = "auto-rental" [implicit 0],
        /// Hotels.
        Hotel(MarketHotelAuth) = "hotel" [implicit 1],
        /// Passenger transport.
        Transport(MarketTransportAuth) = "transport" [implicit 2],
    }
}

sequence! {
    /// Car rental: how long.
    ///
    /// ```text
    /// MarketAutoAuth      ::= SEQUENCE { duration INTEGER (1..99) }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct MarketAutoAuth = "MarketAutoAuth" {
        /// Expected days.
        duration: StayDuration = "duration",
    }
}

crate::integer! {
    /// Expected days, 1 to 99.
    ///
    /// ```text
    /// INTEGER (1..99)
    /// ```
    pub struct StayDuration(u8) = "duration", 1..=99, "INTEGER (1..99)";
}

sequence! {
    /// A stay at a hotel: how long, and how good the hotel is.
    ///
    /// ```text
    /// MarketHotelAuth     ::= SEQUENCE { duration INTEGER (1..99), prestige Prestige OPTIONAL }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct MarketHotelAuth = "MarketHotelAuth" {
        /// Expected days.
        duration: StayDuration = "duration",
        /// The limit under which a hotel need not ask again.
        prestige: Option<Prestige> = "prestige" [optional],
    }
}

/// Passenger transport adds nothing to an authorization.
///
/// ```text
/// MarketTransportAuth ::= NULL
/// ```
pub type MarketTransportAuth = Null;

enumerated! {
    /// The class of a hotel, which sets the limit under which it need not ask again.
    ///
    /// ```text
    /// Prestige ::= ENUMERATED { unknown(0), level-1(1), level-2(2), level-3(3) }
    /// ```
    pub enum Prestige = "Prestige" {
        /// Not known.
        Unknown = 0 "unknown",
        /// The lowest limit.
        Level1 = 1 "level-1",
        /// The middle limit.
        Level2 = 2 "level-2",
        /// The highest limit.
        Level3 = 3 "level-3",
    }
}

enumerated! {
    /// A line of business whose data were checked.
    ///
    /// ```text
    /// MarketSpecDataID ::= ENUMERATED { failedEdit(0), auto(1), hotel(2), transport(3) }
    /// ```
    pub enum MarketSpecDataId = "MarketSpecDataID" {
        /// The data did not pass.
        FailedEdit = 0 "failedEdit",
        /// Car rental.
        Auto = 1 "auto",
        /// Hotels.
        Hotel = 2 "hotel",
        /// Passenger transport.
        Transport = 3 "transport",
    }
}

sequence! {
    /// What a line of business adds to a sale.
    ///
    /// ```text
    /// MarketSpecSaleData ::= SEQUENCE {
    ///   marketSpecDataID   MarketSpecDataID OPTIONAL,
    ///   marketSpecCapData  MarketSpecCapData OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct MarketSpecSaleData = "MarketSpecSaleData" {
        /// Which, as AuthRes said.
        market_spec_data_id: Option<MarketSpecDataId> = "marketSpecDataID" [optional],
        /// The details.
        market_spec_cap_data: Option<MarketSpecCapData> = "marketSpecCapData" [optional],
    }
}

choice! {
    /// What a line of business adds to a capture.
    ///
    /// ```text
    /// MarketSpecCapData ::= CHOICE {
    ///   auto-rental  [0] MarketAutoCap,
    ///   hotel        [1] MarketHotelCap,
    ///   transport    [2] MarketTransportCap
    /// }
    /// ```
    #[expect(clippy::large_enum_variant, reason = "a capture is not moved in a hot path")]
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum MarketSpecCapData = "MarketSpecCapData" {
        /// Car rental.
        AutoRental(MarketAutoCap) = "auto-rental" [implicit 0],
        /// Hotels.
        Hotel(MarketHotelCap) = "hotel" [implicit 1],
        /// Passenger transport.
        Transport(MarketTransportCap) = "transport" [implicit 2],
    }
}
