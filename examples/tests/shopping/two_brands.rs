//! Two brands and two acquirers behind one merchant and one gateway.

use std::fs;

use crate::street::{Street, only_file, tcp};

/// Brand, its acquirer's BIN, and the cardholder's folder.
const BRANDS: [(&str, &str, &str); 2] = [
    ("Orchard", "455555", "first-card"),
    ("Meadow", "466666", "second-card"),
];
#[test]
fn a_merchant_sells_for_two_brands_through_two_acquirers() {
    let place = tempfile::tempdir().unwrap();
    let mut street = Street::new(place.path());
    let plan = place.path().join("plan.toml");
    fs::write(&plan, PLAN).unwrap();
    street.run("ca", "ca", &["init", "--plan", plan.to_str().unwrap()]);
    let ca = tcp(&street.serve("ca"));
    let root = only_file(&street.data.join("ca").join("roots"));
    let common = ["--ca", &ca, "--root", &root];

    street.run("gateway", "gateway", &["init"]);
    for (brand, bin, _) in BRANDS {
        let args = [&["enroll", "--brand", brand, "--bin", bin], &common[..]].concat();
        street.run("gateway", "gateway", &args);
    }
    assert!(street.data.join("gateway/brands/meadow-466666").is_dir());
    let gateway = tcp(&street.serve("gateway"));

    street.run("merchant", "merchant", &["init"]);
    for (brand, bin, _) in BRANDS {
        let own = ["enroll", "--brand", brand, "--bin", bin];
        let more = ["--merchant-id", "TEAHOUSE-0001", "--gateway", &gateway];
        street.run("merchant", "merchant", &[&own[..], &more, &common].concat());
    }
    let again = [
        &[
            "enroll",
            "--brand",
            "meadow",
            "--bin",
            "466666",
            "--merchant-id",
            "TEAHOUSE-0001",
        ],
        &common[..],
    ]
    .concat();
    let refused = street
        .command("merchant", "merchant", &again)
        .output()
        .unwrap();
    assert!(!refused.status.success(), "the brand is enrolled for");
    street.serve("merchant");

    for (brand, _, card) in BRANDS {
        street.run("cardholder", card, &["init"]);
        let args = ["enroll", "--brand", brand, "--field", "Name=A. Shopper"];
        street.run("cardholder", card, &[&args[..], &common].concat());
        let offer = ["offer", "--description", "One teapot", "--amount", "12950"];
        let offered = street.run("merchant", "merchant", &offer);
        let wake_up = offered[0]["wake_up_url"].as_str().unwrap().to_owned();
        street.run("cardholder", card, &["pay", "--wake-up", &wake_up, "--yes"]);
    }

    // One command captures both, with a message to each gateway.
    street.run("merchant", "merchant", &["capture", "--all"]);
    for (brand, _, _) in BRANDS {
        let shown = street.run("merchant", "merchant", &["batch", "show", "--brand", brand]);
        assert_eq!(shown[0]["totals"]["debits"], 1, "{brand}: {shown:?}");
        street.run(
            "merchant",
            "merchant",
            &["batch", "close", "--brand", brand],
        );
    }
    let transactions = street.run("gateway", "gateway", &["transactions"]);
    let all = transactions[0]["transactions"].as_array().unwrap();
    assert_eq!(all.len(), 2, "{all:?}");
    street.run("merchant", "merchant", &["refresh"]);
    let refreshed = street.run("gateway", "gateway", &["refresh"]);
    assert_eq!(refreshed.len(), BRANDS.len(), "{refreshed:?}");
    let certificates = street.run("gateway", "gateway", &["show"]);
    assert_eq!(certificates.len(), 2);
}

const PLAN: &str = r#"
[[brand]]
id = "Orchard"
country = "US"

[[brand.ca]]
certifies = ["cardholder", "merchant", "gateway"]
unit = "Orchard CA"
label = "orchardca"
separate_crl_key = false

[[brand]]
id = "Meadow"
country = "US"

[[brand.ca]]
certifies = ["cardholder", "merchant", "gateway"]
unit = "Meadow CA"
label = "meadowca"
separate_crl_key = false
"#;
