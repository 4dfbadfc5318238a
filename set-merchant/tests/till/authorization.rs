use std::sync::atomic::Ordering;

use set_core::msg::payment::p_res::CompletionCode;
use set_merchant::{AuthorizeWhen, CaptureWhen};

use crate::rig::{Rig, Wallet};

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_the_issuer_is_told_in_p_res() {
    let rig = Rig::plain().await;
    rig.desk.declines.store(true, Ordering::SeqCst);
    let (outcome, _) = rig.buy(&mut Wallet::new()).await;
    let payload = &outcome.payloads()[0];
    assert_eq!(payload.completion_code, CompletionCode::OrderRejected);
    let status = payload.results.as_ref().unwrap().auth_status.as_ref();
    assert_eq!(status.unwrap().auth_code.name(), "declined");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_gateway_is_silent_the_order_is_received_and_the_same_auth_req_goes_out_later() {
    let rig = Rig::plain().await;
    let mut wallet = Wallet::new();
    rig.desk.silent.store(true, Ordering::SeqCst);
    let (outcome, placed) = rig.buy(&mut wallet).await;
    assert_eq!(
        outcome.payloads()[0].completion_code,
        CompletionCode::OrderReceived
    );
    let rig = rig.restart().await;
    rig.desk.silent.store(false, Ordering::SeqCst);
    rig.clock.advance(60);
    // The desk asserts that the RRPID comes with the same octets again.
    rig.till.settle_all().await.unwrap();
    let later = rig.inquire(&mut wallet, &placed).await;
    assert_eq!(
        later.payloads()[0].completion_code,
        CompletionCode::AuthorizationPerformed
    );
    let asked = rig.desk.asked.load(Ordering::SeqCst);
    rig.till.settle_all().await.unwrap();
    assert_eq!(rig.desk.asked.load(Ordering::SeqCst), asked);
}

#[tokio::test(flavor = "multi_thread")]
async fn authorization_may_come_later_and_capture_with_it() {
    let rig = Rig::start(|config| {
        config.authorize = AuthorizeWhen::Later;
        config.capture = CaptureWhen::Now;
    })
    .await;
    let mut wallet = Wallet::new();
    let (outcome, placed) = rig.buy(&mut wallet).await;
    assert_eq!(
        outcome.payloads()[0].completion_code,
        CompletionCode::OrderReceived
    );
    assert_eq!(rig.desk.asked.load(Ordering::SeqCst), 0);
    rig.till.settle_all().await.unwrap();
    let later = rig.inquire(&mut wallet, &placed).await;
    let payload = &later.payloads()[0];
    assert_eq!(payload.completion_code, CompletionCode::CapturePerformed);
    assert!(payload.results.as_ref().unwrap().cap_status.is_some());
}
