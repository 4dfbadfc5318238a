//! Requests that no honest wallet or shop makes, under their true keys.

use set_core::asn1::{Raw, Wire, oid};
use set_core::cardholder::purchase::{Initiating, Ordering};
use set_core::exchange::CapRevOrCred;
use set_core::exchange::cap_rev_or_cred::CapRevOrCredReq;
use set_core::exchange::context::{ids_of, ids_of_all};
use set_core::merchant::{Sale, authorize, capture, correct};
use set_core::msg::message::Message;
use set_core::msg::payment::account::{PanData, PanToken};
use set_core::msg::payment::auth_req::{AuthReqData, AuthReqTbs};
use set_core::msg::payment::auth_rev::{AuthRevReqBaggage, AuthRevReqData, AuthRevReqTbs};
use set_core::msg::payment::batch_admin::BatchAdminReqData;
use set_core::msg::payment::cap::{CapReq, CapReqData, CapReqTbs, CapTokenSeq};
use set_core::msg::payment::cap_rev_or_cred::{CapRevOrCredReqData, CapRevOrCredReqTbs};
use set_core::msg::payment::p_cert::PCertReqData;
use set_core::msg::payment::p_req::{Pi, PiHead};
use set_core::msg::payment::tokens::{AuthTokenData, CapToken, CapTokenData};
use set_core::party::Identity;
use set_core::pkcs7::EnvelopedData;
use set_core::treatment::enc::Types;
use set_core::treatment::{Attached, dd, enc_x};
use set_testkit::street::{Server, Street, amount};
use set_testkit::{resign, rogues};

/// The shopper orders under the number of another order than the first.
pub(crate) fn p_req_of(street: &mut Street, number: u8) -> (Ordering, Vec<u8>) {
    let wake_up = street.shop.offer(number);
    let wallet = &mut street.wallet;
    let (wish, bin) = (wallet.wish(&wake_up), wallet.card.bin().unwrap());
    let context = wallet.tools.context();
    let (state, request) = Initiating::start(&context, wish, bin, &wallet.trust).unwrap();
    let answer = street.shop.answer(&request).unwrap();
    let offered = state.handle(&context, &answer, &mut wallet.trust).unwrap();
    offered.pay(&context, &wallet.card).unwrap()
}

/// Order `number`, placed.
pub(crate) fn placed(street: &mut Street, number: u8) -> Sale {
    let (_, request) = p_req_of(street, number);
    street.shop.answer(&request).unwrap();
    street.shop.sale(number)
}

/// Order `number`, authorized in full.
pub(crate) fn authorized(street: &mut Street, number: u8) -> Sale {
    let sale = placed(street, number);
    let wish = authorize::Wish::of(street.shop.price);
    let (sale, request) = street.shop.auth_req(sale, wish);
    let answer = street.acquirer.answer(&request).unwrap();
    let shop = &mut street.shop;
    let context = shop.tools.context();
    let answer = authorize::handle(&context, &mut shop.merchant, sale, &answer).unwrap();
    shop.keep(answer.sale.clone().into());
    answer.sale
}

/// Order 1, captured in full.
pub(crate) fn captured(street: &mut Street) -> Sale {
    let sale = street.authorized();
    street.capture(sale, 12_950).0
}

/// The payment instruction of an order, made and signed by its cardholder as `alter` says.
pub(crate) fn instruct(
    street: &Street,
    sale: &mut Sale,
    alter: impl FnOnce(&mut PiHead, &mut PanData),
) {
    instruct_for(street, &street.acquirer.gateway.encryption, sale, alter);
}

/// The same, sealed for a gateway of the cardholder's choice.
pub(crate) fn instruct_for(
    street: &Street,
    gateway: &Identity,
    sale: &mut Sale,
    alter: impl FnOnce(&mut PiHead, &mut PanData),
) {
    let h_oi_data = sale.ordered.h_oi_data.clone();
    resign::instruction(
        &street.wallet.tools.crypto,
        &street.wallet.card.identity,
        (&street.acquirer.gateway.encryption, gateway),
        &mut sale.ordered.pi,
        &h_oi_data,
        alter,
    );
}

/// An envelope of the merchant's for the gateway, its content altered under both keys.
fn sealed<T: Wire>(
    street: &Street,
    types: Types,
    envelope: &mut EnvelopedData,
    alter: impl FnOnce(&mut T),
) {
    let crypto = &street.shop.tools.crypto;
    let signer = &street.shop.merchant.signature;
    let recipient = &street.acquirer.gateway.encryption;
    resign::sealed(crypto, signer, recipient, types, envelope, alter);
}

