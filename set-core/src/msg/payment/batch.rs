//! Totals and items of batches.

use crate::asn1::{Date, SeqOf};
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::{BatchSequenceNum, BrandId, Rrpid};
use crate::msg::tags::{MsgExtensions, TransIds};
use crate::{enumerated, sequence};

sequence! {
    /// One page of a batch's items.
    ///
    /// ```text
    /// TransDetails ::= SEQUENCE {
    ///   nextStartingPoint     INTEGER (0..MAX),
    ///   transactionDetailSeq  SEQUENCE SIZE(1..MAX) OF TransactionDetail
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct TransDetails = "TransDetails" {
        /// Asks for the next page; 0 when there is none.
        next_starting_point: u64 = "nextStartingPoint",
        /// The items.
        transaction_detail_seq: SeqOf<TransactionDetail> = "transactionDetailSeq",
    }
}

sequence! {
    /// One item of a batch.
    ///
    /// ```text
    /// TransactionDetail ::= SEQUENCE {
    ///   transIDs            TransIDs,
    ///   authRRPID           RRPID,
    ///   brandID             BrandID,
    ///   batchSequenceNum    BatchSequenceNum,
    ///   reimbursementID     ReimbursementID OPTIONAL,
    ///   transactionAmt      CurrencyAmount,
    ///   transactionAmtType  AmountType,
    ///   transactionStatus   [0] TransactionStatus OPTIONAL,
    ///   transExtensions     [1] MsgExtensions OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct TransactionDetail = "TransactionDetail" {
        /// Which transaction.
        trans_ids: TransIds = "transIDs",
        /// The RRPID of its AuthReq.
        auth_rrpid: Rrpid = "authRRPID",
        /// The brand of the card.
        brand_id: BrandId = "brandID",
        /// Its place in the batch.
        batch_sequence_num: BatchSequenceNum = "batchSequenceNum",
        /// The tariff it falls under.
        reimbursement_id: Option<ReimbursementId> = "reimbursementID" [optional],
        /// The amount.
        transaction_amt: CurrencyAmount = "transactionAmt",
        /// Its direction.
        transaction_amt_type: AmountType = "transactionAmtType",
        /// Whether the acquirer took it.
        transaction_status: Option<TransactionStatus> = "transactionStatus" [implicit 0 optional],
        /// Extensions.
        trans_extensions: Option<MsgExtensions> = "transExtensions" [implicit 1 optional],
    }
}

enumerated! {
    /// The direction of an amount.
    ///
    /// ```text
    /// AmountType        ::= ENUMERATED { credit(0), debit(1) }
    /// ```
    pub enum AmountType = "AmountType" {
        /// To the cardholder.
        Credit = 0 "credit",
        /// From the cardholder.
        Debit = 1 "debit",
    }
}

enumerated! {
    /// Whether the acquirer took an item.
    ///
    /// ```text
    /// TransactionStatus ::= ENUMERATED { success(0), unspecifiedFailure(1) }
    /// ```
    pub enum TransactionStatus = "TransactionStatus" {
        /// Taken.
        Success = 0 "success",
        /// Not taken.
        UnspecifiedFailure = 1 "unspecifiedFailure",
    }
}

enumerated! {
    /// The tariff that an item falls under.
    ///
    /// ```text
    /// ReimbursementID ::= ENUMERATED {
    ///   unspecified(0), standard(1), keyEntered(2), electronic(3), additionalData(4),
    ///   enhancedData(5), marketSpecific(6)
    /// }
    /// ```
    pub enum ReimbursementId = "ReimbursementID" {
        /// Not known.
        Unspecified = 0 "unspecified",
        /// Standard.
        Standard = 1 "standard",
        /// Typed in.
        KeyEntered = 2 "keyEntered",
        /// Electronic.
        Electronic = 3 "electronic",
        /// With additional data.
        AdditionalData = 4 "additionalData",
        /// With enhanced data.
        EnhancedData = 5 "enhancedData",
        /// That of a line of business.
        MarketSpecific = 6 "marketSpecific",
    }
}

