use std::sync::Arc;
use std::time::Duration;

use set_core::asn1::{self, Limits};
use set_core::gateway::host::Decision;
use set_core::msg::payment::auth_res::AuthCode;
use set_core::msg::wrapper::MessageWrapper;
use set_gateway::service::GatewayService;
use set_node::service::Shutdown;
use set_node::store::{Recall, Store};
use set_testkit::clock::noon;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::rig::{
    Host, ask, auth_req, authorized, captured, merchant, order, price, service, service_at, takes,
};

/// A gateway that hangs between asking the host and recording its answer, as one
/// that has died does.
async fn die_while_the_host_is_asked(store: &Store, request: &[u8]) {
    let host = Host::approving();
    let (_, work) = start_asking(store, &host, request).await;
    work.abort();
}

/// A gateway that has asked its host, which hangs, and its answer.
async fn start_asking(
    store: &Store,
    host: &Arc<Host>,
    request: &[u8],
) -> (GatewayService, JoinHandle<Vec<u8>>) {
    host.hangs.send_replace(true);
    let (service, request) = (service(store, host), request.to_vec());
    let asking = service.clone();
    let work = tokio::spawn(async move { ask(&asking, &request).await });
    asked(host).await;
    (service, work)
}

async fn asked(host: &Host) {
    let is_asked = async {
        while host.asked.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, is_asked).await.unwrap();
}

