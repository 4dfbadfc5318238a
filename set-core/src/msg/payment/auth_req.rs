//! AuthReq: the merchant asks the gateway to authorize a payment.

use crate::asn1::Raw;
use crate::asn1::strings::SetString;
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::{AuthRetNum, MerchCatCode};
use crate::msg::payment::market::MarketSpecAuthData;
use crate::msg::payment::p_req::Pi;
use crate::msg::payment::sale_detail::SaleDetail;
use crate::msg::recur::{InstallRecurData, Location};
use crate::msg::tags::{MsgExtensions, RrTags, TransIds};
use crate::msg::thumbs::Thumbs;
use crate::pkcs7::{DetachedDigest, EnvelopedData, SignedData};
use crate::{enumerated, sequence};

sequence! {
    /// `EncB{M, P, AuthReqData, PI}`.
    ///
    /// ```text
    /// AuthReq ::= SEQUENCE {  -- EncB{M, P, AuthReqData, PI}
    ///   enc      EnvelopedData,  -- content type AuthReqTBE
    ///   baggage  PI
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AuthReq = "AuthReq" {
        /// Encrypted for the gateway; content type AuthReqTBE.
        enc: EnvelopedData = "enc",
        /// The payment instruction as the cardholder or an earlier AuthRes gave it.
        baggage: Raw<Pi> = "baggage",
    }
}

/// What is encrypted: `S{M, AuthReqTBS}`.
///
/// ```text
/// AuthReqTBE ::= SignedData  -- S{M, AuthReqTBS}
/// ```
pub type AuthReqTbe = SignedData;

sequence! {
    /// What is signed: `L{AuthReqData, PI}`.
    ///
    /// ```text
    /// AuthReqTBS ::= SEQUENCE {  -- L{AuthReqData, PI}
    ///   t1  AuthReqData,
    ///   t2  DetachedDigest
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AuthReqTbs = "AuthReqTBS" {
        /// The request.
        t1: AuthReqData = "t1",
        /// Digest of the payment instruction.
        t2: DetachedDigest = "t2",
    }
}

sequence! {
    /// The merchant's own view of the payment.
    ///
    /// ```text
    /// AuthReqData ::= SEQUENCE {
    ///   authReqItem  AuthReqItem,
    ///   mThumbs      [0] EXPLICIT Thumbs OPTIONAL,
    ///   captureNow   BOOLEAN DEFAULT FALSE,
    ///   saleDetail   [1] SaleDetail OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AuthReqData = "AuthReqData" {
        /// What is to be authorized.
        auth_req_item: AuthReqItem = "authReqItem",
        /// What the merchant holds already.
        m_thumbs: Option<Thumbs> = "mThumbs" [explicit 0 optional],
        /// Whether to capture at once.
        capture_now: bool = "captureNow" [default false],
        /// Details of the sale, when captured at once.
        sale_detail: Option<SaleDetail> = "saleDetail" [implicit 1 optional],
    }
}

sequence! {
    /// What is to be authorized.
    ///
    /// ```text
    /// AuthReqItem ::= SEQUENCE {
    ///   authTags        AuthTags,
    ///   checkDigests    [0] CheckDigests OPTIONAL,  -- absent when PI is an AuthToken
    ///   authReqPayload  AuthReqPayload
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AuthReqItem = "AuthReqItem" {
        /// Which payment.
        auth_tags: AuthTags = "authTags",
        /// The merchant's digests of the order; absent when PI is an AuthToken.
        check_digests: Option<CheckDigests> = "checkDigests" [implicit 0 optional],
        /// Amount and circumstances.
        auth_req_payload: AuthReqPayload = "authReqPayload",
    }
}

sequence! {
    /// Names one authorization.
    ///
    /// ```text
    /// AuthTags ::= SEQUENCE {
    ///   authRRTags  RRTags,
    ///   transIDs    TransIDs,
    ///   authRetNum  AuthRetNum OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AuthTags = "AuthTags" {
        /// The request and its sender.
        auth_rr_tags: RrTags = "authRRTags",
        /// Which transaction.
        trans_ids: TransIds = "transIDs",
        /// Ties the authorization to the acquirer's own messages.
        auth_ret_num: Option<AuthRetNum> = "authRetNum" [optional],
    }
}

sequence! {
    /// The merchant's digests of the order, which the gateway compares with the cardholder's.
    ///
    /// ```text
    /// CheckDigests ::= SEQUENCE {
    ///   hOIData  DetachedDigest,
    ///   hod2     DetachedDigest
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CheckDigests = "CheckDigests" {
        /// Digest of OIData.
        h_oi_data: DetachedDigest = "hOIData",
        /// Digest of HODInput.
        hod2: DetachedDigest = "hod2",
    }
}

