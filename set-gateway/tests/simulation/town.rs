//! Who takes part: a brand whose keys are quick, a merchant, a gateway, and orders that were
//! placed. Made once; every history begins with the same.

use std::sync::{Arc, OnceLock};

use set_core::asn1::{Date, SeqOf};
use set_core::cardholder::Card;
use set_core::cardholder::purchase::{Initiating, Wish};
use set_core::exchange::{Context, receive};
use set_core::gateway::{CapTokens, Gateway};
use set_core::merchant::order::Ordered;
use set_core::merchant::{Merchant, Offer, p_init, p_req};
use set_core::msg::amount::{Currency, CurrencyAmount};
use set_core::msg::ids::{BrandId, Language, LocalId};
use set_core::msg::message::Message;
use set_core::party::{Identity, Trust};
use set_core::path::TrustStore;
use set_node::station::Station;
use set_testkit::Quick;
use set_testkit::clock::{Clock, noon};
use set_testkit::hierarchy::{BRAND, Hierarchy, Issued, LeafCa, merchant_data};

pub(crate) struct Town {
    pub(crate) merchant: Merchant,
    pub(crate) gateway: Gateway,
    pub(crate) orders: Vec<Ordered>,
}

pub(crate) fn town() -> &'static Town {
    static TOWN: OnceLock<Town> = OnceLock::new();
    TOWN.get_or_init(|| {
        let brand = Hierarchy::quick();
        let station = Station::new("town", "1")
            .unwrap()
            .with_crypto(Arc::new(Quick::seeded(7)))
            .with_clock(noon);
        let context = station.context();
        let trust = trust(&context, &brand);
        let merchant = Merchant {
            signature: identity(&brand, &brand.merchant_signature, &brand.mca),
            encryption: identity(&brand, &brand.merchant_encryption, &brand.mca),
            trust: trust.clone(),
            former: Vec::new(),
            gateways: Vec::new(),
        };
        let card = Card {
            pan: brand.card.pan.duplicate(),
            card_expiry: brand.card.expiry.duplicate(),
            pan_secret: brand.card.pan_secret.duplicate(),
            identity: identity(&brand, &brand.cardholder, &brand.cca),
        };
        Town {
            orders: (1..=ORDERS)
                .map(|number| order(&context, &merchant, &card, &trust, number))
                .collect(),
            gateway: Gateway {
                signature: identity(&brand, &brand.gateway_signature, &brand.pca),
                encryption: identity(&brand, &brand.gateway_encryption, &brand.pca),
                trust,
                former: Vec::new(),
                bins: Vec::new(),
                acquirer: merchant_data().unwrap().mer_acquirer_bin,
                captures: true,
                cap_tokens: CapTokens::WithAccount,
            },
            merchant,
        }
    })
}

/// What a party computes with; `seed` is its own.
pub(crate) fn station(seed: u64, clock: &Arc<Clock>) -> Station {
    let clock = Arc::clone(clock);
    Station::new("simulation", "1")
        .unwrap()
        .with_crypto(Arc::new(Quick::seeded(seed)))
        .with_clock(move || -> Date { clock.now() })
}

/// The price of every order.
pub(crate) fn price() -> CurrencyAmount {
    CurrencyAmount {
        currency: Currency::new(840).unwrap(),
        amount: 12_950,
        amt_exp10: -2,
    }
}

fn trust(context: &Context<'_>, brand: &Hierarchy) -> Trust {
    let mut trust = Trust::new(TrustStore::new(vec![brand.root.certificate.clone()]));
    for certificate in brand.certificates() {
        trust.hold(certificate);
    }
    for crl in &brand.crls {
        trust.hold_crl(context, crl.clone());
    }
    trust.hold_bci(context, brand.bci.clone());
    trust
}

fn identity(brand: &Hierarchy, issued: &Issued, ca: &LeafCa) -> Identity {
    Identity {
        key: issued.key.clone(),
        certificate: issued.certificate.clone(),
        chain: vec![
            ca.cert_signing.certificate.clone(),
            brand.brand_ca.certificate.clone(),
        ],
    }
}

fn order(
    context: &Context<'_>,
    merchant: &Merchant,
    card: &Card,
    trust: &Trust,
    number: u8,
) -> Ordered {
    let (mut merchant, mut trust) = (merchant.clone(), trust.clone());
    let wish = Wish {
        od: b"One teapot".to_vec(),
        purch_amt: price(),
        brand_id: BrandId::new(BRAND).unwrap(),
        language: Language::new("en").unwrap(),
        lid_m: None,
        install_recur_data: None,
    };
    let offer = Offer {
        lid_m: LocalId::new(vec![number]).unwrap(),
        od: der::asn1::OctetString::new(wish.od.clone()).unwrap(),
        purch_amt: price(),
        brands: SeqOf::one(BrandId::new(BRAND).unwrap()),
        install_recur_data: None,
    };
    let (wallet, request) = Initiating::start(context, wish, card.bin().unwrap(), &trust).unwrap();
    let received = receive(context, &request, |_| true).unwrap();
    let Message::PInitReq(message) = &received.message else {
        panic!()
    };
    let (initiated, response) =
        p_init::p_init(context, &merchant, &received.header, message, offer).unwrap();
    let offered = wallet.handle(context, &response, &mut trust).unwrap();
    let (_, request) = offered.pay(context, card).unwrap();
    let received = receive(context, &request, |_| true).unwrap();
    let Message::PReq(message) = &received.message else {
        panic!()
    };
    p_req::p_req(context, &mut merchant, &received.header, message, initiated).unwrap()
}

/// Orders that every history begins with.
const ORDERS: u8 = 2;
