//! The acquirer's message to the cardholder, which the merchant passes on unread.

use crate::asn1::strings::SetString;
use crate::msg::ids::Url;
use crate::pkcs7::{EncryptedData, SignedData};
use crate::{enumerated, sequence};

/// `EncK{acqBackKeyData, P, AcqCardCodeMsg}`.
///
/// ```text
/// AcqCardMsg ::= EncryptedData  -- EncK{acqBackKeyData, P, AcqCardCodeMsg}; AcqCardCodeMsgTBE
/// ```
pub type AcqCardMsg = EncryptedData;

/// What is encrypted: `S{P, AcqCardCodeMsg}`.
///
/// ```text
/// AcqCardCodeMsgTBE ::= SignedData
/// ```
pub type AcqCardCodeMsgTbe = SignedData;

sequence! {
    /// What the acquirer has to say to the cardholder.
    ///
    /// ```text
    /// AcqCardCodeMsg ::= SEQUENCE {
    ///   acqCardCode     AcqCardCode,
    ///   acqCardMsgData  AcqCardMsgData
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AcqCardCodeMsg = "AcqCardCodeMsg" {
        /// The kind of message.
        acq_card_code: AcqCardCode = "acqCardCode",
        /// Its text.
        acq_card_msg_data: AcqCardMsgData = "acqCardMsgData",
    }
}

enumerated! {
    /// The kind of an acquirer's message.
    ///
    /// ```text
    /// AcqCardCode ::= ENUMERATED { messageOfDay(0), accountInfo(1), callCustomerService(2) }
    /// ```
    pub enum AcqCardCode = "AcqCardCode" {
        /// To everybody.
        MessageOfDay = 0 "messageOfDay",
        /// About the account.
        AccountInfo = 1 "accountInfo",
        /// The cardholder should call.
        CallCustomerService = 2 "callCustomerService",
    }
}

sequence! {
    /// Text, link and telephone number.
    ///
    /// ```text
    /// AcqCardMsgData ::= SEQUENCE {
    ///   acqCardText   [0] EXPLICIT SETString OPTIONAL,
    ///   acqCardURL    [1] URL OPTIONAL,
    ///   acqCardPhone  [2] EXPLICIT SETString OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AcqCardMsgData = "AcqCardMsgData" {
        /// To be shown.
        acq_card_text: Option<SetString> = "acqCardText" [explicit 0 optional],
        /// To be opened.
        acq_card_url: Option<Url> = "acqCardURL" [implicit 1 optional],
        /// To be called.
        acq_card_phone: Option<SetString> = "acqCardPhone" [explicit 2 optional],
    }
}
