//! A cardholder who signs what does not fit: the checks behind the signature.

use set_core::asn1::{self, Limits, Raw, oid};
use set_core::error::Error;
use set_core::msg::error::ErrorCode;
use set_core::msg::ids::{Challenge, LocalId, Nonce, Rrpid};
use set_core::msg::message::Message;
use set_core::msg::payment::inq::{InqReq, InqReqData};
use set_core::msg::payment::p_req::{OiData, PReq, PiTbs};
use set_core::msg::wrapper::MessageWrapper;
use set_core::treatment::{dd, s, so};
use set_testkit::street::{Server, Street, Wallet};

/// What is signed otherwise, how, and the ErrorCode that it gets.
type Case<T> = (&'static str, fn(&mut T), Option<ErrorCode>);

fn rewrap(octets: &[u8], alter: impl FnOnce(&mut Message)) -> Vec<u8> {
    let mut wrapper: MessageWrapper = asn1::decode(octets, &Limits::default()).unwrap();
    alter(&mut wrapper.message);
    asn1::encode(&wrapper).unwrap()
}

/// Changes OIData and signs PI and OI anew.
fn sign_p_req(wallet: &Wallet, message: &mut Message, alter: fn(&mut OiData)) {
    let Message::PReq(request) = message else {
        panic!("no PReq");
    };
    let PReq::PReqDualSigned(signed) = &mut **request else {
        panic!("unsigned");
    };
    let order = &mut signed.oi_dual_signed;
    let mut oi_data = order.t1.clone().into_value();
    alter(&mut oi_data);
    order.t1 = Raw::new(oi_data).unwrap();
    let crypto = &wallet.tools.crypto;
    let tbs = Raw::new(PiTbs {
        h_pi_data: order.t2.clone(),
        h_oi_data: dd::dd(crypto, oid::content::OI_DATA, &order.t1).unwrap(),
    })
    .unwrap();
    signed.pi_dual_signed.pi_signature = so::so(
        crypto,
        &[wallet.card.identity.signer()],
        oid::content::PI_TBS,
        tbs.octets(),
        &wallet.card.identity.attached(),
    )
    .unwrap();
}

fn code(outcome: Result<Vec<u8>, set_testkit::street::Refused>) -> Option<ErrorCode> {
    outcome
        .map_err(|refused| refused.error)
        .err()
        .as_ref()
        .map(Error::code)
}

#[test]
fn an_order_that_the_cardholder_signed_otherwise_than_agreed_is_not_taken() {
    let mut street = Street::new();
    let (_, request) = street.p_req();
    let cases: [Case<OiData>; 12] = [
        ("nothing", |_| {}, None),
        (
            "its own challenge",
            |data| data.chall_c = Challenge::new([7; 20]),
            None,
        ),
        (
            "rrpid",
            |data| data.rrpid = Rrpid::new([7; 20]),
            Some(ErrorCode::UnknownRrpid),
        ),
        (
            "no lid-M",
            |data| data.trans_ids.lid_m = None,
            Some(ErrorCode::UnknownLid),
        ),
        (
            "date",
            |data| data.trans_ids.p_req_date = data.trans_ids.p_req_date.plus(1),
            Some(ErrorCode::UnspecifiedFailure),
        ),
        (
            "language",
            |data| data.trans_ids.language = "fr".parse().unwrap(),
            Some(ErrorCode::UnspecifiedFailure),
        ),
        (
            "the merchant's challenge",
            |data| data.chall_m = Some(Challenge::new([7; 20])),
            Some(ErrorCode::ChallengeMismatch),
        ),
        (
            "no challenge",
            |data| data.chall_m = None,
            Some(ErrorCode::ChallengeMismatch),
        ),
        (
            "salt",
            |data| data.od_salt = Nonce::new([7; 20]),
            Some(ErrorCode::UnspecifiedFailure),
        ),
        (
            "the digest of another order",
            |data| data.hod.digest = set_core::pkcs7::Digest::new([7; 20]),
            Some(ErrorCode::UnspecifiedFailure),
        ),
        (
            "brand",
            |data| data.brand_id = "Meadow".parse().unwrap(),
            Some(ErrorCode::UnspecifiedFailure),
        ),
        (
            "BIN",
            |data| data.bin = "500000".parse().unwrap(),
            Some(ErrorCode::UnspecifiedFailure),
        ),
    ];
    for (what, alter, expected) in cases {
        let mut shop = street.shop.restarted();
        let wallet = &street.wallet;
        let octets = rewrap(&request, |message| sign_p_req(wallet, message, alter));
        assert_eq!(code(shop.answer(&octets)), expected, "{what}");
        let stored = shop.store() != street.shop.store();
        assert_eq!(stored, expected.is_none(), "{what}");
    }
}

#[test]
fn an_inquiry_that_the_cardholder_signed_about_something_else_is_an_error() {
    let mut street = Street::new();
    let placed = street.placed();
    let (_, request) = street.inq_req(placed);
    let cases: [Case<InqReqData>; 4] = [
        (
            "its own challenge",
            |data| data.chall_c2 = Challenge::new([7; 20]),
            None,
        ),
        (
            "rrpid",
            |data| data.rrpid = Rrpid::new([7; 20]),
            Some(ErrorCode::UnknownRrpid),
        ),
        (
            "no lid-M",
            |data| data.trans_ids.lid_m = None,
            Some(ErrorCode::UnknownLid),
        ),
        (
            "lid-M",
            |data| data.trans_ids.lid_m = LocalId::new([2]).ok(),
            Some(ErrorCode::WrapperMsgMismatch),
        ),
    ];
    for (what, alter, expected) in cases {
        let identity = &street.wallet.card.identity;
        let octets = rewrap(&request, |message| {
            let Message::InqReq(request) = message else {
                panic!("no InqReq");
            };
            let InqReq::InqReqSigned(signed) = &mut **request else {
                panic!("unsigned");
            };
            let content = oid::content::INQ_REQ_DATA;
            let data: Raw<InqReqData> = s::unverified(signed, content).unwrap();
            let mut data = data.into_value();
            alter(&mut data);
            *signed = s::s(
                &street.wallet.tools.crypto,
                &[identity.signer()],
                content,
                &Raw::new(data).unwrap(),
                &identity.attached(),
            )
            .unwrap();
        });
        let mut shop = street.shop.restarted();
        assert_eq!(code(shop.answer(&octets)), expected, "{what}");
    }
}

#[test]
fn a_cardholder_who_means_another_price_places_no_order() {
    let mut street = Street::new();
    let wake_up = street.shop.offer(1);
    let wallet = &mut street.wallet;
    let context = wallet.tools.context();
    let mut wish = wallet.wish(&wake_up);
    wish.purch_amt.amount -= 1;
    let bin = wallet.card.bin().unwrap();
    let (state, request) =
        set_core::cardholder::purchase::Initiating::start(&context, wish, bin, &wallet.trust)
            .unwrap();
    let answer = street.shop.answer(&request).unwrap();
    let offered = state.handle(&context, &answer, &mut wallet.trust).unwrap();
    let (_, request) = offered.pay(&context, &wallet.card).unwrap();
    assert_eq!(
        code(street.shop.answer(&request)),
        Some(ErrorCode::UnspecifiedFailure)
    );
    assert_eq!(street.shop.order(1).state(), "initiated");
}
