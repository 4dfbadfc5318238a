//! Every rule of a capture, broken on its own.

use set_core::asn1::{self, Raw, SeqOf, oid};
use set_core::exchange::context::ids_of;
use set_core::gateway::record::Authorization;
use set_core::merchant::sale::Payment;
use set_core::merchant::{Sale, capture};
use set_core::msg::error::ErrorCode;
use set_core::msg::ids::{LocalId, MerchantId, Rrpid, Xid};
use set_core::msg::message::Message;
use set_core::msg::payment::account::PanToken;
use set_core::msg::payment::auth_res::AuthCode;
use set_core::msg::payment::cap::{
    CapCode, CapItem, CapPayload, CapReq, CapReqBx, CapReqData, CapReqTbs,
};
use set_core::msg::payment::tokens::CapToken;
use set_core::msg::tags::{MerTermIds, RrTags};
use set_core::msg::wrapper::MessageWrapper;
use set_core::secret::{CardExpiry, ExNonce, Pan};
use set_core::treatment::enc::Types;
use set_core::treatment::enc_bx;

use crate::rig::{Rig, cents};

fn first_payment(sale: &mut Sale) -> &mut Payment {
    &mut sale.payments.as_mut_slice()[0]
}

/// The codes for captures of these orders.
fn codes(rig: &mut Rig, orders: Vec<(Sale, u64)>, records: Vec<Authorization>) -> Vec<CapCode> {
    let (states, octets) = rig.capturing(orders);
    let settled = rig.gateway_settles(&octets, records).unwrap();
    let answers = capture::handle(
        &rig.world.context(),
        &mut rig.merchant,
        states,
        &settled.octets,
    )
    .unwrap();
    let codes: Vec<CapCode> = answers
        .iter()
        .flat_map(|answer| answer.cap_codes.clone())
        .collect();
    let captured = codes.iter().filter(|code| **code == CapCode::Success);
    assert_eq!(settled.records.len(), captured.count());
    assert_eq!(settled.advices.len(), settled.records.len());
    codes
}

fn code(amount: u64, alter: impl FnOnce(&mut Rig, &mut Sale, &mut Authorization)) -> CapCode {
    let mut rig = Rig::new();
    let (mut order, mut record) = rig.authorized();
    alter(&mut rig, &mut order, &mut record);
    codes(&mut rig, vec![(order, amount)], vec![record])[0]
}

#[test]
fn an_item_is_captured_once() {
    let mut rig = Rig::new();
    let (order, record) = rig.authorized();
    let (_, octets) = rig.capturing(vec![(order.clone(), 12_950)]);
    let settled = rig.gateway_settles(&octets, vec![record]).unwrap();
    let again = codes(&mut rig, vec![(order, 12_950)], settled.records);
    assert_eq!(again, [CapCode::DuplicateRequest]);
}

#[test]
fn an_item_named_twice_in_one_request_is_captured_once() {
    let mut rig = Rig::new();
    let (order, record) = rig.authorized();
    // The merchant has forgotten that it is one sale.
    let orders = vec![(order.clone(), 100), (order, 100)];
    assert_eq!(
        codes(&mut rig, orders, vec![record]),
        [CapCode::Success, CapCode::DuplicateRequest]
    );
}

#[test]
fn one_bad_item_does_not_sink_the_others_and_takes_no_number() {
    let mut rig = Rig::new();
    let (first, first_record) = rig.authorized();
    let (mut second, second_record) = rig.authorized();
    let (third, third_record) = rig.authorized();
    first_payment(&mut second).cap_token = None;
    let orders = vec![(first, 12_950), (second, 12_950), (third, 12_950)];
    let records = vec![third_record, second_record, first_record];
    assert_eq!(
        codes(&mut rig, orders, records),
        [CapCode::Success, CapCode::CapTokenMissing, CapCode::Success]
    );
    assert_eq!(rig.batches.known[0].next.value(), 3);
}

#[test]
fn a_token_of_another_authorization_is_invalid() {
    let mut rig = Rig::new();
    let (mut first, first_record) = rig.authorized();
    let (second, _) = rig.authorized();
    first_payment(&mut first).cap_token = second.payments[0].cap_token.clone();
    assert_eq!(
        codes(&mut rig, vec![(first, 12_950)], vec![first_record]),
        [CapCode::InvalidCapToken]
    );
}

