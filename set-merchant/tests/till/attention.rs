//! Orders about which the gateway has no good answer.

use std::sync::atomic::Ordering;

use serde_json::Value;
use set_merchant::{AuthorizeArgs, AuthorizeWish, Config, authorize, orders, show};
use set_node::cli::Exit;
use set_node::config::Period;

use crate::rig::{Printed, Rig, Wallet};

fn impatient(config: &mut Config) {
    config.retry = Period::seconds(10);
    config.longest_retry = Period::seconds(40);
    config.most_refused = 3;
}

/// An order, and how the command line shows it.
async fn shown(rig: &Rig, order: &str) -> Value {
    let printed = Printed::default();
    show(rig.folder.path(), &rig.config, order, &mut printed.screen())
        .await
        .unwrap();
    printed.json()
}

async fn authorize_by_hand(rig: &Rig, order: &str) -> Exit {
    let args = AuthorizeArgs {
        order: order.to_owned(),
        wish: AuthorizeWish::default(),
        gateway: None,
    };
    let pos = rig.pos().await;
    authorize(&pos, &args, &mut Printed::default().screen())
        .await
        .unwrap()
}

/// The server looks through its orders for a quarter of an hour.
async fn wait(rig: &Rig) {
    for _ in 0..20 {
        rig.clock.advance(45);
        rig.till.settle_all().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_is_answered_with_errors_is_asked_about_a_few_times_and_then_shown() {
    let rig = Rig::start(impatient).await;
    // The last of them is for the operator's own attempt.
    rig.desk.refusals.store(4, Ordering::SeqCst);
    let (_, placed) = rig.buy(&mut Wallet::new()).await;
    let order = placed.trans_ids.xid.to_string();
    rig.till.settle_all().await.unwrap();
    assert_eq!(rig.desk.asked.load(Ordering::SeqCst), 1, "too soon");
    wait(&rig).await;
    assert_eq!(rig.desk.asked.load(Ordering::SeqCst), 3);
    // It is so after the next start as well.
    let rig = rig.restart().await;
    wait(&rig).await;
    assert_eq!(rig.desk.asked.load(Ordering::SeqCst), 3);
    let printed = Printed::default();
    orders(rig.folder.path(), &rig.config, &mut printed.screen())
        .await
        .unwrap();
    assert_eq!(printed.json()["orders"][0]["attention"], true);
    let attempts = &shown(&rig, &order).await["attempts"];
    assert_eq!(attempts["error_code"], "messageTooOld");
    assert_eq!(
        (&attempts["asked"], &attempts["refused"], &attempts["next"]),
        (&3.into(), &3.into(), &Value::Null)
    );

    // The same octets are refused once more, so another AuthReq is made.
    assert_eq!(authorize_by_hand(&rig, &order).await, Exit::Success);
    assert_eq!(rig.desk.asked.load(Ordering::SeqCst), 5);
    let shown = shown(&rig, &order).await;
    assert_eq!(
        (&shown["state"], &shown["attention"], &shown["attempts"]),
        (&"authorized".into(), &false.into(), &Value::Null)
    );
    let acquirer = rig.desk.acquirer.lock().unwrap();
    assert_eq!(acquirer.books.authorizations.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_without_an_answer_is_asked_about_ever_more_seldom_and_never_given_up() {
    let rig = Rig::start(impatient).await;
    rig.desk.silent.store(true, Ordering::SeqCst);
    let (_, placed) = rig.buy(&mut Wallet::new()).await;
    let order = placed.trans_ids.xid.to_string();
    for _ in 0..100 {
        rig.clock.advance(5);
        rig.till.settle_all().await.unwrap();
    }
    // 500 seconds, and 20 to 40 between two once it has grown.
    let asked = rig.desk.asked.load(Ordering::SeqCst);
    assert!((12..=32).contains(&asked), "{asked}");
    let waits = shown(&rig, &order).await;
    assert_eq!(waits["attention"], false);
    assert_eq!(waits["attempts"]["refused"], 0);
    rig.desk.silent.store(false, Ordering::SeqCst);
    rig.clock.advance(45);
    rig.till.settle_all().await.unwrap();
    assert_eq!(shown(&rig, &order).await["state"], "authorized");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_gateway_is_asked_again_and_never_given_up() {
    let rig = Rig::start(impatient).await;
    rig.desk.busy.store(true, Ordering::SeqCst);
    rig.desk.refusals.store(usize::MAX, Ordering::SeqCst);
    let (_, placed) = rig.buy(&mut Wallet::new()).await;
    let order = placed.trans_ids.xid.to_string();
    wait(&rig).await;
    let waits = shown(&rig, &order).await;
    assert_eq!(waits["attention"], false);
    assert_eq!(waits["attempts"]["refused"], 0);
    rig.desk.refusals.store(0, Ordering::SeqCst);
    rig.clock.advance(45);
    rig.till.settle_all().await.unwrap();
    assert_eq!(shown(&rig, &order).await["state"], "authorized");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authorization_that_stands_survives_errors_about_its_request() {
    for busy in [true, false] {
        let rig = Rig::start(impatient).await;
        // The gateway authorizes, and its answer is lost.
        rig.desk.silent.store(true, Ordering::SeqCst);
        let (_, placed) = rig.buy(&mut Wallet::new()).await;
        let order = placed.trans_ids.xid.to_string();
        rig.desk.silent.store(false, Ordering::SeqCst);
        rig.desk.busy.store(busy, Ordering::SeqCst);
        rig.desk.refusals.store(1, Ordering::SeqCst);
        let pos = rig.pos().await;
        let args = AuthorizeArgs {
            order: order.clone(),
            wish: AuthorizeWish::default(),
            gateway: None,
        };
        let printed = Printed::default();
        let outcome = authorize(&pos, &args, &mut printed.screen()).await;
        if busy {
            assert!(outcome.is_err(), "it says nothing about the request");
            assert_eq!(authorize_by_hand(&rig, &order).await, Exit::Success);
        } else {
            // Another AuthReq is told piPreviouslyUsed, and the first is taken up again.
            assert_eq!(outcome.unwrap(), Exit::Success);
        }
        assert_eq!(shown(&rig, &order).await["state"], "authorized", "{busy}");
        let acquirer = rig.desk.acquirer.lock().unwrap();
        assert_eq!(acquirer.books.authorizations.len(), 1);
    }
}
