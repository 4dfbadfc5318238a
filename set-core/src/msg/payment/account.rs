//! Account data that travels in the OAEP block.

use crate::secret::{CardExpiry, ExNonce, Pan, PanSecret};
use crate::sequence;

sequence! {
    /// A card account and the cardholder's proof of holding its certificate.
    ///
    /// ```text
    /// PANData ::= SEQUENCE {
    ///   pan         PAN,
    ///   cardExpiry  CardExpiry,
    ///   panSecret   Secret,
    ///   exNonce     Nonce
    /// }
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub struct PanData = "PANData" {
        /// The account number.
        pan: Pan = "pan",
        /// When the card expires.
        card_expiry: CardExpiry = "cardExpiry",
        /// The secret behind the certificate's unique cardholder id.
        pan_secret: PanSecret = "panSecret",
        /// Keeps the digest from being searched.
        ex_nonce: ExNonce = "exNonce",
    }
}

sequence! {
    /// A card account.
    ///
    /// ```text
    /// PANToken ::= SEQUENCE {
    ///   pan         PAN,
    ///   cardExpiry  CardExpiry,
    ///   exNonce     Nonce
    /// }
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub struct PanToken = "PANToken" {
        /// The account number.
        pan: Pan = "pan",
        /// When the card expires.
        card_expiry: CardExpiry = "cardExpiry",
        /// Keeps the digest from being searched.
        ex_nonce: ExNonce = "exNonce",
    }
}
