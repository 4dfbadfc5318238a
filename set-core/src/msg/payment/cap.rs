//! CapReq and CapRes: authorized amounts collected.

use crate::asn1::{Date, Raw, SeqOf};
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::{BatchId, BatchSequenceNum, Rrpid};
use crate::msg::payment::account::PanToken;
use crate::msg::payment::auth_req::AuthReqItem;
use crate::msg::payment::auth_res::AuthResPayload;
use crate::msg::payment::batch::BatchStatus;
use crate::msg::payment::sale_detail::SaleDetail;
use crate::msg::payment::tokens::CapToken;
use crate::msg::tags::{MsgExtensions, RrTags, TransIds};
use crate::msg::thumbs::{CertThumb, Thumbs};
use crate::pkcs7::{DetachedDigest, EnvelopedData, SignedData};
use crate::x509::bci::BrandCrlIdentifier;
use crate::{choice, enumerated, sequence};

choice! {
    /// The merchant collects authorized amounts, with or without accounts of its own.
    ///
    /// ```text
    /// CapReq ::= CHOICE {
    ///   encB   [0] EXPLICIT CapReqB,
    ///   encBX  [1] EXPLICIT CapReqBX
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum CapReq = "CapReq" {
        /// Without.
        EncB(CapReqB) = "encB" [explicit 0],
        /// With one.
        EncBx(CapReqBx) = "encBX" [explicit 1],
    }
}

sequence! {
    /// `EncB{M, P, CapReqData, CapTokenSeq}`.
    ///
    /// ```text
    /// CapReqB ::= SEQUENCE {  -- EncB{M, P, CapReqData, CapTokenSeq}
    ///   enc      EnvelopedData,  -- CapReqTBE
    ///   baggage  CapTokenSeq
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CapReqB = "CapReqB" {
        /// Encrypted for the gateway; content type CapReqTBE.
        enc: EnvelopedData = "enc",
        /// A token for each item.
        baggage: Raw<CapTokenSeq> = "baggage",
    }
}

sequence! {
    /// `EncBX{M, P, CapReqData, CapTokenSeq, PANToken}`.
    ///
    /// ```text
    /// CapReqBX ::= SEQUENCE {  -- EncBX{M, P, CapReqData, CapTokenSeq, PANToken}
    ///   encX     EnvelopedData,  -- CapReqTBEX
    ///   baggage  CapTokenSeq
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CapReqBx = "CapReqBX" {
        /// Encrypted for the gateway, PANToken in the OAEP block; content type CapReqTBEX.
        enc_x: EnvelopedData = "encX",
        /// A token for each item.
        baggage: Raw<CapTokenSeq> = "baggage",
    }
}

/// What is encrypted in CapReqB: `S{M, CapReqTBS}`.
///
/// ```text
/// CapReqTBE  ::= SignedData
/// ```
pub type CapReqTbe = SignedData;

sequence! {
    /// The request tied to its tokens.
    ///
    /// ```text
    /// CapReqTBS  ::= SEQUENCE { t1 CapReqData, t2 DetachedDigest }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CapReqTbs = "CapReqTBS" {
        /// The request.
        t1: CapReqData = "t1",
        /// Digest of the tokens.
        t2: DetachedDigest = "t2",
    }
}

sequence! {
    /// What is encrypted in CapReqBX.
    ///
    /// ```text
    /// CapReqTBEX ::= SEQUENCE { t CapReqTBS, s SignedData }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CapReqTbex = "CapReqTBEX" {
        /// The request.
        t: Raw<CapReqTbs> = "t",
        /// `SO{M, CapReqTBSX}`.
        s: SignedData = "s",
    }
}

sequence! {
    /// What is signed in CapReqBX.
    ///
    /// ```text
    /// CapReqTBSX ::= SEQUENCE { t CapReqTBS, p PANToken }
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub struct CapReqTbsx = "CapReqTBSX" {
        /// The request.
        t: Raw<CapReqTbs> = "t",
        /// The account.
        p: PanToken = "p",
    }
}

