//! A critical extension that nobody knows is refused wherever it is; one that is not critical is
//! ignored, and kept.

use std::collections::BTreeSet;

use set_core::asn1::{Asn1, Limits, Raw, Schema, Shape, oid};
use set_core::cardholder::inquiry::Inquiring;
use set_core::error::{Error, PeerFault};
use set_core::exchange::{CapRevOrCred, extensions};
use set_core::merchant::{Sale, authorize, batch_admin, capture, correct, reverse};
use set_core::msg::error::ErrorCode;
use set_core::msg::message::Message;
use set_core::msg::payment::batch::{BatchStatus, TransDetails};
use set_core::msg::payment::batch_admin::{MaximumItems, ReturnTransactionDetail};
use set_core::msg::payment::inq::InqReq;
use set_core::msg::payment::p_req::{OiData, PReq, PiTbs};
use set_core::msg::registry;
use set_core::msg::tags::MsgExtension;
use set_core::policy::Policy;
use set_core::treatment::enc::Types;
use set_core::treatment::{dd, so};
use set_testkit::annotated::{Body, Element};
use set_testkit::generate::{Fullness, Generator};
use set_testkit::street::{Server, Shop, Street, Wallet, amount};

use crate::extended::{everywhere, holds_extensions, unknown};
use crate::sealed::{self, Whole, rewrap};

const UNKNOWN: Error = Error::Peer(PeerFault::UnrecognizedExtension(
    der::asn1::ObjectIdentifier::new_unwrap("1.2.3.4"),
));

/// The extensions in a value, but those in ANY, by their index among all elements.
fn places(whole: &Element) -> Vec<usize> {
    let is_one = |element: &Element| {
        let schema = element.schema.map(|schema| schema.name);
        schema == Some(MsgExtension::SCHEMA.name) && !element.opaque
    };
    let all = whole.all().into_iter().enumerate();
    all.filter(|(_, element)| is_one(element))
        .map(|(index, _)| index)
        .collect()
}

#[test]
fn every_extension_in_every_type_of_the_contract_is_looked_at() {
    let (strict, mut knowing) = (Policy::default(), Policy::default());
    knowing
        .message_extensions
        .insert("1.2.3.4".parse().unwrap());
    let mut seen = BTreeSet::new();
    for entry in registry::ALL {
        for seed in 1..=4 {
            let octets = Generator::new(seed, Fullness::Most).value(entry.schema);
            let mut whole = Element::read(&octets, entry.schema).unwrap();
            for index in places(&whole).into_iter().rev() {
                whole = whole.with(index, |one| one.body = Body::Primitive(unknown(false)));
            }
            let harmless = whole.write();
            extensions::check_octets(entry.schema, &harmless, &strict).unwrap();
            let kept = entry.reencode(&harmless, &Limits::default());
            assert_eq!(kept.unwrap(), harmless, "{}", entry.name);
            for index in places(&whole) {
                let path = whole.all()[index].path.clone();
                let critical = whole.with(index, |one| one.body = Body::Primitive(unknown(true)));
                let critical = critical.write();
                let refused = extensions::check_octets(entry.schema, &critical, &strict);
                assert_eq!(refused, Err(UNKNOWN), "{path}");
                extensions::check_octets(entry.schema, &critical, &knowing).unwrap();
                seen.insert(path);
            }
        }
    }
    let mut fields = 0;
    for entry in registry::ALL {
        let Shape::Sequence(all) = &entry.schema.shape else {
            continue;
        };
        for field in all.iter().filter(|field| holds_extensions(field)) {
            fields += 1;
            let path = format!("{}.{}", entry.schema.name, field.name);
            assert!(seen.iter().any(|seen| seen.starts_with(&path)), "{path}");
        }
    }
    assert!(fields > 25, "{fields} fields");
}

#[test]
fn what_is_not_of_the_type_is_not_passed_over() {
    let schema = set_core::msg::payment::inq::InqReqData::SCHEMA;
    let refused = extensions::check_octets(schema, b"\x30\x02\x05\x00", &Policy::default());
    assert_eq!(refused.unwrap_err().code(), ErrorCode::DecodingFailure);
}

type Outcome = Result<(), Error>;

