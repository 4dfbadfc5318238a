//! What a gateway remembers of an authorization, its captures and their credits. No account
//! number is in it: that is in the merchant's token, under the gateway's own key.

mod capture;
mod credit;
mod original;

pub use self::capture::{Capture, Undone};
pub use self::credit::Credit;
pub use self::original::Original;

use crate::asn1::{Date, SeqOf};
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::{ApprovalCode, BatchId, BrandId, MerchantId, Rrpid};
use crate::msg::payment::auth_res::AuthCode;
use crate::msg::payment::tokens::CapToken;
use crate::msg::tags::TransIds;
use crate::pkcs7::Digest;
use crate::sequence;

use super::amounts;

sequence! {
    /// One answer of the acquirer to an AuthReq, and what became of it.
    ///
    /// A store keeps it under its RRPID and finds all of a transaction by the XID. Of the
    /// authorizations of a transaction that used the same payment instruction it lets at most
    /// one be [in force](Authorization::in_force): so of two requests at once with the same
    /// payment instruction one fails.
    ///
    /// Invariants, which [`balanced`](Authorization::balanced) checks: `auth_amt` is in the
    /// unit of `purch_amt`; it is zero unless approved; what is captured and neither reversed
    /// nor purged is at most `auth_amt` plus the margin of the policy; of each capture at most
    /// its amount is credited.
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
        /// The amount authorized, after reversals.
        auth_amt: CurrencyAmount = "authAmt",
        /// Whether, and why not.
        auth_code: AuthCode = "authCode",
        /// When.
        date: Date = "date",
        /// Its captures, in their order.
        captures: SeqOf<Capture, 0> = "captures",
        /// Digest of the payment instruction that it used.
        instruction: Digest = "instruction",
        /// The issuer's code.
        approval_code: Option<ApprovalCode> = "approvalCode" [implicit 0 optional],
        /// The authorization whose AuthToken was this one's payment instruction; none when
        /// the cardholder's own was.
        after: Option<Rrpid> = "after" [implicit 1 optional],
        /// How often tokens were replaced; those of an earlier generation do not work.
        generation: u64 = "generation" [implicit 2 default 0],
        /// The token, account included, when the merchant was not given it.
        kept: Option<CapToken> = "kept" [explicit 3 optional],
        /// Whether an AuthToken was given for another authorization after this one.
        subsequent: bool = "subsequent" [implicit 4 default false],
        /// Whether the record was lost, and this is what a merchant said who wanted to give money
        /// back: nothing may be captured of it, as nobody knows what was.
        recalled: bool = "recalled" [implicit 5 default false],
    }
}

impl Authorization {
    /// Whether it still holds money, and so uses its payment instruction up: it was neither
    /// declined nor reversed.
    #[must_use]
    pub fn in_force(&self) -> bool {
        self.auth_code == AuthCode::Approved && self.auth_amt.amount > 0
    }

    /// Whether it may still be captured, lowered or taken back.
    #[must_use]
    pub fn expired(&self, now: Date, lifetime_seconds: u64) -> bool {
        self.date.plus(lifetime_seconds) < now
    }

    /// The amount captured, in the unit of `auth_amt`: what was reversed or purged not counted.
    #[must_use]
    pub fn captured(&self) -> u128 {
        self.captures
            .iter()
            .filter(|capture| capture.stands())
            .map(|capture| u128::from(capture.cap_amt.amount))
            .sum()
    }

    /// The amount credited, in the unit of `auth_amt`: what was reversed or purged not counted.
    #[must_use]
    pub fn credited(&self) -> u128 {
        self.captures.iter().map(Capture::credited).sum()
    }

    /// How much more than authorized may be captured, in the unit of `auth_amt`.
    #[must_use]
    pub fn margin(&self, margin_percent: u8) -> u64 {
        let authorized = u128::from(self.auth_amt.amount);
        let margin = amounts::most(&self.auth_amt, margin_percent).saturating_sub(authorized);
        // Both are far within 64 bits.
        u64::try_from(margin).unwrap_or(u64::MAX)
    }

    /// Whether the invariants hold.
    #[must_use]
    pub fn balanced(&self, margin_percent: u8) -> bool {
        let unit = amounts::same_unit(&self.auth_amt, &self.purch_amt)
            && self
                .captures
                .iter()
                .all(|capture| amounts::same_unit(&capture.cap_amt, &self.auth_amt));
        let approved = self.auth_code == AuthCode::Approved || self.auth_amt.amount == 0;
        let captured = self.captured() <= amounts::most(&self.auth_amt, margin_percent);
        unit && approved && captured && self.covers_credits()
    }

    /// Whether of each capture at most its amount is credited, and nothing of one that does not
    /// stand.
    pub(crate) fn covers_credits(&self) -> bool {
        self.captures.iter().all(|capture| {
            let most = if capture.stands() {
                u128::from(capture.cap_amt.amount)
            } else {
                0
            };
            capture.credited() <= most
        })
    }

    /// The record after lowering the authorization to `amount`: tokens given before stop
    /// working.
    #[must_use]
    pub fn lowered(mut self, amount: CurrencyAmount) -> Self {
        self.auth_amt = amount;
        self.generation = self.generation.saturating_add(1);
        self.kept = None;
        self
    }
}

impl Authorization {
    /// The record after all items of a batch were taken away.
    #[must_use]
    pub fn purged(mut self, batch_id: BatchId, now: Date) -> Self {
        let gone = |undone: &Option<Undone>| {
            undone
                .as_ref()
                .is_some_and(|undone| undone.slot.batch_id == batch_id)
        };
        for capture in self.captures.as_mut_slice() {
            if gone(&capture.reversed) {
                capture.reversed = None;
            }
            if capture.slot.batch_id == batch_id {
                capture.purged.get_or_insert(now);
            }
            for credit in capture.credits.as_mut_slice() {
                if gone(&credit.reversed) {
                    credit.reversed = None;
                }
                if credit.slot.batch_id == batch_id {
                    credit.purged.get_or_insert(now);
                }
            }
        }
        self
    }
}
