//! Captures of an authorization.

use super::{Authorization, Credit, Original, amounts};
use crate::asn1::{Date, SeqOf};
use crate::gateway::batch::Slot;
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::{MerOrderNum, Rrpid};
use crate::msg::payment::cap::CapCode;
use crate::msg::payment::cap_rev_or_cred::CapRevOrCredCode;
use crate::sequence;

sequence! {
    /// One capture of an authorization.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Capture = "Capture" {
        /// The RRPID of the request that captured.
        cap_rrpid: Rrpid = "capRRPID",
        /// When the merchant asked for it.
        cap_date: Date = "capDate",
        /// The amount captured.
        cap_amt: CurrencyAmount = "capAmt",
        /// When.
        date: Date = "date",
        /// The batch that took it, and its place there.
        slot: Slot = "slot",
        /// Money given back of it.
        credits: SeqOf<Credit, 0> = "credits",
        /// The merchant's number of the shipment.
        mer_order_num: Option<MerOrderNum> = "merOrderNum" [implicit 0 optional],
        /// How it was reversed.
        reversed: Option<Undone> = "reversed" [implicit 1 optional],
        /// When its batch was purged.
        purged: Option<Date> = "purged" [implicit 2 optional],
    }
}

sequence! {
    /// How a capture or credit was undone.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Undone = "Undone" {
        /// The request.
        rrpid: Rrpid = "rrpid",
        /// When.
        date: Date = "date",
        /// The place of the reversal in its batch.
        slot: Slot = "slot",
    }
}

impl Capture {
    /// Whether it was neither reversed nor purged.
    #[must_use]
    pub const fn stands(&self) -> bool {
        self.reversed.is_none() && self.purged.is_none()
    }

    /// The amount given back of it.
    #[must_use]
    pub fn credited(&self) -> u128 {
        self.credits
            .iter()
            .filter(|credit| credit.stands())
            .map(|credit| u128::from(credit.amount.amount))
            .sum()
    }

    /// Whether `original` names this one.
    pub(super) fn is(&self, original: &Original) -> bool {
        match &original.slot {
            Some(slot) => self.slot == *slot,
            None => self.asked_as(original),
        }
    }

    fn asked_as(&self, original: &Original) -> bool {
        self.cap_date == original.cap_date
            && self.cap_amt == original.cap_req_amt
            && self.mer_order_num == original.mer_order_num
    }
}

impl Authorization {
    /// Whether anything may be captured of it at `now`.
    ///
    /// # Errors
    ///
    /// [`CapCode::UnknownXid`] when its record was lost; [`CapCode::InvalidAuthData`] when it is
    /// not in force; [`CapCode::DuplicateRequest`]
    /// when this item is captured already; [`CapCode::AuthExpired`].
    pub fn check_open(
        &self,
        item: &Original,
        now: Date,
        lifetime_seconds: u64,
    ) -> Result<(), CapCode> {
        let standing = |capture: &&Capture| capture.stands() && capture.asked_as(item);
        if self.recalled {
            Err(CapCode::UnknownXid)
        } else if !self.in_force() {
            Err(CapCode::InvalidAuthData)
        } else if self.captures.iter().find(standing).is_some() {
            Err(CapCode::DuplicateRequest)
        } else if self.expired(now, lifetime_seconds) {
            Err(CapCode::AuthExpired)
        } else {
            Ok(())
        }
    }

    /// Whether `amount` may be captured, beside what is captured already.
    ///
    /// # Errors
    ///
    /// [`CapCode::InvalidAuthData`] when the amount is not covered by what was authorized
    /// with `margin_percent` added; [`CapCode::DuplicateRequest`] when all of it is captured.
    pub fn check_capture(
        &self,
        amount: &CurrencyAmount,
        margin_percent: u8,
    ) -> Result<(), CapCode> {
        let captured = self.captured();
        let most = amounts::most(&self.auth_amt, margin_percent);
        if !amounts::same_unit(amount, &self.auth_amt) || amount.amount == 0 {
            Err(CapCode::InvalidAuthData)
        } else if captured + u128::from(amount.amount) <= most {
            Ok(())
        } else if captured >= u128::from(self.auth_amt.amount) {
            Err(CapCode::DuplicateRequest)
        } else {
            Err(CapCode::InvalidAuthData)
        }
    }

    /// Notes a capture that was checked and has its place.
    pub(crate) fn capture(&mut self, item: Original, cap_rrpid: Rrpid, date: Date, slot: Slot) {
        self.captures.push(Capture {
            cap_rrpid,
            cap_date: item.cap_date,
            cap_amt: item.cap_req_amt,
            date,
            slot,
            credits: SeqOf::default(),
            mer_order_num: item.mer_order_num,
            reversed: None,
            purged: None,
        });
    }

    /// The capture that is to be reversed.
    ///
    /// # Errors
    ///
    /// [`CapRevOrCredCode::OriginalNotFound`]; [`CapRevOrCredCode::CapPurged`] when its batch
    /// was purged; [`CapRevOrCredCode::DuplicateRequest`] when it is reversed already;
    /// [`CapRevOrCredCode::OriginalProcessed`] when money was given back of it: undo that
    /// first.
    pub fn capture_to_reverse(&self, original: &Original) -> Result<usize, CapRevOrCredCode> {
        let (index, capture) = self.original(original)?;
        if capture.purged.is_some() {
            Err(CapRevOrCredCode::CapPurged)
        } else if capture.reversed.is_some() {
            Err(CapRevOrCredCode::DuplicateRequest)
        } else if capture.credited() > 0 {
            Err(CapRevOrCredCode::OriginalProcessed)
        } else {
            Ok(index)
        }
    }

    /// The capture that is named: one that stands, before one that does not.
    pub(super) fn original(
        &self,
        original: &Original,
    ) -> Result<(usize, &Capture), CapRevOrCredCode> {
        let named = || {
            let all = self.captures.iter().enumerate();
            all.filter(|(_, capture)| capture.is(original))
        };
        named()
            .find(|(_, capture)| capture.stands())
            .or_else(|| named().next_back())
            .ok_or(CapRevOrCredCode::OriginalNotFound)
    }
}