/// Both kinds of extension in each place of a content.
fn in_each_place(
    octets: &[u8],
    schema: &'static Schema,
    at_least: &[&str],
    mut outcome: impl FnMut(&dyn Fn(&[u8], &'static Schema) -> Vec<u8>) -> Outcome,
) {
    let harmless = everywhere(octets, schema, false);
    let critical = everywhere(octets, schema, true);
    for place in at_least {
        let found = harmless.iter().any(|(path, _)| path.ends_with(place));
        let places = harmless.iter().map(|(path, _)| path);
        assert!(found, "{place} is none of {:?}", places.collect::<Vec<_>>());
    }
    for ((path, harmless), (_, critical)) in harmless.into_iter().zip(critical) {
        assert_eq!(outcome(&|_, _| critical.clone()), Err(UNKNOWN), "{path}");
        assert_eq!(outcome(&|_, _| harmless.clone()), Ok(()), "{path}");
    }
}

/// Both kinds in each place of what `message` has signed, which `make` signs, and seals, anew.
fn in_each_place_of(
    message: &[u8],
    at_least: &[&str],
    mut remake: impl FnMut(&mut Message, sealed::Alter<'_>),
    mut take: impl FnMut(&[u8]) -> Outcome,
) {
    let mut content = None;
    let mut honest = std::cell::RefCell::new(None);
    rewrap(message, |wrapper| {
        remake(&mut wrapper.message, &|octets, schema| {
            *honest.borrow_mut() = Some((octets.to_vec(), schema));
            octets.to_vec()
        });
    });
    content.clone_from(honest.get_mut());
    let (octets, schema) = content.unwrap();
    in_each_place(&octets, schema, at_least, |alter| {
        take(&rewrap(message, |wrapper| {
            remake(&mut wrapper.message, alter)
        }))
    });
}

/// From the shop to the acquirer and back.
struct Exchange<'a> {
    street: &'a Street,
    request: Vec<u8>,
    types: [Types; 2],
    places: [&'a [&'a str]; 2],
}

impl Exchange<'_> {
    fn check(&self, mut take: impl FnMut(&mut Shop, &[u8]) -> Outcome) {
        let Street { shop, acquirer, .. } = self.street;
        let crypto = &shop.tools.crypto;
        let [request, response] = self.types;
        in_each_place_of(
            &self.request,
            self.places[0],
            |message, alter| match sealed::whole(message) {
                Whole::Enveloped(envelope) => {
                    let (from, to) = (&shop.merchant.signature, &acquirer.gateway.encryption);
                    sealed::seal(crypto, envelope, request, from, to, alter);
                }
                Whole::Signed(signed) => {
                    sealed::sign(crypto, signed, &shop.merchant.signature, alter);
                }
            },
            |octets| served(acquirer, octets),
        );
        let answer = acquirer.restarted().answer(&self.request);
        let answer = answer.map_err(|refused| refused.error).unwrap();
        in_each_place_of(
            &answer,
            self.places[1],
            |message, alter| match sealed::whole(message) {
                Whole::Enveloped(envelope) => {
                    let (from, to) = (&acquirer.gateway.signature, &shop.merchant.encryption);
                    sealed::seal(crypto, envelope, response, from, to, alter);
                }
                Whole::Signed(signed) => {
                    sealed::sign(crypto, signed, &acquirer.gateway.signature, alter);
                }
            },
            |octets| take(&mut shop.restarted(), octets),
        );
    }
}

fn served(server: &impl Server, octets: &[u8]) -> Outcome {
    let mut server = server.restarted();
    match server.answer(octets) {
        Ok(_) => Ok(()),
        Err(refused) => Err(refused.error),
    }
}

const fn types(tbe: der::asn1::ObjectIdentifier, tbs: der::asn1::ObjectIdentifier) -> Types {
    Types { tbe, tbs }
}

#[test]
fn gateway_and_merchant_refuse_one_in_an_authorization() {
    let mut street = Street::new();
    street.placed();
    let (sale, request) = street.auth_req(12_950, false);
    Exchange {
        street: &street,
        request,
        types: [
            types(oid::content::AUTH_REQ_TBE, oid::content::AUTH_REQ_TBS),
            types(oid::content::AUTH_RES_TBE, oid::content::AUTH_RES_TBS),
        ],
        places: [&["aRqExtensions"], &["aRsExtensions"]],
    }
    .check(|shop, octets| {
        let context = shop.tools.context();
        authorize::handle(&context, &mut shop.merchant, sale.clone(), octets).map(drop)
    });
}