/// An AuthReq altered by the merchant that signs it.
pub(crate) fn auth_req(
    street: &Street,
    request: &[u8],
    alter: impl FnOnce(&mut AuthReqData, &mut Raw<Pi>),
) -> Vec<u8> {
    let types = Types {
        tbe: oid::content::AUTH_REQ_TBE,
        tbs: oid::content::AUTH_REQ_TBS,
    };
    resign::message(request, |wrapper| {
        let Message::AuthReq(request) = &mut wrapper.message else {
            panic!("no AuthReq");
        };
        let baggage = &mut request.baggage;
        let mut ids = None;
        sealed(street, types, &mut request.enc, |tbs: &mut AuthReqTbs| {
            alter(&mut tbs.t1, baggage);
            let crypto = &street.shop.tools.crypto;
            tbs.t2 = dd::dd(crypto, oid::content::PI, baggage).unwrap();
            ids = Some(ids_of(&tbs.t1.auth_req_item.auth_tags.trans_ids));
        });
        wrapper.message_header.message_ids = ids;
    })
}

/// An AuthRevReq altered by the merchant that signs it.
pub(crate) fn auth_rev_req(
    street: &Street,
    request: &[u8],
    alter: impl FnOnce(&mut AuthRevReqData, &mut AuthRevReqBaggage),
) -> Vec<u8> {
    let types = Types {
        tbe: oid::content::AUTH_REV_REQ_TBE,
        tbs: oid::content::AUTH_REV_REQ_TBS,
    };
    resign::message(request, |wrapper| {
        let Message::AuthRevReq(request) = &mut wrapper.message else {
            panic!("no AuthRevReq");
        };
        let mut baggage = request.baggage.clone().into_value();
        let mut ids = None;
        let mut made = None;
        sealed(
            street,
            types,
            &mut request.enc,
            |tbs: &mut AuthRevReqTbs| {
                alter(&mut tbs.t1, &mut baggage);
                let baggage = Raw::new(baggage).unwrap();
                let crypto = &street.shop.tools.crypto;
                let content = oid::content::AUTH_REV_REQ_BAGGAGE;
                tbs.t2 = dd::dd(crypto, content, &baggage).unwrap();
                ids = Some(ids_of(&tbs.t1.auth_rev_tags.trans_ids));
                made = Some(baggage);
            },
        );
        request.baggage = made.unwrap();
        wrapper.message_header.message_ids = ids;
    })
}

/// A CapReq altered by the merchant that signs it.
pub(crate) fn cap_req(
    street: &Street,
    request: &[u8],
    alter: impl FnOnce(&mut CapReqData, &mut Raw<CapTokenSeq>),
) -> Vec<u8> {
    let types = Types {
        tbe: oid::content::CAP_REQ_TBE,
        tbs: oid::content::CAP_REQ_TBS,
    };
    resign::message(request, |wrapper| {
        let Message::CapReq(request) = &mut wrapper.message else {
            panic!("no CapReq");
        };
        let CapReq::EncB(request) = &mut **request else {
            panic!("with an account");
        };
        let baggage = &mut request.baggage;
        let mut ids = None;
        sealed(street, types, &mut request.enc, |tbs: &mut CapReqTbs| {
            alter(&mut tbs.t1, baggage);
            let crypto = &street.shop.tools.crypto;
            let content = oid::content::CAP_TOKEN_SEQ;
            tbs.t2 = dd::dd(crypto, content, baggage).unwrap();
            ids = ids_of_all(tbs.t1.cap_item_seq.iter().map(|item| &item.trans_ids));
        });
        wrapper.message_header.message_ids = ids;
    })
}

/// A CapRevReq, CredReq or CredRevReq altered by the merchant that signs it.
pub(crate) fn correction(
    street: &Street,
    request: &[u8],
    alter: impl FnOnce(&mut CapRevOrCredReqData, &mut Raw<CapTokenSeq>),
) -> Vec<u8> {
    resign::message(request, |wrapper| {
        let (what, request) = CapRevOrCred::request_in(&wrapper.message).unwrap();
        let CapRevOrCredReq::EncB(request) = request else {
            panic!("with an account");
        };
        let mut request = request.clone();
        let baggage = &mut request.baggage;
        let mut ids = None;
        let alter = |tbs: &mut CapRevOrCredReqTbs| {
            alter(&mut tbs.t1, baggage);
            let crypto = &street.shop.tools.crypto;
            let content = oid::content::CAP_TOKEN_SEQ;
            tbs.t2 = dd::dd(crypto, content, baggage).unwrap();
            let items = tbs.t1.cap_rev_or_cred_req_item_seq.iter();
            ids = ids_of_all(items.map(|item| &item.trans_ids));
        };
        sealed(street, what.plain(), &mut request.enc, alter);
        wrapper.message = what.request_message(request);
        wrapper.message_header.message_ids = ids;
    })
}

