//! What the acquirer's host may say, and what becomes of it.

use set_core::gateway::host::Decision;
use set_core::msg::ids::ApprovalCode;
use set_testkit::street::{Street, amount};

use crate::Stimulus;
use crate::act::gateway_says;

pub(crate) const STIMULI: &[Stimulus] = &[
    ("approved", || says(approved(12_950), 1)),
    ("approved-in-part", || says(approved(5_000), 1)),
    ("approved-for-more", || says(approved(12_951), 0)),
    ("declined", || says(Decision::Declined, 1)),
    ("call-issuer", || says(Decision::CallIssuer, 1)),
    ("expired-card", || says(Decision::ExpiredCard, 1)),
    ("amount-error", || says(Decision::AmountError, 1)),
    ("not-allowed", || says(Decision::InvalidTransaction, 1)),
    ("no-reply", || says(Decision::NoReply, 1)),
    ("failed", || says(Decision::SystemError, 1)),
];

fn approved(cents: u64) -> Decision {
    Decision::Approved {
        approval_code: ApprovalCode::new("123456").ok(),
        amount: amount(cents),
    }
}

/// What the merchant is told, and that so many records were made of it.
fn says(decision: Decision, records: usize) -> String {
    let mut street = Street::new();
    street.placed();
    street.acquirer.decision = Some(decision);
    let (_, request) = street.auth_req(12_950, false);
    let said = gateway_says(&mut street, &request);
    let kept = &street.acquirer.books.authorizations;
    assert_eq!(kept.len(), records, "records");
    said
}
