//! Capture reversals, credits, and credit reversals, with each of their codes.

use set_core::error::Error;
use set_core::exchange::CapRevOrCred;
use set_core::gateway::host::HostEvent;
use set_core::merchant::sale::Credited;
use set_core::merchant::{Sale, batch_admin, correct};
use set_core::msg::ids::{BatchId, LocalId, Xid};
use set_core::msg::payment::batch_admin::BatchOperation;
use set_core::msg::payment::cap::CapCode;
use set_core::msg::payment::cap_rev_or_cred::CapRevOrCredCode as Code;
use set_testkit::street::{Server, Street, amount};

use crate::first;

/// A street where 100.00 of 129.50 is captured.
fn captured() -> (Street, Sale) {
    let mut street = Street::new();
    let sale = street.authorized();
    let (sale, _) = street.capture(sale, 10_000);
    (street, sale)
}

fn cred(sale: &Sale, cents: u64) -> correct::Wish {
    correct::Wish {
        amount: Some(amount(cents)),
        ..first(sale)
    }
}

fn cred_rev(sale: &Sale, credit: usize) -> correct::Wish {
    correct::Wish {
        credit: Some(credit),
        ..first(sale)
    }
}

fn close(street: &mut Street) {
    let batch_id = BatchId::new(1).ok();
    street.administer(batch_admin::Wish {
        batch_id,
        operation: Some(BatchOperation::Close),
        ..batch_admin::Wish::default()
    });
}

fn purge(street: &mut Street) {
    street.administer(batch_admin::Wish {
        operation: Some(BatchOperation::Purge),
        ..batch_admin::Wish::default()
    });
}

#[test]
fn a_capture_is_undone_once() {
    let (mut street, sale) = captured();
    let wish = first(&sale);
    let (sale, code) = street.correct(CapRevOrCred::CapRev, sale, wish.clone());
    assert_eq!((code, sale.captured()), (Code::Success, 0));
    assert_eq!(street.acquirer.store().authorizations[0].captured(), 0);
    let (_, code) = street.correct(CapRevOrCred::CapRev, sale, wish);
    assert_eq!(code, Code::DuplicateRequest);
    let events = &street.acquirer.store().events;
    assert_eq!(*events, [HostEvent::Capture, HostEvent::CaptureReversal]);
}

#[test]
fn money_is_given_back_in_parts_up_to_what_was_captured() {
    let (mut street, mut sale) = captured();
    for (cents, code, credited) in [
        (4_000, Code::Success, 4_000),
        (6_001, Code::UnspecifiedFailure, 4_000),
        (0, Code::UnspecifiedFailure, 4_000),
        (6_000, Code::Success, 10_000),
        (1, Code::DuplicateRequest, 10_000),
    ] {
        street.clock.advance(60);
        let wish = cred(&sale, cents);
        let (after, found) = street.correct(CapRevOrCred::Cred, sale, wish);
        assert_eq!((found, after.credited()), (code, credited), "{cents}");
        sale = after;
    }
    assert_eq!(street.acquirer.store().authorizations[0].credited(), 10_000);
}

#[test]
fn the_same_credit_asked_for_again_is_a_duplicate() {
    let (mut street, sale) = captured();
    let wish = cred(&sale, 4_000);
    let (_, code) = street.correct(CapRevOrCred::Cred, sale.clone(), wish.clone());
    assert_eq!(code, Code::Success);
    // The merchant has forgotten the answer and asks with another RRPID.
    let (_, code) = street.correct(CapRevOrCred::Cred, sale, wish);
    assert_eq!(code, Code::DuplicateRequest);
}

#[test]
fn a_credit_without_an_amount_is_one_of_all_that_was_captured() {
    let (mut street, sale) = captured();
    let wish = first(&sale);
    let (sale, code) = street.correct(CapRevOrCred::Cred, sale, wish);
    assert_eq!((code, sale.credited()), (Code::Success, 10_000));
}

