//! The commands after the first authorization, over TCP.

use std::sync::atomic::Ordering;

use serde_json::Value;
use set_core::exchange::CapRevOrCred;
use set_merchant::{
    AtArgs, AuthorizeArgs, AuthorizeWhen, AuthorizeWish, BatchArgs, BatchCommand, BatchWish,
    CaptureArgs, CaptureWish, CloseArgs, CloseWish, CorrectArgs, CorrectWish, Pos, ReverseArgs,
    ReverseWish, ShowBatchArgs, ShowBatchWish, authorize, batch, capture, correct, reverse, show,
};
use set_node::cli::Exit;
use set_node::program::Failing as _;

use crate::rig::{Printed, Rig, Wallet};

fn authorize_args(order: &str, amount: u64) -> AuthorizeArgs {
    AuthorizeArgs {
        order: order.to_owned(),
        wish: AuthorizeWish {
            amount: Some(amount),
            subsequent: true,
            card_type: true,
            country: Some(840),
            postal_code: Some("12345".to_owned()),
            ..AuthorizeWish::default()
        },
        gateway: None,
    }
}

fn correct_args(order: &str, amount: Option<u64>) -> CorrectArgs {
    CorrectArgs {
        order: order.to_owned(),
        wish: CorrectWish {
            amount,
            ..CorrectWish::default()
        },
        gateway: None,
    }
}

async fn corrected(pos: &Pos, what: CapRevOrCred, args: &CorrectArgs) -> (Exit, Value) {
    let printed = Printed::default();
    let exit = correct(pos, what, args, &mut printed.screen()).await;
    (exit.unwrap(), printed.json()["orders"][0].clone())
}

async fn captured(pos: &Pos, order: &str, amount: Option<u64>) -> (Exit, Value) {
    let args = CaptureArgs {
        orders: vec![order.to_owned()],
        all: false,
        wish: CaptureWish {
            amount,
            shipment: Some(format!("{amount:?}")),
            batch: None,
            sale: None,
        },
        gateway: None,
    };
    let printed = Printed::default();
    let exit = capture(pos, &args, &mut printed.screen()).await;
    (exit.unwrap(), printed.json()["orders"][0].clone())
}

async fn administered(pos: &Pos, command: BatchCommand) -> (Exit, Value) {
    let printed = Printed::default();
    let exit = batch(pos, &command, &mut printed.screen()).await;
    (exit.unwrap(), printed.json())
}