#[test]
fn gateway_and_merchant_refuse_one_in_a_reversal() {
    let mut street = Street::new();
    let sale = street.authorized();
    for left in [5_000, 0] {
        let (sale, request) = street.shop.auth_rev_req(sale.clone(), left);
        let response = match left {
            0 => types(
                oid::content::AUTH_REV_RES_TBE,
                oid::content::AUTH_REV_RES_DATA,
            ),
            _ => types(
                oid::content::AUTH_REV_RES_TBEB,
                oid::content::AUTH_REV_RES_TBS,
            ),
        };
        Exchange {
            street: &street,
            request,
            types: [
                types(
                    oid::content::AUTH_REV_REQ_TBE,
                    oid::content::AUTH_REV_REQ_TBS,
                ),
                response,
            ],
            places: [
                &["aRvRqExtensions", "aRqExtensions", "aRsExtensions"],
                &["aRvRsExtensions"],
            ],
        }
        .check(|shop, octets| {
            let context = shop.tools.context();
            reverse::handle(&context, &mut shop.merchant, sale.clone(), octets).map(drop)
        });
    }
}

#[test]
fn gateway_and_merchant_refuse_one_in_a_capture() {
    let mut street = Street::new();
    let sale = street.authorized();
    let (sales, request) = street.cap_req(sale, 12_950);
    Exchange {
        street: &street,
        request,
        types: [
            types(oid::content::CAP_REQ_TBE, oid::content::CAP_REQ_TBS),
            types(oid::content::CAP_RES_TBE, oid::content::CAP_RES_DATA),
        ],
        places: [
            &["cRqExtensions", "cPayExtensions"],
            &["cRsExtensions", "cRsPayExtensions"],
        ],
    }
    .check(|shop, octets| {
        let context = shop.tools.context();
        capture::handle(&context, &mut shop.merchant, sales.clone(), octets).map(drop)
    });
}

#[test]
fn gateway_and_merchant_refuse_one_in_a_correction() {
    let mut street = Street::new();
    let sale = street.authorized();
    let (sale, _) = street.capture(sale, 10_000);
    let wish = |sale: &Sale| correct::Wish {
        auth_rrpid: sale.payments[0].auth_rrpid,
        capture: 0,
        credit: Some(0),
        amount: None,
        new_batch_id: None,
    };
    let part = wish(&sale);
    let (captured, _) = street.correct(CapRevOrCred::Cred, sale, part);
    for what in [
        CapRevOrCred::CapRev,
        CapRevOrCred::Cred,
        CapRevOrCred::CredRev,
    ] {
        let asked = wish(&captured);
        let (sales, request) = street.shop.correction(what, captured.clone(), asked);
        Exchange {
            street: &street,
            request,
            types: [what.plain(), what.response()],
            places: [
                &["cRvRqExtensions", "cRvRqItemExtensions", "cPayExtensions"],
                &["cRvRsExtensions", "cRvRsPayExtensions"],
            ],
        }
        .check(|shop, octets| {
            let context = shop.tools.context();
            correct::handle(&context, &mut shop.merchant, sales.clone(), octets).map(drop)
        });
    }
}

#[test]
fn gateway_and_merchant_refuse_one_about_a_batch() {
    let mut street = Street::new();
    let sale = street.authorized();
    street.capture(sale, 10_000);
    let show = batch_admin::Wish {
        summary: true,
        page: Some(page()),
        ..batch_admin::Wish::default()
    };
    let told = street.administer(show.clone());
    let totals: Option<BatchStatus> = told.batch_status;
    let items: Option<TransDetails> = told.trans_details;
    assert!(totals.is_some() && items.is_some());
    let compare = batch_admin::Wish {
        totals,
        items,
        ..batch_admin::Wish::default()
    };
    let (batch, details) = ("batchExtensions", "transExtensions");
    let total = "batchTotalExtensions";
    for (wish, asks, answers) in [
        (
            show,
            ["baRqExtensions"].as_slice(),
            [batch, total, details].as_slice(),
        ),
        (
            compare,
            &["baRqExtensions", batch, total, details],
            &[batch, total],
        ),
    ] {
        about_a_batch(&street, wish, asks, answers);
    }
}

