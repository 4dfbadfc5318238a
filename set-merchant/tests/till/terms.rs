//! Instalments, recurring payments, and what a line of business adds.

use set_core::asn1::oid;
use set_core::msg::message::Message;
use set_core::msg::payment::auth_req::AuthReqTbs;
use set_core::msg::payment::cap::{CapReq, CapReqTbs};
use set_core::msg::payment::market::{MarketSpecAuthData, MarketSpecCapData, Prestige};
use set_core::msg::payment::sale_detail::PayRecurInd;
use set_core::msg::recur::InstallRecurInd;
use set_core::treatment::enc::Types;
use set_merchant::{AuthorizeWhen, AuthorizeWish, CaptureWish, Market, SaleWish};

use crate::rig::{Rig, Wallet};

fn last_auth_req(rig: &Rig) -> AuthReqTbs {
    let types = Types {
        tbe: oid::content::AUTH_REQ_TBE,
        tbs: oid::content::AUTH_REQ_TBS,
    };
    rig.desk.last(types, |message| match message {
        Message::AuthReq(request) => Some(&request.enc),
        _ => None,
    })
}

fn last_cap_req(rig: &Rig) -> CapReqTbs {
    let types = Types {
        tbe: oid::content::CAP_REQ_TBE,
        tbs: oid::content::CAP_REQ_TBS,
    };
    rig.desk.last(types, |message| match message {
        Message::CapReq(request) => match &**request {
            CapReq::EncB(request) => Some(&request.enc),
            CapReq::EncBx(_) => None,
        },
        _ => None,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_of_instalments_is_one_in_the_wake_up_the_order_and_each_authorization() {
    let rig = Rig::plain().await;
    let (_, placed) = rig
        .buy_with(&mut Wallet::new(), r#","instalments":3"#)
        .await;
    let order = placed.trans_ids.xid.to_string();
    let payload = last_auth_req(&rig).t1.auth_req_item.auth_req_payload;
    assert!(payload.subsequent_auth_ind);
    let terms = payload.install_recur_data.unwrap();
    let InstallRecurInd::InstallTotalTrans(number) = terms.install_recur_ind else {
        panic!("{terms:?}");
    };
    assert_eq!(number.value(), 3);
    for _ in 0..2 {
        let wish = AuthorizeWish::default();
        rig.till.authorize_order(&order, &wish, None).await.unwrap();
    }
    let acquirer = rig.desk.acquirer.lock().unwrap();
    let amounts = acquirer.books.authorizations.iter();
    let amounts: Vec<u64> = amounts.map(|one| one.auth_amt.amount).collect();
    assert_eq!(amounts.iter().sum::<u64>(), 12_950);
    assert_eq!(amounts.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_that_recurs_names_its_days_and_its_end() {
    let rig = Rig::plain().await;
    let terms = r#","recurring_days":30,"recurring_until":"2001-12-31""#;
    let wake_up = rig.wake_up_with(terms).await;
    let Some(InstallRecurInd::Recurring(recurring)) = wake_up.install_recur_ind else {
        panic!("{wake_up:?}");
    };
    assert_eq!(recurring.recurring_frequency.value(), 30);
    assert_eq!(
        recurring.recurring_expiry.to_string(),
        "2001-12-31T00:00:00Z"
    );
    rig.buy_with(&mut Wallet::new(), terms).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn terms_that_are_none_or_contradict_each_other_are_refused() {
    let rig = Rig::plain().await;
    for terms in [
        r#""instalments":1"#,
        r#""recurring_days":30"#,
        r#""recurring_until":"2001-12-31""#,
        r#""recurring_days":0,"recurring_until":"2001-12-31""#,
        r#""recurring_days":30,"recurring_until":"2001-02-30""#,
        r#""instalments":2,"recurring_days":30,"recurring_until":"2001-12-31""#,
    ] {
        let offer = r#""description":"x","amount":1,"currency":840,"exponent":-2"#;
        let body = format!("{{{offer},{terms}}}");
        let head = "POST /offers HTTP/1.1\r\nAuthorization: Bearer sesame";
        let (status, ..) = rig.http(head, &body).await;
        assert!((400..500).contains(&status), "{terms}: {status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_line_of_business_knows_goes_with_the_authorization_and_the_capture() {
    let rig = Rig::start(|config| config.authorize = AuthorizeWhen::Manual).await;
    let (_, placed) = rig.buy(&mut Wallet::new()).await;
    let order = placed.trans_ids.xid.to_string();
    let lacking = AuthorizeWish {
        market: Some(Market::Hotel),
        ..AuthorizeWish::default()
    };
    assert!(
        rig.till
            .authorize_order(&order, &lacking, None)
            .await
            .is_err()
    );
    let wish = AuthorizeWish {
        duration: Some(2),
        prestige: Some(3),
        ..lacking
    };
    rig.till.authorize_order(&order, &wish, None).await.unwrap();
    let payload = last_auth_req(&rig).t1.auth_req_item.auth_req_payload;
    let Some(MarketSpecAuthData::Hotel(hotel)) = payload.market_spec_auth_data else {
        panic!("{payload:?}");
    };
    assert_eq!(hotel.duration.value(), 2);
    assert_eq!(hotel.prestige, Some(Prestige::Level3));

    let sale: SaleWish = serde_json::from_str(STAY).unwrap();
    let wish = CaptureWish {
        sale: Some(sale),
        shipment: Some("A".to_owned()),
        ..CaptureWish::default()
    };
    rig.till
        .capture_orders(&[order], &wish, None)
        .await
        .unwrap();
    let item = last_cap_req(&rig).t1.cap_item_seq.first().clone();
    let detail = item.cap_payload.sale_detail.unwrap();
    assert_eq!(detail.mer_order_num.unwrap().as_str(), "A");
    assert_eq!(detail.order_summary.unwrap().as_str(), "Two nights");
    assert_eq!(detail.pay_recur_ind, Some(PayRecurInd::SingleTransaction));
    let company = detail.commercial_card_data.unwrap();
    assert_eq!(
        company.item_seq.unwrap().first().item_total_cost.amount,
        12_950
    );
    let market = detail.market_spec_sale_data.unwrap();
    let Some(MarketSpecCapData::Hotel(hotel)) = market.market_spec_cap_data else {
        panic!("{market:?}");
    };
    assert_eq!(hotel.hotel_charges.room_charges.amount, 12_000);
    assert_eq!(hotel.hotel_charges.mini_bar_charges.unwrap().amount, 950);
    assert_eq!(hotel.departure_date.to_string(), "1997-06-23T00:00:00Z");
}

#[test]
fn a_sale_of_each_line_of_business_is_read_and_what_is_not_known_is_refused() {
    for sale in [
        r#"{"market":{"auto":{"rented":"1997-06-21","returned":"1997-06-23","daily_rate":4000,
            "rented_at":{"country":840,"city":"Springfield"},
            "charges":{"regular_distance_charges":8000,"total_distance":120}}}}"#,
        r#"{"market":{"transport":{"passenger":"Ada","departure":"1997-06-21","origin":"JFK",
            "legs":[{"day":"1997-06-21","carrier":"XY","class":"Y","destination":"LHR"}]}}}"#,
        r#"{"company":{"tax":100,"items":[{"descriptor":"Teapot","cost":12950}]}}"#,
    ] {
        serde_json::from_str::<SaleWish>(sale).unwrap();
    }
    for sale in [
        r#"{"market":{"ship":{}}}"#,
        r#"{"market":{"hotel":{"arrival":"1997-06-21","departure":"1997-06-23"}}}"#,
        r#"{"colour":"red"}"#,
    ] {
        assert!(serde_json::from_str::<SaleWish>(sale).is_err(), "{sale}");
    }
}

const STAY: &str = r#"{
  "summary": "Two nights",
  "market": {"hotel": {
    "arrival": "1997-06-21", "departure": "1997-06-23", "days": 2,
    "charges": {"room_charges": 12000, "mini_bar_charges": 950}
  }},
  "company": {"tax": 950, "items": [{"descriptor": "Room", "cost": 12950}]}
}"#;