fn any() -> BatchArgs {
    BatchArgs {
        wish: BatchWish::default(),
        at: AtArgs::default(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_authorized_and_captured_in_parts_and_given_back_in_parts() {
    let rig = Rig::start(|config| config.authorize = AuthorizeWhen::Manual).await;
    let mut wallet = Wallet::new();
    let (_, placed) = rig.buy(&mut wallet).await;
    let order = placed.trans_ids.xid.to_string();
    let pos = rig.pos().await;
    for amount in [5_000, 7_950] {
        let printed = Printed::default();
        let exit = authorize(&pos, &authorize_args(&order, amount), &mut printed.screen()).await;
        assert_eq!(exit.unwrap(), Exit::Success);
    }
    let reversal = ReverseArgs {
        order: order.clone(),
        wish: ReverseWish { leave: 7_000 },
        gateway: None,
    };
    let printed = Printed::default();
    let exit = reverse(&pos, &reversal, &mut printed.screen()).await;
    assert_eq!(exit.unwrap(), Exit::Success);
    assert_eq!(printed.json()["orders"][0]["authorized"], "120.00 USD");

    let (exit, line) = captured(&pos, &order, Some(1_000)).await;
    assert_eq!(
        (exit, &line["captured"]),
        (Exit::Success, &"10.00 USD".into())
    );
    let (exit, line) = captured(&pos, &order, Some(4_001)).await;
    assert_eq!(
        (exit, &line["codes"][0]),
        (Exit::Refused, &"invalidAuthData".into())
    );
    let (_, line) = captured(&pos, &order, None).await;
    assert_eq!(line["captured"], "120.00 USD");

    let (exit, line) = corrected(&pos, CapRevOrCred::CapRev, &correct_args(&order, None)).await;
    assert_eq!(
        (exit, &line["captured"]),
        (Exit::Success, &"50.00 USD".into())
    );
    let credit = correct_args(&order, Some(300));
    let (exit, line) = corrected(&pos, CapRevOrCred::Cred, &credit).await;
    assert_eq!(
        (exit, &line["credited"]),
        (Exit::Success, &"3.00 USD".into())
    );
    let (exit, line) = corrected(&pos, CapRevOrCred::CredRev, &correct_args(&order, None)).await;
    assert_eq!((exit, &line["credited"]), (Exit::Success, &Value::Null));
    let printed = Printed::default();
    show(
        rig.folder.path(),
        &rig.config,
        &order,
        &mut printed.screen(),
    )
    .await
    .unwrap();
    let shown = printed.json();
    assert_eq!(shown["authorizations"].as_array().unwrap().len(), 2);
    assert_eq!(shown["more_may_follow"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_are_shown_closed_and_followed_by_the_next() {
    let rig = Rig::plain().await;
    let mut wallet = Wallet::new();
    let (_, placed) = rig.buy(&mut wallet).await;
    let order = placed.trans_ids.xid.to_string();
    let pos = rig.pos().await;
    for amount in [100, 200] {
        captured(&pos, &order, Some(amount)).await;
    }
    let show = |items| {
        BatchCommand::Show(ShowBatchArgs {
            wish: ShowBatchWish {
                items,
                ..ShowBatchWish::default()
            },
            at: AtArgs::default(),
        })
    };
    let (exit, shown) = administered(&pos, show(true)).await;
    assert_eq!(exit, Exit::Success);
    assert_eq!(shown["totals"]["debit"], "3.00 USD");
    assert_eq!(shown["items"].as_array().unwrap().len(), 2);
    let close = BatchCommand::Close(CloseArgs {
        wish: CloseWish::default(),
        at: AtArgs::default(),
    });
    let (exit, closed) = administered(&pos, close).await;
    assert_eq!(
        (exit, &closed["closed_by"]),
        (Exit::Success, &"merchant".into())
    );
    captured(&pos, &order, Some(300)).await;
    let (_, shown) = administered(&pos, show(false)).await;
    assert_eq!(
        (&shown["batch"], &shown["totals"]["debits"]),
        (&2.into(), &1.into())
    );
    let (exit, purged) = administered(&pos, BatchCommand::Purge(any())).await;
    assert_eq!(
        (exit, &purged["totals"]["debits"]),
        (Exit::Success, &0.into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credit_whose_answer_was_lost_is_asked_for_with_the_same_octets() {
    let rig = Rig::plain().await;
    let mut wallet = Wallet::new();
    let (_, placed) = rig.buy(&mut wallet).await;
    let order = placed.trans_ids.xid.to_string();
    let pos = rig.pos().await;
    captured(&pos, &order, None).await;
    rig.desk.silent.store(true, Ordering::SeqCst);
    let args = correct_args(&order, Some(500));
    let lost = correct(
        &pos,
        CapRevOrCred::Cred,
        &args,
        &mut Printed::default().screen(),
    )
    .await;
    assert_eq!(lost.unwrap_err().exit(), Exit::Unreachable);
    rig.desk.silent.store(false, Ordering::SeqCst);
    let (exit, line) = corrected(&pos, CapRevOrCred::Cred, &args).await;
    assert_eq!(
        (exit, &line["credited"]),
        (Exit::Success, &"5.00 USD".into())
    );
    let acquirer = rig.desk.acquirer.lock().unwrap();
    assert_eq!(acquirer.books.authorizations[0].credited(), 500);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_brand_that_nobody_serves_is_not_taken_for_another() {
    let rig = Rig::plain().await;
    let (_, placed) = rig.buy(&mut Wallet::new()).await;
    let pos = rig.pos().await;
    let order = placed.trans_ids.xid.to_string();
    assert_eq!(captured(&pos, &order, None).await.0, Exit::Success);
    let close = |brand: &str| {
        BatchCommand::Close(CloseArgs {
            wish: CloseWish {
                brand: Some(brand.to_owned()),
                ..CloseWish::default()
            },
            at: AtArgs::default(),
        })
    };
    let printed = Printed::default();
    let refused = batch(&pos, &close("Orchid"), &mut printed.screen()).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.exit(), Exit::Usage, "{refused}");
    assert!(refused.to_string().contains("brand"), "{refused}");
    let (exit, closed) = administered(&pos, close("Orchard")).await;
    assert_eq!(
        (exit, &closed["status"]),
        (Exit::Success, &"success".into())
    );
}
