//! Capture reversal, credit and credit reversal: three pairs of messages of one form.

use crate::asn1::{Date, Raw, SeqOf};
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::{BatchId, BatchSequenceNum, Rrpid};
use crate::msg::payment::account::PanToken;
use crate::msg::payment::batch::BatchStatus;
use crate::msg::payment::cap::{CapPayload, CapTokenSeq};
use crate::msg::tags::{MsgExtensions, RrTags, TransIds};
use crate::msg::thumbs::{CertThumb, Thumbs};
use crate::pkcs7::{DetachedDigest, EnvelopedData, SignedData};
use crate::x509::bci::BrandCrlIdentifier;
use crate::{choice, enumerated, sequence};

choice! {
    /// The merchant undoes captures; content types CapRevReqTBE, …TBS, …TBEX, …TBSX.
    ///
    /// ```text
    /// CapRevReq ::= CHOICE {
    ///   encB   [0] EXPLICIT CapRevOrCredReqB,  -- CapRevReqTBE  / CapRevReqTBS
    ///   encBX  [1] EXPLICIT CapRevOrCredReqBX  -- CapRevReqTBEX / CapRevReqTBSX
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum CapRevReq = "CapRevReq" {
        /// Without an account.
        EncB(CapRevOrCredReqB) = "encB" [explicit 0],
        /// With one.
        EncBx(CapRevOrCredReqBx) = "encBX" [explicit 1],
    }
}

choice! {
    /// The merchant gives money back; content types CredReqTBE, …TBS, …TBEX, …TBSX.
    ///
    /// ```text
    /// CredReq ::= CHOICE {
    ///   encB   [0] EXPLICIT CapRevOrCredReqB,  -- CredReqTBE  / CredReqTBS
    ///   encBX  [1] EXPLICIT CapRevOrCredReqBX  -- CredReqTBEX / CredReqTBSX
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum CredReq = "CredReq" {
        /// Without an account.
        EncB(CapRevOrCredReqB) = "encB" [explicit 0],
        /// With one.
        EncBx(CapRevOrCredReqBx) = "encBX" [explicit 1],
    }
}

choice! {
    /// The merchant undoes credits; content types CredRevReqTBE, …TBS, …TBEX, …TBSX.
    ///
    /// ```text
    /// CredRevReq ::= CHOICE {
    ///   encB   [0] EXPLICIT CapRevOrCredReqB,  -- CredRevReqTBE  / CredRevReqTBS
    ///   encBX  [1] EXPLICIT CapRevOrCredReqBX  -- CredRevReqTBEX / CredRevReqTBSX
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum CredRevReq = "CredRevReq" {
        /// Without an account.
        EncB(CapRevOrCredReqB) = "encB" [explicit 0],
        /// With one.
        EncBx(CapRevOrCredReqBx) = "encBX" [explicit 1],
    }
}

sequence! {
    /// `EncB{M, P, CapRevOrCredReqData, CapTokenSeq}`.
    ///
    /// ```text
    /// CapRevOrCredReqB  ::= SEQUENCE { enc  EnvelopedData, baggage CapTokenSeq }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CapRevOrCredReqB = "CapRevOrCredReqB" {
        /// Encrypted for the gateway.
        enc: EnvelopedData = "enc",
        /// A token for each item.
        baggage: Raw<CapTokenSeq> = "baggage",
    }
}

sequence! {
    /// `EncBX{M, P, CapRevOrCredReqData, CapTokenSeq, PANToken}`.
    ///
    /// ```text
    /// CapRevOrCredReqBX ::= SEQUENCE { encX EnvelopedData, baggage CapTokenSeq }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CapRevOrCredReqBx = "CapRevOrCredReqBX" {
        /// Encrypted for the gateway, PANToken in the OAEP block.
        enc_x: EnvelopedData = "encX",
        /// A token for each item.
        baggage: Raw<CapTokenSeq> = "baggage",
    }
}

/// What is encrypted without an account: `S{M, CapRevOrCredReqTBS}`.
///
/// ```text
/// CapRevOrCredReqTBE  ::= SignedData
/// ```
pub type CapRevOrCredReqTbe = SignedData;

sequence! {
    /// The request tied to its tokens.
    ///
    /// ```text
    /// CapRevOrCredReqTBS  ::= SEQUENCE { t1 CapRevOrCredReqData, t2 DetachedDigest }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CapRevOrCredReqTbs = "CapRevOrCredReqTBS" {
        /// The request.
        t1: CapRevOrCredReqData = "t1",
        /// Digest of the tokens.
        t2: DetachedDigest = "t2",
    }
}

