//! A few purchases under the load tool, which has to count and measure them all.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::process::Command;

use serde_json::Value;

fn load(more: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_load"))
        .args(["--wallets", "2", "--purchases", "5"])
        .args(more)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_load_is_measured_and_every_rsa_operation_of_a_purchase_is_counted() {
    let told: Value = serde_json::from_str(&load(&["--format", "json"])).unwrap();
    assert_eq!(told["purchases"], 5, "{told}");
    assert_eq!(told["failed"], 0, "{told}");
    let role = |name: &str| {
        let roles = told["roles"].as_array().unwrap();
        roles.iter().find(|role| role["role"] == name).unwrap()
    };
    let private = |name: &str| {
        let operations = role(name)["operations"].as_array().unwrap().iter();
        let mut private = operations.filter(|counted| counted["half"] == "private");
        private.next().unwrap()["per_purchase"].as_f64().unwrap()
    };
    // PInitRes, AuthReq and PRes are signed, AuthRes is opened.
    assert!(private("merchant") >= 4.0, "{told}");
    // AuthReq and the payment instruction are opened; AuthRes and the token in it are signed.
    assert!(private("gateway") >= 4.0, "{told}");
    // PReq is signed.
    assert_eq!(private("wallets"), 1.0, "{told}");
    for figure in ["rate", "bound", "one_core", "ratio"] {
        assert!(told[figure].as_f64().unwrap() > 0.0, "{told}");
    }
    let latency = |name: &str| told["latency_ms"][name].as_f64().unwrap();
    assert!(latency("p50") <= latency("p90") && latency("p99") <= latency("max"));
}
