//! The description against the server: the paths are the same, and every answer that it lists
//! is given, in its form.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use set_merchant::{AuthorizeWhen, OPENAPI, Operation};
use set_node::config::Period;
use set_testkit::externals;

use super::exchanges::{Api, Call, Exchange, key};
use crate::rig::{Rig, Wallet};

fn description() -> Value {
    serde_json::from_str(OPENAPI).unwrap()
}

#[test]
fn the_description_has_the_paths_that_are_served_and_no_others() {
    let mut described = BTreeSet::new();
    for (path, item) in description()["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            described.insert((path.clone(), method.to_uppercase(), name.to_owned()));
        }
    }
    let served: BTreeSet<_> = Operation::ALL
        .iter()
        .map(|one| {
            (
                one.path().to_owned(),
                one.method().to_string(),
                one.name().to_owned(),
            )
        })
        .collect();
    assert_eq!(described, served);
}

/// The statuses that the description lists, but for faults of the merchant.
fn listed() -> BTreeSet<(&'static str, u16)> {
    let description = description();
    let of = |operation: &Operation| {
        let method = operation.method().as_str().to_lowercase();
        let responses = &description["paths"][operation.path()][method]["responses"];
        let codes = responses.as_object().unwrap().keys();
        let codes = codes.filter_map(|code| code.parse().ok());
        codes
            .map(|code| (operation.name(), code))
            .collect::<Vec<_>>()
    };
    Operation::ALL.iter().flat_map(of).collect()
}

fn is_write(operation: Operation) -> bool {
    operation.method() == "POST"
}

/// What about orders is asked of the gateway.
fn asks(operation: Operation) -> bool {
    is_write(operation) && operation.path().starts_with("/v1/orders/")
        || operation == Operation::CaptureTogether
}

const OFFER: &str = r#"{"description":"One teapot","amount":12950,"currency":840,"exponent":-2,
    "recurring_days":30,"recurring_until":"2001-12-31"}"#;

