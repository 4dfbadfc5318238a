//! Requests to the gateway that wait for their answers, with the octets for a retry.

use der::asn1::OctetString;

use crate::asn1::SeqOf;
use crate::exchange::CapRevOrCred;
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::Rrpid;
use crate::msg::payment::auth_req::AuthReqItem;
use crate::msg::payment::cap::CapItem;
use crate::msg::payment::cap_rev_or_cred::CapRevOrCredReqItem;
use crate::msg::payment::sale_detail::SaleDetail;
use crate::msg::payment::tokens::AuthToken;
use crate::{choice, enumerated, sequence};

choice! {
    /// A request that was sent; its answer is awaited or must be asked for again.
    #[expect(clippy::large_enum_variant, reason = "one of them is loaded, changed and stored at a time")]
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Waiting = "Waiting" {
        /// AuthReq.
        Authorization(Authorizing) = "authorization" [explicit 0],
        /// AuthRevReq.
        Reversal(Reversing) = "reversal" [explicit 1],
        /// CapReq.
        Capture(Capturing) = "capture" [explicit 2],
        /// CapRevReq, CredReq or CredRevReq.
        Correction(Correcting) = "correction" [explicit 3],
    }
}

sequence! {
    /// AuthReq.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Authorizing = "Authorizing" {
        /// Its RRPID.
        rrpid: Rrpid = "rrpid",
        /// What was asked.
        item: AuthReqItem = "item",
        /// Whether the capture was asked for as well.
        capture_now: bool = "captureNow" [default false],
        /// The octets, for a retry with the same RRPID.
        request: OctetString = "request",
        /// Details of the sale, when captured at once.
        sale_detail: Option<SaleDetail> = "saleDetail" [implicit 0 optional],
        /// The AuthToken that is the payment instruction; the cardholder's own otherwise.
        instruction: Option<AuthToken> = "instruction" [explicit 1 optional],
    }
}

sequence! {
    /// AuthRevReq.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Reversing = "Reversing" {
        /// Its RRPID.
        rrpid: Rrpid = "rrpid",
        /// The authorization.
        auth_rrpid: Rrpid = "authRRPID",
        /// What is to be left of it.
        new_amt: CurrencyAmount = "newAmt",
        /// The octets, for a retry with the same RRPID.
        request: OctetString = "request",
    }
}

sequence! {
    /// CapReq, as far as it is about this order.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Capturing = "Capturing" {
        /// Its RRPID.
        rrpid: Rrpid = "rrpid",
        /// The items of this order.
        items: SeqOf<CapItem> = "items",
        /// The octets, for a retry with the same RRPID.
        request: OctetString = "request",
    }
}

sequence! {
    /// CapRevReq, CredReq or CredRevReq, as far as it is about this order.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Correcting = "Correcting" {
        /// Which of the three.
        what: Correction = "what",
        /// Its RRPID.
        rrpid: Rrpid = "rrpid",
        /// The items of this order.
        items: SeqOf<CapRevOrCredReqItem> = "items",
        /// The octets, for a retry with the same RRPID.
        request: OctetString = "request",
    }
}

enumerated! {
    /// A [`CapRevOrCred`] that can be stored.
    pub enum Correction = "Correction" {
        /// CapRev.
        CapRev = 0 "capRev",
        /// Cred.
        Cred = 1 "cred",
        /// CredRev.
        CredRev = 2 "credRev",
    }
}

impl From<Correction> for CapRevOrCred {
    fn from(correction: Correction) -> Self {
        match correction {
            Correction::CapRev => Self::CapRev,
            Correction::Cred => Self::Cred,
            Correction::CredRev => Self::CredRev,
        }
    }
}

impl From<CapRevOrCred> for Correction {
    fn from(what: CapRevOrCred) -> Self {
        match what {
            CapRevOrCred::CapRev => Self::CapRev,
            CapRevOrCred::Cred => Self::Cred,
            CapRevOrCred::CredRev => Self::CredRev,
        }
    }
}

impl Waiting {
    /// The RRPID of the request.
    #[must_use]
    pub const fn rrpid(&self) -> Rrpid {
        match self {
            Self::Authorization(state) => state.rrpid,
            Self::Reversal(state) => state.rrpid,
            Self::Capture(state) => state.rrpid,
            Self::Correction(state) => state.rrpid,
        }
    }

    /// Its octets.
    #[must_use]
    pub const fn request(&self) -> &OctetString {
        match self {
            Self::Authorization(state) => &state.request,
            Self::Reversal(state) => &state.request,
            Self::Capture(state) => &state.request,
            Self::Correction(state) => &state.request,
        }
    }

    /// What is being done, in a word.
    #[must_use]
    pub const fn state(&self) -> &'static str {
        match self {
            Self::Authorization(_) => "authorizing",
            Self::Reversal(_) => "reversing",
            Self::Capture(_) => "capturing",
            Self::Correction(state) => match state.what {
                Correction::CapRev => "uncapturing",
                Correction::Cred => "crediting",
                Correction::CredRev => "uncrediting",
            },
        }
    }
}
