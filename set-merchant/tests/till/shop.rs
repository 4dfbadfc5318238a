use set_core::wake_up::WakeUp;

use crate::rig::Rig;

const OFFER: &str = r#"{"description":"Tea for two","amount":700,"currency":392,"exponent":0,"brands":["Orchard"]}"#;
const TOKEN: &str = "POST /offers HTTP/1.1\r\nAuthorization: Bearer sesame";

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_is_made_over_http_and_wakes_a_wallet() {
    let rig = Rig::plain().await;
    let (status, _, body) = rig.http(TOKEN, OFFER).await;
    assert_eq!(status, 201);
    let offered: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let lid_m = offered["lid_m"].as_str().unwrap();
    let (status, head, body) = rig
        .http(&format!("GET /wake-up/{lid_m} HTTP/1.1"), "")
        .await;
    assert_eq!(status, 200);
    assert!(head.contains("content-type: application/set-payment-initiation"));
    let wake_up = WakeUp::parse(&body).unwrap();
    assert_eq!(wake_up.od, b"Tea for two");
    assert_eq!(wake_up.purch_amt.unwrap().amount, 700);
    assert_eq!(wake_up.lid_m.unwrap().to_string(), lid_m);
}

#[tokio::test(flavor = "multi_thread")]
async fn offers_are_made_with_the_shops_token_only() {
    let rig = Rig::plain().await;
    for head in [
        "POST /offers HTTP/1.1",
        "POST /offers HTTP/1.1\r\nAuthorization: Bearer sesam",
        "POST /offers HTTP/1.1\r\nAuthorization: Bearer ",
        "POST /offers HTTP/1.1\r\nAuthorization: Basic sesame",
    ] {
        assert_eq!(rig.http(head, OFFER).await.0, 401, "{head}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_that_cannot_be_is_400_and_says_why() {
    let rig = Rig::plain().await;
    for (wrong, named) in [
        ("{", "EOF"),
        (r#"{"amount":1}"#, "description"),
        (
            r#"{"description":"","amount":1,"currency":840,"exponent":-2}"#,
            "description",
        ),
        (
            r#"{"description":"x","amount":1,"currency":1000,"exponent":-2}"#,
            "currency",
        ),
        (
            r#"{"description":"x","amount":-1,"currency":840,"exponent":-2}"#,
            "-1",
        ),
        (
            r#"{"description":"x","amount":1,"currency":840,"exponent":-2,"brands":["茶"]}"#,
            "SET-Brand",
        ),
        (
            r#"{"description":"x","amount":1,"currency":840,"exponent":-2,"price":1}"#,
            "price",
        ),
    ] {
        let (status, _, body) = rig.http(TOKEN, wrong).await;
        let text = String::from_utf8(body).unwrap();
        assert_eq!(status, 400, "{wrong}");
        assert!(text.contains(named), "{wrong}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_nobody_made_is_404() {
    let rig = Rig::plain().await;
    for name in ["2a", "zz", "2", &"2a".repeat(21)] {
        let (status, ..) = rig.http(&format!("GET /wake-up/{name} HTTP/1.1"), "").await;
        assert_eq!(status, 404, "{name}");
    }
}