fn about_a_batch(street: &Street, wish: batch_admin::Wish, asks: &[&str], answers: &[&str]) {
    let shop = &street.shop;
    let asked = batch_admin::batch_admin(&shop.tools.context(), &shop.merchant, wish);
    let (state, request) = asked.unwrap();
    Exchange {
        street,
        request,
        types: [
            types(
                oid::content::BATCH_ADMIN_REQ_TBE,
                oid::content::BATCH_ADMIN_REQ_DATA,
            ),
            types(
                oid::content::BATCH_ADMIN_RES_TBE,
                oid::content::BATCH_ADMIN_RES_DATA,
            ),
        ],
        places: [asks, answers],
    }
    .check(|shop, octets| {
        let context = shop.tools.context();
        let state = state.clone();
        state.handle(&context, &mut shop.merchant, octets).map(drop)
    });
}

fn page() -> ReturnTransactionDetail {
    ReturnTransactionDetail {
        starting_point: 0,
        maximum_items: MaximumItems::new(10).unwrap(),
        errors_only_ind: false,
        brand_id: None,
    }
}

#[test]
fn gateway_and_merchant_refuse_one_about_certificates() {
    let street = Street::new();
    let (state, request) = street.p_cert_req();
    let none = types(oid::content::OI_DATA, oid::content::OI_DATA);
    Exchange {
        street: &street,
        request,
        types: [none, none],
        places: [&["pcRqExtensions"], &["pcRsExtensions"]],
    }
    .check(|shop, octets| {
        let context = shop.tools.context();
        let merchants = std::slice::from_mut(&mut shop.merchant);
        state.clone().handle(&context, merchants, octets).map(drop)
    });
}

#[test]
fn merchant_and_wallet_refuse_one_before_an_order() {
    let mut street = Street::new();
    let wake_up = street.shop.offer(1);
    let ask = |wallet: &Wallet| {
        let (wish, bin) = (wallet.wish(&wake_up), wallet.card.bin().unwrap());
        let context = wallet.tools.context();
        set_core::cardholder::purchase::Initiating::start(&context, wish, bin, &wallet.trust)
            .unwrap()
    };
    let (_, request) = ask(&street.wallet.restarted());
    let schema = set_core::msg::payment::p_init::PInitReq::SCHEMA;
    let mut body = Vec::new();
    rewrap(&request, |wrapper| {
        if let Message::PInitReq(request) = &wrapper.message {
            body = set_core::asn1::encode(&**request).unwrap();
        }
    });
    in_each_place(&body, schema, &["piRqExtensions"], |alter| {
        let octets = rewrap(&request, |wrapper| {
            let altered = alter(&body, schema);
            let altered = set_core::asn1::decode(&altered, &Limits::default()).unwrap();
            wrapper.message = Message::PInitReq(Box::new(altered));
        });
        served(&street.shop, &octets)
    });
    let answer = street.shop.restarted().answer(&request);
    let answer = answer.map_err(|refused| refused.error).unwrap();
    from_shop(&street, &answer, "piRsExtensions", |octets| {
        let mut wallet = street.wallet.restarted();
        let (state, _) = ask(&wallet);
        let context = wallet.tools.context();
        state.handle(&context, octets, &mut wallet.trust).map(drop)
    });
}

/// What the merchant signs for the wallet.
fn from_shop(street: &Street, answer: &[u8], place: &str, take: impl FnMut(&[u8]) -> Outcome) {
    let shop = &street.shop;
    in_each_place_of(
        answer,
        &[place],
        |message, alter| match sealed::whole(message) {
            Whole::Signed(signed) => {
                sealed::sign(&shop.tools.crypto, signed, &shop.merchant.signature, alter);
            }
            Whole::Enveloped(_) => panic!("encrypted"),
        },
        take,
    );
}

