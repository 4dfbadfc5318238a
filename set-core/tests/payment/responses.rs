//! What a merchant does with responses that are not what it asked for: drops them.

use set_core::asn1::{Limits, Raw, decode, encode};
use set_core::error::Error;
use set_core::merchant::capture;
use set_core::msg::error::ErrorCode;
use set_core::msg::message::Message;
use set_core::msg::payment::auth_res::{AuthRes, AuthResBaggage};
use set_core::msg::wrapper::MessageWrapper;

use crate::rig::{Rig, approved};

fn code<T: core::fmt::Debug>(result: Result<T, Error>) -> ErrorCode {
    result.unwrap_err().code()
}

/// Octets of a response with something in it changed on the way.
fn alter(octets: &[u8], alter: impl FnOnce(&mut MessageWrapper)) -> Vec<u8> {
    let mut wrapper: MessageWrapper = decode(octets, &Limits::default()).unwrap();
    alter(&mut wrapper);
    encode(&wrapper).unwrap()
}

#[test]
fn a_baggage_that_the_gateway_did_not_sign_for_is_dropped() {
    let mut rig = Rig::new();
    let ordered = rig.order();
    let (state, octets) = rig.authorizing(ordered, 12_950);
    let answered = rig.gateway_answers(&octets, &[], approved(12_950)).unwrap();
    let octets = alter(&answered.octets, |wrapper| {
        if let Message::AuthRes(response) = &mut wrapper.message
            && let AuthRes::EncB(response) = &mut **response
        {
            response.baggage = Raw::new(AuthResBaggage {
                cap_token: None,
                acq_card_msg: None,
                auth_token: None,
            })
            .unwrap();
        }
    });
    let result = rig.takes(state, &octets);
    assert_eq!(code(result), ErrorCode::SignatureFailure);
}

#[test]
fn the_answer_to_another_request_is_dropped() {
    let mut rig = Rig::new();
    let ordered = rig.order();
    let (_, octets) = rig.authorizing(ordered.clone(), 12_950);
    let (state, _) = rig.authorizing(ordered, 12_950);
    let answered = rig.gateway_answers(&octets, &[], approved(12_950)).unwrap();
    let result = rig.takes(state.clone(), &answered.octets);
    assert_eq!(code(result), ErrorCode::UnknownRrpid);
    let octets = alter(&answered.octets, |wrapper| {
        wrapper.message_header.rrpid = Some(state.waiting.as_ref().unwrap().rrpid());
    });
    let result = rig.takes(state, &octets);
    assert_eq!(code(result), ErrorCode::UnknownRrpid);
}

#[test]
fn a_response_signed_by_somebody_who_is_no_gateway_is_dropped() {
    let mut rig = Rig::new();
    let ordered = rig.order();
    let (state, octets) = rig.authorizing(ordered, 12_950);
    rig.gateway.signature.key = rig.merchant.signature.key.clone();
    rig.gateway.signature.certificate = rig.merchant.signature.certificate.clone();
    let answered = rig.gateway_answers(&octets, &[], approved(12_950)).unwrap();
    let result = rig.takes(state, &answered.octets);
    assert_eq!(code(result), ErrorCode::InvalidCertificate);
}

#[test]
fn captures_that_were_not_asked_for_together_are_not_answered_together() {
    let mut rig = Rig::new();
    let (first, record) = rig.authorized();
    let (second, _) = rig.authorized();
    let (mut states, octets) = rig.capturing(vec![(first, 12_950)]);
    let (more, _) = rig.capturing(vec![(second, 12_950)]);
    let settled = rig.gateway_settles(&octets, vec![record]).unwrap();
    states.extend(more);
    let result = capture::handle(
        &rig.world.context(),
        &mut rig.merchant,
        states,
        &settled.octets,
    );
    assert!(matches!(result, Err(Error::Caller(_))));
}
