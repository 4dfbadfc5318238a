//! BatchAdminReq and BatchAdminRes: batches opened, closed, purged and asked about.

use crate::asn1::strings::SetString;
use crate::asn1::{Date, SeqOf};
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::{BatchId, BrandId};
use crate::msg::payment::batch::{AmountType, BatchStatus, TransDetails};
use crate::msg::payment::p_cert::BrandAndBin;
use crate::msg::tags::{MsgExtensions, RrTags};
use crate::pkcs7::EnvelopedData;
use crate::{enumerated, sequence};

/// `Enc{M, P, BatchAdminReqData}`; content type BatchAdminReqTBE.
///
/// ```text
/// BatchAdminReq ::= EnvelopedData  -- Enc{M, P, BatchAdminReqData}; BatchAdminReqTBE
/// ```
pub type BatchAdminReq = EnvelopedData;

sequence! {
    /// What is to be done with which batch.
    ///
    /// ```text
    /// BatchAdminReqData ::= SEQUENCE {
    ///   batchAdminRRTags         RRTags,
    ///   batchID                  [0] BatchID OPTIONAL,
    ///   brandAndBINSeq           [1] SEQUENCE SIZE(1..MAX) OF BrandAndBIN OPTIONAL,
    ///   batchOperation           [2] BatchOperation OPTIONAL,
    ///   returnBatchSummaryInd    BOOLEAN DEFAULT FALSE,
    ///   returnTransactionDetail  [3] ReturnTransactionDetail OPTIONAL,
    ///   batchStatus              [4] BatchStatus OPTIONAL,
    ///   transDetails             [5] TransDetails OPTIONAL,
    ///   baRqExtensions           [6] MsgExtensions OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct BatchAdminReqData = "BatchAdminReqData" {
        /// The request and its sender.
        batch_admin_rr_tags: RrTags = "batchAdminRRTags",
        /// The batch.
        batch_id: Option<BatchId> = "batchID" [implicit 0 optional],
        /// Restricts the request to these.
        brand_and_bin_seq: Option<SeqOf<BrandAndBin>> = "brandAndBINSeq" [implicit 1 optional],
        /// What to do; nothing when absent.
        batch_operation: Option<BatchOperation> = "batchOperation" [implicit 2 optional],
        /// Whether to return totals.
        return_batch_summary_ind: bool = "returnBatchSummaryInd" [default false],
        /// Which items to return.
        return_transaction_detail: Option<ReturnTransactionDetail> = "returnTransactionDetail" [implicit 3 optional],
        /// The merchant's own totals, to be compared.
        batch_status: Option<BatchStatus> = "batchStatus" [implicit 4 optional],
        /// The merchant's own items, to be compared.
        trans_details: Option<TransDetails> = "transDetails" [implicit 5 optional],
        /// Extensions.
        ba_rq_extensions: Option<MsgExtensions> = "baRqExtensions" [implicit 6 optional],
    }
}

enumerated! {
    /// What to do with a batch.
    ///
    /// ```text
    /// BatchOperation ::= ENUMERATED { open(0), purge(1), close(2) }
    /// ```
    pub enum BatchOperation = "BatchOperation" {
        /// Open it.
        Open = 0 "open",
        /// Remove its items.
        Purge = 1 "purge",
        /// Close it.
        Close = 2 "close",
    }
}

sequence! {
    /// Which items of a batch to return: one page.
    ///
    /// ```text
    /// ReturnTransactionDetail ::= SEQUENCE {
    ///   startingPoint  INTEGER (0..MAX),
    ///   maximumItems   INTEGER (1..MAX),
    ///   errorsOnlyInd  BOOLEAN DEFAULT FALSE,
    ///   brandID        [0] EXPLICIT BrandID OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct ReturnTransactionDetail = "ReturnTransactionDetail" {
        /// 0 for the first page; afterwards the nextStartingPoint of the page before.
        starting_point: u64 = "startingPoint",
        /// Most items to return.
        maximum_items: MaximumItems = "maximumItems",
        /// Whether to return only items that failed.
        errors_only_ind: bool = "errorsOnlyInd" [default false],
        /// Restricts the page to one brand.
        brand_id: Option<BrandId> = "brandID" [explicit 0 optional],
    }
}

crate::integer! {
    /// Most items to return, from 1.
    ///
    /// ```text
    /// INTEGER (1..MAX)
    /// ```
    pub struct MaximumItems(u64) = "maximumItems", 1..=u64::MAX, "INTEGER (1..MAX)";
}

/// `Enc{P, M, BatchAdminResData}`; content type BatchAdminResTBE.
///
/// ```text
/// BatchAdminRes ::= EnvelopedData  -- Enc{P, M, BatchAdminResData}; BatchAdminResTBE
/// ```
pub type BatchAdminRes = EnvelopedData;

