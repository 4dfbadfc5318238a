//! Inquiries about an order, and what the cardholder is told in each of its states.

use set_core::asn1::SeqOf;
use set_core::cardholder::inquiry::{Inquiring, Placed};
use set_core::exchange::CapRevOrCred;
use set_core::gateway::host::Decision;
use set_core::merchant::authorize;
use set_core::msg::ids::{Challenge, LocalId, Rrpid, Xid};
use set_core::msg::message::Message;
use set_core::msg::payment::inq::{InqReq, InqReqData};
use set_core::msg::payment::p_res::PResData;
use set_testkit::street::{Server, Street, amount};
use set_testkit::{resign, rogues};

use crate::Stimulus;
use crate::act::{completion, shop_says, taken};
use crate::every_request::unknown_extension;
use crate::forge::first;
use crate::p_req::unsigned;

pub(crate) const STIMULI: &[Stimulus] = &[
    ("its-own-challenge", || {
        asked(|data| data.chall_c2 = Challenge::new([7; 20]))
    }),
    ("rrpid-inside", || {
        asked(|data| data.rrpid = Rrpid::new([7; 20]))
    }),
    ("unknown-xid", || {
        asked(|data| data.trans_ids.xid = Xid::new([7; 20]))
    }),
    ("no-lid-m", || asked(|data| data.trans_ids.lid_m = None)),
    ("another-lid-c", || {
        asked(|data| data.trans_ids.lid_c = LocalId::new([7]).unwrap())
    }),
    ("critical-extension", || {
        asked(|data| data.inq_rq_extensions = Some(unknown_extension()))
    }),
    ("of-another-cardholder", || {
        let mut street = Street::new();
        let placed = street.placed();
        street.wallet.card = rogues::card(20, "4012888888881881");
        let (_, request) = street.inq_req(placed);
        shop_says(&mut street.shop, &request)
    }),
    ("under-another-key", || {
        let mut street = Street::new();
        let placed = street.placed();
        street.wallet.card.identity.key = set_testkit::keys::rsa_1024(20).unwrap();
        let (_, request) = street.inq_req(placed);
        shop_says(&mut street.shop, &request)
    }),
    ("unsigned-about-a-signed-order", || {
        let mut street = Street::new();
        let placed = street.placed();
        let context = street.wallet.tools.context();
        let (_, request) = Inquiring::start_unsigned(&context, placed).unwrap();
        shop_says(&mut street.shop, &request)
    }),
    ("unsigned-about-an-unsigned-order", || {
        let mut street = Street::new();
        street.recertify_gateway(false, None);
        let offered = street.offered();
        let trans_ids = offered.trans_ids().clone();
        let request = unsigned(&street, offered);
        street.shop.answer(&request).unwrap();
        let context = street.wallet.tools.context();
        let data = InqReqData {
            trans_ids: trans_ids.clone(),
            rrpid: context.fresh_rrpid().unwrap(),
            chall_c2: context.fresh_challenge().unwrap(),
            inq_rq_extensions: None,
        };
        let (rrpid, ids) = (data.rrpid, set_core::exchange::context::ids_of(&trans_ids));
        let message = Message::InqReq(Box::new(InqReq::InqReqUnsigned(data)));
        let request = context.wrap(message, Some(rrpid), Some(ids)).unwrap();
        shop_says(&mut street.shop, &request)
    }),
    ("before-the-order", || {
        let mut street = Street::new();
        let (state, _) = street.p_req();
        let placed = state.placed().clone();
        told(&mut street, &placed)
    }),
    ("ordered", || {
        let mut street = Street::new();
        let placed = street.placed();
        told(&mut street, &placed)
    }),
    ("authorizing", || {
        let mut street = Street::new();
        let placed = street.placed();
        street.auth_req(12_950, false);
        told(&mut street, &placed)
    }),
    ("declined", || {
        let mut street = Street::new();
        let placed = street.placed();
        street.acquirer.decision = Some(Decision::Declined);
        street.authorize(authorize::Wish::of(amount(12_950)));
        told(&mut street, &placed)
    }),
    ("authorized", || {
        let mut street = Street::new();
        let placed = street.placed();
        street.authorize(authorize::Wish::of(amount(12_950)));
        told(&mut street, &placed)
    }),
    ("taken-back", || {
        let mut street = Street::new();
        let placed = street.placed();
        let sale = street.authorize(authorize::Wish::of(amount(12_950))).sale;
        street.reverse(sale, 0);
        told(&mut street, &placed)
    }),
    ("captured", || {
        let mut street = Street::new();
        let placed = street.placed();
        let sale = street.authorize(authorize::Wish::of(amount(12_950))).sale;
        street.capture(sale, 100);
        told(&mut street, &placed)
    }),
    ("credited", || {
        let mut street = Street::new();
        let placed = street.placed();
        let sale = street.authorize(authorize::Wish::of(amount(12_950))).sale;
        let (sale, _) = street.capture(sale, 100);
        street.correct(CapRevOrCred::Cred, sale.clone(), first(&sale));
        told(&mut street, &placed)
    }),
    ("two-shipments", || {
        let mut street = Street::new();
        let placed = street.placed();
        let shipment = authorize::Wish {
            subsequent_auth_ind: true,
            ..authorize::Wish::of(amount(5_000))
        };
        let sale = street.authorize(shipment).sale;
        street.capture(sale, 5_000);
        street.authorize(authorize::Wish::of(amount(7_950)));
        told(&mut street, &placed)
    }),
    ("response-with-another-challenge", || {
        answered(|data| data.chall_c = Challenge::new([7; 20]))
    }),
    ("response-about-another-transaction", || {
        answered(|data| data.trans_ids.xid = Xid::new([7; 20]))
    }),
    ("response-with-an-unknown-extension", || {
        answered(|data| {
            let mut payload = data.p_res_payload_seq.first().clone();
            payload.p_rs_extensions = Some(unknown_extension());
            data.p_res_payload_seq = SeqOf::one(payload);
        })
    }),
];