sequence! {
    /// Amount and circumstances of an authorization.
    ///
    /// ```text
    /// AuthReqPayload ::= SEQUENCE {
    ///   subsequentAuthInd   BOOLEAN DEFAULT FALSE,
    ///   authReqAmt          CurrencyAmount,
    ///   avsData             [0] AVSData OPTIONAL,
    ///   specialProcessing   [1] SpecialProcessing OPTIONAL,
    ///   cardSuspect         [2] CardSuspect OPTIONAL,
    ///   requestCardTypeInd  BOOLEAN DEFAULT FALSE,
    ///   installRecurData    [3] InstallRecurData OPTIONAL,
    ///   marketSpecAuthData  [4] EXPLICIT MarketSpecAuthData OPTIONAL,
    ///   merchData           MerchData,
    ///   aRqExtensions       [5] MsgExtensions OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AuthReqPayload = "AuthReqPayload" {
        /// Whether another authorization will follow: asks for an AuthToken.
        subsequent_auth_ind: bool = "subsequentAuthInd" [default false],
        /// The amount asked for; it may differ from that of the order.
        auth_req_amt: CurrencyAmount = "authReqAmt",
        /// The cardholder's address, to be verified.
        avs_data: Option<AvsData> = "avsData" [implicit 0 optional],
        /// Special treatment that the merchant asks for.
        special_processing: Option<SpecialProcessing> = "specialProcessing" [implicit 1 optional],
        /// The merchant suspects the cardholder.
        card_suspect: Option<CardSuspect> = "cardSuspect" [implicit 2 optional],
        /// Whether to tell the type of card.
        request_card_type_ind: bool = "requestCardTypeInd" [default false],
        /// Whether more authorizations will follow.
        install_recur_data: Option<InstallRecurData> = "installRecurData" [implicit 3 optional],
        /// Details that the merchant's line of business adds.
        market_spec_auth_data: Option<MarketSpecAuthData> = "marketSpecAuthData" [explicit 4 optional],
        /// The merchant's line of business.
        merch_data: MerchData = "merchData",
        /// Extensions.
        a_rq_extensions: Option<MsgExtensions> = "aRqExtensions" [implicit 5 optional],
    }
}

sequence! {
    /// A cardholder's billing address, for the address verification service.
    ///
    /// ```text
    /// AVSData ::= SEQUENCE {
    ///   streetAddress  SETString OPTIONAL,
    ///   location       Location
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AvsData = "AVSData" {
        /// Street and number.
        street_address: Option<SetString> = "streetAddress" [optional],
        /// Postal code, city and country.
        location: Location = "location",
    }
}

enumerated! {
    /// Special treatment that a merchant asks for.
    ///
    /// ```text
    /// SpecialProcessing ::= ENUMERATED { directMarketing(0), preferredCustomer(1) }
    /// ```
    pub enum SpecialProcessing = "SpecialProcessing" {
        /// Sold by direct marketing.
        DirectMarketing = 0 "directMarketing",
        /// A customer the merchant knows well.
        PreferredCustomer = 1 "preferredCustomer",
    }
}

enumerated! {
    /// Why the merchant suspects the cardholder.
    ///
    /// ```text
    /// CardSuspect       ::= ENUMERATED { unspecifiedReason(0) }
    /// ```
    pub enum CardSuspect = "CardSuspect" {
        /// It does not say.
        UnspecifiedReason = 0 "unspecifiedReason",
    }
}

sequence! {
    /// A merchant's line of business.
    ///
    /// ```text
    /// MerchData ::= SEQUENCE {
    ///   merchCatCode  MerchCatCode OPTIONAL,
    ///   merchGroup    MerchGroup OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct MerchData = "MerchData" {
        /// As an ISO 18245 code.
        merch_cat_code: Option<MerchCatCode> = "merchCatCode" [optional],
        /// As a group.
        merch_group: Option<MerchGroup> = "merchGroup" [optional],
    }
}

enumerated! {
    /// A group of lines of business.
    ///
    /// ```text
    /// MerchGroup ::= ENUMERATED {
    ///   commercialTravel(1), lodging(2), automobileRental(3), restaurant(4), medical(5),
    ///   mailOrPhoneOrder(6), riskyPurchase(7), other(8)
    /// }
    /// ```
    pub enum MerchGroup = "MerchGroup" {
        /// Travel.
        CommercialTravel = 1 "commercialTravel",
        /// Hotels.
        Lodging = 2 "lodging",
        /// Car rental.
        AutomobileRental = 3 "automobileRental",
        /// Restaurants.
        Restaurant = 4 "restaurant",
        /// Medicine.
        Medical = 5 "medical",
        /// Mail or telephone order.
        MailOrPhoneOrder = 6 "mailOrPhoneOrder",
        /// Trades with a high risk.
        RiskyPurchase = 7 "riskyPurchase",
        /// None of the others.
        Other = 8 "other",
    }
}
