//! AuthRes: the gateway's answer to an authorization.

use crate::asn1::Raw;
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::{ApprovalCode, LogRefId, ValidationCode};
use crate::msg::payment::account::PanToken;
use crate::msg::payment::auth_req::AuthTags;
use crate::msg::payment::batch::BatchStatus;
use crate::msg::payment::cap::CapResPayload;
use crate::msg::payment::market::MarketSpecDataId;
use crate::msg::payment::p_res::CurrConv;
use crate::msg::payment::tokens::{AuthToken, CapToken};
use crate::msg::tags::MsgExtensions;
use crate::msg::thumbs::CertThumb;
use crate::pkcs7::{DetachedDigest, EncryptedData, EnvelopedData, SignedData};
use crate::x509::bci::BrandCrlIdentifier;
use crate::{choice, enumerated, sequence};

choice! {
    /// The gateway's answer, with or without the account for the merchant.
    ///
    /// ```text
    /// AuthRes ::= CHOICE {
    ///   encB   [0] EXPLICIT AuthResB,
    ///   encBX  [1] EXPLICIT AuthResBX
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum AuthRes = "AuthRes" {
        /// Without.
        EncB(AuthResB) = "encB" [explicit 0],
        /// With.
        EncBx(AuthResBx) = "encBX" [explicit 1],
    }
}

sequence! {
    /// `EncB{P, M, AuthResData, AuthResBaggage}`.
    ///
    /// ```text
    /// AuthResB ::= SEQUENCE {  -- EncB{P, M, AuthResData, AuthResBaggage}
    ///   enc      EnvelopedData,  -- content type AuthResTBE
    ///   baggage  AuthResBaggage
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AuthResB = "AuthResB" {
        /// Encrypted for the merchant; content type AuthResTBE.
        enc: EnvelopedData = "enc",
        /// Tokens and the acquirer's message.
        baggage: Raw<AuthResBaggage> = "baggage",
    }
}

sequence! {
    /// `EncBX{P, M, AuthResData, AuthResBaggage, PANToken}`.
    ///
    /// ```text
    /// AuthResBX ::= SEQUENCE {  -- EncBX{P, M, AuthResData, AuthResBaggage, PANToken}
    ///   encX     EnvelopedData,  -- content type AuthResTBEX; PANToken in the OAEP block
    ///   baggage  AuthResBaggage
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AuthResBx = "AuthResBX" {
        /// Encrypted for the merchant, PANToken in the OAEP block; content type AuthResTBEX.
        enc_x: EnvelopedData = "encX",
        /// Tokens and the acquirer's message.
        baggage: Raw<AuthResBaggage> = "baggage",
    }
}

/// What is encrypted in AuthResB: `S{P, AuthResTBS}`.
///
/// ```text
/// AuthResTBE ::= SignedData  -- S{P, AuthResTBS}
/// ```
pub type AuthResTbe = SignedData;

sequence! {
    /// The answer tied to its baggage: `L{AuthResData, AuthResBaggage}`.
    ///
    /// ```text
    /// AuthResTBS ::= SEQUENCE {  -- L{AuthResData, AuthResBaggage}
    ///   t1  AuthResData,
    ///   t2  DetachedDigest
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AuthResTbs = "AuthResTBS" {
        /// The answer.
        t1: AuthResData = "t1",
        /// Digest of the baggage.
        t2: DetachedDigest = "t2",
    }
}

sequence! {
    /// What is encrypted in AuthResBX.
    ///
    /// ```text
    /// AuthResTBEX ::= SEQUENCE {
    ///   t  AuthResTBS,
    ///   s  SignedData  -- SO{P, AuthResTBSX}
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AuthResTbex = "AuthResTBEX" {
        /// The answer.
        t: Raw<AuthResTbs> = "t",
        /// `SO{P, AuthResTBSX}`.
        s: SignedData = "s",
    }
}

