//! `docs/OUTCOMES.md`, walked: what the table says of a bad request or response is done to
//! the parties in memory, and what comes of it is compared with what the table says.
//!
//! Each section of the document has a test here, and each of its rows a stimulus of the same
//! name; a row without a stimulus fails, and so does a stimulus without a row. Every stimulus
//! looks besides that a refusal has changed nothing: see [`act`].
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions
)]

mod act;
mod auth;
mod auth_rev;
mod batch_admin;
mod cap;
mod cap_rev_or_cred;
mod every_request;
mod follow_up;
mod forge;
mod host;
mod inquiry;
mod merchant_request;
mod p_cert;
mod p_init;
mod p_req;
mod responses;
mod table;

/// The name of a row, and what does it; it tells what came of it.
pub(crate) type Stimulus = (&'static str, fn() -> String);

/// Walks one section.
fn walk(section: &str, stimuli: &[Stimulus]) {
    let wrong = table::compare(&table::rows(), section, stimuli);
    assert!(wrong.is_empty(), "\n{wrong}");
}

macro_rules! sections {
    ($($test:ident: $section:literal => $stimuli:expr;)*) => {
        $(
            #[test]
            fn $test() {
                walk($section, $stimuli);
            }
        )*

        const SECTIONS: &[&str] = &[$($section),*];
    };
}

sections! {
    every_request_is_treated_as_the_table_says: "Every request" => every_request::STIMULI;
    every_request_of_a_merchant_is: "Every request to the gateway" => merchant_request::STIMULI;
    p_init_req_and_p_init_res_are: "PInitReq and PInitRes" => p_init::STIMULI;
    p_req_and_p_res_are: "PReq and PRes" => p_req::STIMULI;
    inq_req_and_inq_res_are: "InqReq and InqRes" => inquiry::STIMULI;
    auth_req_is: "AuthReq" => auth::STIMULI;
    auth_req_with_an_auth_token_is: "AuthReq with an AuthToken" => follow_up::STIMULI;
    what_the_host_says_is: "What the host says" => host::STIMULI;
    auth_rev_req_is: "AuthRevReq" => auth_rev::STIMULI;
    cap_req_is: "CapReq" => cap::STIMULI;
    cap_rev_cred_and_cred_rev_req_are: "CapRevReq, CredReq and CredRevReq" => cap_rev_or_cred::STIMULI;
    batch_admin_req_is: "BatchAdminReq" => batch_admin::STIMULI;
    p_cert_req_is: "PCertReq" => p_cert::STIMULI;
    responses_to_the_merchant_are: "Responses of the gateway" => responses::STIMULI;
}

#[test]
fn every_section_of_the_table_is_walked() {
    let mut sections: Vec<String> = table::rows().into_iter().map(|row| row.section).collect();
    sections.dedup();
    assert_eq!(sections, SECTIONS);
}

#[test]
fn a_row_that_nothing_does_and_a_deed_without_a_row_are_found() {
    let text = "## Here\n| name | what | outcome |\n|---|---|---|\n\
                | `one` | done | `fine` |\n| `two` | not done | `fine` |\n";
    let rows = table::parse(text);
    let stimuli: &[Stimulus] = &[
        ("one", || "bad".to_owned()),
        ("three", || "fine".to_owned()),
    ];
    let wrong = table::compare(&rows, "Here", stimuli);
    for expected in [
        "one: the table says fine, but bad",
        "two: nothing does this",
        "three: the table has no such row",
    ] {
        assert!(wrong.contains(expected), "{wrong}");
    }
}
