//! Captures undone, money given back, and that undone.

use set_core::asn1::{Raw, SeqOf};
use set_core::exchange::CapRevOrCred;
use set_core::merchant::{Sale, correct};
use set_core::msg::amount::Currency;
use set_core::msg::ids::{BatchId, LocalId, Rrpid, Xid};
use set_core::msg::payment::cap_rev_or_cred::CapRevOrCredReqItem;
use set_core::msg::payment::tokens::CapToken;
use set_testkit::street::{Street, amount};

use crate::Stimulus;
use crate::act::gateway_says;
use crate::auth::become_another_merchant;
use crate::batch_admin::{close, purge};
use crate::every_request::one_outcome;
use crate::forge::{self, correcting, first};

const CAP_REV: CapRevOrCred = CapRevOrCred::CapRev;
const CRED: CapRevOrCred = CapRevOrCred::Cred;
const CRED_REV: CapRevOrCred = CapRevOrCred::CredRev;

pub(crate) const STIMULI: &[Stimulus] = &[
    ("all-three", || each(|_, _| {}, |_| {})),
    ("all-three-of-an-unknown-xid", || {
        each(|_, _| {}, |item| item.trans_ids.xid = Xid::new([9; 20]))
    }),
    ("all-three-of-another-lid-c", || {
        each(
            |_, _| {},
            |item| item.trans_ids.lid_c = LocalId::new([9]).unwrap(),
        )
    }),
    ("all-three-of-an-unknown-authorization", || {
        each(|_, _| {}, |item| item.auth_rrpid = Rrpid::new([9; 20]))
    }),
    ("all-three-of-an-unknown-place", || {
        each(
            |_, _| {},
            |item| {
                let detail = item.cap_payload.sale_detail.as_mut().unwrap();
                detail.batch_id = BatchId::new(77).ok();
            },
        )
    }),
    ("all-three-in-another-currency", || {
        each(
            |_, _| {},
            |item| {
                let mut euros = item
                    .cap_rev_or_cred_req_amt
                    .unwrap_or(item.cap_payload.cap_req_amt);
                euros.currency = Currency::new(978).unwrap();
                item.cap_rev_or_cred_req_amt = Some(euros);
            },
        )
    }),
    ("all-three-of-another-merchants", || {
        each(|street, _| become_another_merchant(street), |_| {})
    }),
    ("all-three-without-a-token", || {
        each(
            |_, sale| sale.payments.as_mut_slice()[0].cap_token = Some(null()),
            |_| {},
        )
    }),
    ("all-three-with-a-token-of-another-order", || {
        each(
            |street, sale| {
                let other = forge::authorized(street, 2);
                let token = other.payments[0].cap_token.clone();
                sale.payments.as_mut_slice()[0].cap_token = token;
            },
            |_| {},
        )
    }),
    ("all-three-with-a-token-of-another-gateway", || {
        each(
            |street, sale| {
                let payment = &mut sale.payments.as_mut_slice()[0];
                let token = payment.cap_token.as_ref().unwrap();
                payment.cap_token = Some(forge::foreign_cap_token(street, token, true));
            },
            |_| {},
        )
    }),
    ("all-three-after-a-purge", || {
        each(|street, _| purge(street), |_| {})
    }),
    ("capture-undone-twice", || {
        let (mut street, sale) = captured();
        let asked = first(&sale);
        street.correct(CAP_REV, sale.clone(), asked.clone());
        street.clock.advance(1);
        asks(&mut street, CAP_REV, &sale, asked)
    }),
    ("capture-undone-in-part", || {
        let (mut street, sale) = captured();
        let request = correcting(&street, CAP_REV, &sale, first(&sale));
        let request = with_item(&street, &request, |item| {
            item.cap_rev_or_cred_req_amt = Some(amount(1));
        });
        gateway_says(&mut street, &request)
    }),
    ("capture-undone-after-a-credit", || {
        let (mut street, sale) = captured();
        let (sale, _) = street.correct(CRED, sale.clone(), cred(&sale, 1));
        asks(&mut street, CAP_REV, &sale, first(&sale))
    }),
    ("capture-undone-in-a-closed-batch", || {
        let (mut street, sale) = captured();
        close(&mut street);
        asks(&mut street, CAP_REV, &sale, first(&sale))
    }),
    ("capture-undone-into-an-unknown-batch", || {
        let (mut street, sale) = captured();
        close(&mut street);
        let wish = correct::Wish {
            new_batch_id: BatchId::new(77).ok(),
            ..first(&sale)
        };
        asks(&mut street, CAP_REV, &sale, wish)
    }),
    ("credit-above-the-capture", || {
        let (mut street, sale) = captured();
        asks(&mut street, CRED, &sale, cred(&sale, 10_001))
    }),
    ("credits-above-the-capture-together", || {
        let (mut street, sale) = captured();
        let (sale, _) = street.correct(CRED, sale.clone(), cred(&sale, 4_000));
        street.clock.advance(1);
        asks(&mut street, CRED, &sale, cred(&sale, 6_001))
    }),
    ("credit-of-nothing", || {
        let (mut street, sale) = captured();
        asks(&mut street, CRED, &sale, cred(&sale, 0))
    }),
    ("credit-given-before", || {
        let (mut street, sale) = captured();
        street.correct(CRED, sale.clone(), cred(&sale, 4_000));
        asks(&mut street, CRED, &sale, cred(&sale, 4_000))
    }),
    ("all-credited-before", || {
        let (mut street, sale) = captured();
        let (sale, _) = street.correct(CRED, sale.clone(), first(&sale));
        street.clock.advance(1);
        asks(&mut street, CRED, &sale, cred(&sale, 1))
    }),
    ("credit-of-a-capture-undone", || {
        let (mut street, sale) = captured();
        street.correct(CAP_REV, sale.clone(), first(&sale));
        asks(&mut street, CRED, &sale, cred(&sale, 1))
    }),
    ("credit-into-an-unknown-batch", || {
        let (mut street, sale) = captured();
        let wish = correct::Wish {
            new_batch_id: BatchId::new(77).ok(),
            ..cred(&sale, 100)
        };
        asks(&mut street, CRED, &sale, wish)
    }),
    ("credit-after-closing", || {
        let (mut street, sale) = captured();
        close(&mut street);
        asks(&mut street, CRED, &sale, cred(&sale, 100))
    }),
    ("credit-without-a-record", || {
        let (mut street, sale) = captured();
        street.acquirer.books.authorizations.clear();
        asks(&mut street, CRED, &sale, cred(&sale, 100))
    }),
    ("credit-without-a-record-where-allowed", || {
        let (mut street, sale) = captured();
        street.acquirer.tools.policy.credit_without_record = true;
        street.acquirer.books.authorizations.clear();
        asks(&mut street, CRED, &sale, cred(&sale, 100))
    }),
    ("credit-without-a-record-above-the-capture", || {
        let (mut street, sale) = captured();
        street.acquirer.tools.policy.credit_without_record = true;
        street.acquirer.books.authorizations.clear();
        asks(&mut street, CRED, &sale, cred(&sale, 10_001))
    }),
    ("credit-without-a-record-and-details", || {
        let (mut street, sale) = captured();
        street.acquirer.tools.policy.credit_without_record = true;
        street.acquirer.books.authorizations.clear();
        let request = correcting(&street, CRED, &sale, cred(&sale, 100));
        let request = with_item(&street, &request, |item| {
            item.cap_payload.auth_req_item = None;
        });
        gateway_says(&mut street, &request)
    }),
    ("credit-to-an-account-that-did-not-come", || {
        let (mut street, sale) = captured();
        let request = correcting(&street, CRED, &sale, cred(&sale, 100));
        let request = with_item(&street, &request, |item| item.new_account_ind = true);
        gateway_says(&mut street, &request)
    }),
    ("credit-undone-twice", || {
        let (mut street, sale) = credited();
        street.correct(CRED_REV, sale.clone(), cred_rev(&sale));
        street.clock.advance(1);
        asks(&mut street, CRED_REV, &sale, cred_rev(&sale))
    }),
    ("credit-undone-in-part", || {
        let (mut street, sale) = credited();
        let request = correcting(&street, CRED_REV, &sale, cred_rev(&sale));
        let request = with_item(&street, &request, |item| {
            item.cap_rev_or_cred_req_amt = Some(amount(1));
        });
        gateway_says(&mut street, &request)
    }),
    ("credit-undone-that-was-never-given", || {
        // The same sale on a street where it was given.
        let ((mut street, _), (_, sale)) = (captured(), credited());
        let request = correcting(&street, CRED_REV, &sale, cred_rev(&sale));
        gateway_says(&mut street, &request)
    }),
    ("credit-undone-in-a-closed-batch", || {
        let (mut street, sale) = credited();
        close(&mut street);
        asks(&mut street, CRED_REV, &sale, cred_rev(&sale))
    }),
];

