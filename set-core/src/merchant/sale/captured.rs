//! What was collected of an authorization, and given back.

pub use crate::gateway::batch::Slot;

use crate::asn1::{Date, SeqOf};
use crate::msg::amount::CurrencyAmount;
use crate::msg::payment::cap::CapPayload;
use crate::msg::payment::sale_detail::SaleDetail;
use crate::sequence;

sequence! {
    /// A capture that the gateway confirmed.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Captured = "Captured" {
        /// As it was asked for; the amount is the one captured.
        payload: CapPayload = "payload",
        /// When.
        date: Date = "date",
        /// Whether it was reversed.
        reversed: bool = "reversed",
        /// Money given back of it.
        credits: SeqOf<Credited, 0> = "credits",
        /// The batch that took it, and its place there.
        slot: Option<Slot> = "slot" [implicit 0 optional],
    }
}

sequence! {
    /// A credit that the gateway confirmed.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Credited = "Credited" {
        /// When it was asked for.
        asked: Date = "asked",
        /// The amount.
        amount: CurrencyAmount = "amount",
        /// When.
        date: Date = "date",
        /// Whether it was reversed.
        reversed: bool = "reversed",
        /// The batch that took it, and its place there.
        slot: Option<Slot> = "slot" [implicit 0 optional],
    }
}

impl Captured {
    /// The amount given back; what was reversed is not counted.
    #[must_use]
    pub fn credited(&self) -> u128 {
        let standing = self.credits.iter().filter(|credit| !credit.reversed);
        standing
            .map(|credit| u128::from(credit.amount.amount))
            .sum()
    }

    /// What names it to the gateway: the payload with its place.
    #[must_use]
    pub fn named(&self) -> CapPayload {
        named(&self.payload, self.slot)
    }
}

/// A payload that names `slot`.
pub(in crate::merchant) fn named(payload: &CapPayload, slot: Option<Slot>) -> CapPayload {
    let mut payload = payload.clone();
    if let Some(slot) = slot {
        let detail = payload.sale_detail.get_or_insert_with(no_detail);
        detail.batch_id = Some(slot.batch_id);
        detail.batch_sequence_num = Some(slot.batch_sequence_num);
    }
    payload
}

/// Sale detail that says nothing.
#[must_use]
pub fn no_detail() -> SaleDetail {
    SaleDetail {
        batch_id: None,
        batch_sequence_num: None,
        pay_recur_ind: None,
        mer_order_num: None,
        auth_char_ind: None,
        market_spec_sale_data: None,
        commercial_card_data: None,
        order_summary: None,
        customer_reference_number: None,
        customer_service_phone: None,
        ok_to_print_phone_ind: true,
        sale_extensions: None,
    }
}
