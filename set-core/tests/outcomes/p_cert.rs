//! Gateway certificates asked for before they are needed.

use set_core::asn1::SeqOf;
use set_core::msg::ids::Rrpid;
use set_core::msg::message::Message;
use set_core::msg::payment::p_cert::{BrandAndBin, PCertResItem, PCertResTbs};
use set_core::x509::build::{Profile, issue};
use set_testkit::hierarchy::{BRAND, DAY, contents, hierarchy};
use set_testkit::street::{Server, Street};
use set_testkit::{Deterministic, resign};

use crate::Stimulus;
use crate::act::{ask, said, taken};
use crate::forge;

pub(crate) const STIMULI: &[Stimulus] = &[
    ("its-brand", || asked(&[(BRAND, None)], |_| {})),
    ("another-brand", || asked(&[("Meadow", None)], |_| {})),
    ("a-bin-not-served", || {
        asked(&[(BRAND, Some("422222"))], |street| {
            street.acquirer.gateway.bins = vec!["411111".parse().unwrap()];
        })
    }),
    ("each-its-own-code", || {
        asked(&[("Meadow", None), (BRAND, None)], |_| {})
    }),
    ("a-gateway-whose-own-certificate-ended", || {
        asked(&[(BRAND, None)], |street| {
            let gateway = &mut street.acquirer.gateway.encryption;
            let subject = gateway.certificate.subject_name().unwrap();
            let profile = Profile::GatewayEncryption {
                card_cert_required: true,
                tunneling: None,
                set_extensions: None,
            };
            let mut ended = contents(9_001, subject, &gateway.key, profile).unwrap();
            ended.not_after = street.clock.now().minus(DAY);
            let ca = &hierarchy().pca.cert_signing;
            let crypto = Deterministic::seeded(9);
            gateway.certificate = issue(&ended, &ca.certificate, &ca.key, &crypto).unwrap();
        })
    }),
    ("response-with-an-item-more", || {
        answered(|tbs| {
            let item = tbs.p_cert_res_item_seq.first().clone();
            tbs.p_cert_res_item_seq = SeqOf::new(vec![item.clone(), item]).unwrap();
        })
    }),
    ("response-without-the-certificate", || {
        answered(|tbs| {
            let item = tbs.p_cert_res_item_seq.first().clone();
            tbs.p_cert_res_item_seq = SeqOf::one(PCertResItem {
                cert_thumb: None,
                ..item
            });
        })
    }),
    ("response-to-another-request", || {
        answered(|tbs| tbs.p_cert_rr_tags.rrpid = Rrpid::new([9; 20]))
    }),
    ("response-to-another-merchant", || {
        answered(|tbs| {
            tbs.p_cert_rr_tags.mer_term_ids.merchant_id = "MER-0002".parse().unwrap();
        })
    }),
];

fn asked(wanted: &[(&str, Option<&str>)], before: fn(&mut Street)) -> String {
    let mut street = Street::new();
    before(&mut street);
    let (_, request) = street.p_cert_req();
    let wanted: Vec<BrandAndBin> = wanted
        .iter()
        .map(|(brand, bin)| BrandAndBin {
            brand_id: brand.parse().unwrap(),
            bin: bin.map(|bin| bin.parse().unwrap()),
        })
        .collect();
    let request = forge::p_cert_req(&street, &request, |data| {
        data.brand_and_bin_seq = SeqOf::new(wanted).unwrap();
    });
    match ask(&mut street.acquirer, &request) {
        Ok(answer) => said(&street.shop, &answer),
        Err(error) => error,
    }
}

/// What the merchant makes of a PCertRes that the gateway altered and signed.
fn answered(alter: impl FnOnce(&mut PCertResTbs)) -> String {
    let mut street = Street::new();
    let (state, request) = street.p_cert_req();
    let response = street.acquirer.answer(&request).unwrap();
    let response = resign::message(&response, |wrapper| {
        let Message::PCertRes(signed) = &mut wrapper.message else {
            panic!("no PCertRes");
        };
        let gateway = &street.acquirer.gateway.signature;
        resign::signed(&street.acquirer.tools.crypto, gateway, signed, alter);
    });
    let shop = &mut street.shop;
    let context = shop.tools.context();
    let merchants = std::slice::from_mut(&mut shop.merchant);
    taken(state.handle(&context, merchants, &response))
}
