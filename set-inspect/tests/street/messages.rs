//! Every message of SET, made by the street's parties for each other.

use set_core::asn1::{self, Limits};
use set_core::ca::Decision;
use set_core::cardholder::registration as cardholder;
use set_core::exchange::CapRevOrCred;
use set_core::merchant::{authorize, batch_admin, correct};
use set_core::msg::MessageWrapper;
use set_core::msg::ids::Language;
use set_core::party::Trust;
use set_core::path::TrustStore;
use set_core::registration::{Answer, Initiating, Verdict};
use set_testkit::hierarchy::{BRAND, hierarchy};
use set_testkit::street::{Filing, Office, Server, Street, Tools};

/// The messages of one purchase: PInitReq and PInitRes, PReq and PRes, AuthReq and AuthRes,
/// CapReq and CapRes.
pub(crate) fn purchase() -> Vec<Vec<u8>> {
    let mut street = Street::new();
    let (_, p_init_req) = street.p_init_req();
    let p_init_res = street.shop.answer(&p_init_req).unwrap();
    let (_, p_req) = street.p_req();
    let p_res = street.shop.answer(&p_req).unwrap();
    let (sale, auth_req) = street.auth_req(12_950, false);
    let auth_res = street.acquirer.answer(&auth_req).unwrap();
    let shop = &mut street.shop;
    let context = shop.tools.context();
    let answer = authorize::handle(&context, &mut shop.merchant, sale, &auth_res).unwrap();
    let (_, cap_req) = street.cap_req(answer.sale, 12_950);
    let cap_res = street.acquirer.answer(&cap_req).unwrap();
    vec![
        p_init_req, p_init_res, p_req, p_res, auth_req, auth_res, cap_req, cap_res,
    ]
}

/// Corrections, batches, inquiries and gateway certificates.
pub(crate) fn afterwards() -> Vec<Vec<u8>> {
    // Every street begins with the same order, which tells what the later digests are of.
    let (_, p_req) = Street::new().p_req();
    let mut all = vec![p_req];
    let mut street = Street::new();
    let placed = street.placed();
    let (_, request) = street.inq_req(placed);
    let answer = street.shop.answer(&request).unwrap();
    all.extend([request, answer]);
    let (_, request) = street.p_cert_req();
    let answer = street.acquirer.answer(&request).unwrap();
    all.extend([request, answer]);

    let mut street = Street::new();
    let sale = street.authorized();
    let (_, request) = street.shop.auth_rev_req(sale, 5_000);
    let answer = street.acquirer.answer(&request).unwrap();
    all.extend([request, answer]);

    for what in [
        CapRevOrCred::CapRev,
        CapRevOrCred::Cred,
        CapRevOrCred::CredRev,
    ] {
        street = Street::new();
        let sale = street.authorized();
        let (mut sale, _) = street.capture(sale, 12_950);
        let mut wish = correct::Wish {
            auth_rrpid: sale.payments.last().unwrap().auth_rrpid,
            capture: 0,
            credit: None,
            amount: None,
            new_batch_id: None,
        };
        if what == CapRevOrCred::CredRev {
            (sale, _) = street.correct(CapRevOrCred::Cred, sale, wish.clone());
            wish.credit = Some(0);
        }
        let (_, request) = street.shop.correction(what, sale, wish);
        let answer = street.acquirer.answer(&request).unwrap();
        all.extend([request, answer]);
    }
    let (_, request) = batch_admin::batch_admin(
        &street.shop.tools.context(),
        &street.shop.merchant,
        batch_admin::Wish::default(),
    )
    .unwrap();
    let answer = street.acquirer.answer(&request).unwrap();
    all.extend([request, answer]);
    let refused = street.shop.answer(b"not SET").unwrap_err();
    all.extend(refused.answer);
    all
}

/// The registrations of a cardholder and of a merchant.
pub(crate) fn registrations() -> Vec<Vec<u8>> {
    let mut street = Street::new();
    let mut all = card(&mut street);
    all.extend(merchant(&mut street.mca, &street.shop.tools));
    all
}

fn card(street: &mut Street) -> Vec<Vec<u8>> {
    let Street { wallet, cca, .. } = street;
    let (context, trust) = (wallet.tools.context(), &mut wallet.trust);
    let mut all = Vec::new();
    let brand = BRAND.parse().unwrap();
    let (state, request) = cardholder::Initiating::start(&context, brand, trust).unwrap();
    let answer = cca.answer(&request).unwrap();
    let state = state.handle(&context, &answer, trust).unwrap();
    all.extend([request, answer]);
    let language = Language::new("en").unwrap();
    let pan = wallet.card.pan.duplicate();
    let (state, request) = state.ask(&context, pan, language, trust).unwrap();
    let answer = cca.answer(&request).unwrap();
    let Answer::Form(offered) = state.handle(&context, &answer, trust).unwrap() else {
        panic!("no form");
    };
    all.extend([request, answer]);
    let expiry = wallet.card.card_expiry.duplicate();
    let (_, request) = offered
        .file(&context, Filing::key(0), expiry, Filing::answers(), trust)
        .unwrap();
    let answer = cca.answer(&request).unwrap();
    all.extend([request, answer]);
    all
}

fn merchant(office: &mut Office, tools: &Tools) -> Vec<Vec<u8>> {
    let context = tools.context();
    let root = hierarchy().root.certificate.clone();
    let mut trust = Trust::new(TrustStore::new(vec![root]));
    let mut all = Vec::new();
    let (state, request) = Initiating::start(&context, office.application(), &trust).unwrap();
    let answer = office.answer(&request).unwrap();
    let Answer::Form(offered) = state.handle(&context, &answer, &mut trust).unwrap() else {
        panic!("no form");
    };
    all.extend([request, answer]);
    office.decision = Decision::Pended { message: None };
    let (state, request) = offered
        .file(&context, Filing::keys(), Filing::answers(), None, &trust)
        .unwrap();
    let answer = office.answer(&request).unwrap();
    let Verdict::Pended(pended) = state.handle(&context, &answer, &mut trust).unwrap() else {
        panic!("decided");
    };
    all.extend([request, answer]);
    let (_, request) = pended.inquire(&context, &trust).unwrap();
    let answer = office.answer(&request).unwrap();
    all.extend([request, answer]);
    all
}

/// The name of the message in a wrapper.
pub(crate) fn name(octets: &[u8]) -> &'static str {
    let wrapper: MessageWrapper = asn1::decode(octets, &Limits::default()).unwrap();
    wrapper.message.name()
}