sequence! {
    /// What is encrypted with an account.
    ///
    /// ```text
    /// CapRevOrCredReqTBEX ::= SEQUENCE { t CapRevOrCredReqTBS, s SignedData }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CapRevOrCredReqTbex = "CapRevOrCredReqTBEX" {
        /// The request.
        t: Raw<CapRevOrCredReqTbs> = "t",
        /// `SO{M, CapRevOrCredReqTBSX}`.
        s: SignedData = "s",
    }
}

sequence! {
    /// What is signed with an account.
    ///
    /// ```text
    /// CapRevOrCredReqTBSX ::= SEQUENCE { t CapRevOrCredReqTBS, p PANToken }
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub struct CapRevOrCredReqTbsx = "CapRevOrCredReqTBSX" {
        /// The request.
        t: Raw<CapRevOrCredReqTbs> = "t",
        /// The account.
        p: PanToken = "p",
    }
}

sequence! {
    /// What is to be undone or given back.
    ///
    /// ```text
    /// CapRevOrCredReqData ::= SEQUENCE {
    ///   capRevOrCredRRTags      RRTags,
    ///   mThumbs                 [0] EXPLICIT Thumbs OPTIONAL,
    ///   capRevOrCredReqItemSeq  SEQUENCE SIZE(1..MAX) OF CapRevOrCredReqItem,
    ///   cRvRqExtensions         [1] MsgExtensions OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CapRevOrCredReqData = "CapRevOrCredReqData" {
        /// The request and its sender.
        cap_rev_or_cred_rr_tags: RrTags = "capRevOrCredRRTags",
        /// What the merchant holds already.
        m_thumbs: Option<Thumbs> = "mThumbs" [explicit 0 optional],
        /// The items.
        cap_rev_or_cred_req_item_seq: SeqOf<CapRevOrCredReqItem> = "capRevOrCredReqItemSeq",
        /// Extensions.
        c_rv_rq_extensions: Option<MsgExtensions> = "cRvRqExtensions" [implicit 1 optional],
    }
}

sequence! {
    /// One item to be undone or given back.
    ///
    /// ```text
    /// CapRevOrCredReqItem ::= SEQUENCE {
    ///   transIDs             TransIDs,
    ///   authRRPID            RRPID,
    ///   capPayload           CapPayload,
    ///   newBatchID           [0] BatchID OPTIONAL,
    ///   capRevOrCredReqDate  Date,
    ///   capRevOrCredReqAmt   [1] CurrencyAmount OPTIONAL,
    ///   newAccountInd        BOOLEAN DEFAULT FALSE,
    ///   cRvRqItemExtensions  [2] MsgExtensions OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CapRevOrCredReqItem = "CapRevOrCredReqItem" {
        /// Which transaction.
        trans_ids: TransIds = "transIDs",
        /// The RRPID of its AuthReq.
        auth_rrpid: Rrpid = "authRRPID",
        /// The capture as it was asked for.
        cap_payload: CapPayload = "capPayload",
        /// The batch that takes this item when the old one is closed.
        new_batch_id: Option<BatchId> = "newBatchID" [implicit 0 optional],
        /// When the merchant asks.
        cap_rev_or_cred_req_date: Date = "capRevOrCredReqDate",
        /// The amount; that of the capture when absent.
        cap_rev_or_cred_req_amt: Option<CurrencyAmount> = "capRevOrCredReqAmt" [implicit 1 optional],
        /// Whether the account in the OAEP block replaces the old one.
        new_account_ind: bool = "newAccountInd" [default false],
        /// Extensions.
        c_rv_rq_item_extensions: Option<MsgExtensions> = "cRvRqItemExtensions" [implicit 2 optional],
    }
}

/// The gateway's answer to CapRevReq: `Enc{P, M, CapRevOrCredResData}`; content type
/// CapRevResTBE.
///
/// ```text
/// CapRevRes  ::= EnvelopedData  -- Enc{P, M, CapRevOrCredResData}; CapRevResTBE
/// ```
pub type CapRevRes = EnvelopedData;

/// The gateway's answer to CredReq: `Enc{P, M, CapRevOrCredResData}`; content type CredResTBE.
///
/// ```text
/// CredRes    ::= EnvelopedData  -- Enc{P, M, CapRevOrCredResData}; CredResTBE
/// ```
pub type CredRes = EnvelopedData;

/// The gateway's answer to CredRevReq: `Enc{P, M, CapRevOrCredResData}`; content type
/// CredRevResTBE.
///
/// ```text
/// CredRevRes ::= EnvelopedData  -- Enc{P, M, CapRevOrCredResData}; CredRevResTBE
/// ```
pub type CredRevRes = EnvelopedData;