#[tokio::test]
async fn an_interrupted_authorization_is_asked_again_and_the_retry_is_answered() {
    let store = Store::in_memory().await.unwrap();
    let mut merchant = merchant();
    let ordered = order(&mut merchant);
    let (state, request) = auth_req(&merchant, ordered, false);
    die_while_the_host_is_asked(&store, &request).await;

    let host = Host::approving();
    let service = service(&store, &host);
    assert_eq!(service.recover().await.unwrap(), 1);
    assert_eq!(service.recover().await.unwrap(), 0);
    assert!(host.traces.lock().unwrap()[0].repeated);
    let response = ask(&service, &request).await;
    let answer = takes(&mut merchant, state, &response).unwrap();
    assert_eq!(answer.auth_code, AuthCode::Approved);
    assert_eq!(host.asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_retry_that_comes_before_the_recovery_resolves_it_too() {
    let store = Store::in_memory().await.unwrap();
    let mut merchant = merchant();
    let ordered = order(&mut merchant);
    let (state, request) = auth_req(&merchant, ordered, false);
    die_while_the_host_is_asked(&store, &request).await;

    let host = Host::approving();
    let service = service(&store, &host);
    let response = ask(&service, &request).await;
    let answer = takes(&mut merchant, state, &response).unwrap();
    assert_eq!(answer.auth_code, AuthCode::Approved);
    assert_eq!(service.recover().await.unwrap(), 0);
}

#[tokio::test]
async fn while_one_request_waits_for_the_host_another_with_the_same_instruction_is_refused() {
    let store = Store::in_memory().await.unwrap();
    let mut merchant = merchant();
    let ordered = order(&mut merchant);
    let (_, first) = auth_req(&merchant, ordered.clone(), false);
    die_while_the_host_is_asked(&store, &first).await;

    let host = Host::approving();
    let service = service(&store, &host);
    let (state, second) = auth_req(&merchant, ordered, false);
    let response = ask(&service, &second).await;
    let answer = takes(&mut merchant, state, &response).unwrap();
    assert_eq!(answer.auth_code, AuthCode::PiPreviouslyUsed);
    assert!(host.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_answer_of_the_host_that_is_of_no_use_is_reversed_and_stays_refused() {
    let store = Store::in_memory().await.unwrap();
    let mut merchant = merchant();
    let mut too_much = price();
    too_much.amount += 1;
    let host = Host::saying(Decision::Approved {
        approval_code: None,
        amount: too_much,
    });
    let service = service(&store, &host);
    let ordered = order(&mut merchant);
    let (state, request) = auth_req(&merchant, ordered, false);
    let response = ask(&service, &request).await;
    assert!(takes(&mut merchant, state, &response).is_err());
    assert_eq!(ask(&service, &request).await, response);
    assert_eq!(host.asked.lock().unwrap().len(), 1);
    assert_eq!(service.advise().await.unwrap(), 1);
    assert_eq!(*host.reversed.lock().unwrap(), *host.asked.lock().unwrap());
}

#[tokio::test]
async fn a_host_that_cannot_be_asked_again_is_told_to_reverse_what_it_may_have_approved() {
    let store = Store::in_memory().await.unwrap();
    let mut merchant = merchant();
    let ordered = order(&mut merchant);
    let (state, request) = auth_req(&merchant, ordered, false);
    die_while_the_host_is_asked(&store, &request).await;

    let host = Host::saying(Decision::SystemError);
    let service = service(&store, &host);
    assert_eq!(service.recover().await.unwrap(), 1);
    let response = ask(&service, &request).await;
    let answer = takes(&mut merchant, state, &response).unwrap();
    assert_eq!(answer.auth_code, AuthCode::NoReply);
    assert_eq!(service.advise().await.unwrap(), 1);
    assert_eq!(*host.reversed.lock().unwrap(), *host.asked.lock().unwrap());
}

#[tokio::test]
async fn an_answered_request_gets_its_answer_again_when_it_has_become_too_old() {
    let store = Store::in_memory().await.unwrap();
    let mut merchant = merchant();
    let ordered = order(&mut merchant);
    let (_, request) = auth_req(&merchant, ordered.clone(), false);
    let host = Host::approving();
    let response = ask(&service(&store, &host), &request).await;

    let later = service_at(noon().plus(7_200), &store, &host);
    assert_eq!(ask(&later, &request).await, response);
    let (state, unheard) = auth_req(&merchant, ordered, false);
    let refused = ask(&later, &unheard).await;
    assert!(takes(&mut merchant, state, &refused).is_err());
    assert_eq!(host.asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn an_interrupted_request_that_has_become_too_old_is_resolved_when_it_comes_again() {
    let store = Store::in_memory().await.unwrap();
    let mut merchant = merchant();
    let ordered = order(&mut merchant);
    let (_, request) = auth_req(&merchant, ordered, false);
    die_while_the_host_is_asked(&store, &request).await;

    let host = Host::approving();
    let later = service_at(noon().plus(7_200), &store, &host);
    let response = ask(&later, &request).await;
    let answer: MessageWrapper = asn1::decode(&response, &Limits::default()).unwrap();
    assert_eq!(answer.message.name(), "AuthRes");
    assert!(host.traces.lock().unwrap()[0].repeated);
}

#[tokio::test]
async fn what_a_live_node_works_on_is_left_to_it() {
    let store = Store::in_memory().await.unwrap();
    let mut merchant = merchant();
    let ordered = order(&mut merchant);
    let (state, request) = auth_req(&merchant, ordered, false);
    let (slow, host) = (Host::approving(), Host::approving());
    let (_live, work) = start_asking(&store, &slow, &request).await;

    let other = service_at(noon().plus(59), &store, &host);
    let age = Duration::from_secs(60);
    assert_eq!(other.recover_older(age).await.unwrap(), 0);
    assert!(host.asked.lock().unwrap().is_empty());
    slow.hangs.send_replace(false);
    let response = work.await.unwrap();
    let answer = takes(&mut merchant, state, &response).unwrap();
    assert_eq!(answer.auth_code, AuthCode::Approved);

    let ordered = order(&mut merchant);
    let (_, request) = auth_req(&merchant, ordered, false);
    die_while_the_host_is_asked(&store, &request).await;
    let other = service_at(noon().plus(60), &store, &host);
    assert_eq!(other.recover_older(age).await.unwrap(), 1);
}

#[tokio::test]
async fn a_recovery_gives_way_to_the_node_that_was_quicker() {
    let store = Store::in_memory().await.unwrap();
    let mut merchant = merchant();
    let ordered = order(&mut merchant);
    let (_, request) = auth_req(&merchant, ordered, false);
    let (slow, slower) = (Host::approving(), Host::approving());
    let (live, work) = start_asking(&store, &slow, &request).await;

    slower.hangs.send_replace(true);
    let other = service(&store, &slower);
    let recovery = tokio::spawn(async move { other.recover().await });
    asked(&slower).await;
    slow.hangs.send_replace(false);
    let response = work.await.unwrap();
    slower.hangs.send_replace(false);
    assert_eq!(recovery.await.unwrap().unwrap(), 0);
    assert_eq!(ask(&live, &request).await, response);
}

#[tokio::test]
async fn a_node_that_is_to_stop_does_not_wait_for_a_silent_host() {
    let store = Store::in_memory().await.unwrap();
    let mut merchant = merchant();
    let host = Host::approving();
    let service = service(&store, &host);
    let sale = authorized(&service, &mut merchant).await;
    captured(&service, &mut merchant, sale, 12_950).await;
    host.hangs.send_replace(true);
    let heard = host.traces.lock().unwrap().len();

    let (trigger, shutdown) = Shutdown::new();
    let telling = service.clone();
    let advising = tokio::spawn({
        let shutdown = shutdown.clone();
        async move { telling.advise_until(shutdown, Duration::MAX).await }
    });
    let ordered = order(&mut merchant);
    let (_, request) = auth_req(&merchant, ordered, false);
    die_while_the_host_is_asked(&store, &request).await;
    let recovering = tokio::spawn(async move {
        let at_once = Duration::ZERO;
        service
            .recover_until(shutdown, at_once, Duration::MAX)
            .await;
    });
    while host.traces.lock().unwrap().len() < heard + 2 {
        tokio::task::yield_now().await;
    }
    trigger.stop();
    advising.await.unwrap();
    recovering.await.unwrap();
}

#[tokio::test]
async fn answers_are_forgotten_in_time_however_much_there_is_to_advise() {
    let store = Store::in_memory().await.unwrap();
    let mut merchant = merchant();
    let host = Host::approving();
    authorized(&service(&store, &host), &mut merchant).await;
    let asked = host.asked.lock().unwrap()[0];

    let later = service_at(noon().plus(3_601), &store, &host);
    let (_trigger, shutdown) = Shutdown::new();
    tokio::spawn(async move { later.advise_until(shutdown, Duration::MAX).await });
    let mut kept = true;
    for _ in 0..1_000 {
        let mut tx = store.begin().await.unwrap();
        let recall = tx.recall(asked.rrpid.as_octets(), "AuthReq", b"").await;
        kept = recall.unwrap() != Recall::New;
        tx.roll_back().await.unwrap();
        if !kept {
            break;
        }
    }
    assert!(!kept);
}

/// Longer than anything takes on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(120);