#[test]
fn a_token_that_another_key_signed_is_invalid() {
    let mut rig = Rig::new();
    let true_key = rig.gateway.signature.key.clone();
    let ordered = rig.order();
    let (_, octets) = rig.authorizing(ordered.clone(), 12_950);
    rig.gateway.signature.key = set_testkit::keys::rsa_1024(0).unwrap();
    let forged = rig
        .gateway_answers(&octets, &[], crate::rig::approved(12_950))
        .unwrap();
    rig.gateway.signature.key = true_key;
    let set_core::msg::message::Message::AuthRes(response) =
        set_core::asn1::decode::<set_core::msg::wrapper::MessageWrapper>(
            &forged.octets,
            &set_core::asn1::Limits::default(),
        )
        .unwrap()
        .message
    else {
        panic!("no AuthRes");
    };
    let set_core::msg::payment::auth_res::AuthRes::EncB(response) = *response else {
        panic!("with a PAN");
    };
    let (mut order, mut record) = rig.authorized();
    first_payment(&mut order).cap_token = response.baggage.cap_token.clone();
    let forged = forged.record.unwrap();
    first_payment(&mut order).auth_rrpid = forged.auth_rrpid;
    order.ordered.initiated.trans_ids = forged.trans_ids.clone();
    record.auth_rrpid = forged.auth_rrpid;
    record.trans_ids = forged.trans_ids;
    assert_eq!(
        codes(&mut rig, vec![(order, 12_950)], vec![record]),
        [CapCode::InvalidCapToken]
    );
}

/// A CapReq with an account number of the merchant's own in the OAEP block.
fn with_pan(rig: &Rig, order: &Sale, pan: &str) -> Vec<u8> {
    let context = rig.world.context();
    let rrpid = context.fresh_rrpid().unwrap();
    let trans_ids = order.ordered.initiated.trans_ids.clone();
    let baggage = Raw::new(SeqOf::one(order.payments[0].cap_token.clone().unwrap())).unwrap();
    let data = CapReqData {
        cap_rr_tags: RrTags {
            rrpid,
            mer_term_ids: MerTermIds {
                merchant_id: rig.merchant.merchant_id().unwrap(),
                terminal_id: None,
                agent_num: None,
                chain_num: None,
                store_num: None,
            },
            current_date: context.now,
        },
        m_thumbs: None,
        cap_item_seq: SeqOf::one(CapItem {
            trans_ids: trans_ids.clone(),
            auth_rrpid: order.payments[0].auth_rrpid,
            cap_payload: CapPayload {
                cap_date: context.now,
                cap_req_amt: cents(12_950),
                auth_req_item: None,
                auth_res_payload: None,
                sale_detail: None,
                c_pay_extensions: None,
            },
        }),
        c_rq_extensions: None,
    };
    let enc_x = enc_bx::enc_bx::<CapReqTbs, _, _, _>(
        context.crypto,
        &[rig.merchant.signature.signer()],
        &rig.gateway.encryption.recipient(),
        Types {
            tbe: oid::content::CAP_REQ_TBEX,
            tbs: oid::content::CAP_REQ_TBSX,
        },
        &Raw::new(data).unwrap(),
        oid::content::CAP_TOKEN_SEQ,
        &baggage,
        &PanToken {
            pan: Pan::new(pan).unwrap(),
            card_expiry: CardExpiry::new("199912").unwrap(),
            ex_nonce: ExNonce::random(context.crypto).unwrap(),
        },
        &rig.merchant.signature.attached(),
    )
    .unwrap();
    let request = CapReq::EncBx(CapReqBx { enc_x, baggage });
    context
        .wrap(
            Message::CapReq(Box::new(request)),
            Some(rrpid),
            Some(ids_of(&trans_ids)),
        )
        .unwrap()
}

#[test]
fn an_account_number_that_comes_along_must_be_the_tokens() {
    for (pan, captured) in [("4111111111111111", 1), ("4111111111111112", 0)] {
        let mut rig = Rig::new();
        let (order, record) = rig.authorized();
        let octets = with_pan(&rig, &order, pan);
        let settled = rig.gateway_settles(&octets, vec![record]).unwrap();
        assert_eq!(settled.records.len(), captured, "{pan}");
    }
}

