//! Money after the first authorization: captures in parts, reversals, credits, batches,
//! follow-up authorizations, on the street.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions
)]

mod amounts;
mod batches;
mod captures;
mod corrections;
mod follow_ups;
mod histories;
mod new_account;
mod renewed;
mod reversals;
mod told;

use set_core::merchant::{authorize, correct, sale};
use set_core::msg::payment::sale_detail::SaleDetail;
use set_testkit::street::amount;

/// The first capture of the first authorization, or of another.
fn first(sale: &set_core::merchant::Sale) -> correct::Wish {
    correct::Wish {
        auth_rrpid: sale.payments[0].auth_rrpid,
        capture: 0,
        credit: None,
        amount: None,
        new_batch_id: None,
    }
}

/// One shipment of several: asks for an AuthToken.
fn shipment(cents: u64) -> authorize::Wish {
    authorize::Wish {
        subsequent_auth_ind: true,
        ..authorize::Wish::of(amount(cents))
    }
}

/// Sale detail with an order number.
fn numbered(number: &str) -> Option<SaleDetail> {
    Some(SaleDetail {
        mer_order_num: number.parse().ok(),
        ..sale::no_detail()
    })
}
