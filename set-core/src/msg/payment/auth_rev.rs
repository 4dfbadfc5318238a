//! AuthRevReq and AuthRevRes: an authorization lowered or taken back.

use crate::asn1::Raw;
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::AuthRetNum;
use crate::msg::payment::auth_req::AuthReqData;
use crate::msg::payment::auth_res::AuthResPayload;
use crate::msg::payment::p_req::Pi;
use crate::msg::payment::tokens::{AuthToken, CapToken};
use crate::msg::tags::{MsgExtensions, RrTags, TransIds};
use crate::msg::thumbs::{CertThumb, Thumbs};
use crate::pkcs7::{DetachedDigest, EnvelopedData, SignedData};
use crate::x509::bci::BrandCrlIdentifier;
use crate::{choice, enumerated, sequence};

sequence! {
    /// `EncB{M, P, AuthRevReqData, AuthRevReqBaggage}`.
    ///
    /// ```text
    /// AuthRevReq ::= SEQUENCE {  -- EncB{M, P, AuthRevReqData, AuthRevReqBaggage}
    ///   enc      EnvelopedData,  -- content type AuthRevReqTBE
    ///   baggage  AuthRevReqBaggage
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AuthRevReq = "AuthRevReq" {
        /// Encrypted for the gateway; content type AuthRevReqTBE.
        enc: EnvelopedData = "enc",
        /// The payment instruction and the token to be replaced.
        baggage: Raw<AuthRevReqBaggage> = "baggage",
    }
}

/// What is encrypted: `S{M, AuthRevReqTBS}`.
///
/// ```text
/// AuthRevReqTBE ::= SignedData
/// ```
pub type AuthRevReqTbe = SignedData;

sequence! {
    /// What is signed: `L{AuthRevReqData, AuthRevReqBaggage}`.
    ///
    /// ```text
    /// AuthRevReqTBS ::= SEQUENCE { t1 AuthRevReqData, t2 DetachedDigest }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AuthRevReqTbs = "AuthRevReqTBS" {
        /// The request.
        t1: AuthRevReqData = "t1",
        /// Digest of the baggage.
        t2: DetachedDigest = "t2",
    }
}

sequence! {
    /// What the merchant returns unread.
    ///
    /// ```text
    /// AuthRevReqBaggage ::= SEQUENCE {
    ///   pi        PI,
    ///   capToken  CapToken OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AuthRevReqBaggage = "AuthRevReqBaggage" {
        /// The payment instruction of the authorization.
        pi: Pi = "pi",
        /// The token that came with the authorization.
        cap_token: Option<CapToken> = "capToken" [optional],
    }
}

sequence! {
    /// Which authorization, and what is to be left of it.
    ///
    /// ```text
    /// AuthRevReqData ::= SEQUENCE {
    ///   authRevTags      AuthRevTags,
    ///   mThumbs          [0] EXPLICIT Thumbs OPTIONAL,
    ///   authReqData      [1] AuthReqData OPTIONAL,
    ///   authResPayload   [2] AuthResPayload OPTIONAL,
    ///   authNewAmt       CurrencyAmount,  -- zero: reverse it all
    ///   aRvRqExtensions  [3] MsgExtensions OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AuthRevReqData = "AuthRevReqData" {
        /// Which transaction.
        auth_rev_tags: AuthRevTags = "authRevTags",
        /// What the merchant holds already.
        m_thumbs: Option<Thumbs> = "mThumbs" [explicit 0 optional],
        /// The authorization as it was asked for.
        auth_req_data: Option<AuthReqData> = "authReqData" [implicit 1 optional],
        /// The answer to it.
        auth_res_payload: Option<AuthResPayload> = "authResPayload" [implicit 2 optional],
        /// What is left of it; zero takes all of it back.
        auth_new_amt: CurrencyAmount = "authNewAmt",
        /// Extensions.
        a_rv_rq_extensions: Option<MsgExtensions> = "aRvRqExtensions" [implicit 3 optional],
    }
}

sequence! {
    /// Names one reversal.
    ///
    /// ```text
    /// AuthRevTags ::= SEQUENCE {
    ///   authRevRRTags  RRTags,
    ///   transIDs       TransIDs,
    ///   authRetNum     AuthRetNum OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AuthRevTags = "AuthRevTags" {
        /// The request and its sender.
        auth_rev_rr_tags: RrTags = "authRevRRTags",
        /// Which transaction.
        trans_ids: TransIds = "transIDs",
        /// Ties the reversal to the acquirer's own messages.
        auth_ret_num: Option<AuthRetNum> = "authRetNum" [optional],
    }
}

choice! {
    /// The gateway's answer, with or without new tokens.
    ///
    /// ```text
    /// AuthRevRes ::= CHOICE {
    ///   encB  [0] EXPLICIT AuthRevResB,
    ///   enc   [1] EXPLICIT EnvelopedData  -- Enc{P, M, AuthRevResData}; AuthRevResTBE
    /// }
    /// ```
    #[expect(clippy::large_enum_variant, reason = "both are some hundreds of octets, and a Message boxes them")]
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum AuthRevRes = "AuthRevRes" {
        /// With.
        EncB(AuthRevResB) = "encB" [explicit 0],
        /// Without: `Enc{P, M, AuthRevResData}`; content type AuthRevResTBE.
        Enc(EnvelopedData) = "enc" [explicit 1],
    }
}

