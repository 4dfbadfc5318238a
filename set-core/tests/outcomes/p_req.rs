//! An order that is not the one agreed on, and what comes back.

use set_core::cardholder::Account;
use set_core::cardholder::purchase::{Initiating, Offered};
use set_core::msg::ids::{Challenge, LocalId, Nonce, Rrpid, Xid};
use set_core::msg::message::Message;
use set_core::msg::payment::p_req::{OiData, PReq, PReqDualSigned};
use set_core::msg::payment::p_res::PResData;
use set_core::msg::wrapper::MessageWrapper;
use set_core::pkcs7::{DetachedDigest, Digest};
use set_core::secret::PanSecret;
use set_testkit::street::{Server, Street};
use set_testkit::{resign, rogues};

use crate::Stimulus;
use crate::act::{completion, shop_says, taken};
use crate::every_request::unknown_extension;
use crate::forge::p_req_of;

pub(crate) const STIMULI: &[Stimulus] = &[
    ("its-own-challenge", || {
        ordered(|data, _| data.chall_c = Challenge::new([7; 20]))
    }),
    ("rrpid-inside", || {
        ordered(|data, _| data.rrpid = Rrpid::new([7; 20]))
    }),
    ("unknown-xid", || {
        ordered(|data, _| data.trans_ids.xid = Xid::new([7; 20]))
    }),
    ("no-lid-m", || {
        ordered(|data, _| data.trans_ids.lid_m = None)
    }),
    ("another-lid-c", || {
        ordered(|data, _| data.trans_ids.lid_c = LocalId::new([7]).unwrap())
    }),
    ("another-date", || {
        ordered(|data, _| data.trans_ids.p_req_date = data.trans_ids.p_req_date.plus(1))
    }),
    ("another-language", || {
        ordered(|data, _| data.trans_ids.language = "fr".parse().unwrap())
    }),
    ("another-challenge", || {
        ordered(|data, _| data.chall_m = Some(Challenge::new([7; 20])))
    }),
    ("no-challenge", || ordered(|data, _| data.chall_m = None)),
    ("another-salt", || {
        ordered(|data, _| data.od_salt = Nonce::new([7; 20]))
    }),
    ("another-order-digest", || {
        ordered(|data, _| data.hod.digest = Digest::new([7; 20]))
    }),
    ("another-brand", || {
        ordered(|data, _| data.brand_id = "Meadow".parse().unwrap())
    }),
    ("another-bin", || {
        ordered(|data, _| data.bin = "500000".parse().unwrap())
    }),
    ("critical-extension", || {
        ordered(|data, _| data.oi_extensions = Some(unknown_extension()))
    }),
    ("another-price", || {
        wished(|wish| wish.purch_amt.amount -= 1)
    }),
    ("another-currency", || {
        wished(|wish| wish.purch_amt.currency = set_core::msg::amount::Currency::new(978).unwrap())
    }),
    ("another-description", || wished(|wish| wish.od.push(b'!'))),
    ("instalments-not-offered", || {
        wished(|wish| {
            use set_core::msg::recur::{InstallRecurData, InstallRecurInd, InstallTotalTrans};
            let twelve = InstallTotalTrans::new(12).unwrap();
            wish.install_recur_data = Some(InstallRecurData {
                install_recur_ind: InstallRecurInd::InstallTotalTrans(twelve),
                ir_extensions: None,
            });
        })
    }),
    ("unsigned-where-not-allowed", || {
        let mut street = Street::new();
        street.recertify_gateway(false, None);
        let offered = street.offered();
        let request = unsigned(&street, offered);
        street.recertify_gateway(true, None);
        shop_says(&mut street.shop, &request)
    }),
    ("unsigned-where-allowed", || {
        let mut street = Street::new();
        street.recertify_gateway(false, None);
        let offered = street.offered();
        let request = unsigned(&street, offered);
        shop_says(&mut street.shop, &request)
    }),
    ("payment-of-another-order", || {
        // OI of one order, PI of another, each under a true signature of the cardholder.
        let mut street = Street::new();
        let (_, first) = p_req_of(&mut street, 1);
        let (_, second) = p_req_of(&mut street, 2);
        let mut second = resign::opened(&second);
        let theirs = dual(&mut second).pi_dual_signed.clone();
        let request = resign::message(&first, |wrapper| dual(wrapper).pi_dual_signed = theirs);
        shop_says(&mut street.shop, &request)
    }),
    ("order-of-another-payment", || {
        let mut street = Street::new();
        let (_, first) = p_req_of(&mut street, 1);
        let (_, second) = p_req_of(&mut street, 2);
        let mut second = resign::opened(&second);
        let theirs = dual(&mut second).oi_dual_signed.clone();
        let request = resign::message(&first, |wrapper| {
            dual(wrapper).oi_dual_signed = theirs;
            wrapper.message_header.message_ids = None;
        });
        shop_says(&mut street.shop, &request)
    }),
    ("digest-of-another-payment", || {
        let mut street = Street::new();
        let (_, request) = street.p_req();
        let request = resign::message(&request, |wrapper| {
            dual(wrapper).oi_dual_signed.t2.digest = Digest::new([7; 20]);
        });
        shop_says(&mut street.shop, &request)
    }),
    ("signed-by-another-key", || {
        let mut street = Street::new();
        street.wallet.card.identity.key = set_testkit::keys::rsa_1024(20).unwrap();
        let (_, request) = street.p_req();
        shop_says(&mut street.shop, &request)
    }),
    ("signed-by-a-merchant", || {
        let mut street = Street::new();
        let [merchant, _] = rogues::merchant();
        street.wallet.card.identity = merchant;
        let (_, request) = street.p_req();
        shop_says(&mut street.shop, &request)
    }),
    ("order-placed-before", || {
        let mut street = Street::new();
        let (_, request) = street.p_req();
        street.shop.answer(&request).unwrap();
        let again = resign::message(&request, |wrapper| {
            wrapper.message_header.rrpid = Some(Rrpid::new([7; 20]));
            let wallet = &street.wallet;
            let cardholder = &wallet.card.identity;
            resign::order(
                &wallet.tools.crypto,
                cardholder,
                dual(wrapper),
                |data, _| {
                    data.rrpid = Rrpid::new([7; 20]);
                },
            );
        });
        shop_says(&mut street.shop, &again)
    }),
    ("response-with-another-challenge", || {
        answered(|data| data.chall_c = Challenge::new([7; 20]))
    }),
    ("response-about-another-transaction", || {
        answered(|data| data.trans_ids.xid = Xid::new([7; 20]))
    }),
    ("response-about-another-order", || {
        answered(|data| data.trans_ids.lid_m = LocalId::new([7]).ok())
    }),
    ("response-to-another-request", || {
        answered(|data| data.rrpid = Rrpid::new([7; 20]))
    }),
    ("response-of-another-merchant", || {
        let mut street = Street::new();
        let (state, request) = street.p_req();
        let response = street.shop.answer(&request).unwrap();
        let [other, _] = rogues::merchant();
        let response = resign::message(&response, |wrapper| {
            let Message::PRes(signed) = &mut wrapper.message else {
                panic!("no PRes");
            };
            resign::signed(
                &street.shop.tools.crypto,
                &other,
                signed,
                |_: &mut PResData| {},
            );
        });
        let wallet = &mut street.wallet;
        taken(state.handle(&wallet.tools.context(), &response, &mut wallet.trust))
    }),
    ("genuine-response", || {
        let mut street = Street::new();
        let (state, request) = street.p_req();
        let response = street.shop.answer(&request).unwrap();
        let wallet = &mut street.wallet;
        let (_, outcome) = state
            .handle(&wallet.tools.context(), &response, &mut wallet.trust)
            .unwrap();
        completion(&outcome)
    }),
];

