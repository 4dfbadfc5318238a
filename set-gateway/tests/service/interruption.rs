use std::sync::atomic::Ordering;
use std::time::Duration;

use set_core::gateway::host::Decision;
use set_core::msg::payment::auth_res::AuthCode;
use set_node::store::Store;
use tokio::time::timeout;

use crate::rig::{Host, ask, auth_req, merchant, order, price, service, takes};

/// A gateway that hangs for ever between asking the host and recording its answer, as one
/// that has died does.
async fn die_while_the_host_is_asked(store: &Store, request: &[u8]) {
    let host = Host::approving();
    host.hangs.store(true, Ordering::SeqCst);
    let (dying, request) = (service(store, &host), request.to_vec());
    let work = tokio::spawn(async move { ask(&dying, &request).await });
    let is_asked = async {
        while host.asked.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, is_asked).await.unwrap();
    work.abort();
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

/// Longer than anything takes on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(120);
