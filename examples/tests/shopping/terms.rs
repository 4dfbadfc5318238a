//! Instalments, recurring payments, lines of business, and payments without a certificate.

use std::fs;

use serde_json::Value;

use crate::street::{Street, only_file, tcp};

/// A CA, a gateway that takes unsigned payments, a merchant that authorizes when it is told to.
fn open() -> (tempfile::TempDir, Street, String) {
    let place = tempfile::tempdir().unwrap();
    let mut street = Street::new(place.path());
    let own = ["init", "--brand", "Orchard"];
    street.run("ca", "ca", &own);
    let rules = street.data.join("ca").join("config.toml");
    let text = fs::read_to_string(&rules).unwrap();
    fs::write(&rules, text + OPTIONAL).unwrap();
    let ca = tcp(&street.serve("ca"));
    let root = only_file(&street.data.join("ca").join("roots"));
    let common = ["--ca", &ca, "--root", &root];
    let enroll = |street: &Street, role: &str, more: &[&str]| {
        street.run(role, role, &["init"]);
        let args = [&["enroll", "--brand", "Orchard"], &common[..], more].concat();
        street.run(role, role, &args);
    };
    enroll(&street, "gateway", &["--bin", "455555"]);
    let gateway = tcp(&street.serve("gateway"));
    let merchant = ["--bin", "455555", "--merchant-id", "TEAHOUSE-0001"];
    enroll(
        &street,
        "merchant",
        &[&merchant[..], &["--gateway", &gateway]].concat(),
    );
    street.serve("merchant");
    street.run("cardholder", "wallet", &["init"]);
    let card = ["enroll", "--brand", "Orchard", "--field", "Name=A. Shopper"];
    street.run("cardholder", "wallet", &[&card[..], &common].concat());
    (place, street, root)
}

/// Offers with these terms; gives lid-M and where the wake-up is.
fn offered(street: &Street, terms: &[&str]) -> (String, String) {
    let offer = ["offer", "--description", "A stay", "--amount", "30000"];
    let told = street.run("merchant", "merchant", &[&offer[..], terms].concat());
    let text = |name: &str| told[0][name].as_str().unwrap().to_owned();
    (text("lid_m"), text("wake_up_url"))
}

fn completion(told: &[Value]) -> &str {
    told[0]["completion"].as_str().unwrap()
}

#[test]
fn instalments_recurring_charges_lines_of_business_and_unsigned_orders_are_paid() {
    let (_place, street, root) = open();

    let (order, wake_up) = offered(&street, &["--instalments", "3"]);
    let consent = street
        .command("cardholder", "wallet", &["pay", "--wake-up", &wake_up])
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert!(!consent.status.success(), "nobody agreed");
    street.run(
        "cardholder",
        "wallet",
        &["pay", "--wake-up", &wake_up, "--yes"],
    );
    let stay = street.data.join("stay.json");
    fs::write(&stay, STAY).unwrap();
    let next = ["authorize", &order, "--market", "hotel", "--duration", "2"];
    street.run("merchant", "merchant", &next);
    let detailed = ["capture", &order, "--sale", stay.to_str().unwrap()];
    let captured = street.run("merchant", "merchant", &detailed);
    assert_eq!(captured[0]["orders"][0]["captured"], "200.00 USD");

    let recurring = ["--recurring-days", "30", "--recurring-until", "2099-12-31"];
    let (order, wake_up) = offered(&street, &recurring);
    street.run(
        "cardholder",
        "wallet",
        &["pay", "--wake-up", &wake_up, "--yes"],
    );
    let early = street
        .command(
            "merchant",
            "merchant",
            &["authorize", &order, "--subsequent"],
        )
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&early.stdout).into_owned();
    assert!(said.contains("recurringTooSoon"), "{said}");

    // A wallet without a certificate.
    let (_, wake_up) = offered(&street, &[]);
    street.run("cardholder", "stranger", &["init"]);
    let unsigned = ["pay", "--wake-up", &wake_up, "--yes", "--unsigned"];
    let more = ["--brand", "Orchard", "--root", &root];
    let paid = street.run("cardholder", "stranger", &[&unsigned[..], &more].concat());
    assert_eq!(completion(&paid), "authorizationPerformed");
    let asked = street.run("cardholder", "stranger", &["inquire", "--last"]);
    assert_eq!(completion(&asked), "authorizationPerformed");
    assert!(!street.data.join("stranger/card.pem").exists());
}

const OPTIONAL: &str = r#"
[[approval.acquirers]]
bin = "455555"
name = "First Acquirer"
gateway_id = "GATEWAY-1"
card_cert_required = false
"#;

const STAY: &str = r#"{
  "summary": "Two nights",
  "customer_reference": "PO 4711",
  "market": {"hotel": {
    "arrival": "2026-03-01", "departure": "2026-03-03", "days": 2, "folio": "77",
    "charges": {"room_charges": 28000, "mini_bar_charges": 2000}
  }}
}"#;