/// One token for each item, in the same order.
///
/// ```text
/// CapTokenSeq ::= SEQUENCE SIZE(1..MAX) OF CapToken
/// ```
pub type CapTokenSeq = SeqOf<CapToken>;

sequence! {
    /// What is to be captured.
    ///
    /// ```text
    /// CapReqData ::= SEQUENCE {
    ///   capRRTags      RRTags,
    ///   mThumbs        [0] EXPLICIT Thumbs OPTIONAL,
    ///   capItemSeq     SEQUENCE SIZE(1..MAX) OF CapItem,
    ///   cRqExtensions  [1] MsgExtensions OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CapReqData = "CapReqData" {
        /// The request and its sender.
        cap_rr_tags: RrTags = "capRRTags",
        /// What the merchant holds already.
        m_thumbs: Option<Thumbs> = "mThumbs" [explicit 0 optional],
        /// The items.
        cap_item_seq: SeqOf<CapItem> = "capItemSeq",
        /// Extensions.
        c_rq_extensions: Option<MsgExtensions> = "cRqExtensions" [implicit 1 optional],
    }
}

sequence! {
    /// One authorized amount to be captured.
    ///
    /// ```text
    /// CapItem ::= SEQUENCE {
    ///   transIDs    TransIDs,
    ///   authRRPID   RRPID,
    ///   capPayload  CapPayload
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CapItem = "CapItem" {
        /// Which transaction.
        trans_ids: TransIds = "transIDs",
        /// The RRPID of its AuthReq.
        auth_rrpid: Rrpid = "authRRPID",
        /// Amount and details.
        cap_payload: CapPayload = "capPayload",
    }
}

sequence! {
    /// Amount and details of a capture.
    ///
    /// ```text
    /// CapPayload ::= SEQUENCE {
    ///   capDate         Date,
    ///   capReqAmt       CurrencyAmount,
    ///   authReqItem     [0] AuthReqItem OPTIONAL,
    ///   authResPayload  [1] AuthResPayload OPTIONAL,
    ///   saleDetail      [2] SaleDetail OPTIONAL,
    ///   cPayExtensions  [3] MsgExtensions OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CapPayload = "CapPayload" {
        /// When the merchant captures.
        cap_date: Date = "capDate",
        /// The amount; it may differ from the one authorized.
        cap_req_amt: CurrencyAmount = "capReqAmt",
        /// The authorization as it was asked for.
        auth_req_item: Option<AuthReqItem> = "authReqItem" [implicit 0 optional],
        /// The answer to it.
        auth_res_payload: Option<AuthResPayload> = "authResPayload" [implicit 1 optional],
        /// Details of the sale.
        sale_detail: Option<SaleDetail> = "saleDetail" [implicit 2 optional],
        /// Extensions.
        c_pay_extensions: Option<MsgExtensions> = "cPayExtensions" [implicit 3 optional],
    }
}

/// The gateway's answer to a capture: `Enc{P, M, CapResData}`; content type CapResTBE.
///
/// ```text
/// CapRes ::= EnvelopedData  -- Enc{P, M, CapResData}; CapResTBE
/// ```
pub type CapRes = EnvelopedData;

/// What is encrypted: `S{P, CapResData}`.
///
/// ```text
/// CapResTBE ::= SignedData
/// ```
pub type CapResTbe = SignedData;

