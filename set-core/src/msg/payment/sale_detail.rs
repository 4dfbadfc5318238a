//! SaleDetail: what a capture says about the sale.

use crate::asn1::strings::SetString;
use crate::msg::ids::{BatchId, BatchSequenceNum, MerOrderNum, Phone};
use crate::msg::payment::auth_res::AuthCharInd;
use crate::msg::payment::commercial::CommercialCardData;
use crate::msg::payment::market::MarketSpecSaleData;
use crate::msg::tags::MsgExtensions;
use crate::{enumerated, sequence};

sequence! {
    /// What a capture says about the sale.
    ///
    /// ```text
    /// SaleDetail ::= SEQUENCE {
    ///   batchID                  [ 0] BatchID OPTIONAL,
    ///   batchSequenceNum         [ 1] BatchSequenceNum OPTIONAL,
    ///   payRecurInd              [ 2] PayRecurInd OPTIONAL,
    ///   merOrderNum              [ 3] MerOrderNum OPTIONAL,
    ///   authCharInd              [ 4] AuthCharInd OPTIONAL,
    ///   marketSpecSaleData       [ 5] MarketSpecSaleData OPTIONAL,
    ///   commercialCardData       [ 6] CommercialCardData OPTIONAL,
    ///   orderSummary             [ 7] EXPLICIT SETString OPTIONAL,
    ///   customerReferenceNumber  [ 8] EXPLICIT SETString OPTIONAL,
    ///   customerServicePhone     [ 9] EXPLICIT Phone OPTIONAL,
    ///   okToPrintPhoneInd        [10] BOOLEAN DEFAULT TRUE,
    ///   saleExtensions           [11] MsgExtensions OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct SaleDetail = "SaleDetail" {
        /// The batch to put it in.
        batch_id: Option<BatchId> = "batchID" [implicit 0 optional],
        /// Its place there.
        batch_sequence_num: Option<BatchSequenceNum> = "batchSequenceNum" [implicit 1 optional],
        /// The kind of payment.
        pay_recur_ind: Option<PayRecurInd> = "payRecurInd" [implicit 2 optional],
        /// The merchant's order number.
        mer_order_num: Option<MerOrderNum> = "merOrderNum" [implicit 3 optional],
        /// Conditions of the authorization, as AuthRes gave them.
        auth_char_ind: Option<AuthCharInd> = "authCharInd" [implicit 4 optional],
        /// Details that the merchant's line of business adds.
        market_spec_sale_data: Option<MarketSpecSaleData> = "marketSpecSaleData" [implicit 5 optional],
        /// Details for purchases of companies.
        commercial_card_data: Option<CommercialCardData> = "commercialCardData" [implicit 6 optional],
        /// A summary of the order.
        order_summary: Option<SetString> = "orderSummary" [explicit 7 optional],
        /// The customer's reference.
        customer_reference_number: Option<SetString> = "customerReferenceNumber" [explicit 8 optional],
        /// Where the customer may call.
        customer_service_phone: Option<Phone> = "customerServicePhone" [explicit 9 optional],
        /// Whether that number may be printed on the statement.
        ok_to_print_phone_ind: bool = "okToPrintPhoneInd" [implicit 10 default true],
        /// Extensions.
        sale_extensions: Option<MsgExtensions> = "saleExtensions" [implicit 11 optional],
    }
}

enumerated! {
    /// A kind of payment.
    ///
    /// ```text
    /// PayRecurInd ::= ENUMERATED {
    ///   unknown(0), singleTransaction(1), recurringTransaction(2), installmentPayment(3), otherMailOrder(4)
    /// }
    /// ```
    pub enum PayRecurInd = "PayRecurInd" {
        /// Not known.
        Unknown = 0 "unknown",
        /// Once.
        SingleTransaction = 1 "singleTransaction",
        /// The same sum again and again.
        RecurringTransaction = 2 "recurringTransaction",
        /// In instalments.
        InstallmentPayment = 3 "installmentPayment",
        /// Another kind of mail order.
        OtherMailOrder = 4 "otherMailOrder",
    }
}
