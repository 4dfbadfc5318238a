//! What a gateway remembers of an authorization and of its capture. No account number is
//! in it: that is in the merchant's token, under the gateway's own key.

use crate::asn1::Date;
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::{ApprovalCode, BatchId, BatchSequenceNum, BrandId, MerchantId, Rrpid};
use crate::msg::payment::auth_res::AuthCode;
use crate::msg::payment::cap::CapCode;
use crate::msg::tags::TransIds;
use crate::sequence;

use super::amounts;
use super::batch::Slot;

sequence! {
    /// One answer of the acquirer to an AuthReq.
    ///
    /// A store keeps it under its RRPID, finds all of a transaction by the XID, and lets at
    /// most one of them be [in force](Authorization::in_force): so of two requests at once
    /// with the same payment instruction one fails.
    ///
    /// Invariants: `auth_amt` is in the unit of `purch_amt`; it is zero unless approved;
    /// what is captured is at most `auth_amt` plus the margin of the policy; it is captured
    /// at most once.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Authorization = "Authorization" {
        /// The RRPID of its AuthReq, which names it.
        auth_rrpid: Rrpid = "authRRPID",
        /// The transaction.
        trans_ids: TransIds = "transIDs",
        /// Who is paid.
        merchant_id: MerchantId = "merchantID",
        /// The brand of the card.
        brand_id: BrandId = "brandID",
        /// The amount of the whole order, as the cardholder signed it.
        purch_amt: CurrencyAmount = "purchAmt",
        /// The amount authorized.
        auth_amt: CurrencyAmount = "authAmt",
        /// Whether, and why not.
        auth_code: AuthCode = "authCode",
        /// When.
        date: Date = "date",
        /// The issuer's code.
        approval_code: Option<ApprovalCode> = "approvalCode" [implicit 0 optional],
        /// Its capture, once there is one.
        capture: Option<Capture> = "capture" [implicit 1 optional],
    }
}

sequence! {
    /// The capture of an authorization.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Capture = "Capture" {
        /// The RRPID of the request that captured.
        cap_rrpid: Rrpid = "capRRPID",
        /// The amount captured.
        cap_amt: CurrencyAmount = "capAmt",
        /// When.
        date: Date = "date",
        /// The batch that took it.
        batch_id: BatchId = "batchID",
        /// Its place there.
        batch_sequence_num: BatchSequenceNum = "batchSequenceNum",
    }
}

impl Authorization {
    /// Whether it still holds money, and so uses its payment instruction up: it was neither
    /// declined nor reversed.
    #[must_use]
    pub fn in_force(&self) -> bool {
        self.auth_code == AuthCode::Approved && self.auth_amt.amount > 0
    }

    /// Whether anything may be captured of it now.
    ///
    /// # Errors
    ///
    /// [`CapCode::InvalidAuthData`] when it is not in force; [`CapCode::DuplicateRequest`]
    /// when it is captured already.
    pub fn check_open(&self) -> Result<(), CapCode> {
        if !self.in_force() {
            Err(CapCode::InvalidAuthData)
        } else if self.capture.is_some() {
            Err(CapCode::DuplicateRequest)
        } else {
            Ok(())
        }
    }

    /// Whether `amount` may be captured now.
    ///
    /// # Errors
    ///
    /// As [`check_open`](Self::check_open), and [`CapCode::InvalidAuthData`] when the amount
    /// is not covered by what was authorized with `margin_percent` added.
    pub fn check_capture(
        &self,
        amount: &CurrencyAmount,
        margin_percent: u8,
    ) -> Result<(), CapCode> {
        self.check_open()?;
        if amounts::within(amount, &self.auth_amt, margin_percent) {
            Ok(())
        } else {
            Err(CapCode::InvalidAuthData)
        }
    }

    /// The record after capturing `amount`.
    ///
    /// # Errors
    ///
    /// As [`check_capture`](Self::check_capture).
    pub fn captured(
        mut self,
        amount: CurrencyAmount,
        margin_percent: u8,
        cap_rrpid: Rrpid,
        date: Date,
        slot: Slot,
    ) -> Result<Self, CapCode> {
        self.check_capture(&amount, margin_percent)?;
        self.capture = Some(Capture {
            cap_rrpid,
            cap_amt: amount,
            date,
            batch_id: slot.batch_id,
            batch_sequence_num: slot.batch_sequence_num,
        });
        Ok(self)
    }
}