#[test]
fn a_credit_is_undone_once_and_may_be_given_again() {
    let (mut street, sale) = captured();
    let (sale, _) = street.correct(CapRevOrCred::Cred, sale.clone(), cred(&sale, 4_000));
    let wish = cred_rev(&sale, 0);
    let (sale, code) = street.correct(CapRevOrCred::CredRev, sale, wish.clone());
    assert_eq!((code, sale.credited()), (Code::Success, 0));
    let (sale, code) = street.correct(CapRevOrCred::CredRev, sale, wish);
    assert_eq!(code, Code::DuplicateRequest);
    let (sale, code) = street.correct(CapRevOrCred::Cred, sale.clone(), cred(&sale, 10_000));
    assert_eq!((code, sale.credited()), (Code::Success, 10_000));
}

#[test]
fn a_capture_of_which_money_was_given_back_is_past_undoing() {
    let (mut street, sale) = captured();
    let (sale, _) = street.correct(CapRevOrCred::Cred, sale.clone(), cred(&sale, 1));
    let (_, code) = street.correct(CapRevOrCred::CapRev, sale.clone(), first(&sale));
    assert_eq!(code, Code::OriginalProcessed);
}

#[test]
fn what_was_never_made_or_is_anothers_is_not_found() {
    let alterations: [fn(&mut Sale); 4] = [
        |sale| {
            sale.ordered.initiated.trans_ids.xid = Xid::new([9; 20]);
        },
        |sale| {
            sale.ordered.initiated.trans_ids.lid_c = LocalId::new([9].as_slice()).unwrap();
        },
        |sale| {
            let capture = &mut sale.payments.as_mut_slice()[0].captures.as_mut_slice()[0];
            capture.slot.as_mut().unwrap().batch_id = BatchId::new(9).unwrap();
        },
        |sale| {
            let capture = &mut sale.payments.as_mut_slice()[0].captures.as_mut_slice()[0];
            capture.slot = None;
            capture.payload.cap_req_amt = amount(9_999);
        },
    ];
    for alter in alterations {
        for what in [CapRevOrCred::CapRev, CapRevOrCred::Cred] {
            let (mut street, mut sale) = captured();
            alter(&mut sale);
            let (shop_sales, request) = street.shop.correction(what, sale.clone(), first(&sale));
            let answer = street.acquirer.answer(&request).unwrap();
            let shop = &mut street.shop;
            let context = shop.tools.context();
            let answers =
                correct::handle(&context, &mut shop.merchant, shop_sales, &answer).unwrap();
            assert_eq!(answers[0].codes, [Code::OriginalNotFound]);
        }
    }
    let (mut street, mut sale) = captured();
    let now = street.clock.now();
    let capture = &mut sale.payments.as_mut_slice()[0].captures.as_mut_slice()[0];
    capture.credits.push(Credited {
        asked: now,
        amount: amount(4_000),
        date: now,
        reversed: false,
        slot: None,
    });
    let wish = cred_rev(&sale, 0);
    let (_, code) = street.correct(CapRevOrCred::CredRev, sale, wish);
    assert_eq!(code, Code::OriginalNotFound);
}

#[test]
fn tokens_are_needed_and_must_be_the_authorizations() {
    for what in [CapRevOrCred::CapRev, CapRevOrCred::Cred] {
        let (mut street, mut sale) = captured();
        sale.payments.as_mut_slice()[0].cap_token = None;
        let (_, code) = street.correct(what, sale.clone(), first(&sale));
        assert_eq!(code, Code::MissingCapToken);
        let mut other = Street::new();
        other.shop.tools = set_testkit::street::Tools::new(77, other.clock.clone());
        let theirs = other.authorized();
        let token = theirs.payments[0].cap_token.clone();
        sale.payments.as_mut_slice()[0].cap_token = token;
        let (_, code) = street.correct(what, sale.clone(), first(&sale));
        assert_eq!(code, Code::InvalidCapToken);
    }
}

