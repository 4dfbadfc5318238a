use set_core::msg::error::ErrorCode;
use set_core::msg::payment::p_res::CompletionCode;

use crate::rig::{Rig, Wallet, name_and_code, station};

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_authorized_before_the_wallet_is_answered() {
    let rig = Rig::plain().await;
    let mut wallet = Wallet::new();
    let (outcome, placed) = rig.buy(&mut wallet).await;
    let [payload] = outcome.payloads() else {
        panic!("one payload");
    };
    assert_eq!(
        payload.completion_code,
        CompletionCode::AuthorizationPerformed
    );
    let status = payload.results.as_ref().unwrap().auth_status.as_ref();
    assert_eq!(status.unwrap().auth_code.name(), "approved");
    let later = rig.inquire(&mut wallet, &placed).await;
    assert_eq!(later.payloads()[0].completion_code, payload.completion_code);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_sent_again_gets_the_same_octets_even_after_a_restart() {
    let rig = Rig::plain().await;
    let mut wallet = Wallet::new();
    let wake_up = rig.wake_up().await;
    let (_, request) = rig.order(&mut wallet, &wake_up).await;
    let first = rig.shop().exchange(&request).await.unwrap();
    assert_eq!(name_and_code(&first).0, "PRes");
    assert_eq!(rig.shop().exchange(&request).await.unwrap(), first);
    let rig = rig.restart().await;
    assert_eq!(rig.shop().exchange(&request).await.unwrap(), first);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_sent_many_times_at_once_gets_one_answer_and_one_authorization() {
    let rig = Rig::plain().await;
    let mut wallet = Wallet::new();
    let wake_up = rig.wake_up().await;
    let (_, request) = rig.order(&mut wallet, &wake_up).await;
    let (a, b, c) = (rig.shop(), rig.shop(), rig.shop());
    let (a, b, c) = tokio::join!(
        a.exchange(&request),
        b.exchange(&request),
        c.exchange(&request)
    );
    let a = a.unwrap();
    assert_eq!(name_and_code(&a).0, "PRes");
    assert_eq!(b.unwrap(), a);
    assert_eq!(c.unwrap(), a);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_placed_once() {
    let rig = Rig::plain().await;
    let mut wallet = Wallet::new();
    let wake_up = rig.wake_up().await;
    let (_, first) = rig.order(&mut wallet, &wake_up).await;
    // The wallet begins anew: the earlier XID is of no use any more.
    let (state, second) = rig.order(&mut wallet, &wake_up).await;
    let refused = rig.shop().exchange(&first).await.unwrap();
    assert_eq!(
        name_and_code(&refused),
        ("Error", Some(ErrorCode::UnknownXid))
    );
    let response = rig.shop().exchange(&second).await.unwrap();
    state
        .handle(&station().context(), &response, &mut wallet.trust)
        .unwrap();
    let name = wake_up.lid_m.as_ref().unwrap();
    let (status, ..) = rig.http(&format!("GET /wake-up/{name} HTTP/1.1"), "").await;
    assert_eq!(status, 410);
}