sequence! {
    /// What is signed in AuthResBX.
    ///
    /// ```text
    /// AuthResTBSX ::= SEQUENCE { t AuthResTBS, p PANToken }
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub struct AuthResTbsx = "AuthResTBSX" {
        /// The answer.
        t: Raw<AuthResTbs> = "t",
        /// The account.
        p: PanToken = "p",
    }
}

sequence! {
    /// What the merchant passes on unread.
    ///
    /// ```text
    /// AuthResBaggage ::= SEQUENCE {
    ///   capToken    [0] EXPLICIT CapToken OPTIONAL,
    ///   acqCardMsg  [1] EXPLICIT EncryptedData OPTIONAL,
    ///   authToken   [2] EXPLICIT AuthToken OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AuthResBaggage = "AuthResBaggage" {
        /// To be sent back with the capture.
        cap_token: Option<CapToken> = "capToken" [explicit 0 optional],
        /// To be passed to the cardholder.
        acq_card_msg: Option<EncryptedData> = "acqCardMsg" [explicit 1 optional],
        /// To be sent back with the next authorization.
        auth_token: Option<AuthToken> = "authToken" [explicit 2 optional],
    }
}

sequence! {
    /// What the gateway answers.
    ///
    /// ```text
    /// AuthResData ::= SEQUENCE {
    ///   authTags            AuthTags,
    ///   brandCRLIdentifier  [0] EXPLICIT BrandCRLIdentifier OPTIONAL,
    ///   peThumb             [1] EXPLICIT CertThumb OPTIONAL,
    ///   authResPayload      AuthResPayload
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AuthResData = "AuthResData" {
        /// Which authorization, as asked.
        auth_tags: AuthTags = "authTags",
        /// The BCI, if the request showed no current one.
        brand_crl_identifier: Option<BrandCrlIdentifier> = "brandCRLIdentifier" [explicit 0 optional],
        /// The gateway's encryption certificate, among those sent.
        pe_thumb: Option<CertThumb> = "peThumb" [explicit 1 optional],
        /// What came of it.
        auth_res_payload: AuthResPayload = "authResPayload",
    }
}

sequence! {
    /// What came of an authorization.
    ///
    /// ```text
    /// AuthResPayload ::= SEQUENCE {
    ///   authHeader     AuthHeader,
    ///   capResPayload  CapResPayload OPTIONAL,
    ///   aRsExtensions  [0] MsgExtensions OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AuthResPayload = "AuthResPayload" {
        /// Of the authorization.
        auth_header: AuthHeader = "authHeader",
        /// Of the capture, when asked for at once.
        cap_res_payload: Option<CapResPayload> = "capResPayload" [optional],
        /// Extensions.
        a_rs_extensions: Option<MsgExtensions> = "aRsExtensions" [implicit 0 optional],
    }
}

sequence! {
    /// What came of an authorization.
    ///
    /// ```text
    /// AuthHeader ::= SEQUENCE {
    ///   authAmt       CurrencyAmount,
    ///   authCode      AuthCode,
    ///   responseData  ResponseData,
    ///   batchStatus   [0] BatchStatus OPTIONAL,
    ///   currConv      [1] CurrConv OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AuthHeader = "AuthHeader" {
        /// The amount authorized.
        auth_amt: CurrencyAmount = "authAmt",
        /// Whether, and why not.
        auth_code: AuthCode = "authCode",
        /// What the issuer said.
        response_data: ResponseData = "responseData",
        /// Of the batch that took the capture.
        batch_status: Option<BatchStatus> = "batchStatus" [implicit 0 optional],
        /// The amount in the cardholder's currency.
        curr_conv: Option<CurrConv> = "currConv" [implicit 1 optional],
    }
}

