//! How a merchant names a capture that it made earlier.

use crate::asn1::Date;
use crate::gateway::batch::Slot;
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::MerOrderNum;
use crate::msg::payment::cap::CapPayload;

/// A capture as a CapPayload names it.
///
/// No field of SET numbers the captures of one authorization. One is named by its place in
/// its batch, where the payload has both halves of it, and otherwise by the date, amount and
/// order number that it was asked for with. So two captures of one authorization must differ
/// in one of these three.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// When the merchant asked for it.
    pub cap_date: Date,
    /// The amount.
    pub cap_req_amt: CurrencyAmount,
    /// The merchant's number of the shipment.
    pub mer_order_num: Option<MerOrderNum>,
    /// Its place.
    pub slot: Option<Slot>,
}

impl From<&CapPayload> for Original {
    fn from(payload: &CapPayload) -> Self {
        let detail = payload.sale_detail.as_ref();
        let place = detail.and_then(|detail| detail.batch_id.zip(detail.batch_sequence_num));
        Self {
            cap_date: payload.cap_date,
            cap_req_amt: payload.cap_req_amt,
            mer_order_num: detail.and_then(|detail| detail.mer_order_num.clone()),
            slot: place.map(|(batch_id, batch_sequence_num)| Slot {
                batch_id,
                batch_sequence_num,
            }),
        }
    }
}