/// A BatchAdminReq altered by the merchant that signs it.
pub(crate) fn batch_admin_req(
    street: &Street,
    request: &[u8],
    alter: impl FnOnce(&mut BatchAdminReqData),
) -> Vec<u8> {
    let types = Types {
        tbe: oid::content::BATCH_ADMIN_REQ_TBE,
        tbs: oid::content::BATCH_ADMIN_REQ_DATA,
    };
    resign::message(request, |wrapper| {
        let Message::BatchAdminReq(envelope) = &mut wrapper.message else {
            panic!("no BatchAdminReq");
        };
        sealed(street, types, envelope, alter);
    })
}

/// A PCertReq altered by the merchant that signs it.
pub(crate) fn p_cert_req(
    street: &Street,
    request: &[u8],
    alter: impl FnOnce(&mut PCertReqData),
) -> Vec<u8> {
    resign::message(request, |wrapper| {
        let Message::PCertReq(signed) = &mut wrapper.message else {
            panic!("no PCertReq");
        };
        let crypto = &street.shop.tools.crypto;
        resign::signed(crypto, &street.shop.merchant.signature, signed, alter);
    })
}

/// A request for one capture.
pub(crate) fn capturing(street: &Street, sale: &Sale, cents: u64) -> Vec<u8> {
    let wish = capture::Wish {
        auth_rrpid: sale.payments.last().unwrap().auth_rrpid,
        amount: amount(cents),
        sale_detail: None,
    };
    let shop = &street.shop;
    let context = shop.tools.context();
    let asked = vec![(sale.clone(), vec![wish])];
    capture::capture(&context, &shop.merchant, asked, None)
        .unwrap()
        .1
}

/// The first capture of the first authorization.
pub(crate) fn first(sale: &Sale) -> correct::Wish {
    correct::Wish {
        auth_rrpid: sale.payments[0].auth_rrpid,
        capture: 0,
        credit: None,
        amount: None,
        new_batch_id: None,
    }
}

/// A request for one correction.
pub(crate) fn correcting(
    street: &Street,
    what: CapRevOrCred,
    sale: &Sale,
    wish: correct::Wish,
) -> Vec<u8> {
    let shop = &street.shop;
    let context = shop.tools.context();
    let asked = vec![(sale.clone(), vec![wish])];
    correct::correct(&context, &shop.merchant, what, asked, None)
        .unwrap()
        .1
}

/// A CapToken as another gateway would have made it: signed, and sealed if it keeps it for
/// itself, with other keys.
pub(crate) fn foreign_cap_token(street: &Street, token: &CapToken, sealed: bool) -> CapToken {
    let CapToken::EncX(envelope) = token else {
        panic!("without an account");
    };
    let types = Types {
        tbe: oid::content::CAP_TOKEN_TBEX,
        tbs: oid::content::CAP_TOKEN_TBS,
    };
    CapToken::EncX(foreign::<CapTokenData>(street, types, envelope, sealed))
}

/// An AuthToken as another gateway would have made it.
pub(crate) fn foreign_auth_token(
    street: &Street,
    token: &EnvelopedData,
    sealed: bool,
) -> EnvelopedData {
    let types = Types {
        tbe: oid::content::AUTH_TOKEN_TBE,
        tbs: oid::content::AUTH_TOKEN_TBS,
    };
    foreign::<AuthTokenData>(street, types, token, sealed)
}

fn foreign<T: Wire>(
    street: &Street,
    types: Types,
    envelope: &EnvelopedData,
    sealed: bool,
) -> EnvelopedData {
    let crypto = &street.acquirer.tools.crypto;
    let ours = &street.acquirer.gateway.encryption;
    let opened = enc_x::open::<T, PanToken>(crypto, &ours.key, types, envelope).unwrap();
    let [signature, encryption] = rogues::gateway(true);
    let to = if sealed { &encryption } else { ours }.recipient();
    let signers = [signature.signer()];
    let none = Attached::none();
    enc_x::enc_x(crypto, &signers, &to, types, &opened.t, &opened.p, &none).unwrap()
}
