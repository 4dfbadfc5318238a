//! CapToken and AuthToken: what the gateway writes to itself.

use der::asn1::Null;

use crate::asn1::{Date, Opaque, Raw};
use crate::msg::amount::CurrencyAmount;
use crate::msg::back_key::BackKeyData;
use crate::msg::ids::{MerchantId, Rrpid};
use crate::msg::payment::account::PanToken;
use crate::msg::recur::InstallRecurData;
use crate::msg::tags::TransIds;
use crate::pkcs7::{EnvelopedData, SignedData};
use crate::{choice, sequence};

choice! {
    /// Brings an authorization back to the gateway for capture.
    ///
    /// ```text
    /// CapToken ::= CHOICE {
    ///   encX  [0] EXPLICIT EnvelopedData,  -- EncX{P1, P2, CapTokenData, PANToken}; CapTokenTBEX
    ///   enc   [1] EXPLICIT EnvelopedData,  -- Enc{P1, P2, CapTokenData}; CapTokenTBE
    ///   null  [2] EXPLICIT NULL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum CapToken = "CapToken" {
        /// `EncX{P1, P2, CapTokenData, PANToken}`: with the account.
        EncX(EnvelopedData) = "encX" [explicit 0],
        /// `Enc{P1, P2, CapTokenData}`: without.
        Enc(EnvelopedData) = "enc" [explicit 1],
        /// The gateway keeps it all.
        Null(Null) = "null" [explicit 2],
    }
}

/// What is encrypted without the account: `S{P1, CapTokenData}`.
///
/// ```text
/// CapTokenTBE  ::= SignedData  -- S{P1, CapTokenData}
/// ```
pub type CapTokenTbe = SignedData;

sequence! {
    /// What is encrypted with the account.
    ///
    /// ```text
    /// CapTokenTBEX ::= SEQUENCE { t CapTokenData, s SignedData }  -- s: SO{P1, CapTokenTBS}
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CapTokenTbex = "CapTokenTBEX" {
        /// The authorization.
        t: Raw<CapTokenData> = "t",
        /// `SO{P1, CapTokenTBS}`.
        s: SignedData = "s",
    }
}

sequence! {
    /// What is signed with the account.
    ///
    /// ```text
    /// CapTokenTBS  ::= SEQUENCE { t CapTokenData, p PANToken }
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub struct CapTokenTbs = "CapTokenTBS" {
        /// The authorization.
        t: Raw<CapTokenData> = "t",
        /// The account.
        p: PanToken = "p",
    }
}

sequence! {
    /// An authorization that may be captured.
    ///
    /// ```text
    /// CapTokenData ::= SEQUENCE {
    ///   authRRPID    RRPID,
    ///   authAmt      CurrencyAmount,
    ///   tokenOpaque  TokenOpaque
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CapTokenData = "CapTokenData" {
        /// The RRPID of its AuthReq.
        auth_rrpid: Rrpid = "authRRPID",
        /// The amount authorized.
        auth_amt: CurrencyAmount = "authAmt",
        /// The gateway's own.
        token_opaque: Opaque = "tokenOpaque",
    }
}

/// The payment instruction of authorizations after the first: `EncX{P1, P2, AuthTokenData,
/// PANToken}`.
///
/// ```text
/// AuthToken ::= EnvelopedData  -- EncX{P1, P2, AuthTokenData, PANToken}; AuthTokenTBE
/// ```
pub type AuthToken = EnvelopedData;

sequence! {
    /// What is encrypted.
    ///
    /// ```text
    /// AuthTokenTBE ::= SEQUENCE { t AuthTokenData, s SignedData }  -- s: SO{P1, AuthTokenTBS}
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub struct AuthTokenTbe = "AuthTokenTBE" {
        /// The payment instruction.
        t: Raw<AuthTokenData> = "t",
        /// `SO{P1, AuthTokenTBS}`.
        s: SignedData = "s",
    }
}

sequence! {
    /// What is signed.
    ///
    /// ```text
    /// AuthTokenTBS ::= SEQUENCE { t AuthTokenData, p PANToken }
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub struct AuthTokenTbs = "AuthTokenTBS" {
        /// The payment instruction.
        t: Raw<AuthTokenData> = "t",
        /// The account.
        p: PanToken = "p",
    }
}

sequence! {
    /// A payment instruction that earlier authorizations have used.
    ///
    /// ```text
    /// AuthTokenData ::= SEQUENCE {
    ///   transIDs          TransIDs,
    ///   purchAmt          CurrencyAmount,
    ///   merchantID        MerchantID,
    ///   acqBackKeyData    BackKeyData OPTIONAL,
    ///   installRecurData  [0] InstallRecurData OPTIONAL,
    ///   recurringCount    [1] INTEGER (1..MAX) OPTIONAL,
    ///   prevAuthDateTime  Date,
    ///   totalAuthAmount   [2] CurrencyAmount,
    ///   authTokenOpaque   [3] EXPLICIT TokenOpaque
    /// }
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub struct AuthTokenData = "AuthTokenData" {
        /// Which transaction.
        trans_ids: TransIds = "transIDs",
        /// The amount of the whole order.
        purch_amt: CurrencyAmount = "purchAmt",
        /// Who is paid.
        merchant_id: MerchantId = "merchantID",
        /// The key for the acquirer's message to the cardholder.
        acq_back_key_data: Option<BackKeyData> = "acqBackKeyData" [optional],
        /// Instalments or recurring payment, as the cardholder agreed.
        install_recur_data: Option<InstallRecurData> = "installRecurData" [implicit 0 optional],
        /// Authorizations so far.
        recurring_count: Option<RecurringCount> = "recurringCount" [implicit 1 optional],
        /// When the last one was.
        prev_auth_date_time: Date = "prevAuthDateTime",
        /// Their sum.
        total_auth_amount: CurrencyAmount = "totalAuthAmount" [implicit 2],
        /// The gateway's own.
        auth_token_opaque: Opaque = "authTokenOpaque" [explicit 3],
    }
}

crate::integer! {
    /// Number of authorizations, from 1.
    ///
    /// ```text
    /// INTEGER (1..MAX)
    /// ```
    pub struct RecurringCount(u64) = "recurringCount", 1..=u64::MAX, "INTEGER (1..MAX)";
}