sequence! {
    /// What the gateway answers.
    ///
    /// ```text
    /// BatchAdminResData ::= SEQUENCE {
    ///   batchAdminRRTags    RRTags,
    ///   batchID             BatchID,
    ///   baStatus            BAStatus OPTIONAL,
    ///   batchStatus         [0] BatchStatus OPTIONAL,
    ///   transmissionStatus  [1] TransmissionStatus OPTIONAL,
    ///   settlementInfo      [2] SettlementInfo OPTIONAL,
    ///   transDetails        [3] TransDetails OPTIONAL,
    ///   baRsExtensions      [4] MsgExtensions OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct BatchAdminResData = "BatchAdminResData" {
        /// Those of the request.
        batch_admin_rr_tags: RrTags = "batchAdminRRTags",
        /// The batch.
        batch_id: BatchId = "batchID",
        /// Whether it was done, and why not.
        ba_status: Option<BaStatus> = "baStatus" [optional],
        /// Its totals.
        batch_status: Option<BatchStatus> = "batchStatus" [implicit 0 optional],
        /// How far it is on its way to the acquirer.
        transmission_status: Option<TransmissionStatus> = "transmissionStatus" [implicit 1 optional],
        /// What was paid out.
        settlement_info: Option<SettlementInfo> = "settlementInfo" [implicit 2 optional],
        /// The items.
        trans_details: Option<TransDetails> = "transDetails" [implicit 3 optional],
        /// Extensions.
        ba_rs_extensions: Option<MsgExtensions> = "baRsExtensions" [implicit 4 optional],
    }
}

enumerated! {
    /// The outcome of a batch operation.
    ///
    /// ```text
    /// BAStatus ::= ENUMERATED {
    ///   success(0), unspecifiedFailure(1), brandNotSupported(2), unknownBIN(3),
    ///   batchIDUnavailable(4), batchAlreadyOpen(5), unknownBatchID(6),
    ///   brandBatchMismatch(7), totalsOutOfBalance(8), unknownStartingPoint(9),
    ///   stopItemDetail(10), unknownBatchOperation(11)
    /// }
    /// ```
    pub enum BaStatus = "BAStatus" {
        /// Done.
        Success = 0 "success",
        /// Failed without a reason.
        UnspecifiedFailure = 1 "unspecifiedFailure",
        /// The gateway does not take this brand.
        BrandNotSupported = 2 "brandNotSupported",
        /// The gateway does not take this BIN.
        UnknownBin = 3 "unknownBIN",
        /// No batch with this id can be opened.
        BatchIdUnavailable = 4 "batchIDUnavailable",
        /// It is open.
        BatchAlreadyOpen = 5 "batchAlreadyOpen",
        /// No such batch.
        UnknownBatchId = 6 "unknownBatchID",
        /// The batch is not of this brand.
        BrandBatchMismatch = 7 "brandBatchMismatch",
        /// The merchant's totals are not the gateway's.
        TotalsOutOfBalance = 8 "totalsOutOfBalance",
        /// No such page.
        UnknownStartingPoint = 9 "unknownStartingPoint",
        /// The gateway returns no more items.
        StopItemDetail = 10 "stopItemDetail",
        /// No such operation.
        UnknownBatchOperation = 11 "unknownBatchOperation",
    }
}

enumerated! {
    /// How far a batch is on its way to the acquirer.
    ///
    /// ```text
    /// TransmissionStatus ::= ENUMERATED {
    ///   pending(0), inProgress(1), batchRejectedByAcquirer(2), completedSuccessfully(3),
    ///   completedWithItemErrors(4)
    /// }
    /// ```
    pub enum TransmissionStatus = "TransmissionStatus" {
        /// Waiting.
        Pending = 0 "pending",
        /// On the way.
        InProgress = 1 "inProgress",
        /// Refused.
        BatchRejectedByAcquirer = 2 "batchRejectedByAcquirer",
        /// Arrived.
        CompletedSuccessfully = 3 "completedSuccessfully",
        /// Arrived, with items refused.
        CompletedWithItemErrors = 4 "completedWithItemErrors",
    }
}

sequence! {
    /// What was paid out for a batch.
    ///
    /// ```text
    /// SettlementInfo ::= SEQUENCE {
    ///   settlementAmount       CurrencyAmount,
    ///   settlementType         AmountType,
    ///   settlementAccount      SETString,  -- 1..30 characters
    ///   settlementDepositDate  Date
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct SettlementInfo = "SettlementInfo" {
        /// How much.
        settlement_amount: CurrencyAmount = "settlementAmount",
        /// In which direction.
        settlement_type: AmountType = "settlementType",
        /// To which account, 1 to 30 characters.
        settlement_account: SetString<1, 30> = "settlementAccount",
        /// When.
        settlement_deposit_date: Date = "settlementDepositDate",
    }
}
