//! What is said of the messages of a purchase, with all keys, with some and with none.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use set_core::crypto::RustCrypto;
use set_core::dump::Showing;
use set_core::merchant::authorize;
use set_inspect::{Desk, Evidence, Inspection, Verdict};
use set_testkit::clock::noon;
use set_testkit::hierarchy::hierarchy;
use set_testkit::street::{Server as _, Street};

/// The messages of a purchase: PReq and PRes, AuthReq and AuthRes, CapReq and CapRes.
fn purchase() -> Vec<Vec<u8>> {
    let mut street = Street::new();
    let (_, p_init_req) = street.p_init_req();
    let p_init_res = street.shop.answer(&p_init_req).unwrap();
    let (_, p_req) = street.p_req();
    let p_res = street.shop.answer(&p_req).unwrap();
    let (sale, auth_req) = street.auth_req(12_950, false);
    let auth_res = street.acquirer.answer(&auth_req).unwrap();
    let shop = &mut street.shop;
    let context = shop.tools.context();
    let answer = authorize::handle(&context, &mut shop.merchant, sale, &auth_res).unwrap();
    let (_, cap_req) = street.cap_req(answer.sale, 12_950);
    let cap_res = street.acquirer.answer(&cap_req).unwrap();
    vec![
        p_init_req, p_init_res, p_req, p_res, auth_req, auth_res, cap_req, cap_res,
    ]
}

/// All keys and certificates of the street.
fn everything() -> Evidence {
    let all = hierarchy();
    let mut evidence = Evidence::default();
    evidence.add_root(all.root.certificate.clone());
    for certificate in all.certificates() {
        evidence.add_certificate(&RustCrypto, certificate);
    }
    for crl in &all.crls {
        evidence.add_crl(&RustCrypto, crl.clone());
    }
    evidence.add_bci(&RustCrypto, all.bci.clone());
    for (name, issued) in [
        ("merchant", &all.merchant_encryption),
        ("gateway", &all.gateway_encryption),
        ("cca", &all.cca.encryption),
        ("mca", &all.mca.encryption),
    ] {
        evidence.add_key(name, issued.key.clone());
    }
    evidence
}

fn inspect(messages: &[Vec<u8>], evidence: Evidence, showing: Showing) -> Vec<Inspection> {
    let mut desk = Desk::new(&RustCrypto, evidence, noon());
    for (number, message) in messages.iter().enumerate() {
        desk.add(format!("message {number}"), message.clone(), None);
    }
    desk.conclude(showing)
}

fn said(inspection: &Inspection) -> String {
    let text = set_inspect::report::text(
        std::slice::from_ref(inspection),
        set_inspect::report::Colour::Off,
    );
    text
}

#[test]
fn with_all_keys_everything_in_a_purchase_opens_and_fits() {
    for inspection in inspect(&purchase(), everything(), Showing::default()) {
        let text = said(&inspection);
        assert!(inspection.is_sound(), "{text}");
        for finding in &inspection.findings {
            let hod = finding.what.ends_with("HODInput");
            assert!(
                finding.verdict == Verdict::Fits || hod,
                "{finding:?}\n{text}"
            );
        }
    }
}