enumerated! {
    /// The outcome of an authorization.
    ///
    /// ```text
    /// AuthCode ::= ENUMERATED {
    ///   approved(0), unspecifiedFailure(1), declined(2), noReply(3), callIssuer(4),
    ///   amountError(5), expiredCard(6), invalidTransaction(7), systemError(8),
    ///   piPreviouslyUsed(9), recurringTooSoon(10), recurringExpired(11),
    ///   piAuthMismatch(12), installRecurMismatch(13), captureNotSupported(14),
    ///   signatureRequired(15), cardMerchBrandMismatch(16)
    /// }
    /// ```
    pub enum AuthCode = "AuthCode" {
        /// Authorized.
        Approved = 0 "approved",
        /// Failed without a reason.
        UnspecifiedFailure = 1 "unspecifiedFailure",
        /// The issuer refuses.
        Declined = 2 "declined",
        /// The issuer does not answer.
        NoReply = 3 "noReply",
        /// The merchant should call the issuer.
        CallIssuer = 4 "callIssuer",
        /// The amount cannot be processed.
        AmountError = 5 "amountError",
        /// The card has expired.
        ExpiredCard = 6 "expiredCard",
        /// The transaction is not allowed.
        InvalidTransaction = 7 "invalidTransaction",
        /// A system failed.
        SystemError = 8 "systemError",
        /// The payment instruction was used before.
        PiPreviouslyUsed = 9 "piPreviouslyUsed",
        /// The time between two payments has not passed.
        RecurringTooSoon = 10 "recurringTooSoon",
        /// No more payments under this instruction.
        RecurringExpired = 11 "recurringExpired",
        /// Cardholder and merchant do not say the same.
        PiAuthMismatch = 12 "piAuthMismatch",
        /// Cardholder and merchant disagree on instalments.
        InstallRecurMismatch = 13 "installRecurMismatch",
        /// The gateway does not capture.
        CaptureNotSupported = 14 "captureNotSupported",
        /// The gateway takes only signed payment instructions of this brand.
        SignatureRequired = 15 "signatureRequired",
        /// The cardholder's brand is not the merchant's.
        CardMerchBrandMismatch = 16 "cardMerchBrandMismatch",
    }
}

sequence! {
    /// What the issuer said.
    ///
    /// ```text
    /// ResponseData ::= SEQUENCE {
    ///   authValCodes  [0] AuthValCodes OPTIONAL,
    ///   respReason    [1] RespReason OPTIONAL,
    ///   cardType      CardType OPTIONAL,
    ///   avsResult     [2] AVSResult OPTIONAL,
    ///   logRefID      LogRefID OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct ResponseData = "ResponseData" {
        /// Codes that prove the authorization.
        auth_val_codes: Option<AuthValCodes> = "authValCodes" [implicit 0 optional],
        /// Who decided and why.
        resp_reason: Option<RespReason> = "respReason" [implicit 1 optional],
        /// The type of card.
        card_type: Option<CardType> = "cardType" [optional],
        /// Of the address verification.
        avs_result: Option<AvsResult> = "avsResult" [implicit 2 optional],
        /// The acquirer's reference.
        log_ref_id: Option<LogRefId> = "logRefID" [optional],
    }
}

sequence! {
    /// Codes that prove an authorization.
    ///
    /// ```text
    /// AuthValCodes ::= SEQUENCE {
    ///   approvalCode    [0] ApprovalCode OPTIONAL,
    ///   authCharInd     [1] AuthCharInd OPTIONAL,
    ///   validationCode  [2] ValidationCode OPTIONAL,
    ///   marketSpec      MarketSpecDataID OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AuthValCodes = "AuthValCodes" {
        /// The issuer's code.
        approval_code: Option<ApprovalCode> = "approvalCode" [implicit 0 optional],
        /// Under which conditions.
        auth_char_ind: Option<AuthCharInd> = "authCharInd" [implicit 1 optional],
        /// Proves those conditions.
        validation_code: Option<ValidationCode> = "validationCode" [implicit 2 optional],
        /// Which market's data the issuer checked.
        market_spec: Option<MarketSpecDataId> = "marketSpec" [optional],
    }
}