/// A street where 100.00 of 129.50 is captured.
fn captured() -> (Street, Sale) {
    let mut street = Street::new();
    let sale = street.authorized();
    let (sale, _) = street.capture(sale, 10_000);
    (street, sale)
}

/// A street where 40.00 of that is given back.
fn credited() -> (Street, Sale) {
    let (mut street, sale) = captured();
    let (sale, _) = street.correct(CRED, sale.clone(), cred(&sale, 4_000));
    (street, sale)
}

fn cred(sale: &Sale, cents: u64) -> correct::Wish {
    correct::Wish {
        amount: Some(amount(cents)),
        ..first(sale)
    }
}

fn cred_rev(sale: &Sale) -> correct::Wish {
    correct::Wish {
        credit: Some(0),
        ..first(sale)
    }
}

fn null() -> CapToken {
    CapToken::Null(der::asn1::Null)
}

fn asks(street: &mut Street, what: CapRevOrCred, sale: &Sale, wish: correct::Wish) -> String {
    let request = correcting(street, what, sale, wish);
    gateway_says(street, &request)
}

/// The request with its item altered, signed anew.
fn with_item(
    street: &Street,
    request: &[u8],
    alter: impl FnOnce(&mut CapRevOrCredReqItem),
) -> Vec<u8> {
    forge::correction(street, request, |data, _| {
        alter(&mut data.cap_rev_or_cred_req_item_seq.as_mut_slice()[0]);
    })
}

/// What all three have in common; all of them where they do not.
fn each(before: fn(&mut Street, &mut Sale), alter: fn(&mut CapRevOrCredReqItem)) -> String {
    one_outcome([CAP_REV, CRED, CRED_REV].into_iter().map(|what| {
        let (mut street, mut sale) = if what == CRED_REV {
            credited()
        } else {
            captured()
        };
        let wish = if what == CRED_REV {
            cred_rev(&sale)
        } else {
            first(&sale)
        };
        before(&mut street, &mut sale);
        let request = correcting(&street, what, &sale, wish);
        let request = with_item(&street, &request, alter);
        gateway_says(&mut street, &request)
    }))
}

/// The tokens that an honest request has are those that the alterations above start from.
#[test]
fn a_correction_that_is_only_signed_anew_is_done() {
    let (mut street, sale) = captured();
    let request = correcting(&street, CAP_REV, &sale, first(&sale));
    let request = forge::correction(&street, &request, |_, tokens| {
        *tokens = Raw::new(SeqOf::new(tokens.to_vec()).unwrap()).unwrap();
    });
    assert_eq!(
        gateway_says(&mut street, &request),
        "CapRevOrCredCode success"
    );
}
