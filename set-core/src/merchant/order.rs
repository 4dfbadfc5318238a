//! An order at the merchant, one struct per state.
//!
//! ```text
//! Offer ── PInitReq ──▶ Initiated ── PReq ──▶ Ordered ── AuthRes ──▶ Authorized ── CapRes ──▶ Captured
//!                                                   └── AuthRes ──▶ Declined
//! ```
//!
//! States are stored between messages as DER by the same declarations as wire types, so
//! that what a store holds is bounded and checked like what a peer sends. None of it can
//! show a PAN: the payment instruction is kept as it came, under the gateway's key.

use der::asn1::OctetString;

use crate::asn1::{Date, Raw, SeqOf};
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::{ApprovalCode, BatchId, Bin, BrandId, Challenge, LocalId, Rrpid};
use crate::msg::payment::auth_res::AuthCode;
use crate::msg::payment::cap::CapCode;
use crate::msg::payment::p_req::Pi;
use crate::msg::payment::tokens::CapToken;
use crate::msg::recur::InstallRecurData;
use crate::msg::tags::TransIds;
use crate::pkcs7::{DetachedDigest, EncryptedData};
use crate::{choice, sequence};

sequence! {
    /// What the shop and the shopper agreed on outside of SET.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Offer = "Offer" {
        /// The merchant's id of the order.
        lid_m: LocalId = "lid-M",
        /// The order description, exactly as the wallet got it in the wake-up.
        od: OctetString = "od",
        /// Its price.
        purch_amt: CurrencyAmount = "purchAmt",
        /// The brands accepted for it.
        brands: SeqOf<BrandId> = "brands",
        /// Instalments or recurring payment.
        install_recur_data: Option<InstallRecurData> = "installRecurData" [implicit 0 optional],
    }
}

sequence! {
    /// PInitRes was sent; PReq is awaited.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Initiated = "Initiated" {
        /// What was agreed.
        offer: Offer = "offer",
        /// The transaction, with the XID made here.
        trans_ids: TransIds = "transIDs",
        /// Our challenge, which PReq must echo.
        chall_m: Challenge = "chall-M",
        /// The brand that the cardholder chose.
        brand_id: BrandId = "brandID",
        /// The card's BIN.
        bin: Bin = "bin",
    }
}

sequence! {
    /// PReq was verified: the cardholder has ordered.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Ordered = "Ordered" {
        /// What went before.
        initiated: Initiated = "initiated",
        /// The RRPID of PReq, which PRes repeats.
        rrpid: Rrpid = "rrpid",
        /// The cardholder's challenge, which PRes echoes.
        chall_c: Challenge = "chall-C",
        /// DD(OIData), computed here.
        h_oi_data: DetachedDigest = "hOIData",
        /// DD(HODInput), computed here from our own order description and amount.
        hod: DetachedDigest = "hod",
        /// The payment instruction for the gateway, unreadable here.
        pi: Raw<Pi> = "pi",
        /// When.
        date: Date = "date",
    }
}

sequence! {
    /// AuthReq was sent; its answer is awaited or must be asked for again.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Authorizing = "Authorizing" {
        /// What went before.
        ordered: Ordered = "ordered",
        /// The RRPID of AuthReq.
        rrpid: Rrpid = "rrpid",
        /// The amount asked for.
        amount: CurrencyAmount = "amount",
        /// Whether the capture was asked for as well.
        capture_now: bool = "captureNow" [default false],
        /// The octets of AuthReq, for a retry with the same RRPID.
        request: OctetString = "request",
    }
}

sequence! {
    /// The gateway approved.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Authorized = "Authorized" {
        /// What went before.
        ordered: Ordered = "ordered",
        /// The RRPID of AuthReq, which names the authorization from now on.
        auth_rrpid: Rrpid = "authRRPID",
        /// The amount authorized.
        amount: CurrencyAmount = "amount",
        /// When.
        date: Date = "date",
        /// The issuer's approval code.
        approval_code: Option<ApprovalCode> = "approvalCode" [implicit 0 optional],
        /// The gateway's token for the capture.
        cap_token: Option<CapToken> = "capToken" [explicit 1 optional],
        /// A message for the cardholder, unreadable here.
        acq_card_msg: Option<EncryptedData> = "acqCardMsg" [implicit 2 optional],
    }
}