/// The answer to an inquiry that its cardholder altered and signed.
fn asked(alter: impl FnOnce(&mut InqReqData)) -> String {
    let mut street = Street::new();
    let placed = street.placed();
    let (_, request) = street.inq_req(placed);
    let request = resign::message(&request, |wrapper| {
        let Message::InqReq(request) = &mut wrapper.message else {
            panic!("no InqReq");
        };
        let InqReq::InqReqSigned(signed) = &mut **request else {
            panic!("unsigned");
        };
        let wallet = &street.wallet;
        resign::signed(&wallet.tools.crypto, &wallet.card.identity, signed, alter);
        wrapper.message_header.message_ids = None;
    });
    shop_says(&mut street.shop, &request)
}

/// What the wallet learns by an inquiry.
fn told(street: &mut Street, placed: &Placed) -> String {
    let (state, request) = street.inq_req(placed.clone());
    let answer = street.shop.answer(&request).unwrap();
    let wallet = &mut street.wallet;
    let context = wallet.tools.context();
    let outcome = state.handle(&context, &answer, &mut wallet.trust).unwrap();
    completion(&outcome)
}

/// What the wallet makes of an InqRes that the merchant altered and signed.
fn answered(alter: impl FnOnce(&mut PResData)) -> String {
    let mut street = Street::new();
    let placed = street.placed();
    let (state, request) = street.inq_req(placed);
    let response = street.shop.answer(&request).unwrap();
    let response = resign::message(&response, |wrapper| {
        let Message::InqRes(signed) = &mut wrapper.message else {
            panic!("no InqRes");
        };
        let merchant = &street.shop.merchant.signature;
        resign::signed(&street.shop.tools.crypto, merchant, signed, alter);
        wrapper.message_header.message_ids = None;
    });
    let wallet = &mut street.wallet;
    taken(state.handle(&wallet.tools.context(), &response, &mut wallet.trust))
}
