//! A merchant inside of a web server of your own: your shop says what is offered, set-core
//! answers PInitReq. Keys and certificates are those of an enrolled `set-merchant`.
//!
//! ```sh
//! cargo run --release -- --data mall
//! SET_PASSPHRASE=mall-demo-passphrase cargo run --release -p examples --example embed_merchant mall/merchant
//! ```
#![forbid(unsafe_code)]

use std::{error::Error, path::Path, sync::Arc};

use axum::{Router, body::Bytes, http::StatusCode, http::header, routing::post};
use der::asn1::OctetString;
use set_core::asn1::SeqOf;
use set_core::exchange::{Refusal, receive};
use set_core::merchant::{Merchant, Offer, p_init};
use set_core::msg::amount::{Currency, CurrencyAmount};
use set_core::msg::{ids::BrandId, ids::LocalId, message::Message};
use set_node::keystore::{Iterations, KeyStore, Passphrase};
use set_node::{party::PartyFolder, station::Station};

/// A real shop looks the offer up by localID-M, and stores the state that comes back.
fn p_init_res(
    station: &Station,
    merchant: &Merchant,
    offer: Offer,
    octets: &[u8],
) -> Result<Vec<u8>, Refusal> {
    let context = station.context();
    let served = |message: &Message| matches!(message, Message::PInitReq(_));
    let received = receive(&context, octets, served)?;
    let Message::PInitReq(request) = &received.message else {
        return Ok(Vec::new());
    };
    let outcome = p_init::p_init(&context, merchant, &received.header, request, offer);
    let (_initiated, response) = outcome.map_err(|error| received.refuse(error))?;
    Ok(response)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let data = std::env::args().nth(1).ok_or("name a merchant's folder")?;
    let passphrase = Passphrase::from_variable("SET_PASSPHRASE")?.ok_or("set SET_PASSPHRASE")?;
    let keys = Path::new(&data).join("keys");
    let keys = KeyStore::open(&keys, passphrase, Iterations::LEAST)?;
    let station = Station::new("embed_merchant", env!("CARGO_PKG_VERSION"))?;
    let folder = PartyFolder::new(&data);
    let identity = |name| folder.load_identity(&keys, name, &station.policy().key_rules);
    let merchant = Merchant {
        signature: identity("merchant-signature")?.ok_or("enroll first")?,
        encryption: identity("merchant-encryption")?.ok_or("enroll first")?,
        former: Vec::new(),
        trust: folder.load_trust(&station.context())?,
        gateways: Vec::new(),
    };
    let (currency, amount, amt_exp10) = (Currency::new(840)?, 12_950, -2);
    let name = merchant.signature.certificate.subject_name()?;
    let offer = Offer {
        lid_m: LocalId::new(*b"order 1")?,
        od: OctetString::new(*b"One teapot")?,
        #[rustfmt::skip]
        purch_amt: CurrencyAmount { currency, amount, amt_exp10 },
        brands: SeqOf::<_, 1>::one(BrandId::new(name.organization())?),
        install_recur_data: None,
    };
    let shop = Arc::new((station, merchant, offer));
    let set = post(|body: Bytes| async move {
        let (station, merchant, offer) = &*shop;
        let answer = p_init_res(station, merchant, offer.clone(), &body);
        let error = |refusal: Refusal| refusal.answer(&station.context(), None);
        let answer = answer.or_else(|refusal| error(refusal).ok().flatten().ok_or(()));
        let answer =
            answer.map(|octets| ([(header::CONTENT_TYPE, "application/set-payment")], octets));
        answer.map_err(|()| StatusCode::NO_CONTENT)
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("one teapot at http://{}/set", listener.local_addr()?);
    Ok(axum::serve(listener, Router::new().route("/set", set)).await?)
}
