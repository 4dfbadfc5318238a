use std::sync::Arc;
use std::sync::atomic::Ordering;

use set_core::asn1::{self, Limits};
use set_core::gateway::host::{Decision, HostEvent};
use set_core::msg::error::ErrorCode;
use set_core::msg::message::Message;
use set_core::msg::payment::auth_res::AuthCode;
use set_core::msg::payment::cap::CapCode;
use set_core::msg::wrapper::MessageWrapper;
use set_node::config::{Limits as NodeLimits, ListenConfig, Timeouts};
use set_node::node::Node;
use set_node::service::Shutdown;
use set_node::store::Store;
use set_node::telemetry::Metrics;
use set_node::transport::Transport;

use crate::rig::{
    Host, ask, auth_req, authorized, captured, code, merchant, order, service, takes,
};

#[tokio::test]
async fn an_order_is_authorized_then_captured_once_and_the_host_is_advised() {
    let (store, host) = (Store::in_memory().await.unwrap(), Host::approving());
    let (service, mut merchant) = (service(&store, &host), merchant());
    let authorized = authorized(&service, &mut merchant).await;
    assert_eq!(service.advise().await.unwrap(), 0);

    for expected in [CapCode::Success, CapCode::DuplicateRequest] {
        let (_, code) = captured(&service, &mut merchant, authorized.clone(), 12_950).await;
        assert_eq!(code, expected);
    }
    assert_eq!(service.advise().await.unwrap(), 1);
    assert_eq!(service.advise().await.unwrap(), 0);
    let told = host.told.lock().unwrap().clone();
    let pan = "4111111111111111".to_owned();
    let asked = host.asked.lock().unwrap()[0];
    assert_eq!(told, [(HostEvent::Capture, asked, pan)]);
}

#[tokio::test]
async fn capture_now_captures_with_the_authorization() {
    let (store, host) = (Store::in_memory().await.unwrap(), Host::approving());
    let (service, mut merchant) = (service(&store, &host), merchant());
    for _ in 0..2 {
        let ordered = order(&mut merchant);
        let (state, request) = auth_req(&merchant, ordered, true);
        let response = ask(&service, &request).await;
        let answer = takes(&mut merchant, state, &response).unwrap();
        assert_eq!(answer.sale.captured(), 12_950);
    }
    assert_eq!(service.advise().await.unwrap(), 2);
}