#[test]
fn merchant_and_wallet_refuse_one_in_an_order() {
    let mut street = Street::new();
    let (_, request) = street.p_req();
    let wallet = &street.wallet;
    in_each_place_of(
        &request,
        &["oiExtensions"],
        |message, alter| sign_order(wallet, message, alter),
        |octets| served(&street.shop, octets),
    );
    // The state is made anew for each response, as it is good for one.
    let mut street = Street::new();
    let (_, request) = street.p_req();
    let answer = street.shop.answer(&request);
    let answer = answer.map_err(|refused| refused.error).unwrap();
    from_shop(&street, &answer, "pRsExtensions", |octets| {
        let mut street = Street::new();
        let (state, _) = street.p_req();
        let wallet = &mut street.wallet;
        let context = wallet.tools.context();
        state.handle(&context, octets, &mut wallet.trust).map(drop)
    });
}

fn sign_order(wallet: &Wallet, message: &mut Message, alter: sealed::Alter<'_>) {
    let Message::PReq(request) = message else {
        panic!("no PReq");
    };
    let PReq::PReqDualSigned(signed) = &mut **request else {
        panic!("unsigned");
    };
    let order = &mut signed.oi_dual_signed;
    let altered = alter(order.t1.octets(), OiData::SCHEMA);
    order.t1 = Raw::from_octets(altered).unwrap();
    let crypto = &wallet.tools.crypto;
    let tbs = Raw::new(PiTbs {
        h_pi_data: order.t2.clone(),
        h_oi_data: dd::dd(crypto, oid::content::OI_DATA, &order.t1).unwrap(),
    })
    .unwrap();
    let identity = &wallet.card.identity;
    signed.pi_dual_signed.pi_signature = so::so(
        crypto,
        &[identity.signer()],
        oid::content::PI_TBS,
        tbs.octets(),
        &identity.attached(),
    )
    .unwrap();
}

#[test]
fn merchant_and_wallet_refuse_one_in_an_inquiry() {
    let mut street = Street::new();
    let placed = street.placed();
    let ask = |wallet: &Wallet| {
        let context = wallet.tools.context();
        Inquiring::start(&context, placed.clone(), &wallet.card.identity).unwrap()
    };
    // Other random octets than those of the purchase.
    street.wallet.tools = set_testkit::street::Tools::new(21, std::sync::Arc::clone(&street.clock));
    let (_, request) = ask(&street.wallet.restarted());
    let wallet = &street.wallet;
    in_each_place_of(
        &request,
        &["inqRqExtensions"],
        |message, alter| {
            let Message::InqReq(request) = message else {
                panic!("no InqReq");
            };
            let InqReq::InqReqSigned(signed) = &mut **request else {
                panic!("unsigned");
            };
            sealed::sign(&wallet.tools.crypto, signed, &wallet.card.identity, alter);
        },
        |octets| served(&street.shop, octets),
    );
    let answer = street.shop.restarted().answer(&request);
    let answer = answer.map_err(|refused| refused.error).unwrap();
    from_shop(&street, &answer, "pRsExtensions", |octets| {
        let mut wallet = street.wallet.restarted();
        let (state, _) = ask(&wallet);
        let context = wallet.tools.context();
        state.handle(&context, octets, &mut wallet.trust).map(drop)
    });
}

#[test]
fn one_in_the_wrapper_is_refused_in_requests_and_responses() {
    let mut street = Street::new();
    street.placed();
    let (sale, request) = street.auth_req(amount(12_950).amount, false);
    let with = |octets: &[u8], critical: bool| {
        rewrap(octets, |wrapper| {
            let extension = set_core::msg::tags::MsgExtension {
                extn_id: "1.2.3.4".parse().unwrap(),
                critical,
                extn_value: der::asn1::OctetString::new(b"\x05\x00".as_slice()).unwrap(),
            };
            wrapper.mw_extensions = Some(set_core::asn1::SeqOf::one(extension));
        })
    };
    assert_eq!(
        served(&street.acquirer, &with(&request, true)),
        Err(UNKNOWN)
    );
    assert_eq!(served(&street.acquirer, &with(&request, false)), Ok(()));
    let answer = street.acquirer.answer(&request);
    let answer = answer.map_err(|refused| refused.error).unwrap();
    let take = |octets: &[u8]| {
        let mut shop = street.shop.restarted();
        let context = shop.tools.context();
        authorize::handle(&context, &mut shop.merchant, sale.clone(), octets).map(drop)
    };
    assert_eq!(take(&with(&answer, true)), Err(UNKNOWN));
    assert_eq!(take(&with(&answer, false)), Ok(()));
}
