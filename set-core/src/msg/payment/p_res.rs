//! PRes: how far an order has come.

use crate::asn1::{Date, FloatingPoint, SeqOf};
use crate::msg::amount::Currency;
use crate::msg::ids::{Challenge, Rrpid};
use crate::msg::payment::auth_res::AuthCode;
use crate::msg::payment::cap::CapCode;
use crate::msg::payment::cap_rev_or_cred::CapRevOrCredCode;
use crate::msg::tags::{MsgExtensions, TransIds};
use crate::pkcs7::{EncryptedData, SignedData};
use crate::x509::bci::BrandCrlIdentifier;
use crate::{enumerated, sequence};

/// The merchant's answer to PReq and InqReq: `S{M, PResData}`.
///
/// ```text
/// PRes ::= SignedData  -- S{M, PResData}
/// ```
pub type PRes = SignedData;

sequence! {
    /// What the merchant signs in PRes.
    ///
    /// ```text
    /// PResData ::= SEQUENCE {
    ///   transIDs            TransIDs,
    ///   rrpid               RRPID,
    ///   chall-C             Challenge,
    ///   brandCRLIdentifier  [0] EXPLICIT BrandCRLIdentifier OPTIONAL,
    ///   pResPayloadSeq      SEQUENCE SIZE(1..MAX) OF PResPayload
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct PResData = "PResData" {
        /// Which transaction.
        trans_ids: TransIds = "transIDs",
        /// Ties the response to its request.
        rrpid: Rrpid = "rrpid",
        /// The cardholder's challenge.
        chall_c: Challenge = "chall-C",
        /// The BCI, if the request showed no current one.
        brand_crl_identifier: Option<BrandCrlIdentifier> = "brandCRLIdentifier" [explicit 0 optional],
        /// One element for each part of the order.
        p_res_payload_seq: SeqOf<PResPayload> = "pResPayloadSeq",
    }
}

sequence! {
    /// How far one part of the order has come.
    ///
    /// ```text
    /// PResPayload ::= SEQUENCE {
    ///   completionCode  CompletionCode,
    ///   results         Results OPTIONAL,
    ///   pRsExtensions   [0] MsgExtensions OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct PResPayload = "PResPayload" {
        /// The last step done.
        completion_code: CompletionCode = "completionCode",
        /// What came of the steps.
        results: Option<Results> = "results" [optional],
        /// Extensions.
        p_rs_extensions: Option<MsgExtensions> = "pRsExtensions" [implicit 0 optional],
    }
}

enumerated! {
    /// The last step done for an order.
    ///
    /// ```text
    /// CompletionCode ::= ENUMERATED {
    ///   meaninglessRatio(0), orderRejected(1), orderReceived(2), orderNotReceived(3),
    ///   authorizationPerformed(4), capturePerformed(5), creditPerformed(6)
    /// }
    /// ```
    pub enum CompletionCode = "CompletionCode" {
        /// The purchase amount is zero, so ratios say nothing.
        MeaninglessRatio = 0 "meaninglessRatio",
        /// The merchant does not take the order.
        OrderRejected = 1 "orderRejected",
        /// The merchant has the order and nothing else was done yet.
        OrderReceived = 2 "orderReceived",
        /// The merchant knows no such order.
        OrderNotReceived = 3 "orderNotReceived",
        /// The gateway answered; see AuthStatus.
        AuthorizationPerformed = 4 "authorizationPerformed",
        /// The amount was captured; see CapStatus.
        CapturePerformed = 5 "capturePerformed",
        /// An amount was given back; see CreditStatus.
        CreditPerformed = 6 "creditPerformed",
    }
}

sequence! {
    /// What came of the steps done for an order.
    ///
    /// ```text
    /// Results ::= SEQUENCE {
    ///   acqCardMsg     [0] EXPLICIT EncryptedData OPTIONAL,
    ///   authStatus     [1] AuthStatus OPTIONAL,
    ///   capStatus      [2] CapStatus OPTIONAL,
    ///   credStatusSeq  [3] SEQUENCE SIZE(1..MAX) OF CreditStatus OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Results = "Results" {
        /// The acquirer's message to the cardholder.
        acq_card_msg: Option<EncryptedData> = "acqCardMsg" [explicit 0 optional],
        /// Of the authorization.
        auth_status: Option<AuthStatus> = "authStatus" [implicit 1 optional],
        /// Of the capture.
        cap_status: Option<CapStatus> = "capStatus" [implicit 2 optional],
        /// Of each credit that was not reversed.
        cred_status_seq: Option<SeqOf<CreditStatus>> = "credStatusSeq" [implicit 3 optional],
    }
}

sequence! {
    /// What came of an authorization.
    ///
    /// ```text
    /// AuthStatus ::= SEQUENCE {
    ///   authDate   Date,
    ///   authCode   AuthCode,
    ///   authRatio  FloatingPoint,
    ///   currConv   [0] CurrConv OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AuthStatus = "AuthStatus" {
        /// When.
        auth_date: Date = "authDate",
        /// How.
        auth_code: AuthCode = "authCode",
        /// AuthReqAmt over PurchAmt.
        auth_ratio: FloatingPoint = "authRatio",
        /// The amount in the cardholder's currency.
        curr_conv: Option<CurrConv> = "currConv" [implicit 0 optional],
    }
}

sequence! {
    /// What came of a capture.
    ///
    /// ```text
    /// CapStatus ::= SEQUENCE {
    ///   capDate   Date,
    ///   capCode   CapCode,
    ///   capRatio  FloatingPoint
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CapStatus = "CapStatus" {
        /// When.
        cap_date: Date = "capDate",
        /// How.
        cap_code: CapCode = "capCode",
        /// CapReqAmt over PurchAmt.
        cap_ratio: FloatingPoint = "capRatio",
    }
}

sequence! {
    /// What came of a credit.
    ///
    /// ```text
    /// CreditStatus ::= SEQUENCE {
    ///   creditDate   Date,
    ///   creditCode   CapRevOrCredCode,
    ///   creditRatio  FloatingPoint
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CreditStatus = "CreditStatus" {
        /// When.
        credit_date: Date = "creditDate",
        /// How.
        credit_code: CapRevOrCredCode = "creditCode",
        /// CapRevOrCredReqAmt over PurchAmt.
        credit_ratio: FloatingPoint = "creditRatio",
    }
}

sequence! {
    /// Conversion into the cardholder's currency.
    ///
    /// ```text
    /// CurrConv ::= SEQUENCE {
    ///   currConvRate  FloatingPoint,
    ///   cardCurr      Currency
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CurrConv = "CurrConv" {
        /// Factor by which an amount is multiplied.
        curr_conv_rate: FloatingPoint = "currConvRate",
        /// The cardholder's currency.
        card_curr: Currency = "cardCurr",
    }
}