#[tokio::test]
async fn the_same_octets_get_the_same_answer_and_the_host_is_asked_once() {
    let (store, host) = (Store::in_memory().await.unwrap(), Host::approving());
    let (one, mut merchant) = (service(&store, &host), merchant());
    let ordered = order(&mut merchant);
    let (_, request) = auth_req(&merchant, ordered, false);
    let (first, second) = tokio::join!(ask(&one, &request), ask(&one, &request));
    assert_eq!(first, second);
    let restarted = service(&store, &host);
    assert_eq!(ask(&restarted, &request).await, first);
    assert_eq!(host.asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn other_octets_under_the_same_rrpid_are_refused() {
    let (store, host) = (Store::in_memory().await.unwrap(), Host::approving());
    let (service, mut merchant) = (service(&store, &host), merchant());
    let ordered = order(&mut merchant);
    let (_, request) = auth_req(&merchant, ordered, false);
    ask(&service, &request).await;
    let mut wrapper: MessageWrapper = asn1::decode(&request, &Limits::default()).unwrap();
    wrapper.message_header.date = wrapper.message_header.date.plus(1);
    let altered = asn1::encode(&wrapper).unwrap();
    assert_eq!(
        refused(&ask(&service, &altered).await),
        ErrorCode::UnspecifiedFailure
    );
    assert_eq!(host.asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_payment_instruction_is_good_once_unless_the_issuer_declined() {
    let (store, host) = (
        Store::in_memory().await.unwrap(),
        Host::saying(Decision::Declined),
    );
    let (service, mut merchant) = (service(&store, &host), merchant());
    let ordered = order(&mut merchant);
    let approved = Host::approving().decision.lock().unwrap().clone();
    for (decision, expected) in [
        (Decision::Declined, AuthCode::Declined),
        (approved.clone(), AuthCode::Approved),
        (approved, AuthCode::PiPreviouslyUsed),
    ] {
        *host.decision.lock().unwrap() = decision;
        let (state, request) = auth_req(&merchant, ordered.clone(), false);
        let response = ask(&service, &request).await;
        let answer = takes(&mut merchant, state, &response);
        assert_eq!(code(answer), expected);
    }
    assert_eq!(host.asked.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_host_that_does_not_reply_is_told_to_reverse_until_it_confirms() {
    let (store, host) = (
        Store::in_memory().await.unwrap(),
        Host::saying(Decision::NoReply),
    );
    let (service, mut merchant) = (service(&store, &host), merchant());
    let ordered = order(&mut merchant);
    let (state, request) = auth_req(&merchant, ordered, false);
    let response = ask(&service, &request).await;
    let answer = takes(&mut merchant, state, &response);
    assert_eq!(code(answer), AuthCode::NoReply);
    host.deaf.store(true, Ordering::SeqCst);
    assert_eq!(service.advise().await.unwrap(), 0);
    host.deaf.store(false, Ordering::SeqCst);
    assert_eq!(service.advise().await.unwrap(), 1);
    assert_eq!(*host.reversed.lock().unwrap(), *host.asked.lock().unwrap());
    // The reversal names the request, and its second telling is known as one.
    let traces = host.traces.lock().unwrap().clone();
    let [asked, told, again] = traces[..] else {
        panic!("{traces:?}")
    };
    assert_eq!(*host.originals.lock().unwrap(), [asked]);
    assert_ne!(told.number, asked.number);
    assert!(!told.repeated && again.repeated);
    assert_eq!((told.number, told.date), (again.number, again.date));
}

#[tokio::test]
async fn over_tcp_a_broken_message_gets_an_error_and_a_good_one_its_answer() {
    let (store, host) = (Store::in_memory().await.unwrap(), Host::approving());
    let (service, mut merchant) = (service(&store, &host), merchant());
    let listen = ListenConfig {
        tcp: Some(([127, 0, 0, 1], 0).into()),
        ..ListenConfig::default()
    };
    let node = Node::bind(&listen, &NodeLimits::default(), &Timeouts::default())
        .await
        .unwrap();
    let transport = Transport::new(node.endpoints()[0].clone());
    let (trigger, shutdown) = Shutdown::new();
    let ready =
        Arc::new(|| -> set_node::service::BoxFuture<'static, _> { Box::pin(async { Ok(()) }) });
    let serving = tokio::spawn(node.serve(
        Arc::new(service),
        axum::Router::new(),
        Metrics::default(),
        ready,
        shutdown,
    ));
    let ordered = order(&mut merchant);
    let (state, request) = auth_req(&merchant, ordered, false);
    let response = transport.exchange(&request).await.unwrap();
    assert_eq!(
        refused(&transport.exchange(&broken(&response)).await.unwrap()),
        ErrorCode::DecodingFailure
    );
    let answer = takes(&mut merchant, state, &response);
    assert_eq!(code(answer), AuthCode::Approved);
    trigger.stop();
    assert!(serving.await.unwrap());
}

/// Octets of the same length that are no message.
fn broken(octets: &[u8]) -> Vec<u8> {
    let mut octets = octets.to_vec();
    let head = octets.len() - octets.len() / 2;
    octets[4..head].fill(0xff);
    octets
}

fn refused(octets: &[u8]) -> ErrorCode {
    let wrapper: MessageWrapper = asn1::decode(octets, &Limits::default()).unwrap();
    match wrapper.message {
        Message::Error(error) => match *error {
            set_core::msg::error::Error::SignedError(signed) => {
                set_core::treatment::s::unverified::<set_core::msg::error::ErrorTbs>(
                    &signed,
                    asn1::oid::content::ERROR_TBS,
                )
                .unwrap()
                .error_code
            }
            set_core::msg::error::Error::UnsignedError(tbs) => tbs.error_code,
        },
        other => panic!("{}", other.name()),
    }
}
