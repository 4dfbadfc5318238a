//! A merchant inside of a web server of your own: your shop says what is offered, set-core
//! answers PInitReq. Keys and certificates are those of an enrolled `set-merchant`.
//!
//! ```sh
//! cargo run --release -- --data mall
//! SET_PASSPHRASE=demo cargo run --release -p examples --example embed_merchant mall/merchant
//! ```
#![forbid(unsafe_code)]

use std::{error::Error, path::Path, sync::Arc};

use axum::{Router, body::Bytes, routing::post};
use der::asn1::OctetString;
use set_core::asn1::SeqOf;
use set_core::exchange::receive;
use set_core::merchant::{Merchant, Offer, p_init};
use set_core::msg::amount::{Currency, CurrencyAmount};
use set_core::msg::{ids::BrandId, ids::LocalId, message::Message};
use set_node::keystore::{Iterations, KeyStore, Passphrase};
use set_node::{party::PartyFolder, station::Station};

struct Shop {
    station: Station,
    merchant: Merchant,
    offer: Offer,
}

impl Shop {
    /// A real shop looks the offer up by localID-M, and stores the state that comes back.
    fn answer(&self, octets: &[u8]) -> Vec<u8> {
        let context = self.station.context();
        let served = |message: &Message| matches!(message, Message::PInitReq(_));
        let outcome = receive(&context, octets, served).and_then(|received| {
            let Message::PInitReq(request) = &received.message else {
                return Ok(Vec::new());
            };
            let (header, offer) = (&received.header, self.offer.clone());
            match p_init::p_init(&context, &self.merchant, header, request, offer) {
                Ok((_initiated, response)) => Ok(response),
                Err(error) => Err(received.refuse(error)),
            }
        });
        outcome.unwrap_or_else(|refusal| {
            println!("refused: {}", refusal.error);
            let error = refusal.answer(&context, None);
            error.ok().flatten().unwrap_or_default()
        })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let usage = "usage: embed_merchant MERCHANT-DATA-FOLDER, with SET_PASSPHRASE set";
    let data = std::env::args().nth(1).ok_or(usage)?;
    let passphrase = Passphrase::from_variable("SET_PASSPHRASE")?.ok_or(usage)?;
    let keys = KeyStore::open(
        &Path::new(&data).join("keys"),
        passphrase,
        Iterations::LEAST,
    )?;
    let station = Station::new("embed_merchant", env!("CARGO_PKG_VERSION"))?;
    let (folder, rules) = (PartyFolder::new(&data), &station.policy().key_rules);
    let identity = |name| folder.load_identity(&keys, name, rules);
    let merchant = Merchant {
        signature: identity("merchant-signature")?.ok_or("enroll set-merchant first")?,
        encryption: identity("merchant-encryption")?.ok_or("enroll set-merchant first")?,
        trust: folder.load_trust(&station.context())?,
    };
    let brand = merchant.signature.certificate.subject_name()?;
    let offer = Offer {
        lid_m: LocalId::new(*b"order 1")?,
        od: OctetString::new(*b"One teapot")?,
        purch_amt: CurrencyAmount {
            currency: Currency::new(840)?,
            amount: 12_950,
            amt_exp10: -2,
        },
        brands: SeqOf::<_, 1>::one(BrandId::new(brand.organization())?),
        install_recur_data: None,
    };
    let shop = Arc::new(Shop {
        station,
        merchant,
        offer,
    });
    let set = post(|body: Bytes| async move { shop.answer(&body) });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!(
        "one teapot at http://{}/set; interrupt to stop",
        listener.local_addr()?
    );
    Ok(axum::serve(listener, Router::new().route("/set", set)).await?)
}
