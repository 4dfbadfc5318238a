use std::sync::atomic::Ordering;

use set_core::msg::payment::p_res::CompletionCode;
use set_merchant::{CaptureArgs, CaptureWish, Failure, capture, orders, show};
use set_node::cli::Exit;
use set_node::program::Failing as _;

use crate::rig::{Printed, Rig, Wallet};

fn all() -> CaptureArgs {
    CaptureArgs {
        orders: Vec::new(),
        all: true,
        wish: CaptureWish::default(),
        gateway: None,
    }
}

fn one(order: &str) -> CaptureArgs {
    CaptureArgs {
        orders: vec![order.to_owned()],
        all: false,
        wish: CaptureWish::default(),
        gateway: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn authorized_orders_are_captured_together_and_once() {
    let rig = Rig::plain().await;
    let mut wallet = Wallet::new();
    let (_, first) = rig.buy(&mut wallet).await;
    let (_, second) = rig.buy(&mut wallet).await;
    let printed = Printed::default();
    let pos = rig.pos().await;
    let exit = capture(&pos, &all(), &mut printed.screen()).await.unwrap();
    assert_eq!(exit, Exit::Success);
    let report = printed.json();
    let lines = report["orders"].as_array().unwrap();
    assert_eq!(lines.len(), 2);
    for line in lines {
        assert_eq!(line["codes"][0], "success");
        assert_eq!(line["captured"], "129.50 USD");
    }
    for placed in [&first, &second] {
        let outcome = rig.inquire(&mut wallet, placed).await;
        assert_eq!(
            outcome.payloads()[0].completion_code,
            CompletionCode::CapturePerformed
        );
    }
    let again = Printed::default();
    let xid = first.trans_ids.xid.to_string();
    let exit = capture(&pos, &one(&xid), &mut again.screen())
        .await
        .unwrap();
    assert_eq!(exit, Exit::Refused);
    assert_eq!(again.json()["orders"][0]["state"], "captured");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_capture_whose_answer_was_lost_is_asked_for_with_the_same_octets() {
    let rig = Rig::plain().await;
    let mut wallet = Wallet::new();
    let (_, placed) = rig.buy(&mut wallet).await;
    rig.buy(&mut wallet).await;
    rig.desk.silent.store(true, Ordering::SeqCst);
    let pos = rig.pos().await;
    let failure = capture(&pos, &all(), &mut Printed::default().screen())
        .await
        .unwrap_err();
    assert_eq!(failure.exit(), Exit::Unreachable);
    rig.desk.silent.store(false, Ordering::SeqCst);
    let printed = Printed::default();
    let xid = placed.trans_ids.xid.to_string();
    // The other order was in the same CapReq, so it is told of as well.
    let exit = capture(&pos, &one(&xid), &mut printed.screen())
        .await
        .unwrap();
    assert_eq!(exit, Exit::Success);
    assert_eq!(printed.json()["orders"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_ask_again_at_once_both_tell_the_one_answer() {
    let rig = Rig::plain().await;
    let (_, placed) = rig.buy(&mut Wallet::new()).await;
    rig.desk.silent.store(true, Ordering::SeqCst);
    let pos = rig.pos().await;
    capture(&pos, &all(), &mut Printed::default().screen())
        .await
        .unwrap_err();
    rig.desk.silent.store(false, Ordering::SeqCst);

    let asked = rig.desk.asked.load(Ordering::SeqCst);
    rig.desk.meeting.store(asked + 2, Ordering::SeqCst);
    let order = one(&placed.trans_ids.xid.to_string());
    let both = [Printed::default(), Printed::default()];
    let (mut first, mut second) = (both[0].screen(), both[1].screen());
    let other = rig.pos().await;
    let (first, second) = tokio::join!(
        capture(&pos, &order, &mut first),
        capture(&other, &order, &mut second),
    );
    assert_eq!(
        (first.unwrap(), second.unwrap()),
        (Exit::Success, Exit::Success)
    );
    for printed in both {
        assert_eq!(printed.json()["orders"][0]["state"], "captured");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_and_show_tell_states_and_amounts() {
    let rig = Rig::plain().await;
    let mut wallet = Wallet::new();
    let (_, placed) = rig.buy(&mut wallet).await;
    rig.wake_up().await;
    let printed = Printed::default();
    orders(rig.folder.path(), &rig.config, &mut printed.screen())
        .await
        .unwrap();
    let listed = printed.json();
    let mut states: Vec<&str> = listed["orders"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["state"].as_str().unwrap())
        .collect();
    states.sort_unstable();
    assert_eq!(states, ["authorized", "offered"]);

    let printed = Printed::default();
    let xid = placed.trans_ids.xid.to_string();
    show(rig.folder.path(), &rig.config, &xid, &mut printed.screen())
        .await
        .unwrap();
    let shown = printed.json();
    assert_eq!(shown["description"], "One teapot");
    assert_eq!(shown["authorized"], "129.50 USD");
    assert_eq!(shown["approval_code"], "123456");
    let failure = show(rig.folder.path(), &rig.config, "2a", &mut printed.screen()).await;
    assert!(matches!(failure, Err(Failure::NoOrder(_))));
}
