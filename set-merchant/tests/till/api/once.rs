//! What is asked for once is done once.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use set_merchant::Operation;
use set_merchant::{CaptureArgs, CaptureWish, capture};

use super::exchanges::{Api, Call, key};
use crate::rig::{Printed, Rig, Wallet};

#[tokio::test(flavor = "multi_thread")]
async fn a_credit_asked_for_again_while_unanswered_or_after_is_given_once() {
    let rig = Rig::plain().await;
    let (_, placed) = rig.buy(&mut Wallet::new()).await;
    let order = placed.trans_ids.xid.to_string();
    let shop = key(&rig, false).await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let api = Api::start(&rig, Arc::clone(&seen), |_| ()).await;
    let call = |operation, key, body| Call::new(operation, &order, &shop).once(key).body(body);
    let captured = api.call(&call(Operation::Capture, "c", "{}")).await;
    assert_eq!(captured.status, 200, "{captured:?}");

    rig.desk.silent.store(true, Ordering::SeqCst);
    let credit = call(Operation::Credit, "1", r#"{"amount":500}"#);
    let lost = api.call(&credit).await;
    assert_eq!(
        (lost.status, &*lost.problem()),
        (502, "gateway-unreachable")
    );
    // Another credit must not be taken for this one.
    let other = call(Operation::Credit, "2", r#"{"amount":700}"#);
    assert_eq!(api.call(&other).await.problem(), "order-waits");
    rig.desk.silent.store(false, Ordering::SeqCst);

    // The program ends before the shop asks again.
    let api = Api::start(&rig, seen, |_| ()).await;
    let first = api.call(&credit).await;
    assert_eq!(first.status, 200, "{first:?}");
    assert_eq!(first.json()["orders"][0]["credited"], "5.00 USD");
    assert_eq!(api.call(&credit).await.answer, first.answer);
    let differs = call(Operation::Credit, "1", r#"{"amount":501}"#);
    assert_eq!(api.call(&differs).await.problem(), "idempotency-differs");
    let second = api.call(&other).await;
    assert_eq!(second.json()["orders"][0]["credited"], "12.00 USD");
    let acquirer = rig.desk.acquirer.lock().unwrap();
    assert_eq!(acquirer.books.authorizations[0].credited(), 1_200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_the_command_line_obtains_is_the_answer_to_the_shop() {
    let rig = Rig::plain().await;
    let (_, placed) = rig.buy(&mut Wallet::new()).await;
    let order = placed.trans_ids.xid.to_string();
    let shop = key(&rig, false).await;
    let api = Api::start(&rig, Arc::default(), |_| ()).await;
    rig.desk.silent.store(true, Ordering::SeqCst);
    let asked = Call::new(Operation::Capture, &order, &shop)
        .once("1")
        .body(r#"{"amount":1000}"#);
    assert_eq!(api.call(&asked).await.status, 502);
    rig.desk.silent.store(false, Ordering::SeqCst);
    let args = CaptureArgs {
        orders: vec![order],
        all: false,
        wish: CaptureWish::default(),
        gateway: None,
    };
    let pos = rig.pos().await;
    capture(&pos, &args, &mut Printed::default().screen())
        .await
        .unwrap();
    let count = rig.desk.asked.load(Ordering::SeqCst);
    let told = api.call(&asked).await;
    assert_eq!(told.json()["orders"][0]["captured"], "10.00 USD");
    assert_eq!(rig.desk.asked.load(Ordering::SeqCst), count);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_many_times_at_once_is_done_once() {
    let rig = Rig::plain().await;
    let (_, placed) = rig.buy(&mut Wallet::new()).await;
    let order = placed.trans_ids.xid.to_string();
    let shop = key(&rig, false).await;
    let api = Api::start(&rig, Arc::default(), |_| ()).await;
    let call = Call::new(Operation::Capture, &order, &shop)
        .once("1")
        .body(r#"{"amount":1000}"#);
    let (a, b, c) = tokio::join!(api.call(&call), api.call(&call), api.call(&call));
    for told in [&a, &b, &c] {
        assert!(
            told.status == 200
                || told.problem() == "changed-meanwhile"
                || told.problem() == "order-waits",
            "{told:?}"
        );
    }
    let settled = api.call(&call).await;
    assert_eq!(settled.json()["orders"][0]["captured"], "10.00 USD");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_whose_closing_was_not_answered_is_told_as_closed_and_not_as_unknown() {
    let rig = Rig::plain().await;
    let (_, placed) = rig.buy(&mut Wallet::new()).await;
    let order = placed.trans_ids.xid.to_string();
    let shop = key(&rig, false).await;
    let api = Api::start(&rig, Arc::default(), |_| ()).await;
    let capture = Call::new(Operation::Capture, &order, &shop)
        .once("c")
        .body("{}");
    assert_eq!(api.call(&capture).await.status, 200);
    let close = Call::new(Operation::CloseBatch, "", &shop)
        .once("1")
        .body(r#"{"batch":1,"unbalanced":true}"#);
    rig.desk.silent.store(true, Ordering::SeqCst);
    let lost = api.call(&close).await;
    assert_eq!(lost.problem(), "gateway-unreachable");
    rig.desk.silent.store(false, Ordering::SeqCst);
    // The gateway has closed it.
    let batches = || rig.desk.acquirer.lock().unwrap().books.batches.clone();
    assert!(batches()[0].closed_when.is_some());

    // The program ends before the shop asks again.
    let api = Api::start(&rig, Arc::default(), |_| ()).await;
    let first = api.call(&close).await;
    assert_eq!(first.json()["status"], "success", "{first:?}");
    assert_eq!(first.json()["totals"]["debit"], "129.50 USD");
    assert_eq!(api.call(&close).await.answer, first.answer);
    let other = close.clone().once("2");
    let again = api.call(&other).await;
    assert_eq!(again.json()["status"], "unknownBatchOperation");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_about_a_batch_that_is_refused_when_it_comes_again_is_made_anew() {
    let rig = Rig::plain().await;
    let shop = key(&rig, false).await;
    let api = Api::start(&rig, Arc::default(), |_| ()).await;
    let purge = Call::new(Operation::PurgeBatch, "", &shop)
        .once("1")
        .body(r#"{"batch":1}"#);
    rig.desk.stuck.store(true, Ordering::SeqCst);
    let hurried = Api::start(&rig, Arc::default(), |config| {
        config.api.request = set_node::config::Period::milliseconds(20);
    })
    .await;
    assert_eq!(hurried.call(&purge).await.problem(), "gateway-late");
    rig.desk.stuck.store(false, Ordering::SeqCst);
    rig.desk.refusals.store(1, Ordering::SeqCst);
    let told = api.call(&purge).await;
    assert_eq!(told.json()["status"], "success", "{told:?}");
    assert_eq!(api.call(&purge).await.answer, told.answer);
}
