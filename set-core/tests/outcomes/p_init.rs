//! The beginning of a purchase.

use set_core::cardholder::purchase::Initiating;
use set_core::msg::ids::{Challenge, LocalId};
use set_core::msg::message::Message;
use set_core::msg::payment::p_init::{PInitReq, PInitResData};
use set_testkit::street::{Server, Street};
use set_testkit::{resign, rogues};

use crate::Stimulus;
use crate::act::{shop_says, taken};
use crate::every_request::unknown_extension;

pub(crate) const STIMULI: &[Stimulus] = &[
    ("no-lid-m", || asked(|request| request.local_id_m = None)),
    ("unknown-lid-m", || {
        asked(|request| request.local_id_m = LocalId::new([7]).ok())
    }),
    ("brand-not-offered", || {
        asked(|request| request.brand_id = "Meadow".parse().unwrap())
    }),
    ("critical-extension", || {
        asked(|request| request.pi_rq_extensions = Some(unknown_extension()))
    }),
    ("order-placed-before", || {
        let mut street = Street::new();
        street.placed();
        let (_, again) = start(&street);
        shop_says(&mut street.shop, &again)
    }),
    ("asked-for-twice", || {
        let mut street = Street::new();
        street.p_init_req();
        let (_, first) = start(&street);
        assert_eq!(shop_says(&mut street.shop, &first), "PInitRes");
        let (_, second) = start(&street);
        shop_says(&mut street.shop, &second)
    }),
    ("response-with-another-challenge", || {
        answered(|_, data| data.chall_c = Challenge::new([9; 20]))
    }),
    ("response-with-another-lid-c", || {
        answered(|_, data| data.trans_ids.lid_c = LocalId::new([9; 20]).unwrap())
    }),
    ("response-without-thumbs", || {
        // A wallet that has bought before, and so has certificates to show.
        let mut street = Street::new();
        street.offered();
        respond(street, |_, data| data.thumbs = None)
    }),
    ("response-in-another-language", || {
        answered(|_, data| data.trans_ids.language = "fr".parse().unwrap())
    }),
    ("response-naming-no-gateway-sent", || {
        answered(|street, data| {
            let theirs = &street.shop.merchant.encryption.certificate;
            data.pe_thumb = theirs.thumb(&street.shop.tools.crypto).unwrap();
        })
    }),
    ("response-signed-by-a-gateway", || {
        let mut street = Street::new();
        street.shop.merchant.signature = street.acquirer.gateway.signature.clone();
        respond(street, |_, _| {})
    }),
    ("response-signed-by-a-stranger", || {
        let mut street = Street::new();
        let (state, request) = street.p_init_req();
        let response = street.shop.answer(&request).unwrap();
        let [stranger, _] = rogues::merchant();
        let response = resign::message(&response, |wrapper| {
            let Message::PInitRes(signed) = &mut wrapper.message else {
                panic!("no PInitRes");
            };
            // The stranger's key, under the honest merchant's name.
            let mut identity = street.shop.merchant.signature.clone();
            identity.key = stranger.key.clone();
            let crypto = &street.shop.tools.crypto;
            resign::signed(crypto, &identity, signed, |_: &mut PInitResData| {});
        });
        let wallet = &mut street.wallet;
        taken(state.handle(&wallet.tools.context(), &response, &mut wallet.trust))
    }),
    ("response-to-another-request", || {
        let mut street = Street::new();
        let (_, first) = street.p_init_req();
        let response = street.shop.answer(&first).unwrap();
        let (state, _) = start(&street);
        let wallet = &mut street.wallet;
        taken(state.handle(&wallet.tools.context(), &response, &mut wallet.trust))
    }),
    ("stale-response", || {
        let mut street = Street::new();
        let (state, request) = street.p_init_req();
        let response = street.shop.answer(&request).unwrap();
        street.clock.advance(3_601);
        let wallet = &mut street.wallet;
        taken(state.handle(&wallet.tools.context(), &response, &mut wallet.trust))
    }),
];

/// A PInitReq for order 1, which the shop has offered.
fn start(street: &Street) -> (Initiating, Vec<u8>) {
    let wallet = &street.wallet;
    let wish = wallet.wish(&Street::new().shop.offer(1));
    let bin = wallet.card.bin().unwrap();
    Initiating::start(&wallet.tools.context(), wish, bin, &wallet.trust).unwrap()
}

/// The answer to a PInitReq that was altered.
fn asked(alter: impl FnOnce(&mut PInitReq)) -> String {
    let mut street = Street::new();
    let (_, request) = street.p_init_req();
    let request = resign::message(&request, |wrapper| {
        let Message::PInitReq(request) = &mut wrapper.message else {
            panic!("no PInitReq");
        };
        alter(request);
        wrapper.message_header.message_ids = None;
    });
    shop_says(&mut street.shop, &request)
}

/// What the wallet makes of a PInitRes that the merchant altered and signed; the genuine one
/// is taken in its place.
fn answered(alter: impl FnOnce(&Street, &mut PInitResData)) -> String {
    respond(Street::new(), alter)
}

fn respond(mut street: Street, alter: impl FnOnce(&Street, &mut PInitResData)) -> String {
    let (state, request) = street.p_init_req();
    let response = street.shop.answer(&request).unwrap();
    let response = resign::message(&response, |wrapper| {
        let Message::PInitRes(signed) = &mut wrapper.message else {
            panic!("no PInitRes");
        };
        let crypto = &street.shop.tools.crypto;
        let merchant = &street.shop.merchant.signature;
        resign::signed(crypto, merchant, signed, |data| alter(&street, data));
        wrapper.message_header.message_ids = None;
    });
    let wallet = &mut street.wallet;
    taken(state.handle(&wallet.tools.context(), &response, &mut wallet.trust))
}
