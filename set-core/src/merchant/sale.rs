//! What came of an order: its authorizations, captures and credits, and the request to the
//! gateway that waits for its answer.
//!
//! An order of several shipments, or a payment that recurs, has several authorizations, each
//! with captures and credits of its own. So this is no chain of states but a record that
//! grows; the steps in the modules beside it say what may be asked when.

mod captured;
mod waiting;

pub(super) use self::captured::named;
pub use self::captured::{Captured, Credited, Slot, no_detail};
pub use self::waiting::{Authorizing, Capturing, Correcting, Correction, Reversing, Waiting};

use crate::asn1::{Date, Raw, SeqOf};
use crate::error::CallerFault;
use crate::merchant::order::{Order, Ordered};
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::{Bin, Rrpid};
use crate::msg::payment::auth_req::AuthReqItem;
use crate::msg::payment::auth_res::{AuthCode, AuthResPayload};
use crate::msg::payment::p_req::Pi;
use crate::msg::payment::tokens::{AuthToken, CapToken};
use crate::msg::tags::TransIds;
use crate::pkcs7::EncryptedData;
use crate::sequence;

sequence! {
    /// An order that was placed, and all that came of it.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Sale = "Sale" {
        /// What the cardholder ordered.
        ordered: Ordered = "ordered",
        /// Its authorizations, in their order.
        payments: SeqOf<Payment, 0> = "payments",
        /// Why the last authorization asked for was refused, if it was.
        declined: Option<Declined> = "declined" [explicit 0 optional],
        /// The payment instruction of the next authorization, where one may follow.
        auth_token: Option<AuthToken> = "authToken" [explicit 1 optional],
        /// The request that waits for its answer.
        waiting: Option<Waiting> = "waiting" [explicit 2 optional],
    }
}

sequence! {
    /// One authorization, approved.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Payment = "Payment" {
        /// The RRPID of its AuthReq, which names it.
        auth_rrpid: Rrpid = "authRRPID",
        /// The amount authorized, after reversals.
        amount: CurrencyAmount = "amount",
        /// When.
        date: Date = "date",
        /// The request, for a gateway that wants to see it again.
        request: AuthReqItem = "request",
        /// The answer, as it is after reversals.
        response: AuthResPayload = "response",
        /// Its captures, in their order.
        captures: SeqOf<Captured, 0> = "captures",
        /// The gateway's token for them.
        cap_token: Option<CapToken> = "capToken" [explicit 0 optional],
        /// A message for the cardholder, unreadable here.
        acq_card_msg: Option<EncryptedData> = "acqCardMsg" [explicit 1 optional],
        /// The AuthToken that was its payment instruction; the cardholder's own otherwise.
        instruction: Option<AuthToken> = "instruction" [explicit 2 optional],
        /// The AuthToken that came with it, or with its last reversal: the payment instruction of
        /// the next authorization, as long as none after this one is in force.
        auth_token: Option<AuthToken> = "authToken" [explicit 3 optional],
    }
}

sequence! {
    /// An authorization that was refused.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Declined = "Declined" {
        /// Why.
        auth_code: AuthCode = "authCode",
        /// When.
        date: Date = "date",
        /// A message for the cardholder, unreadable here.
        acq_card_msg: Option<EncryptedData> = "acqCardMsg" [explicit 0 optional],
    }
}

impl From<Ordered> for Sale {
    fn from(ordered: Ordered) -> Self {
        Self {
            ordered,
            payments: SeqOf::default(),
            declined: None,
            auth_token: None,
            waiting: None,
        }
    }
}

impl From<Ordered> for Order {
    fn from(ordered: Ordered) -> Self {
        Self::Placed(ordered.into())
    }
}

impl From<Sale> for Order {
    fn from(sale: Sale) -> Self {
        Self::Placed(sale)
    }
}

impl Sale {
    /// The card's BIN.
    #[must_use]
    pub const fn bin(&self) -> &Bin {
        &self.ordered.initiated.bin
    }

