//! Merchants that the operator removed.

use set_core::asn1::{self, Limits, Raw, oid};
use set_core::merchant::{Merchant, capture, p_cert};
use set_core::msg::error::{self, ErrorCode, ErrorTbs};
use set_core::msg::ids::{Bin, MerchantId};
use set_core::msg::message::Message;
use set_core::msg::payment::auth_res::AuthCode;
use set_core::msg::payment::p_cert::BrandAndBin;
use set_core::msg::wrapper::MessageWrapper;
use set_core::treatment::s;
use set_gateway::merchants::{remove, removed, restore};
use set_node::config::{StoreConfig, StoreUrl};
use set_node::store::Store;
use set_testkit::clock::noon;
use set_testkit::externals::Postgres;
use set_testkit::hierarchy::{BRAND, merchant_data};

use crate::rig::{
    Host, ask, auth_req, authorized, merchant, order, price, service, station, takes,
};

fn name() -> (Bin, MerchantId) {
    let data = merchant_data().unwrap();
    (data.mer_acquirer_bin, data.mer_id)
}

/// The code of an Error and whether it names a certificate.
fn refusal(octets: &[u8]) -> (ErrorCode, bool) {
    let wrapper: MessageWrapper = asn1::decode(octets, &Limits::default()).unwrap();
    let Message::Error(error) = wrapper.message else {
        panic!("{}", wrapper.message.name())
    };
    let tbs: Raw<ErrorTbs> = match *error {
        error::Error::SignedError(signed) => {
            s::unverified(&signed, oid::content::ERROR_TBS).unwrap()
        }
        error::Error::UnsignedError(_) => panic!("it is not signed"),
    };
    (tbs.error_code, tbs.error_thumb.is_some())
}

fn p_cert_req(merchant: &Merchant) -> Vec<u8> {
    let station = station();
    let wanted = vec![BrandAndBin {
        brand_id: BRAND.parse().unwrap(),
        bin: None,
    }];
    let merchants = std::slice::from_ref(merchant);
    p_cert::p_cert(&station.context(), merchants, wanted)
        .unwrap()
        .1
}

async fn a_removed_merchant_is_refused_everything(store: &Store, again: &Store) {
    let host = Host::approving();
    let (node, other) = (service(store, &host), service(again, &host));
    let mut merchant = merchant();
    let sale = authorized(&node, &mut merchant).await;
    let (acquirer, id) = name();
    assert!(remove(store, &acquirer, &id, noon()).await.unwrap());
    assert!(
        !remove(store, &acquirer, &id, noon().plus(9)).await.unwrap(),
        "it was removed before"
    );
    assert_eq!(
        removed(again).await.unwrap(),
        [(acquirer.clone(), id.clone(), noon())]
    );

    let asked = host.asked.lock().unwrap().len();
    let ordered = order(&mut merchant);
    let (state, auth_req) = auth_req(&merchant, ordered, false);
    let station = station();
    let wish = capture::Wish {
        auth_rrpid: sale.payments[0].auth_rrpid,
        amount: price(),
        sale_detail: None,
    };
    let items = vec![(sale, vec![wish])];
    let (_, cap_req) = capture::capture(&station.context(), &merchant, items, None).unwrap();
    for service in [&node, &other] {
        for request in [&auth_req, &cap_req, &p_cert_req(&merchant)] {
            let answer = ask(service, request).await;
            assert_eq!(refusal(&answer), (ErrorCode::RevokedCertificate, true));
        }
    }
    assert_eq!(
        host.asked.lock().unwrap().len(),
        asked,
        "the host was asked"
    );

    assert!(restore(again, &acquirer, &id).await.unwrap());
    assert!(!restore(again, &acquirer, &id).await.unwrap());
    assert_eq!(removed(store).await.unwrap(), []);
    let answer = takes(&mut merchant, state, &ask(&node, &auth_req).await).unwrap();
    assert_eq!(answer.auth_code, AuthCode::Approved);
}

#[tokio::test]
async fn a_merchant_removed_in_a_file_is_refused_by_every_node_until_it_is_restored() {
    let folder = tempfile::tempdir().unwrap();
    let config = StoreConfig::default();
    let store = Store::open(folder.path(), &config).await.unwrap();
    let again = Store::open(folder.path(), &config).await.unwrap();
    a_removed_merchant_is_refused_everything(&store, &again).await;
}

#[tokio::test]
async fn a_merchant_removed_in_postgresql_is_refused_by_every_node_until_it_is_restored() {
    let Some(server) = Postgres::require() else {
        return;
    };
    let config = StoreConfig {
        url: Some(StoreUrl::new(server.database())),
        ..StoreConfig::default()
    };
    let store = Store::open("".as_ref(), &config).await.unwrap();
    let again = Store::open("".as_ref(), &config).await.unwrap();
    a_removed_merchant_is_refused_everything(&store, &again).await;
}

#[tokio::test]
async fn another_merchant_or_acquirer_of_the_same_id_is_not_touched() {
    let store = Store::in_memory().await.unwrap();
    let (acquirer, id) = name();
    let elsewhere = Bin::new("466666").unwrap();
    let namesake = MerchantId::new("MER-00011").unwrap();
    assert!(remove(&store, &elsewhere, &id, noon()).await.unwrap());
    assert!(remove(&store, &acquirer, &namesake, noon()).await.unwrap());
    let host = Host::approving();
    let node = service(&store, &host);
    authorized(&node, &mut merchant()).await;
    assert_eq!(removed(&store).await.unwrap().len(), 2);
}