sequence! {
    /// A batch and its totals.
    ///
    /// ```text
    /// BatchStatus ::= SEQUENCE {
    ///   openDateTime     Date,
    ///   closedWhen       [0] ClosedWhen OPTIONAL,
    ///   batchDetails     BatchDetails,
    ///   batchExtensions  [1] MsgExtensions OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct BatchStatus = "BatchStatus" {
        /// When it was opened.
        open_date_time: Date = "openDateTime",
        /// When and by whom it was closed.
        closed_when: Option<ClosedWhen> = "closedWhen" [implicit 0 optional],
        /// Its totals.
        batch_details: BatchDetails = "batchDetails",
        /// Extensions.
        batch_extensions: Option<MsgExtensions> = "batchExtensions" [implicit 1 optional],
    }
}

sequence! {
    /// When and by whom a batch was closed.
    ///
    /// ```text
    /// ClosedWhen ::= SEQUENCE {
    ///   closeStatus    CloseStatus,
    ///   closeDateTime  Date
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct ClosedWhen = "ClosedWhen" {
        /// By whom.
        close_status: CloseStatus = "closeStatus",
        /// When.
        close_date_time: Date = "closeDateTime",
    }
}

enumerated! {
    /// Who closed a batch.
    ///
    /// ```text
    /// CloseStatus ::= ENUMERATED { closedbyMerchant(0), closedbyAcquirer(1) }
    /// ```
    pub enum CloseStatus = "CloseStatus" {
        /// The merchant.
        ClosedbyMerchant = 0 "closedbyMerchant",
        /// The acquirer.
        ClosedbyAcquirer = 1 "closedbyAcquirer",
    }
}

sequence! {
    /// Totals, as a whole and by brand.
    ///
    /// ```text
    /// BatchDetails ::= SEQUENCE {
    ///   batchTotals           BatchTotals,
    ///   brandBatchDetailsSeq  SEQUENCE SIZE(1..MAX) OF BrandBatchDetails OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct BatchDetails = "BatchDetails" {
        /// As a whole.
        batch_totals: BatchTotals = "batchTotals",
        /// By brand.
        brand_batch_details_seq: Option<SeqOf<BrandBatchDetails>> = "brandBatchDetailsSeq" [optional],
    }
}

sequence! {
    /// Totals of one brand.
    ///
    /// ```text
    /// BrandBatchDetails ::= SEQUENCE {
    ///   brandID      BrandID,
    ///   batchTotals  BatchTotals
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct BrandBatchDetails = "BrandBatchDetails" {
        /// The brand.
        brand_id: BrandId = "brandID",
        /// Its totals.
        batch_totals: BatchTotals = "batchTotals",
    }
}

sequence! {
    /// Totals of credits and debits.
    ///
    /// ```text
    /// BatchTotals ::= SEQUENCE {
    ///   transactionCountCredit     INTEGER (0..MAX),
    ///   transactionTotalAmtCredit  CurrencyAmount,
    ///   transactionCountDebit      INTEGER (0..MAX),
    ///   transactionTotalAmtDebit   CurrencyAmount,
    ///   batchTotalExtensions       [0] MsgExtensions OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct BatchTotals = "BatchTotals" {
        /// Number of credits.
        transaction_count_credit: u64 = "transactionCountCredit",
        /// Their sum.
        transaction_total_amt_credit: CurrencyAmount = "transactionTotalAmtCredit",
        /// Number of debits.
        transaction_count_debit: u64 = "transactionCountDebit",
        /// Their sum.
        transaction_total_amt_debit: CurrencyAmount = "transactionTotalAmtDebit",
        /// Extensions.
        batch_total_extensions: Option<MsgExtensions> = "batchTotalExtensions" [implicit 0 optional],
    }
}
