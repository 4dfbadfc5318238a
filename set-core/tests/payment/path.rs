//! The whole path.

use set_core::asn1;
use set_core::gateway::host::{Decision, HostEvent};
use set_core::gateway::record::Authorization;
use set_core::merchant::authorize::Wish;
use set_core::merchant::capture;
use set_core::merchant::order::Order;
use set_core::merchant::p_res::p_res;
use set_core::msg::payment::auth_res::AuthCode;
use set_core::msg::payment::cap::CapCode;
use set_core::msg::payment::p_res::CompletionCode;

use crate::rig::{Rig, approved, cents};

#[test]
fn an_order_is_authorized_then_captured_then_told_to_the_cardholder() {
    let mut rig = Rig::new();
    let (ordered, ordering) = rig.place();
    let (state, octets) = rig.authorizing(ordered, 12_950);
    let answered = rig.gateway_answers(&octets, &[], approved(12_950)).unwrap();
    assert_eq!(answered.auth_code, AuthCode::Approved);
    assert!(answered.advice.is_none());
    let record = answered.record.unwrap();
    assert!(record.in_force());
    let answer = rig.takes(state, &answered.octets).unwrap();
    assert!(answer.pan_token.is_none());
    let payment = &answer.sale.payments[0];
    assert_eq!(payment.amount, cents(12_950));
    let codes = payment
        .response
        .auth_header
        .response_data
        .auth_val_codes
        .as_ref();
    let approval_code = codes.unwrap().approval_code.as_ref().unwrap();
    assert_eq!(approval_code.as_str(), "A1B2C3");
    assert!(payment.cap_token.is_some());

    let (sales, octets) = rig.capturing(vec![(answer.sale, 12_950)]);
    let settled = rig.gateway_settles(&octets, vec![record]).unwrap();
    let [record] = settled.records.as_slice() else {
        panic!("{:?}", settled.records);
    };
    assert_eq!(record.captures[0].cap_amt, cents(12_950));
    let [advice] = settled.advices.as_slice() else {
        panic!("{:?}", settled.advices);
    };
    assert_eq!(advice.account.as_ref().unwrap().pan, rig.card.pan);
    assert_eq!(advice.event, HostEvent::Capture);
    assert_eq!(advice.amount, cents(12_950));
    assert_eq!(advice.slot.unwrap().batch_sequence_num.value(), 1);
    let mut answers = capture::handle(
        &rig.world.context(),
        &mut rig.merchant,
        sales,
        &settled.octets,
    )
    .unwrap();
    let answer = answers.pop().unwrap();
    assert_eq!(answer.cap_codes, [CapCode::Success]);
    let slot = answer.sale.payments[0].captures[0].slot.unwrap();
    assert_eq!(slot.batch_id.value(), 1);

    let ordered = answer.sale.ordered.clone();
    let order = Order::from(answer.sale);
    let octets = p_res(
        &rig.world.context(),
        &rig.merchant,
        &ordered.initiated.trans_ids,
        ordered.rrpid,
        ordered.chall_c,
        &order,
    )
    .unwrap();
    let (_, outcome) = ordering
        .handle(&rig.world.context(), &octets, &mut rig.wallet)
        .unwrap();
    assert_eq!(
        outcome.payloads()[0].completion_code,
        CompletionCode::CapturePerformed
    );
}

#[test]
fn capture_now_authorizes_and_captures_in_one_message() {
    let mut rig = Rig::new();
    let ordered = rig.order();
    let (state, octets) = rig.asking(
        ordered.into(),
        Wish {
            capture_now: true,
            ..Wish::of(cents(12_950))
        },
    );
    let answered = rig.gateway_answers(&octets, &[], approved(12_950)).unwrap();
    assert_eq!(answered.advice.as_ref().unwrap().amount, cents(12_950));
    assert_eq!(answered.record.as_ref().unwrap().captured(), 12_950);
    let answer = rig.takes(state, &answered.octets).unwrap();
    assert_eq!(answer.cap_code, Some(CapCode::Success));
    assert_eq!(answer.sale.captured(), 12_950);
    assert!(answer.sale.payments[0].cap_token.is_some());
}