#[test]
fn in_a_closed_batch_a_reversal_needs_a_new_one_and_a_credit_goes_to_the_current() {
    let (mut street, sale) = captured();
    close(&mut street);
    let (_, code) = street.correct(CapRevOrCred::CapRev, sale.clone(), first(&sale));
    assert_eq!(code, Code::BatchClosed);
    let unknown = correct::Wish {
        new_batch_id: BatchId::new(77).ok(),
        ..first(&sale)
    };
    let (_, code) = street.correct(CapRevOrCred::CapRev, sale.clone(), unknown.clone());
    assert_eq!(code, Code::BatchUnknown);
    let (_, code) = street.correct(CapRevOrCred::Cred, sale.clone(), unknown);
    assert_eq!(code, Code::BatchUnknown);
    let (sale, code) = street.correct(CapRevOrCred::Cred, sale.clone(), cred(&sale, 4_000));
    assert_eq!(code, Code::Success);
    let slot = sale.payments[0].captures[0].credits[0].slot.unwrap();
    assert_eq!(slot.batch_id.value(), 2);
    let (sale, code) = street.correct(CapRevOrCred::CredRev, sale.clone(), cred_rev(&sale, 0));
    assert_eq!(code, Code::Success);
    let into = correct::Wish {
        new_batch_id: BatchId::new(2).ok(),
        ..first(&sale)
    };
    let (sale, code) = street.correct(CapRevOrCred::CapRev, sale, into);
    assert_eq!((code, sale.captured()), (Code::Success, 0));
}

#[test]
fn what_went_with_its_batch_is_purged() {
    let (mut street, sale) = captured();
    purge(&mut street);
    for what in [CapRevOrCred::CapRev, CapRevOrCred::Cred] {
        let (_, code) = street.correct(what, sale.clone(), first(&sale));
        assert_eq!(code, Code::CapPurged);
    }
}

#[test]
fn a_credit_is_not_undone_without_a_word_which() {
    let (mut street, sale) = captured();
    let (sale, code) = street.correct(CapRevOrCred::Cred, sale.clone(), cred(&sale, 4_000));
    assert_eq!(code, Code::Success);
    let which = first(&sale);
    assert_eq!(which.credit, None);
    let context = street.shop.tools.context();
    let merchant = &street.shop.merchant;
    let asked = vec![(sale.clone(), vec![which.clone()])];
    let what = CapRevOrCred::CredRev;
    let refused = correct::correct(&context, merchant, what, asked, None);
    assert!(matches!(refused, Err(Error::Caller(_))), "{refused:?}");
    let which = correct::Wish {
        credit: Some(0),
        ..which
    };
    let (sale, code) = street.correct(what, sale, which);
    assert_eq!((code, sale.credited()), (Code::Success, 0));
}

#[test]
fn where_the_gateway_has_no_record_a_credit_is_given_on_the_token_if_it_may() {
    for allowed in [false, true] {
        let (mut street, sale) = captured();
        street.acquirer.tools.policy.credit_without_record = allowed;
        street.acquirer.books.authorizations.clear();
        let reversal = street.correct(CapRevOrCred::CapRev, sale.clone(), first(&sale));
        assert_eq!(reversal.1, Code::OriginalNotFound);
        let (sale, code) = street.correct(CapRevOrCred::Cred, sale.clone(), cred(&sale, 4_000));
        if !allowed {
            assert_eq!(code, Code::OriginalNotFound);
            continue;
        }
        assert_eq!(code, Code::Success);
        street.clock.advance(60);
        // What had been captured nobody knows, so nothing more is.
        let (_, cap_code) = street.capture(sale.clone(), 1);
        assert_eq!(cap_code, CapCode::UnknownXid);
        street.clock.advance(60);
        // What was learned is a record again, and no more than was captured is given back.
        let (_, code) = street.correct(CapRevOrCred::Cred, sale.clone(), cred(&sale, 6_001));
        assert_eq!(code, Code::UnspecifiedFailure);
        let mut bare = sale.clone();
        street.acquirer.books.authorizations.clear();
        bare.payments.as_mut_slice()[0].cap_token = None;
        let (_, code) = street.correct(CapRevOrCred::Cred, bare, cred(&sale, 4_000));
        assert_eq!(code, Code::MissingCapToken);
    }
}