/// A call in order but for its order, which does not exist.
fn plain(operation: Operation, order: &str, key: &str) -> Call {
    let call = Call::new(operation, order, key);
    match operation {
        Operation::MakeOffer => call.once("new").body(OFFER),
        Operation::CaptureTogether => call
            .once("new")
            .body(&format!(r#"{{"orders":["{order}"]}}"#)),
        _ if is_write(operation) => call.once("new").body("{}"),
        _ => call,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_that_the_description_lists_is_given_in_its_form() {
    let rig = Rig::start(|config| config.authorize = AuthorizeWhen::Manual).await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let api = Api::start(&rig, Arc::clone(&seen), |config| config.api.body = 30_000).await;
    let shop = key(&rig, false).await;
    let expect = async |call: Call, status: u16, problem: &str| {
        let told = api.call(&call).await;
        assert_eq!(told.status, status, "{call:?}: {told:?}");
        if !problem.is_empty() {
            assert_eq!(told.problem(), problem);
        }
        told
    };

    let told = expect(Call::new(Operation::Describe, "", &shop), 200, "").await;
    assert_eq!(told.json(), description());
    refusals(&rig, &api, &shop).await;

    let offer = plain(Operation::MakeOffer, "", &shop).once("offer");
    let made = expect(offer.clone(), 201, "").await;
    assert_eq!(expect(offer.clone(), 201, "").await.answer, made.answer);
    let offered = made.json()["lid_m"].as_str().unwrap().to_owned();
    expect(Call::new(Operation::ListOrders, "", &shop), 200, "").await;
    expect(Call::new(Operation::ShowOrder, &offered, &shop), 200, "").await;
    let told = expect(Call::new(Operation::WakeUp, &offered, &shop), 200, "").await;
    assert!(told.answer.contains("SET-LID-M"), "{}", told.answer);
    for operation in Operation::ALL {
        // The key of another request, though its order may not exist.
        if is_write(operation) {
            let reused = plain(operation, &offered, &shop)
                .once("offer")
                .body(match operation {
                    Operation::MakeOffer => {
                        r#"{"description":"x","amount":1,"currency":840,"exponent":-2}"#
                    }
                    Operation::CaptureTogether => r#"{"orders":["2a"]}"#,
                    _ => "{}",
                });
            expect(reused, 422, "idempotency-differs").await;
        }
        if asks(operation) {
            expect(plain(operation, "2a", &shop), 404, "no-order").await;
            expect(plain(operation, &offered, &shop), 409, "order-state").await;
        }
    }
    for operation in [Operation::ShowOrder, Operation::WakeUp] {
        expect(Call::new(operation, "2a", &shop), 404, "no-order").await;
    }

    let hurried = Api::start(&rig, Arc::clone(&seen), |config| {
        config.api.request = Period::milliseconds(20);
    })
    .await;
    let mut wallet = Wallet::new();
    let order = rig.buy(&mut wallet).await.1.trans_ids.xid.to_string();
    let other = rig.buy(&mut wallet).await.1.trans_ids.xid.to_string();
    expect(
        Call::new(Operation::WakeUp, &order, &shop),
        410,
        "order-placed",
    )
    .await;
    // Each is lost on its way, and done once when it is asked for again.
    let together = format!(r#"{{"orders":["{other}"],"shipment":"1"}}"#);
    for (number, (operation, order, body)) in [
        (
            Operation::Authorize,
            &order,
            r#"{"amount":5000,"subsequent":true,"card_type":true,"market":"auto","duration":3}"#,
        ),
        (Operation::Reverse, &order, r#"{"leave":4000}"#),
        (
            Operation::Capture,
            &order,
            r#"{"amount":3000,"shipment":"A","sale":{"summary":"A car","market":{"auto":{
                "rented":"1997-06-21","returned":"1997-06-23",
                "charges":{"regular_distance_charges":3000}}}}}"#,
        ),
        (Operation::Credit, &order, r#"{"amount":1000}"#),
        (Operation::Uncredit, &order, "{}"),
        (Operation::Uncapture, &order, "{}"),
        (Operation::Authorize, &other, "{}"),
        (Operation::CaptureTogether, &other, &together),
        (Operation::ShowBatch, &other, ""),
        (Operation::CloseBatch, &other, "{}"),
        (Operation::OpenBatch, &other, r#"{"batch":7}"#),
        (Operation::PurgeBatch, &other, r#"{"batch":7}"#),
    ]
    .into_iter()
    .enumerate()
    {
        let mut call = Call::new(operation, order, &shop);
        if is_write(operation) {
            call = call.once(&number.to_string()).body(body);
        }
        rig.desk.stuck.store(true, Ordering::SeqCst);
        let told = hurried.call(&call).await;
        assert_eq!((told.status, &*told.problem()), (504, "gateway-late"));
        rig.desk.stuck.store(false, Ordering::SeqCst);
        rig.desk.silent.store(true, Ordering::SeqCst);
        expect(call.clone(), 502, "gateway-unreachable").await;
        rig.desk.silent.store(false, Ordering::SeqCst);
        let told = expect(call.clone(), 200, "").await;
        if asks(operation) {
            assert_eq!(told.json()["orders"][0]["success"], true, "{told:?}");
        }
        if is_write(operation) {
            assert_eq!(expect(call, 200, "").await.answer, told.answer);
        }
    }
    let mut elsewhere = Call::new(Operation::ShowBatch, "", &shop);
    elsewhere.query = "brand=Elsewhere".to_owned();
    expect(elsewhere, 422, "value").await;
    let mut items = Call::new(Operation::ShowBatch, "", &shop);
    items.query = "batch=1&brand=orchard&items=true".to_owned();
    let told = expect(items, 200, "").await;
    assert!(!told.json()["items"].as_array().unwrap().is_empty());
    let mut page = Call::new(Operation::ListOrders, "", &shop);
    page.query = "limit=1".to_owned();
    let told = expect(page.clone(), 200, "").await;
    page.query = format!("limit=2&after={}", told.json()["next"].as_str().unwrap());
    let rest = expect(page, 200, "").await;
    assert_eq!(rest.json()["orders"].as_array().unwrap().len(), 2);
    expect(Call::new(Operation::ShowOrder, &order, &shop), 200, "").await;

    let seen = std::mem::take(&mut *seen.lock().unwrap());
    let given: BTreeSet<_> = seen
        .iter()
        .filter_map(|one| Some((one.operation?.name(), one.status)))
        .collect();
    assert_eq!(given, listed());
    hold_against_the_description(&seen);
}

/// What is refused before anything is looked at, by all operations alike.
async fn refusals(rig: &Rig, api: &Api, shop: &str) {
    let reader = key(rig, true).await;
    let seen = api.seen();
    let impatient = Api::start(rig, Arc::clone(&seen), |config| {
        config.timeouts.between_octets = Period::milliseconds(50);
    })
    .await;
    let closed = Api::start(rig, seen, |_| ()).await;
    closed.till.close().await;
    for operation in Operation::ALL {
        if operation == Operation::Describe {
            continue;
        }
        let call = plain(operation, "2a", shop);
        let problem = async |api: &Api, call: Call| {
            let told = api.call(&call).await;
            (told.status, told.problem())
        };
        let expected = |status: u16, name: &str| (status, name.to_owned());
        let nobody = Call {
            key: None,
            ..call.clone()
        }
        .bad();
        assert_eq!(problem(api, nobody).await, expected(401, "no-key"));
        let wrong = Call {
            key: Some("set_00_00".to_owned()),
            ..call.clone()
        };
        assert_eq!(problem(api, wrong).await, expected(401, "wrong-key"));
        assert_eq!(problem(&closed, call.clone()).await, expected(503, "busy"));
        if !is_write(operation) {
            let mut unknown = call.clone().bad();
            unknown.query = "colour=red".to_owned();
            if matches!(operation, Operation::ListOrders | Operation::ShowBatch) {
                assert_eq!(problem(api, unknown).await, expected(400, "malformed"));
            }
            continue;
        }
        let reads = Call {
            key: Some(reader.clone()),
            ..call.clone()
        };
        assert_eq!(problem(api, reads).await, expected(403, "read-only"));
        let unnamed = Call {
            idempotency_key: None,
            ..call.clone()
        }
        .bad();
        assert_eq!(
            problem(api, unnamed).await,
            expected(400, "idempotency-key")
        );
        let unknown = call.clone().body(r#"{"colour":"4111111111111111"}"#).bad();
        assert_eq!(problem(api, unknown).await, expected(400, "malformed"));
        let long = Call {
            announced: Some(30_001),
            ..call.clone()
        };
        assert_eq!(problem(api, long).await, expected(413, "too-large"));
        let text = Call {
            media: Some("text/plain"),
            ..call.clone()
        }
        .bad();
        assert_eq!(problem(api, text).await, expected(415, "media-type"));
        let stuck = Call {
            announced: Some(200),
            ..call
        };
        assert_eq!(problem(&impatient, stuck).await, expected(408, "slow-body"));
    }
    let mut nowhere = Call::new(Operation::ListOrders, "", shop);
    nowhere.operation = None;
    nowhere.path = "/v1/cards".to_owned();
    let told = api.call_unlisted(&nowhere).await;
    assert_eq!((told.status, &*told.problem()), (404, "no-such-path"));
    nowhere.path = "/v1/orders".to_owned();
    nowhere.method = "DELETE".to_owned();
    let told = api.call_unlisted(&nowhere).await;
    assert_eq!((told.status, &*told.problem()), (405, "method"));
}

/// Every exchange by an independent validator.
fn hold_against_the_description(seen: &[Exchange]) {
    let Some(python) = externals::require("python3") else {
        return;
    };
    let has = Command::new(&python)
        .args(["-c", "import openapi_core"])
        .stderr(Stdio::null())
        .status()
        .unwrap();
    if !has.success() {
        return externals::missing("python3 has no openapi-core");
    }
    let home = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap());
    let mut child = Command::new(python)
        .arg(home.join("tests/tools/check_exchanges.py"))
        .arg(home.join("openapi.json"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut to = child.stdin.take().unwrap();
    for exchange in seen {
        // The checker may have found a fault and gone.
        let _gone = writeln!(to, "{}", serde_json::to_string(exchange).unwrap());
    }
    drop(to);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}");
    assert_eq!(said.trim(), seen.len().to_string());
}