#[test]
fn a_capture_now_that_finds_no_open_batch_leaves_the_authorization_standing() {
    let mut rig = Rig::new();
    rig.close_batch();
    let ordered = rig.order();
    let (state, octets) = rig.asking(
        ordered.into(),
        Wish {
            capture_now: true,
            ..Wish::of(cents(12_950))
        },
    );
    let answered = rig.gateway_answers(&octets, &[], approved(12_950)).unwrap();
    assert!(answered.advice.is_none());
    assert!(answered.record.as_ref().unwrap().in_force());
    let answer = rig.takes(state, &answered.octets).unwrap();
    assert_eq!(answer.cap_code, Some(CapCode::BatchClosed));
    assert_eq!(answer.sale.state(), "authorized");
}

#[test]
fn what_the_host_decides_reaches_the_merchant_and_the_record() {
    for (decision, code) in [
        (Decision::Declined, AuthCode::Declined),
        (Decision::CallIssuer, AuthCode::CallIssuer),
        (Decision::ExpiredCard, AuthCode::ExpiredCard),
        (Decision::AmountError, AuthCode::AmountError),
        (Decision::InvalidTransaction, AuthCode::InvalidTransaction),
        (Decision::NoReply, AuthCode::NoReply),
        (Decision::SystemError, AuthCode::SystemError),
    ] {
        let mut rig = Rig::new();
        let ordered = rig.order();
        let (state, octets) = rig.authorizing(ordered, 12_950);
        let answered = rig.gateway_answers(&octets, &[], decision).unwrap();
        let record = answered.record.as_ref().unwrap();
        assert_eq!(record.auth_code, code);
        assert_eq!(record.auth_amt, cents(0));
        assert!(!record.in_force());
        let answer = rig.takes(state, &answered.octets).unwrap();
        assert_eq!(answer.auth_code, code);
    }
}

#[test]
fn a_host_may_approve_less_but_never_more_than_was_asked() {
    let mut rig = Rig::new();
    let ordered = rig.order();
    let (_, octets) = rig.authorizing(ordered, 10_000);
    let answered = rig.gateway_answers(&octets, &[], approved(5_000)).unwrap();
    assert_eq!(answered.record.unwrap().auth_amt, cents(5_000));
    for wrong in [approved(10_001), approved(0)] {
        assert!(rig.gateway_answers(&octets, &[], wrong).is_err());
    }
}

#[test]
fn the_account_number_goes_back_only_to_a_merchant_that_may_have_it() {
    for (flag, allowed) in [(false, false), (false, true), (true, false), (true, true)] {
        let mut rig = Rig::new();
        rig.world.policy.return_pan_to_merchant = allowed;
        if flag {
            rig.flag_merchant();
        }
        let ordered = rig.order();
        let (state, octets) = rig.authorizing(ordered, 12_950);
        let answered = rig.gateway_answers(&octets, &[], approved(12_950)).unwrap();
        let answer = rig.takes(state, &answered.octets).unwrap();
        let pan = answer.pan_token.map(|token| token.pan);
        let expected = (flag && allowed).then(|| rig.card.pan.duplicate());
        assert_eq!(pan, expected, "flag {flag}, policy {allowed}");
    }
}

#[test]
fn records_and_states_come_back_from_the_store_as_they_went_in() {
    let mut rig = Rig::new();
    let (authorized, record) = rig.authorized();
    let octets = asn1::encode(&record).unwrap();
    let back: Authorization = asn1::decode(&octets, &asn1::Limits::default()).unwrap();
    assert_eq!(back, record);
    let order = Order::from(authorized);
    let octets = asn1::encode(&order).unwrap();
    assert_eq!(
        asn1::decode::<Order>(&octets, &asn1::Limits::default()).unwrap(),
        order
    );
}

#[test]
fn nothing_that_is_stored_sent_or_printed_shows_the_account_number() {
    let mut rig = Rig::new();
    let ordered = rig.order();
    let (_, octets) = rig.authorizing(ordered, 12_950);
    let answered = rig.gateway_answers(&octets, &[], approved(12_950)).unwrap();
    let pan = rig.card.pan.expose();
    let record = asn1::encode(answered.record.as_ref().unwrap()).unwrap();
    for stored in [&octets, &answered.octets, &record] {
        let shows = stored
            .windows(pan.len())
            .any(|window| window == pan.as_bytes());
        assert!(!shows);
    }
    let shown = format!("{answered:?} {rig:?}");
    assert!(!shown.contains(pan));
}
