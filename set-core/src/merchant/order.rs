//! An order at the merchant.
//!
//! ```text
//! Offer ── PInitReq ──▶ Initiated ── PReq ──▶ Ordered, the beginning of a Sale
//! ```
//!
//! States are stored between messages as DER by the same declarations as wire types, so
//! that what a store holds is bounded and checked like what a peer sends. None of it can
//! show a PAN: the payment instruction is kept as it came, under the gateway's key.

use der::asn1::OctetString;

use crate::asn1::{Date, Raw, SeqOf};
use crate::merchant::sale::Sale;
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::{Bin, BrandId, Challenge, LocalId, Rrpid};
use crate::msg::payment::p_req::Pi;
use crate::msg::recur::InstallRecurData;
use crate::msg::tags::TransIds;
use crate::pkcs7::DetachedDigest;
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

choice! {
    /// An order in any state, as a store keeps it.
    #[expect(clippy::large_enum_variant, reason = "an order is loaded, changed and stored, one at a time")]
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Order = "Order" {
        /// Offered to the wallet.
        Offered(Offer) = "offered" [explicit 0],
        /// Transaction named.
        Initiated(Initiated) = "initiated" [explicit 1],
        /// Ordered by the cardholder, and whatever came of it.
        Placed(Sale) = "placed" [explicit 2],
    }
}

impl Order {
    /// What was agreed with the shopper.
    #[must_use]
    pub fn offer(&self) -> &Offer {
        match self {
            Self::Offered(offer) => offer,
            Self::Initiated(state) => &state.offer,
            Self::Placed(sale) => &sale.ordered.initiated.offer,
        }
    }

    /// The cardholder's order, once there is one.
    #[must_use]
    pub fn ordered(&self) -> Option<&Ordered> {
        self.sale().map(|sale| &sale.ordered)
    }

    /// What came of the order, once there is one.
    #[must_use]
    pub const fn sale(&self) -> Option<&Sale> {
        match self {
            Self::Offered(_) | Self::Initiated(_) => None,
            Self::Placed(sale) => Some(sale),
        }
    }

    /// The transaction, once it has a name.
    #[must_use]
    pub fn trans_ids(&self) -> Option<&TransIds> {
        match self {
            Self::Offered(_) => None,
            Self::Initiated(state) => Some(&state.trans_ids),
            Self::Placed(sale) => Some(sale.trans_ids()),
        }
    }

    /// How far it has come.
    #[must_use]
    pub fn state(&self) -> &'static str {
        match self {
            Self::Offered(_) => "offered",
            Self::Initiated(_) => "initiated",
            Self::Placed(sale) => sale.state(),
        }
    }
}
