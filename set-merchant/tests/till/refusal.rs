use set_core::asn1::{self, Limits};
use set_core::error::Error;
use set_core::msg::error::ErrorCode;
use set_core::msg::message::Message;
use set_core::msg::wrapper::MessageWrapper;
use set_node::transport::TransportError;

use crate::rig::{Rig, Wallet, name_and_code, station};

/// The octets with the wrapper altered.
fn altered(octets: &[u8], alter: impl FnOnce(&mut MessageWrapper)) -> Vec<u8> {
    let mut wrapper: MessageWrapper = asn1::decode(octets, &Limits::default()).unwrap();
    alter(&mut wrapper);
    asn1::encode(&wrapper).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_outside_of_a_message_has_its_error_code() {
    let rig = Rig::plain().await;
    let mut wallet = Wallet::new();
    let wake_up = rig.wake_up().await;
    let (_, request) = rig.order(&mut wallet, &wake_up).await;
    let refusal = async |octets: Vec<u8>| {
        let answer = rig.shop().exchange(&octets).await.unwrap();
        name_and_code(&answer).1
    };
    let late = altered(&request, |wrapper| {
        wrapper.message_header.date = wrapper.message_header.date.minus(3601);
    });
    assert_eq!(refusal(late).await, Some(ErrorCode::MessageTooOld));
    let early = altered(&request, |wrapper| {
        wrapper.message_header.date = wrapper.message_header.date.plus(3601);
    });
    assert_eq!(refusal(early).await, Some(ErrorCode::MessageTooNew));
    let mut garbled = request.clone();
    let last = garbled.len() - 1;
    garbled[4] = 0x31;
    assert_eq!(refusal(garbled).await, Some(ErrorCode::DecodingFailure));
    let mut forged = request.clone();
    forged[last] ^= 1;
    assert!(refusal(forged).await.is_some());
    let no_rrpid = altered(&request, |wrapper| wrapper.message_header.rrpid = None);
    assert_eq!(refusal(no_rrpid).await, Some(ErrorCode::UnknownRrpid));
    let other_xid = altered(&request, |wrapper| {
        let ids = wrapper.message_header.message_ids.as_mut().unwrap();
        ids.xid = Some(set_core::msg::ids::Xid::new([7; 20]));
    });
    assert_eq!(
        refusal(other_xid).await,
        Some(ErrorCode::WrapperMsgMismatch)
    );
    // None of it did the order any harm.
    let answer = rig.shop().exchange(&request).await.unwrap();
    assert_eq!(name_and_code(&answer).0, "PRes");
    let replayed = altered(&request, |wrapper| {
        wrapper.message_header.date = wrapper.message_header.date.plus(1);
    });
    assert_eq!(refusal(replayed).await, Some(ErrorCode::UnspecifiedFailure));
}

async fn is_silent(rig: &Rig, octets: &[u8]) -> bool {
    let answer = rig.shop_over_http().exchange(octets).await;
    matches!(answer, Err(TransportError::Status { status: 204, .. }))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_or_a_response_is_not_answered() {
    let rig = Rig::plain().await;
    let mut wallet = Wallet::new();
    let wake_up = rig.wake_up().await;
    let (_, request) = rig.order(&mut wallet, &wake_up).await;
    let response = rig.shop().exchange(&request).await.unwrap();
    assert_eq!(name_and_code(&response).0, "PRes");
    assert!(is_silent(&rig, &response).await);
    let no_rrpid = altered(&request, |wrapper| wrapper.message_header.rrpid = None);
    let error = rig.shop().exchange(&no_rrpid).await.unwrap();
    assert_eq!(name_and_code(&error).0, "Error");
    assert!(is_silent(&rig, &error).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_is_signed_and_the_wallet_understands_it() {
    let rig = Rig::plain().await;
    let mut wallet = Wallet::new();
    let mut wake_up = rig.wake_up().await;
    // A wallet that was told of another price.
    wake_up.purch_amt.as_mut().unwrap().amount = 1;
    let (state, request) = rig.order(&mut wallet, &wake_up).await;
    let answer = rig.shop().exchange(&request).await.unwrap();
    let wrapper: MessageWrapper = asn1::decode(&answer, &Limits::default()).unwrap();
    let Message::Error(error) = wrapper.message else {
        panic!("an Error");
    };
    assert!(matches!(
        *error,
        set_core::msg::error::Error::SignedError(_)
    ));
    let refused = state
        .handle(&station().context(), &answer, &mut wallet.trust)
        .unwrap_err();
    let Error::Refused(refused) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(refused.code, ErrorCode::UnspecifiedFailure);
}
