//! Instalments, recurring payments, and places.

use super::ids::CountryCode;
use super::tags::MsgExtensions;
use crate::asn1::Date;
use crate::asn1::strings::SetString;
use crate::{choice, sequence};

sequence! {
    /// That more authorizations will follow for one order.
    ///
    /// ```text
    /// InstallRecurData ::= SEQUENCE {
    ///   installRecurInd  InstallRecurInd,
    ///   irExtensions     [0] MsgExtensions OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct InstallRecurData = "InstallRecurData" {
        /// Instalments or recurring payment.
        install_recur_ind: InstallRecurInd = "installRecurInd",
        /// Extensions.
        ir_extensions: Option<MsgExtensions> = "irExtensions" [implicit 0 optional],
    }
}

choice! {
    /// ```text
    /// InstallRecurInd ::= CHOICE {
    ///   installTotalTrans  [0] INTEGER (2..MAX),
    ///   recurring          [1] Recurring
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum InstallRecurInd = "InstallRecurInd" {
        /// Number of instalments.
        InstallTotalTrans(InstallTotalTrans) = "installTotalTrans" [implicit 0],
        /// The same sum again and again.
        Recurring(Recurring) = "recurring" [implicit 1],
    }
}

crate::integer! {
    /// Number of instalments, at least 2.
    ///
    /// ```text
    /// INTEGER (2..MAX)
    /// ```
    pub struct InstallTotalTrans(u64) = "installTotalTrans", 2..=u64::MAX, "INTEGER (2..MAX)";
}

sequence! {
    /// ```text
    /// Recurring ::= SEQUENCE {
    ///   recurringFrequency  INTEGER (1..366),
    ///   recurringExpiry     Date
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Recurring = "Recurring" {
        /// Fewest days between two authorizations.
        recurring_frequency: RecurringFrequency = "recurringFrequency",
        /// No authorization after this.
        recurring_expiry: Date = "recurringExpiry",
    }
}

crate::integer! {
    /// Days, 1 to 366.
    ///
    /// ```text
    /// INTEGER (1..366)
    /// ```
    pub struct RecurringFrequency(u16) = "recurringFrequency", 1..=366, "INTEGER (1..366)";
}

sequence! {
    /// A place.
    ///
    /// ```text
    /// Location ::= SEQUENCE {
    ///   countryCode    INTEGER (1..999),
    ///   city           [0] EXPLICIT SETString OPTIONAL,
    ///   stateProvince  [1] EXPLICIT SETString OPTIONAL,
    ///   postalCode     [2] EXPLICIT SETString OPTIONAL,
    ///   locationID     [3] EXPLICIT SETString OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Location = "Location" {
        /// ISO 3166 number.
        country_code: CountryCode = "countryCode",
        /// City.
        city: Option<SetString> = "city" [explicit 0 optional],
        /// State or province.
        state_province: Option<SetString> = "stateProvince" [explicit 1 optional],
        /// Postal code.
        postal_code: Option<SetString> = "postalCode" [explicit 2 optional],
        /// The merchant's own name for the place.
        location_id: Option<SetString> = "locationID" [explicit 3 optional],
    }
}
