//! Who a merchant or an acquirer is.

use crate::msg::ids::{Bin, MerchantId};
use crate::{choice, sequence};

choice! {
    /// Who asks for a certificate, unless it is a cardholder.
    ///
    /// ```text
    /// IDData ::= CHOICE {
    ///   merchantAcquirerID  [0] MerchantAcquirerID,
    ///   acquirerID          [1] AcquirerID
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum IdData = "IDData" {
        /// A merchant.
        MerchantAcquirerId(MerchantAcquirerId) = "merchantAcquirerID" [implicit 0],
        /// An acquirer, for its gateway.
        AcquirerId(AcquirerId) = "acquirerID" [implicit 1],
    }
}

sequence! {
    /// A merchant at its acquirer.
    ///
    /// ```text
    /// MerchantAcquirerID ::= SEQUENCE {
    ///   merchantBIN  BIN,
    ///   merchantID   MerchantID
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct MerchantAcquirerId = "MerchantAcquirerID" {
        /// The acquirer.
        merchant_bin: Bin = "merchantBIN",
        /// The merchant there.
        merchant_id: MerchantId = "merchantID",
    }
}

sequence! {
    /// An acquirer.
    ///
    /// ```text
    /// AcquirerID ::= SEQUENCE {
    ///   acquirerBIN         BIN,
    ///   acquirerBusinessID  NumericString (SIZE(1..32)) OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AcquirerId = "AcquirerID" {
        /// The acquirer.
        acquirer_bin: Bin = "acquirerBIN",
        /// One business of the acquirer's.
        acquirer_business_id: Option<AcquirerBusinessId> = "acquirerBusinessID" [optional],
    }
}

crate::text! {
    /// ```text
    /// acquirerBusinessID  NumericString (SIZE(1..32))
    /// ```
    pub struct AcquirerBusinessId = "acquirerBusinessID", Numeric, 1..=32, "NumericString (SIZE(1..32))";
}