    /// The transaction.
    #[must_use]
    pub const fn trans_ids(&self) -> &TransIds {
        &self.ordered.initiated.trans_ids
    }

    /// The amount of the whole order.
    #[must_use]
    pub const fn purch_amt(&self) -> &CurrencyAmount {
        &self.ordered.initiated.offer.purch_amt
    }

    /// The authorization with that name.
    #[must_use]
    pub fn payment(&self, auth_rrpid: Rrpid) -> Option<&Payment> {
        let mut all = self.payments.iter();
        all.find(|payment| payment.auth_rrpid == auth_rrpid)
    }

    pub(super) fn payment_mut(&mut self, auth_rrpid: Rrpid) -> Option<&mut Payment> {
        let mut all = self.payments.as_mut_slice().iter_mut();
        all.find(|payment| payment.auth_rrpid == auth_rrpid)
    }

    /// The AuthToken for what may follow: that of the newest authorization in force.
    pub(super) fn newest_token(&self) -> Option<AuthToken> {
        let mut newest_first = self.payments.iter().rev();
        let newest = newest_first.find(|payment| payment.amount.amount > 0);
        newest.and_then(|payment| payment.auth_token.clone())
    }

    /// The amount authorized and not taken back, in the unit of the purchase.
    #[must_use]
    pub fn authorized(&self) -> u128 {
        sum(&self.payments, |payment| u128::from(payment.amount.amount))
    }

    /// The amount captured; what was reversed is not counted.
    #[must_use]
    pub fn captured(&self) -> u128 {
        sum(&self.payments, Payment::captured)
    }

    /// The amount given back; what was reversed is not counted.
    #[must_use]
    pub fn credited(&self) -> u128 {
        sum(&self.payments, Payment::credited)
    }

    /// How far it has come, in a word.
    #[must_use]
    pub fn state(&self) -> &'static str {
        if let Some(waiting) = &self.waiting {
            return waiting.state();
        }
        match (self.authorized(), self.captured(), self.credited()) {
            (_, 1.., 1..) => "credited",
            (_, 1.., 0) => "captured",
            (1.., ..) => "authorized",
            _ if self.declined.is_some() => "declined",
            _ if self.payments.is_empty() => "ordered",
            _ => "reversed",
        }
    }

    /// The payment instruction for the next authorization: the AuthToken, or before there is
    /// any authorization in force the cardholder's.
    ///
    /// # Errors
    ///
    /// [`CallerFault::State`] when no authorization may follow, or an answer is awaited.
    pub(super) fn next_instruction(&self) -> Result<Raw<Pi>, crate::error::Error> {
        self.check_idle()?;
        let in_force = self
            .payments
            .iter()
            .any(|payment| payment.amount.amount > 0);
        match &self.auth_token {
            Some(token) => Ok(Raw::new(Pi::AuthToken(token.clone()))?),
            None if in_force => Err(CallerFault::State(
                "the order is authorized, and not such that another authorization may follow",
            )
            .into()),
            None => Ok(self.ordered.pi.clone()),
        }
    }

    /// That nothing is awaited.
    pub(super) fn check_idle(&self) -> Result<(), CallerFault> {
        match &self.waiting {
            None => Ok(()),
            Some(_) => Err(CallerFault::State(
                "an earlier request about this order waits for the gateway's answer",
            )),
        }
    }
}

impl Payment {
    /// The amount captured; what was reversed is not counted.
    #[must_use]
    pub fn captured(&self) -> u128 {
        let standing = self.captures.iter().filter(|capture| !capture.reversed);
        standing
            .map(|capture| u128::from(capture.payload.cap_req_amt.amount))
            .sum()
    }

    /// The amount given back; what was reversed is not counted.
    #[must_use]
    pub fn credited(&self) -> u128 {
        let standing = self.captures.iter().filter(|capture| !capture.reversed);
        standing.map(Captured::credited).sum()
    }
}

fn sum(payments: &[Payment], of: impl Fn(&Payment) -> u128) -> u128 {
    payments.iter().map(of).sum()
}