sequence! {
    /// What the gateway answers.
    ///
    /// ```text
    /// CapRevOrCredResData ::= SEQUENCE {
    ///   capRevOrCredRRTags      RRTags,
    ///   brandCRLIdentifier      [0] EXPLICIT BrandCRLIdentifier OPTIONAL,
    ///   peThumb                 [1] EXPLICIT CertThumb OPTIONAL,
    ///   batchStatusSeq          [2] SEQUENCE SIZE(1..MAX) OF BatchStatus OPTIONAL,
    ///   capRevOrCredResItemSeq  SEQUENCE SIZE(1..MAX) OF CapRevOrCredResItem,
    ///   cRvRsExtensions         [3] MsgExtensions OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CapRevOrCredResData = "CapRevOrCredResData" {
        /// Those of the request.
        cap_rev_or_cred_rr_tags: RrTags = "capRevOrCredRRTags",
        /// The BCI, if the request showed no current one.
        brand_crl_identifier: Option<BrandCrlIdentifier> = "brandCRLIdentifier" [explicit 0 optional],
        /// The gateway's encryption certificate, among those sent.
        pe_thumb: Option<CertThumb> = "peThumb" [explicit 1 optional],
        /// Of the batches that took the items.
        batch_status_seq: Option<SeqOf<BatchStatus>> = "batchStatusSeq" [implicit 2 optional],
        /// One for each item asked for.
        cap_rev_or_cred_res_item_seq: SeqOf<CapRevOrCredResItem> = "capRevOrCredResItemSeq",
        /// Extensions.
        c_rv_rs_extensions: Option<MsgExtensions> = "cRvRsExtensions" [implicit 3 optional],
    }
}

sequence! {
    /// What came of one item.
    ///
    /// ```text
    /// CapRevOrCredResItem ::= SEQUENCE {
    ///   transIDs                TransIDs,
    ///   authRRPID               RRPID,
    ///   capRevOrCredResPayload  CapRevOrCredResPayload
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CapRevOrCredResItem = "CapRevOrCredResItem" {
        /// Which transaction.
        trans_ids: TransIds = "transIDs",
        /// The RRPID of its AuthReq.
        auth_rrpid: Rrpid = "authRRPID",
        /// What came of it.
        cap_rev_or_cred_res_payload: CapRevOrCredResPayload = "capRevOrCredResPayload",
    }
}

sequence! {
    /// What came of one item.
    ///
    /// ```text
    /// CapRevOrCredResPayload ::= SEQUENCE {
    ///   capRevOrCredCode       CapRevOrCredCode,
    ///   capRevOrCredActualAmt  CurrencyAmount,
    ///   batchID                [0] BatchID OPTIONAL,
    ///   batchSequenceNum       [1] BatchSequenceNum OPTIONAL,
    ///   cRvRsPayExtensions     [2] MsgExtensions OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CapRevOrCredResPayload = "CapRevOrCredResPayload" {
        /// Whether, and why not.
        cap_rev_or_cred_code: CapRevOrCredCode = "capRevOrCredCode",
        /// The amount undone or given back.
        cap_rev_or_cred_actual_amt: CurrencyAmount = "capRevOrCredActualAmt",
        /// The batch that took it.
        batch_id: Option<BatchId> = "batchID" [implicit 0 optional],
        /// Its place there.
        batch_sequence_num: Option<BatchSequenceNum> = "batchSequenceNum" [implicit 1 optional],
        /// Extensions.
        c_rv_rs_pay_extensions: Option<MsgExtensions> = "cRvRsPayExtensions" [implicit 2 optional],
    }
}

enumerated! {
    /// The outcome of a capture reversal, credit or credit reversal.
    ///
    /// ```text
    /// CapRevOrCredCode ::= ENUMERATED {
    ///   success(0), unspecifiedFailure(1), duplicateRequest(2), originalProcessed(3),
    ///   originalNotFound(4), capPurged(5), missingCapData(6), missingCapToken(7),
    ///   invalidCapToken(8), batchUnknown(9), batchClosed(10)
    /// }
    /// ```
    pub enum CapRevOrCredCode = "CapRevOrCredCode" {
        /// Done.
        Success = 0 "success",
        /// Failed without a reason.
        UnspecifiedFailure = 1 "unspecifiedFailure",
        /// Done before.
        DuplicateRequest = 2 "duplicateRequest",
        /// The original is past undoing.
        OriginalProcessed = 3 "originalProcessed",
        /// No such original.
        OriginalNotFound = 4 "originalNotFound",
        /// The capture is gone from its batch.
        CapPurged = 5 "capPurged",
        /// Details of the capture are needed.
        MissingCapData = 6 "missingCapData",
        /// A token is needed.
        MissingCapToken = 7 "missingCapToken",
        /// The token is not the one of this authorization.
        InvalidCapToken = 8 "invalidCapToken",
        /// No such batch.
        BatchUnknown = 9 "batchUnknown",
        /// The batch takes no more items.
        BatchClosed = 10 "batchClosed",
    }
}
