//! The acquirer's side of an authorization: what is asked, and what the answers mean.
//!
//! The gateway asks a host in the bank network whether a payment is good. How the host is
//! reached is no part of the protocol; here are only the question and the answer.

use crate::enumerated;
use crate::gateway::batch::Slot;
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::{
    ApprovalCode, Bin, BrandId, LogRefId, MerchantId, Rrpid, ValidationCode, Xid,
};
use crate::msg::payment::account::PanToken;
use crate::msg::payment::acq_card::AcqCardCodeMsg;
use crate::msg::payment::auth_req::{AvsData, CardSuspect, MerchData, SpecialProcessing};
use crate::msg::payment::auth_res::{AuthCharInd, AuthCode, AvsResult, CardType, RespReason};
use crate::msg::payment::market::{MarketSpecAuthData, MarketSpecDataId};
use crate::msg::payment::p_res::CurrConv;
use crate::msg::recur::InstallRecurData;
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
    /// Special treatment that the merchant asks for.
    pub special_processing: Option<SpecialProcessing>,
    /// The merchant suspects the cardholder.
    pub card_suspect: Option<CardSuspect>,
    /// Details of the merchant's line of business.
    pub market_spec_auth_data: Option<MarketSpecAuthData>,
    /// Instalments or recurring payment.
    pub install_recur_data: Option<InstallRecurData>,
    /// Which authorization of its order it is, from 1.
    pub count: u64,
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
    /// What the authorization was made as.
    pub auth_char_ind: Option<AuthCharInd>,
    /// The issuer's check value over the authorization.
    pub validation_code: Option<ValidationCode>,
    /// Whether the details of the merchant's line of business were taken.
    pub market_spec: Option<MarketSpecDataId>,
    /// At what rate the cardholder is charged in another currency.
    pub curr_conv: Option<CurrConv>,
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
            auth_char_ind: None,
            validation_code: None,
            market_spec: None,
            curr_conv: None,
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

enumerated! {
    /// What the host is told after the merchant was answered.
    pub enum HostEvent = "HostEvent" {
        /// An authorized amount was captured.
        Capture = 0 "capture",
        /// A capture was undone.
        CaptureReversal = 1 "captureReversal",
        /// Money was given back.
        Credit = 2 "credit",
        /// Giving it back was undone.
        CreditReversal = 3 "creditReversal",
        /// Only `amount` is left of the authorization; nothing when it is zero.
        AuthorizationReversal = 4 "authorizationReversal",
    }
}

/// Advice to the host of something that the merchant was told already: the host books it, it
/// does not decide.
#[derive(Debug)]
pub struct HostAdvice {
    /// What happened.
    pub event: HostEvent,
    /// The authorization.
    pub key: IdempotencyKey,
    /// The request that caused it.
    pub cause: Rrpid,
    /// Who is paid.
    pub merchant_id: MerchantId,
    /// The account, where it is known.
    pub account: Option<Account>,
    /// How much.
    pub amount: CurrencyAmount,
    /// The issuer's code.
    pub approval_code: Option<ApprovalCode>,
    /// The place in a batch; none for the reversal of an authorization.
    pub slot: Option<Slot>,
}

/// A card account.
#[derive(Debug)]
pub struct Account {
    /// The number.
    pub pan: Pan,
    /// When the card expires.
    pub card_expiry: CardExpiry,
}

impl Account {
    /// The leading six digits, where the number has as many.
    #[must_use]
    pub fn bin(&self) -> Option<Bin> {
        Bin::new(self.pan.bin()).ok()
    }

    /// A copy.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self {
            pan: self.pan.duplicate(),
            card_expiry: self.card_expiry.duplicate(),
        }
    }
}

impl From<PanToken> for Account {
    fn from(token: PanToken) -> Self {
        Self {
            pan: token.pan,
            card_expiry: token.card_expiry,
        }
    }
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