sequence! {
    /// `EncB{P, M, AuthRevResData, AuthRevResBaggage}`.
    ///
    /// ```text
    /// AuthRevResB ::= SEQUENCE {  -- EncB{P, M, AuthRevResData, AuthRevResBaggage}
    ///   enc      EnvelopedData,  -- content type AuthRevResTBEB
    ///   baggage  AuthRevResBaggage
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AuthRevResB = "AuthRevResB" {
        /// Encrypted for the merchant; content type AuthRevResTBEB.
        enc: EnvelopedData = "enc",
        /// New tokens.
        baggage: Raw<AuthRevResBaggage> = "baggage",
    }
}

/// What is encrypted without baggage: `S{P, AuthRevResData}`.
///
/// ```text
/// AuthRevResTBE  ::= SignedData  -- S{P, AuthRevResData}
/// ```
pub type AuthRevResTbe = SignedData;

/// What is encrypted with baggage: `S{P, AuthRevResTBS}`.
///
/// ```text
/// AuthRevResTBEB ::= SignedData  -- S{P, AuthRevResTBS}
/// ```
pub type AuthRevResTbeb = SignedData;

sequence! {
    /// The answer tied to its baggage.
    ///
    /// ```text
    /// AuthRevResTBS  ::= SEQUENCE { t1 AuthRevResData, t2 DetachedDigest }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AuthRevResTbs = "AuthRevResTBS" {
        /// The answer.
        t1: AuthRevResData = "t1",
        /// Digest of the baggage.
        t2: DetachedDigest = "t2",
    }
}

sequence! {
    /// Tokens that replace the old ones.
    ///
    /// ```text
    /// AuthRevResBaggage ::= SEQUENCE {
    ///   capTokenNew   [0] EXPLICIT CapToken OPTIONAL,
    ///   authTokenNew  [1] EXPLICIT AuthToken OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AuthRevResBaggage = "AuthRevResBaggage" {
        /// For the capture.
        cap_token_new: Option<CapToken> = "capTokenNew" [explicit 0 optional],
        /// For the next authorization.
        auth_token_new: Option<AuthToken> = "authTokenNew" [explicit 1 optional],
    }
}

sequence! {
    /// What the gateway answers.
    ///
    /// ```text
    /// AuthRevResData ::= SEQUENCE {
    ///   authRevCode         AuthRevCode,
    ///   authRevTags         AuthRevTags,
    ///   brandCRLIdentifier  [0] EXPLICIT BrandCRLIdentifier OPTIONAL,
    ///   peThumb             [1] EXPLICIT CertThumb OPTIONAL,
    ///   authNewAmt          CurrencyAmount,
    ///   authResDataNew      AuthResDataNew,
    ///   aRvRsExtensions     [2] MsgExtensions OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AuthRevResData = "AuthRevResData" {
        /// Whether, and why not.
        auth_rev_code: AuthRevCode = "authRevCode",
        /// Which reversal, as asked.
        auth_rev_tags: AuthRevTags = "authRevTags",
        /// The BCI, if the request showed no current one.
        brand_crl_identifier: Option<BrandCrlIdentifier> = "brandCRLIdentifier" [explicit 0 optional],
        /// The gateway's encryption certificate, among those sent.
        pe_thumb: Option<CertThumb> = "peThumb" [explicit 1 optional],
        /// What is left of the authorization.
        auth_new_amt: CurrencyAmount = "authNewAmt",
        /// The authorization as it now is.
        auth_res_data_new: AuthResDataNew = "authResDataNew",
        /// Extensions.
        a_rv_rs_extensions: Option<MsgExtensions> = "aRvRsExtensions" [implicit 2 optional],
    }
}

enumerated! {
    /// The outcome of a reversal.
    ///
    /// ```text
    /// AuthRevCode ::= ENUMERATED {
    ///   approved(0), unspecifiedFailure(1), noReply(2), amountError(3),
    ///   expiredTransaction(4), invalidTransaction(5), systemError(6),
    ///   missingCapToken(7), invalidCapToken(8), invalidAmount(9)
    /// }
    /// ```
    pub enum AuthRevCode = "AuthRevCode" {
        /// Done.
        Approved = 0 "approved",
        /// Failed without a reason.
        UnspecifiedFailure = 1 "unspecifiedFailure",
        /// The issuer does not answer.
        NoReply = 2 "noReply",
        /// The amount cannot be processed.
        AmountError = 3 "amountError",
        /// Too late.
        ExpiredTransaction = 4 "expiredTransaction",
        /// No such transaction.
        InvalidTransaction = 5 "invalidTransaction",
        /// A system failed.
        SystemError = 6 "systemError",
        /// A token is needed.
        MissingCapToken = 7 "missingCapToken",
        /// The token is not the one of this authorization.
        InvalidCapToken = 8 "invalidCapToken",
        /// More than was authorized.
        InvalidAmount = 9 "invalidAmount",
    }
}

sequence! {
    /// The authorization after a reversal.
    ///
    /// ```text
    /// AuthResDataNew ::= SEQUENCE {
    ///   transIDs           TransIDs,
    ///   authResPayloadNew  AuthResPayload OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AuthResDataNew = "AuthResDataNew" {
        /// Which transaction.
        trans_ids: TransIds = "transIDs",
        /// What is left of it.
        auth_res_payload_new: Option<AuthResPayload> = "authResPayloadNew" [optional],
    }
}
