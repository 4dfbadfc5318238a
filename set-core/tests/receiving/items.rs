//! Header ids: before there is an XID, and of messages with several items.

use set_core::error::Error;
use set_core::exchange::CapRevOrCred;
use set_core::exchange::context::ids_of;
use set_core::merchant::{Sale, authorize, capture, correct};
use set_core::msg::error::ErrorCode;
use set_core::msg::ids::{LocalId, Xid};
use set_core::msg::wrapper::MessageIds;
use set_testkit::street::{Server, Street, amount};

use crate::sealed::rewrap;

fn ids(octets: &[u8]) -> Option<MessageIds> {
    let mut ids = None;
    rewrap(octets, |wrapper| {
        ids.clone_from(&wrapper.message_header.message_ids)
    });
    ids
}

fn with_ids(octets: &[u8], ids: Option<MessageIds>) -> Vec<u8> {
    rewrap(octets, |wrapper| wrapper.message_header.message_ids = ids)
}

fn code<T>(outcome: Result<T, Error>) -> Option<ErrorCode> {
    outcome.err().map(|error| error.code())
}

fn served(server: &impl Server, octets: &[u8]) -> Option<ErrorCode> {
    let answer = server.restarted().answer(octets);
    code(answer.map_err(|refused| refused.error))
}

const MISMATCH: Option<ErrorCode> = Some(ErrorCode::WrapperMsgMismatch);

#[test]
fn p_init_req_names_the_local_ids_that_are_known_and_no_others_pass() {
    let mut street = Street::new();
    let (_, request) = street.p_init_req();
    let sent = ids(&request).unwrap();
    assert!(sent.lid_c.is_some() && sent.lid_m.is_some() && sent.xid.is_none());
    assert_eq!(served(&street.shop, &request), None);
    let other = LocalId::new(*b"another").ok();
    let (lid_c, lid_m) = (other.clone(), other);
    for altered in [
        MessageIds {
            lid_c,
            ..sent.clone()
        },
        MessageIds {
            lid_m,
            ..sent.clone()
        },
        // There is none yet.
        MessageIds {
            xid: Some(Xid::new([9; 20])),
            ..sent.clone()
        },
    ] {
        let octets = with_ids(&request, Some(altered));
        assert_eq!(served(&street.shop, &octets), MISMATCH);
    }
    assert_eq!(served(&street.shop, &with_ids(&request, None)), None);
}

/// An order of this number, authorized in full.
fn authorized(street: &mut Street, number: u8) -> Sale {
    let wake_up = street.shop.offer(number);
    let Street {
        wallet,
        shop,
        acquirer,
        ..
    } = street;
    let context = wallet.tools.context();
    let (wish, bin) = (wallet.wish(&wake_up), wallet.card.bin().unwrap());
    let (state, request) =
        set_core::cardholder::purchase::Initiating::start(&context, wish, bin, &wallet.trust)
            .unwrap();
    let answer = shop.answer(&request).unwrap();
    let offered = state.handle(&context, &answer, &mut wallet.trust).unwrap();
    let (_, request) = offered.pay(&context, &wallet.card).unwrap();
    shop.answer(&request).unwrap();
    let wish = authorize::Wish::of(shop.price);
    let (sale, request) = shop.auth_req(shop.sale(number), wish);
    let answer = acquirer.answer(&request).unwrap();
    let context = shop.tools.context();
    let answer = authorize::handle(&context, &mut shop.merchant, sale, &answer).unwrap();
    shop.keep(answer.sale.clone().into());
    answer.sale
}

fn capture(sale: &Sale, cents: u64) -> capture::Wish {
    capture::Wish {
        auth_rrpid: sale.payments[0].auth_rrpid,
        amount: amount(cents),
        sale_detail: None,
    }
}

fn credit(sale: &Sale, cents: u64) -> correct::Wish {
    correct::Wish {
        auth_rrpid: sale.payments[0].auth_rrpid,
        capture: 0,
        credit: None,
        amount: Some(amount(cents)),
        new_batch_id: None,
    }
}