sequence! {
    /// What the gateway answers.
    ///
    /// ```text
    /// CapResData ::= SEQUENCE {
    ///   capRRTags           RRTags,
    ///   brandCRLIdentifier  [0] EXPLICIT BrandCRLIdentifier OPTIONAL,
    ///   peThumb             [1] EXPLICIT CertThumb OPTIONAL,
    ///   batchStatusSeq      [2] SEQUENCE SIZE(1..MAX) OF BatchStatus OPTIONAL,
    ///   capResItemSeq       SEQUENCE SIZE(1..MAX) OF CapResItem,
    ///   cRsExtensions       [3] MsgExtensions OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CapResData = "CapResData" {
        /// Those of the request.
        cap_rr_tags: RrTags = "capRRTags",
        /// The BCI, if the request showed no current one.
        brand_crl_identifier: Option<BrandCrlIdentifier> = "brandCRLIdentifier" [explicit 0 optional],
        /// The gateway's encryption certificate, among those sent.
        pe_thumb: Option<CertThumb> = "peThumb" [explicit 1 optional],
        /// Of the batches that took the items.
        batch_status_seq: Option<SeqOf<BatchStatus>> = "batchStatusSeq" [implicit 2 optional],
        /// One for each item asked for.
        cap_res_item_seq: SeqOf<CapResItem> = "capResItemSeq",
        /// Extensions.
        c_rs_extensions: Option<MsgExtensions> = "cRsExtensions" [implicit 3 optional],
    }
}

sequence! {
    /// What came of one item.
    ///
    /// ```text
    /// CapResItem ::= SEQUENCE {
    ///   transIDs       TransIDs,
    ///   authRRPID      RRPID,
    ///   capResPayload  CapResPayload
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CapResItem = "CapResItem" {
        /// Which transaction.
        trans_ids: TransIds = "transIDs",
        /// The RRPID of its AuthReq.
        auth_rrpid: Rrpid = "authRRPID",
        /// What came of it.
        cap_res_payload: CapResPayload = "capResPayload",
    }
}

sequence! {
    /// What came of a capture.
    ///
    /// ```text
    /// CapResPayload ::= SEQUENCE {
    ///   capCode           CapCode,
    ///   capAmt            CurrencyAmount,
    ///   batchID           [0] BatchID OPTIONAL,
    ///   batchSequenceNum  [1] BatchSequenceNum OPTIONAL,
    ///   cRsPayExtensions  [2] MsgExtensions OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CapResPayload = "CapResPayload" {
        /// Whether, and why not.
        cap_code: CapCode = "capCode",
        /// The amount captured.
        cap_amt: CurrencyAmount = "capAmt",
        /// The batch that took it.
        batch_id: Option<BatchId> = "batchID" [implicit 0 optional],
        /// Its place there.
        batch_sequence_num: Option<BatchSequenceNum> = "batchSequenceNum" [implicit 1 optional],
        /// Extensions.
        c_rs_pay_extensions: Option<MsgExtensions> = "cRsPayExtensions" [implicit 2 optional],
    }
}

enumerated! {
    /// The outcome of a capture.
    ///
    /// ```text
    /// CapCode ::= ENUMERATED {
    ///   success(0), unspecifiedFailure(1), duplicateRequest(2), authExpired(3),
    ///   authDataMissing(4), invalidAuthData(5), capTokenMissing(6), invalidCapToken(7),
    ///   batchUnknown(8), batchClosed(9), unknownXID(10), unknownLID(11)
    /// }
    /// ```
    pub enum CapCode = "CapCode" {
        /// Captured.
        Success = 0 "success",
        /// Failed without a reason.
        UnspecifiedFailure = 1 "unspecifiedFailure",
        /// Captured before.
        DuplicateRequest = 2 "duplicateRequest",
        /// The authorization is too old.
        AuthExpired = 3 "authExpired",
        /// Details of the authorization are needed.
        AuthDataMissing = 4 "authDataMissing",
        /// Details of the authorization are wrong.
        InvalidAuthData = 5 "invalidAuthData",
        /// A token is needed.
        CapTokenMissing = 6 "capTokenMissing",
        /// The token is not the one of this authorization.
        InvalidCapToken = 7 "invalidCapToken",
        /// No such batch.
        BatchUnknown = 8 "batchUnknown",
        /// The batch takes no more items.
        BatchClosed = 9 "batchClosed",
        /// No such transaction.
        UnknownXid = 10 "unknownXID",
        /// No such order.
        UnknownLid = 11 "unknownLID",
    }
}