pub(crate) fn dual(wrapper: &mut MessageWrapper) -> &mut PReqDualSigned {
    let Message::PReq(request) = &mut wrapper.message else {
        panic!("no PReq");
    };
    let PReq::PReqDualSigned(signed) = &mut **request else {
        panic!("unsigned");
    };
    signed
}

/// The answer to an order that its cardholder altered and signed, together with the genuine
/// payment instruction.
fn ordered(alter: impl FnOnce(&mut OiData, &mut DetachedDigest)) -> String {
    let mut street = Street::new();
    let (_, request) = street.p_req();
    let request = resign::message(&request, |wrapper| {
        let wallet = &street.wallet;
        let cardholder = &wallet.card.identity;
        resign::order(&wallet.tools.crypto, cardholder, dual(wrapper), alter);
        wrapper.message_header.message_ids = None;
    });
    shop_says(&mut street.shop, &request)
}

/// The answer to the honest order of a cardholder who was told something else by the shop's
/// pages than the merchant has.
fn wished(alter: impl FnOnce(&mut set_core::cardholder::purchase::Wish)) -> String {
    let mut street = Street::new();
    let wake_up = street.shop.offer(1);
    let wallet = &mut street.wallet;
    let context = wallet.tools.context();
    let mut wish = wallet.wish(&wake_up);
    alter(&mut wish);
    let bin = wallet.card.bin().unwrap();
    let (state, request) = Initiating::start(&context, wish, bin, &wallet.trust).unwrap();
    let answer = street.shop.answer(&request).unwrap();
    let offered = state.handle(&context, &answer, &mut wallet.trust).unwrap();
    let (_, request) = offered.pay(&context, &wallet.card).unwrap();
    let said = shop_says(&mut street.shop, &request);
    assert_eq!(street.shop.order(1).state(), "initiated");
    said
}

pub(crate) fn unsigned(street: &Street, offered: Offered) -> Vec<u8> {
    let card = &street.wallet.card;
    let account = Account {
        pan: card.pan.duplicate(),
        card_expiry: card.card_expiry.duplicate(),
        secret: PanSecret::from_octets([7; 20]),
    };
    let context = street.wallet.tools.context();
    offered.pay_unsigned(&context, &account).unwrap().1
}

/// What the wallet makes of a PRes that the merchant altered and signed.
fn answered(alter: impl FnOnce(&mut PResData)) -> String {
    let mut street = Street::new();
    let (state, request) = street.p_req();
    let response = street.shop.answer(&request).unwrap();
    let response = resign::message(&response, |wrapper| {
        let Message::PRes(signed) = &mut wrapper.message else {
            panic!("no PRes");
        };
        let merchant = &street.shop.merchant.signature;
        resign::signed(&street.shop.tools.crypto, merchant, signed, alter);
        wrapper.message_header.message_ids = None;
    });
    let wallet = &mut street.wallet;
    taken(state.handle(&wallet.tools.context(), &response, &mut wallet.trust))
}