#[test]
fn an_unknown_authorization_is_unknown_xid() {
    let mut rig = Rig::new();
    let (order, _) = rig.authorized();
    assert_eq!(
        codes(&mut rig, vec![(order, 12_950)], Vec::new()),
        [CapCode::UnknownXid]
    );
    let found = code(12_950, |_, _, record| {
        record.trans_ids.xid = Xid::new([9; 20]);
    });
    assert_eq!(found, CapCode::UnknownXid);
}

#[test]
fn another_merchants_authorization_is_unknown_xid() {
    let found = code(12_950, |_, _, record| {
        record.merchant_id = MerchantId::new("MER-0002").unwrap();
    });
    assert_eq!(found, CapCode::UnknownXid);
}

#[test]
fn other_local_ids_are_unknown_lid() {
    let found = code(12_950, |_, order, _| {
        order.ordered.initiated.trans_ids.lid_m = Some(LocalId::new([9].as_slice()).unwrap());
    });
    assert_eq!(found, CapCode::UnknownLid);
}

#[test]
fn an_authorization_that_is_not_in_force_is_invalid_auth_data() {
    let declined = code(12_950, |_, _, record| record.auth_code = AuthCode::Declined);
    assert_eq!(declined, CapCode::InvalidAuthData);
    let reversed = code(12_950, |_, _, record| record.auth_amt = cents(0));
    assert_eq!(reversed, CapCode::InvalidAuthData);
}

#[test]
fn an_amount_above_the_authorization_and_its_margin_is_invalid_auth_data() {
    for (amount, margin, expected) in [
        (12_950, 0, CapCode::Success),
        (1, 0, CapCode::Success),
        (12_951, 0, CapCode::InvalidAuthData),
        (0, 0, CapCode::InvalidAuthData),
        (14_892, 15, CapCode::Success),
        (14_893, 15, CapCode::InvalidAuthData),
    ] {
        let found = code(amount, |rig, _, _| {
            rig.world.policy.amount_margin_percent = margin;
        });
        assert_eq!(found, expected, "{amount}");
    }
}

#[test]
fn closed_and_unknown_batches_take_nothing() {
    let closed = code(12_950, |rig, _, _| rig.close_batch());
    assert_eq!(closed, CapCode::BatchClosed);
    let unknown = code(12_950, |rig, _, _| {
        rig.batches.known.clear();
    });
    assert_eq!(unknown, CapCode::BatchUnknown);
}

#[test]
fn a_token_serves_only_its_authorization_its_transaction_its_amount_and_its_merchant() {
    let another_authorization = code(12_950, |_, order, record| {
        first_payment(order).auth_rrpid = Rrpid::new([9; 20]);
        record.auth_rrpid = order.payments[0].auth_rrpid;
    });
    let another_transaction = code(12_950, |_, order, record| {
        order.ordered.initiated.trans_ids.xid = Xid::new([9; 20]);
        record.trans_ids = order.ordered.initiated.trans_ids.clone();
    });
    let another_amount = code(12_950, |_, _, record| record.auth_amt = cents(20_000));
    let another_merchant = code(12_950, |rig, _, record| {
        rig.become_another_merchant();
        record.merchant_id = rig.merchant.merchant_id().unwrap();
    });
    for code in [
        another_authorization,
        another_transaction,
        another_amount,
        another_merchant,
    ] {
        assert_eq!(code, CapCode::InvalidCapToken);
    }
}

#[test]
fn tokens_that_the_merchant_did_not_sign_for_are_a_signature_failure() {
    let mut rig = Rig::new();
    let (order, record) = rig.authorized();
    let (_, octets) = rig.capturing(vec![(order, 12_950)]);
    let mut wrapper: MessageWrapper = asn1::decode(&octets, &asn1::Limits::default()).unwrap();
    let Message::CapReq(request) = &mut wrapper.message else {
        panic!("no CapReq");
    };
    let CapReq::EncB(request) = &mut **request else {
        panic!("with a PAN");
    };
    request.baggage = Raw::new(SeqOf::one(CapToken::Null(der::asn1::Null))).unwrap();
    let octets = asn1::encode(&wrapper).unwrap();
    let error = rig.gateway_settles(&octets, vec![record]).unwrap_err();
    assert_eq!(error.code(), ErrorCode::SignatureFailure);
}
