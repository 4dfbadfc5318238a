//! Credits of a capture.

use super::{Authorization, Original, Undone, amounts};
use crate::asn1::Date;
use crate::gateway::batch::Slot;
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::Rrpid;
use crate::msg::payment::cap_rev_or_cred::CapRevOrCredCode;
use crate::sequence;

sequence! {
    /// Money given back of a capture.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Credit = "Credit" {
        /// The RRPID of the request.
        rrpid: Rrpid = "rrpid",
        /// When the merchant asked for it.
        asked: Date = "asked",
        /// The amount.
        amount: CurrencyAmount = "amount",
        /// When.
        date: Date = "date",
        /// The batch that took it, and its place there.
        slot: Slot = "slot",
        /// How it was reversed.
        reversed: Option<Undone> = "reversed" [implicit 0 optional],
        /// When its batch was purged.
        purged: Option<Date> = "purged" [implicit 1 optional],
    }
}

impl Credit {
    /// Whether it was neither reversed nor purged.
    #[must_use]
    pub const fn stands(&self) -> bool {
        self.reversed.is_none() && self.purged.is_none()
    }
}

impl Authorization {
    /// The capture of which money is to be given back: the credit is one of `amount`, all of
    /// the capture when there is none, asked for at `asked`.
    ///
    /// # Errors
    ///
    /// [`CapRevOrCredCode::OriginalNotFound`] when there is no such capture, or it was
    /// reversed; [`CapRevOrCredCode::CapPurged`]; [`CapRevOrCredCode::DuplicateRequest`] when
    /// this credit was given already.
    pub fn capture_to_credit(
        &self,
        original: &Original,
        asked: Date,
        amount: Option<&CurrencyAmount>,
    ) -> Result<usize, CapRevOrCredCode> {
        let (index, capture) = self.original(original)?;
        let amount = amount.unwrap_or(&capture.cap_amt);
        let same =
            |credit: &Credit| credit.stands() && credit.asked == asked && credit.amount == *amount;
        if capture.purged.is_some() {
            Err(CapRevOrCredCode::CapPurged)
        } else if capture.reversed.is_some() {
            Err(CapRevOrCredCode::OriginalNotFound)
        } else if capture.credits.iter().any(same) || capture.is_credited_whole() {
            Err(CapRevOrCredCode::DuplicateRequest)
        } else {
            Ok(index)
        }
    }

    /// The credit that is to be reversed: the one at the place that `original` names, or one
    /// of the capture that it names, with that amount where one is given.
    ///
    /// # Errors
    ///
    /// [`CapRevOrCredCode::OriginalNotFound`]; [`CapRevOrCredCode::CapPurged`] when its batch
    /// was purged; [`CapRevOrCredCode::DuplicateRequest`] when it is reversed already.
    pub fn credit_to_reverse(
        &self,
        original: &Original,
        amount: Option<&CurrencyAmount>,
    ) -> Result<(usize, usize), CapRevOrCredCode> {
        let mut best = Err(CapRevOrCredCode::OriginalNotFound);
        for (index, capture) in self.captures.iter().enumerate() {
            for (place, credit) in capture.credits.iter().enumerate() {
                let by_place = original.slot.is_some_and(|slot| slot == credit.slot);
                let by_capture =
                    capture.is(original) && amount.is_none_or(|amount| *amount == credit.amount);
                if !by_place && !by_capture {
                    continue;
                }
                if credit.stands() {
                    return Ok((index, place));
                }
                best = Err(if credit.purged.is_some() {
                    CapRevOrCredCode::CapPurged
                } else {
                    CapRevOrCredCode::DuplicateRequest
                });
            }
        }
        best
    }
}

impl super::Capture {
    /// Whether `amount` may be given back, beside what was already.
    ///
    /// # Errors
    ///
    /// [`CapRevOrCredCode::UnspecifiedFailure`]: there is no code for an amount.
    pub fn check_credit(&self, amount: &CurrencyAmount) -> Result<(), CapRevOrCredCode> {
        let covered = amounts::same_unit(amount, &self.cap_amt)
            && amount.amount > 0
            && self.credited() + u128::from(amount.amount) <= u128::from(self.cap_amt.amount);
        if covered {
            Ok(())
        } else {
            Err(CapRevOrCredCode::UnspecifiedFailure)
        }
    }

    fn is_credited_whole(&self) -> bool {
        self.credited() >= u128::from(self.cap_amt.amount)
    }
}