sequence! {
    /// The gateway did not approve.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Declined = "Declined" {
        /// What went before.
        ordered: Ordered = "ordered",
        /// Why.
        auth_code: AuthCode = "authCode",
        /// When.
        date: Date = "date",
        /// A message for the cardholder, unreadable here.
        acq_card_msg: Option<EncryptedData> = "acqCardMsg" [implicit 0 optional],
    }
}

sequence! {
    /// CapReq was sent; its answer is awaited or must be asked for again.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Capturing = "Capturing" {
        /// What went before.
        authorized: Authorized = "authorized",
        /// The RRPID of CapReq.
        rrpid: Rrpid = "rrpid",
        /// The amount asked for.
        amount: CurrencyAmount = "amount",
        /// The octets of CapReq, for a retry with the same RRPID.
        request: OctetString = "request",
    }
}

sequence! {
    /// The gateway captured.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Captured = "Captured" {
        /// What went before.
        authorized: Authorized = "authorized",
        /// The amount captured.
        amount: CurrencyAmount = "amount",
        /// The gateway's code.
        cap_code: CapCode = "capCode",
        /// When.
        date: Date = "date",
        /// The batch it went to.
        batch_id: Option<BatchId> = "batchID" [implicit 0 optional],
    }
}

choice! {
    /// An order in any state, as a store keeps it.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Order = "Order" {
        /// Offered to the wallet.
        Offered(Offer) = "offered" [explicit 0],
        /// Transaction named.
        Initiated(Initiated) = "initiated" [explicit 1],
        /// Ordered by the cardholder.
        Ordered(Ordered) = "ordered" [explicit 2],
        /// Authorization asked for.
        Authorizing(Authorizing) = "authorizing" [explicit 3],
        /// Authorized.
        Authorized(Authorized) = "authorized" [explicit 4],
        /// Refused by the gateway or the issuer.
        Declined(Declined) = "declined" [explicit 5],
        /// Capture asked for.
        Capturing(Capturing) = "capturing" [explicit 6],
        /// Captured.
        Captured(Captured) = "captured" [explicit 7],
    }
}

impl Order {
    /// What was agreed with the shopper.
    #[must_use]
    pub fn offer(&self) -> &Offer {
        match self {
            Self::Offered(offer) => offer,
            Self::Initiated(state) => &state.offer,
            Self::Ordered(state) => &state.initiated.offer,
            Self::Authorizing(state) => &state.ordered.initiated.offer,
            Self::Authorized(state) => &state.ordered.initiated.offer,
            Self::Declined(state) => &state.ordered.initiated.offer,
            Self::Capturing(state) => &state.authorized.ordered.initiated.offer,
            Self::Captured(state) => &state.authorized.ordered.initiated.offer,
        }
    }

    /// The cardholder's order, once there is one.
    #[must_use]
    pub fn ordered(&self) -> Option<&Ordered> {
        match self {
            Self::Offered(_) | Self::Initiated(_) => None,
            Self::Ordered(state) => Some(state),
            Self::Authorizing(state) => Some(&state.ordered),
            Self::Authorized(state) => Some(&state.ordered),
            Self::Declined(state) => Some(&state.ordered),
            Self::Capturing(state) => Some(&state.authorized.ordered),
            Self::Captured(state) => Some(&state.authorized.ordered),
        }
    }

    /// The transaction, once it has a name.
    #[must_use]
    pub fn trans_ids(&self) -> Option<&TransIds> {
        match self {
            Self::Offered(_) => None,
            Self::Initiated(state) => Some(&state.trans_ids),
            _ => self.ordered().map(|ordered| &ordered.initiated.trans_ids),
        }
    }

    /// The state's name, for people.
    #[must_use]
    pub const fn state(&self) -> &'static str {
        match self {
            Self::Offered(_) => "offered",
            Self::Initiated(_) => "initiated",
            Self::Ordered(_) => "ordered",
            Self::Authorizing(_) => "authorizing",
            Self::Authorized(_) => "authorized",
            Self::Declined(_) => "declined",
            Self::Capturing(_) => "capturing",
            Self::Captured(_) => "captured",
        }
    }
}
