//! MerchantData.

use crate::asn1::SeqOf;
use crate::asn1::strings::SetString;
use crate::msg::ids::{Bin, CountryCode, Language, MerchantId};
use crate::sequence;

sequence! {
    /// Who a merchant is, at its acquirer and to its customers.
    ///
    /// ```text
    /// MerchantData ::= SEQUENCE {
    ///   merID           MerchantID,
    ///   merAcquirerBIN  BIN,
    ///   merNameSeq      SEQUENCE SIZE(1..32) OF MerNames,
    ///   merCountry      INTEGER (1..999),
    ///   merAuthFlag     BOOLEAN DEFAULT TRUE
    /// }
    /// ```
    ///
    /// Not critical; in merchant certificates.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct MerchantData = "MerchantData" {
        /// The merchant at its acquirer.
        mer_id: MerchantId = "merID",
        /// The acquirer.
        mer_acquirer_bin: Bin = "merAcquirerBIN",
        /// Name and place, in up to 32 languages.
        mer_name_seq: SeqOf<MerNames, 1, 32> = "merNameSeq",
        /// Where, as an ISO 3166 number.
        mer_country: CountryCode = "merCountry",
        /// Whether the merchant may be told account numbers.
        mer_auth_flag: bool = "merAuthFlag" [default true],
    }
}

sequence! {
    /// Name and place of a merchant in one language.
    ///
    /// ```text
    /// MerNames ::= SEQUENCE {
    ///   language       [0] VisibleString (SIZE(1..35)) OPTIONAL,
    ///   name           [1] EXPLICIT SETString,              -- 1..25
    ///   city           [2] EXPLICIT SETString,              -- 1..50
    ///   stateProvince  [3] EXPLICIT SETString OPTIONAL,     -- 1..25
    ///   postalCode     [4] EXPLICIT SETString OPTIONAL,     -- 1..14
    ///   countryName    [5] EXPLICIT SETString               -- 1..50
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct MerNames = "MerNames" {
        /// The language.
        language: Option<Language> = "language" [implicit 0 optional],
        /// The name, as it will stand on the cardholder's statement.
        name: SetString<1, 25> = "name" [explicit 1],
        /// The city.
        city: SetString<1, 50> = "city" [explicit 2],
        /// The state or province.
        state_province: Option<SetString<1, 25>> = "stateProvince" [explicit 3 optional],
        /// The postal code.
        postal_code: Option<SetString<1, 14>> = "postalCode" [explicit 4 optional],
        /// The country.
        country_name: SetString<1, 50> = "countryName" [explicit 5],
    }
}
