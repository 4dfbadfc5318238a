//! The acquirer's side of an authorization: what is asked, and what the answers mean.
//!
//! The gateway asks a host in the bank network whether a payment is good. How the host is
//! reached is no part of the protocol; here are only the question and the answer.

use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::{
    ApprovalCode, BatchId, BatchSequenceNum, BrandId, LogRefId, MerchantId, Rrpid, Xid,
};
use crate::msg::payment::acq_card::AcqCardCodeMsg;
use crate::msg::payment::auth_req::{AvsData, MerchData};
use crate::msg::payment::auth_res::{AuthCode, AvsResult, CardType, RespReason};
use crate::secret::{CardExpiry, Pan};

/// Names one authorization towards the host.
///
/// The host must answer a repeated key with the answer of the first time and authorize
/// nothing twice: a merchant retries, and a gateway may fall down between asking the host
/// and answering the merchant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyKey {
    /// The transaction.
    pub xid: Xid,
    /// The AuthReq.
    pub rrpid: Rrpid,
}

/// May this card be charged?
#[derive(Debug)]
pub struct HostRequest {
    /// Names the request.
    pub key: IdempotencyKey,
    /// Who is to be paid.
    pub merchant_id: MerchantId,
    /// The brand of the card.
    pub brand_id: BrandId,
    /// The account.
    pub pan: Pan,
    /// When the card expires.
    pub card_expiry: CardExpiry,
    /// How much.
    pub amount: CurrencyAmount,
    /// The billing address to verify.
    pub avs_data: Option<AvsData>,
    /// The merchant's line of business.
    pub merch_data: MerchData,
    /// Whether the amount is captured with the authorization.
    pub capture_now: bool,
}

/// What the host says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostAnswer {
    /// Whether, and why not.
    pub decision: Decision,
    /// Who decided.
    pub resp_reason: Option<RespReason>,
    /// The type of the card, if the host knows it.
    pub card_type: Option<CardType>,
    /// The result of verifying the address.
    pub avs_result: Option<AvsResult>,
    /// The acquirer's reference.
    pub log_ref_id: Option<LogRefId>,
    /// A message for the cardholder, which the merchant will not be able to read.
    pub acq_card_msg: Option<AcqCardCodeMsg>,
}

impl From<Decision> for HostAnswer {
    /// The bare decision, nothing else known.
    fn from(decision: Decision) -> Self {
        Self {
            decision,
            resp_reason: None,
            card_type: None,
            avs_result: None,
            log_ref_id: None,
            acq_card_msg: None,
        }
    }
}

/// The host's decision about an authorization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The amount is held for the merchant.
    Approved {
        /// The issuer's code.
        approval_code: Option<ApprovalCode>,
        /// What was approved, in the unit of the request and at most what was asked.
        amount: CurrencyAmount,
    },
    /// The issuer refuses.
    Declined,
    /// A person has to ask the issuer.
    CallIssuer,
    /// The card is no longer good.
    ExpiredCard,
    /// The host cannot process the amount.
    AmountError,
    /// The host does not allow the transaction.
    InvalidTransaction,
    /// No answer came in time. The request must be reversed: it may have been approved.
    NoReply,
    /// The host or the way to it failed before the request was taken.
    SystemError,
}

impl Decision {
    /// The decision in the words of AuthRes.
    #[must_use]
    pub const fn auth_code(&self) -> AuthCode {
        match self {
            Self::Approved { .. } => AuthCode::Approved,
            Self::Declined => AuthCode::Declined,
            Self::CallIssuer => AuthCode::CallIssuer,
            Self::ExpiredCard => AuthCode::ExpiredCard,
            Self::AmountError => AuthCode::AmountError,
            Self::InvalidTransaction => AuthCode::InvalidTransaction,
            Self::NoReply => AuthCode::NoReply,
            Self::SystemError => AuthCode::SystemError,
        }
    }
}

/// Advice to the host that an authorized amount was captured.
///
/// The merchant was told so already: the host books it, it does not decide.
#[derive(Debug)]
pub struct HostCapture {
    /// The authorization.
    pub key: IdempotencyKey,
    /// Who is paid.
    pub merchant_id: MerchantId,
    /// The account.
    pub pan: Pan,
    /// When the card expires.
    pub card_expiry: CardExpiry,
    /// How much.
    pub amount: CurrencyAmount,
    /// The issuer's code.
    pub approval_code: Option<ApprovalCode>,
    /// The batch that took it.
    pub batch_id: BatchId,
    /// Its place there.
    pub batch_sequence_num: BatchSequenceNum,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_decision_has_an_auth_code_of_its_own() {
        let amount = CurrencyAmount {
            currency: crate::msg::amount::Currency::new(840).unwrap(),
            amount: 1,
            amt_exp10: -2,
        };
        let approved = Decision::Approved {
            approval_code: None,
            amount,
        };
        let table = [
            (approved, AuthCode::Approved),
            (Decision::Declined, AuthCode::Declined),
            (Decision::CallIssuer, AuthCode::CallIssuer),
            (Decision::ExpiredCard, AuthCode::ExpiredCard),
            (Decision::AmountError, AuthCode::AmountError),
            (Decision::InvalidTransaction, AuthCode::InvalidTransaction),
            (Decision::NoReply, AuthCode::NoReply),
            (Decision::SystemError, AuthCode::SystemError),
        ];
        for (decision, code) in table {
            assert_eq!(decision.auth_code(), code);
        }
    }
}
