//! Gateway and merchant killed under load. `SET_CRASH_KILLS` says how often; a few times unless
//! it is set.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::process::Command;

use serde_json::Value;
use set_testkit::externals::Postgres;

/// Kills and compares; what was told at the end.
fn crash(more: &[String]) -> Value {
    let kills = std::env::var("SET_CRASH_KILLS").unwrap_or_else(|_| "10".to_owned());
    let output = Command::new(env!("CARGO_BIN_EXE_crash"))
        .args(["--kills", &kills])
        .args(more)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    println!("{told}");
    told
}

/// That something was bought, and somebody killed.
fn check(told: &Value) {
    let count = |pointer: &str| told.pointer(pointer).and_then(Value::as_u64).unwrap();
    assert!(
        count("/gateway_kills") > 0 && count("/merchant_kills") > 0,
        "{told}"
    );
    assert!(
        count("/verdict/orders") > 0 && count("/verdict/asked") > 0,
        "{told}"
    );
    assert_eq!(
        told.pointer("/verdict/faults"),
        Some(&Value::Array(Vec::new()))
    );
}

#[test]
fn whoever_is_killed_over_sqlite_no_payment_is_lost_or_doubled() {
    check(&crash(&[]));
}

#[test]
fn whoever_is_killed_over_postgresql_no_payment_is_lost_or_doubled() {
    let Some(server) = Postgres::require() else {
        return;
    };
    let stores = ["--gateway-store", "--merchant-store"];
    let args = stores.map(|option| [option.to_owned(), server.database()]);
    check(&crash(&args.concat()));
}