#[test]
fn a_capture_of_two_parts_of_one_order_names_it_and_no_other_name_passes() {
    let mut street = Street::new();
    let sale = authorized(&mut street, 1);
    let ours = ids_of(sale.trans_ids());
    let wishes = vec![capture(&sale, 5_000), capture(&sale, 6_000)];
    let (sales, request) = street.shop.cap_req(vec![(sale, wishes)]);
    assert_eq!(ids(&request), Some(ours.clone()));
    let altered = Some(MessageIds {
        xid: Some(Xid::new([7; 20])),
        ..ours.clone()
    });
    let octets = with_ids(&request, altered.clone());
    assert_eq!(served(&street.acquirer, &octets), MISMATCH);
    let answer = street.acquirer.answer(&request).unwrap();
    assert_eq!(ids(&answer), Some(ours));
    let shop = &street.shop;
    let take = |octets: &[u8]| {
        let mut merchant = shop.restarted().merchant;
        let context = shop.tools.context();
        code(capture::handle(
            &context,
            &mut merchant,
            sales.clone(),
            octets,
        ))
    };
    assert_eq!(take(&with_ids(&answer, altered)), MISMATCH);
    assert_eq!(take(&answer), None);
}

#[test]
fn captures_and_credits_of_two_orders_name_neither_nor_may_they() {
    let mut street = Street::new();
    let (one, other) = (authorized(&mut street, 1), authorized(&mut street, 2));
    let names = [ids_of(one.trans_ids()), ids_of(other.trans_ids())];
    assert_ne!(names[0], names[1]);
    let wishes = [vec![capture(&one, 5_000)], vec![capture(&other, 5_000)]];
    let asked = [one, other].into_iter().zip(wishes).collect();
    let (sales, request) = street.shop.cap_req(asked);
    let answer = street.acquirer.restarted().answer(&request).unwrap();
    assert_eq!((ids(&request), ids(&answer)), (None, None));
    for name in &names {
        let octets = with_ids(&request, Some(name.clone()));
        assert_eq!(served(&street.acquirer, &octets), MISMATCH);
        let mut merchant = street.shop.restarted().merchant;
        let context = street.shop.tools.context();
        let octets = with_ids(&answer, Some(name.clone()));
        let taken = capture::handle(&context, &mut merchant, sales.clone(), &octets);
        assert_eq!(code(taken), MISMATCH);
    }
    let answer = street.acquirer.answer(&request).unwrap();
    let shop = &mut street.shop;
    let context = shop.tools.context();
    let answers = capture::handle(&context, &mut shop.merchant, sales, &answer).unwrap();
    let sales: Vec<Sale> = answers.into_iter().map(|answer| answer.sale).collect();
    let asked = sales
        .iter()
        .map(|sale| (sale.clone(), vec![credit(sale, 100)]));
    let what = CapRevOrCred::Cred;
    let credits = correct::correct(&context, &shop.merchant, what, asked.collect(), None);
    let (sales, request) = credits.unwrap();
    let answer = street.acquirer.restarted().answer(&request).unwrap();
    assert_eq!((ids(&request), ids(&answer)), (None, None));
    for name in &names {
        let octets = with_ids(&request, Some(name.clone()));
        assert_eq!(served(&street.acquirer, &octets), MISMATCH);
        let mut merchant = shop.restarted().merchant;
        let octets = with_ids(&answer, Some(name.clone()));
        let taken = correct::handle(&context, &mut merchant, sales.clone(), &octets);
        assert_eq!(code(taken), MISMATCH);
    }
}

#[test]
fn two_credits_of_one_order_name_it() {
    let mut street = Street::new();
    let sale = authorized(&mut street, 1);
    let (sale, _) = street.capture(sale, 10_000);
    let name = ids_of(sale.trans_ids());
    let wishes = vec![credit(&sale, 100), credit(&sale, 200)];
    let shop = &street.shop;
    let context = shop.tools.context();
    let asked = vec![(sale, wishes)];
    let (_, request) =
        correct::correct(&context, &shop.merchant, CapRevOrCred::Cred, asked, None).unwrap();
    let answer = street.acquirer.answer(&request).unwrap();
    assert_eq!(
        (ids(&request), ids(&answer)),
        (Some(name.clone()), Some(name))
    );
}