enumerated! {
    /// Who decided on an authorization, and why.
    ///
    /// ```text
    /// RespReason ::= ENUMERATED {
    ///   issuer(0), standInTimeOut(1), standInFloorLimit(2), standInSuppressInquiries(3),
    ///   standInIssuerUnavailable(4), standInIssuerRequest(5)
    /// }
    /// ```
    pub enum RespReason = "RespReason" {
        /// The issuer.
        Issuer = 0 "issuer",
        /// A stand-in, the issuer being late.
        StandInTimeOut = 1 "standInTimeOut",
        /// A stand-in, the amount being small.
        StandInFloorLimit = 2 "standInFloorLimit",
        /// A stand-in, the issuer taking no inquiries.
        StandInSuppressInquiries = 3 "standInSuppressInquiries",
        /// A stand-in, the issuer being away.
        StandInIssuerUnavailable = 4 "standInIssuerUnavailable",
        /// A stand-in, as the issuer wished.
        StandInIssuerRequest = 5 "standInIssuerRequest",
    }
}

enumerated! {
    /// A type of card.
    ///
    /// ```text
    /// CardType ::= ENUMERATED {
    ///   unavailable(0), classic(1), gold(2), platinum(3), premier(4), debit(5),
    ///   pinBasedDebit(6), atm(7), electronicOnly(8), unspecifiedConsumer(9),
    ///   corporateTravel(10), purchasing(11), business(12), unspecifiedCommercial(13),
    ///   privateLabel(14), proprietary(15)
    /// }
    /// ```
    pub enum CardType = "CardType" {
        /// Not known.
        Unavailable = 0 "unavailable",
        /// Classic.
        Classic = 1 "classic",
        /// Gold.
        Gold = 2 "gold",
        /// Platinum.
        Platinum = 3 "platinum",
        /// Premier.
        Premier = 4 "premier",
        /// Debit.
        Debit = 5 "debit",
        /// Debit with a PIN.
        PinBasedDebit = 6 "pinBasedDebit",
        /// For cash machines.
        Atm = 7 "atm",
        /// For electronic terminals only.
        ElectronicOnly = 8 "electronicOnly",
        /// A consumer's, of no known type.
        UnspecifiedConsumer = 9 "unspecifiedConsumer",
        /// For travel on business.
        CorporateTravel = 10 "corporateTravel",
        /// For purchases of a company.
        Purchasing = 11 "purchasing",
        /// Of a business.
        Business = 12 "business",
        /// A company's, of no known type.
        UnspecifiedCommercial = 13 "unspecifiedCommercial",
        /// Under a shop's own name.
        PrivateLabel = 14 "privateLabel",
        /// A shop's own.
        Proprietary = 15 "proprietary",
    }
}

enumerated! {
    /// The outcome of an address verification.
    ///
    /// ```text
    /// AVSResult ::= ENUMERATED {
    ///   resultUnavailable(0), noMatch(1), addressMatchOnly(2), postalCodeMatchOnly(3), fullMatch(4)
    /// }
    /// ```
    pub enum AvsResult = "AVSResult" {
        /// Not done.
        ResultUnavailable = 0 "resultUnavailable",
        /// Nothing fits.
        NoMatch = 1 "noMatch",
        /// Only the street fits.
        AddressMatchOnly = 2 "addressMatchOnly",
        /// Only the postal code fits.
        PostalCodeMatchOnly = 3 "postalCodeMatchOnly",
        /// All fits.
        FullMatch = 4 "fullMatch",
    }
}

enumerated! {
    /// Conditions under which an authorization was given.
    ///
    /// ```text
    /// AuthCharInd ::= ENUMERATED {
    ///   directMarketing(0), recurringPayment(1), addressVerification(2),
    ///   preferredCustomer(3), incrementalAuth(4)
    /// }
    /// ```
    pub enum AuthCharInd = "AuthCharInd" {
        /// Direct marketing.
        DirectMarketing = 0 "directMarketing",
        /// A recurring payment.
        RecurringPayment = 1 "recurringPayment",
        /// The address was verified.
        AddressVerification = 2 "addressVerification",
        /// A customer known well.
        PreferredCustomer = 3 "preferredCustomer",
        /// It adds to an earlier one.
        IncrementalAuth = 4 "incrementalAuth",
    }
}
