//! Responses of the gateway that are not the answer to what the merchant asked. They are
//! dropped, the sale is as it was, and the genuine response is taken after them.

use set_core::asn1::SeqOf;
use set_core::error::Error;
use set_core::exchange::CapRevOrCred;
use set_core::merchant::{Sale, authorize, batch_admin, capture, correct, reverse};
use set_core::msg::ids::{BatchId, LocalId, Rrpid, Xid};
use set_core::msg::message::Message;
use set_core::msg::payment::auth_res::{AuthRes, AuthResTbs};
use set_core::msg::payment::auth_rev::{AuthRevRes, AuthRevResTbs};
use set_core::msg::payment::batch_admin::BatchAdminResData;
use set_core::msg::payment::cap::CapResData;
use set_core::msg::payment::cap_rev_or_cred::CapRevOrCredResData;
use set_core::msg::wrapper::MessageWrapper;
use set_core::party::Identity;
use set_core::treatment::enc::Types;
use set_core::{asn1::Wire, asn1::oid, pkcs7::EnvelopedData};
use set_testkit::street::{Server, Street, amount};
use set_testkit::{resign, rogues};

use crate::Stimulus;
use crate::act::{self, taken};
use crate::every_request::unknown_extension;
use crate::forge::{self, captured, first};

pub(crate) const STIMULI: &[Stimulus] = &[
    ("auth-res-to-another-merchant", || {
        auth_res(|tbs| {
            let tags = &mut tbs.t1.auth_tags.auth_rr_tags;
            tags.mer_term_ids.merchant_id = "MER-0002".parse().unwrap();
        })
    }),
    ("auth-res-to-another-request", || {
        auth_res(|tbs| tbs.t1.auth_tags.auth_rr_tags.rrpid = Rrpid::new([9; 20]))
    }),
    ("auth-res-about-another-transaction", || {
        auth_res(|tbs| tbs.t1.auth_tags.trans_ids.xid = Xid::new([9; 20]))
    }),
    ("auth-res-about-another-order", || {
        auth_res(|tbs| tbs.t1.auth_tags.trans_ids.lid_m = LocalId::new([9]).ok())
    }),
    ("auth-res-for-more", || {
        auth_res(|tbs| tbs.t1.auth_res_payload.auth_header.auth_amt.amount += 1)
    }),
    ("auth-res-in-another-unit", || {
        auth_res(|tbs| tbs.t1.auth_res_payload.auth_header.auth_amt.amt_exp10 = 0)
    }),
    ("auth-res-with-an-unknown-extension", || {
        auth_res(|tbs| tbs.t1.auth_res_payload.a_rs_extensions = Some(unknown_extension()))
    }),
    ("auth-res-of-another-gateway", || {
        let [other, _] = rogues::gateway(true);
        auth_res_of(Some(other), |_| {})
    }),
    ("auth-res-with-other-tokens", || {
        let (street, sale, response) = authorizing();
        let response = resign::message(&response, |wrapper| {
            let Message::AuthRes(response) = &mut wrapper.message else {
                panic!("no AuthRes");
            };
            let AuthRes::EncB(response) = &mut **response else {
                panic!("with an account");
            };
            let mut baggage = response.baggage.clone().into_value();
            baggage.cap_token = None;
            response.baggage = set_core::asn1::Raw::new(baggage).unwrap();
        });
        takes_auth_res(street, sale, &response)
    }),
    ("auth-res-of-another-order", || {
        let mut street = Street::new();
        let other = forge::placed(&mut street, 2);
        let wish = authorize::Wish::of(amount(12_950));
        let (_, request) = street.shop.auth_req(other, wish.clone());
        let response = street.acquirer.answer(&request).unwrap();
        street.placed();
        let (sale, request) = street.auth_req(12_950, false);
        assert!(!act::is_for(&street, &response, &request));
        takes_auth_res(street, sale, &response)
    }),
    ("auth-rev-res-leaving-more", || {
        let mut street = Street::new();
        let sale = street.authorized();
        let (sale, request) = street.shop.auth_rev_req(sale, 5_000);
        let response = street.acquirer.answer(&request).unwrap();
        let types = Types {
            tbe: oid::content::AUTH_REV_RES_TBEB,
            tbs: oid::content::AUTH_REV_RES_TBS,
        };
        let response = resign::message(&response, |wrapper| {
            let Message::AuthRevRes(response) = &mut wrapper.message else {
                panic!("no AuthRevRes");
            };
            let AuthRevRes::EncB(response) = &mut **response else {
                panic!("without tokens");
            };
            sealed(
                &street,
                None,
                types,
                &mut response.enc,
                |tbs: &mut AuthRevResTbs| {
                    tbs.t1.auth_new_amt.amount += 1;
                },
            );
        });
        let shop = &mut street.shop;
        let context = shop.tools.context();
        taken(reverse::handle(
            &context,
            &mut shop.merchant,
            sale,
            &response,
        ))
    }),
    ("cap-res-without-an-item", || {
        let (mut street, first) = authorized();
        let second = forge::authorized(&mut street, 2);
        let sales = vec![
            (first.clone(), vec![part(&first)]),
            (second.clone(), vec![part(&second)]),
        ];
        cap_res_of(street, sales, |data| {
            data.cap_res_item_seq = SeqOf::one(data.cap_res_item_seq.first().clone());
        })
    }),
    ("cap-res-with-items-exchanged", || {
        let (mut street, first) = authorized();
        let second = forge::authorized(&mut street, 2);
        let sales = vec![
            (first.clone(), vec![part(&first)]),
            (second.clone(), vec![part(&second)]),
        ];
        cap_res_of(street, sales, |data| {
            data.cap_res_item_seq.as_mut_slice().swap(0, 1)
        })
    }),
    ("cap-res-for-more", || {
        cap_res(|data| {
            let item = &mut data.cap_res_item_seq.as_mut_slice()[0];
            item.cap_res_payload.cap_amt.amount += 1;
        })
    }),
    ("cap-res-to-another-request", || {
        cap_res(|data| data.cap_rr_tags.rrpid = Rrpid::new([9; 20]))
    }),
    ("cap-res-about-another-authorization", || {
        cap_res(|data| {
            data.cap_res_item_seq.as_mut_slice()[0].auth_rrpid = Rrpid::new([9; 20]);
        })
    }),
    ("cred-res-for-more", || {
        let mut street = Street::new();
        let sale = captured(&mut street);
        let what = CapRevOrCred::Cred;
        let wish = correct::Wish {
            amount: Some(amount(100)),
            ..first(&sale)
        };
        let (sales, request) = street.shop.correction(what, sale, wish);
        let response = street.acquirer.answer(&request).unwrap();
        let response = resign::message(&response, |wrapper| {
            let mut response = what.response_in(&wrapper.message).unwrap().clone();
            let alter = |data: &mut CapRevOrCredResData| {
                let item = &mut data.cap_rev_or_cred_res_item_seq.as_mut_slice()[0];
                let payload = &mut item.cap_rev_or_cred_res_payload;
                payload.cap_rev_or_cred_actual_amt.amount += 1;
            };
            sealed(&street, None, what.response(), &mut response, alter);
            wrapper.message = what.response_message(response);
        });
        let shop = &mut street.shop;
        let context = shop.tools.context();
        taken(correct::handle(
            &context,
            &mut shop.merchant,
            sales,
            &response,
        ))
    }),
    ("batch-admin-res-about-another-batch", || {
        let mut street = Street::new();
        let wish = batch_admin::Wish {
            batch_id: BatchId::new(1).ok(),
            ..batch_admin::Wish::default()
        };
        let shop = &street.shop;
        let context = shop.tools.context();
        let asked = batch_admin::batch_admin(&context, &shop.merchant, wish);
        let (state, request) = asked.unwrap();
        let response = street.acquirer.answer(&request).unwrap();
        let types = Types {
            tbe: oid::content::BATCH_ADMIN_RES_TBE,
            tbs: oid::content::BATCH_ADMIN_RES_DATA,
        };
        let response = resign::message(&response, |wrapper| {
            let Message::BatchAdminRes(response) = &mut wrapper.message else {
                panic!("no BatchAdminRes");
            };
            sealed(
                &street,
                None,
                types,
                response,
                |data: &mut BatchAdminResData| {
                    data.batch_id = BatchId::new(2).unwrap();
                },
            );
        });
        let shop = &mut street.shop;
        let context = shop.tools.context();
        taken(state.handle(&context, &mut shop.merchant, &response))
    }),
    ("stale-auth-res", || {
        let (street, sale, response) = authorizing();
        street.clock.advance(3_601);
        let mut street = street;
        let shop = &mut street.shop;
        let context = shop.tools.context();
        taken(authorize::handle(
            &context,
            &mut shop.merchant,
            sale,
            &response,
        ))
    }),
    ("error-in-place-of-auth-res", || {
        let (mut street, sale, _) = authorizing();
        let (_, request) = street
            .shop
            .auth_req(idle(&sale), authorize::Wish::of(amount(1)));
        let broken = resign::message(&request, |wrapper| {
            wrapper.message_header.revision = 1;
            wrapper.message_header.rrpid = sale.waiting.as_ref().map(|waiting| waiting.rrpid());
        });
        let error = street.acquirer.answer(&broken).unwrap_err().answer.unwrap();
        takes_auth_res(street, sale, &error)
    }),
];

/// The sale as if nothing had been asked.
fn idle(sale: &Sale) -> Sale {
    Sale {
        waiting: None,
        ..sale.clone()
    }
}

fn authorized() -> (Street, Sale) {
    let mut street = Street::new();
    let sale = street.authorized();
    (street, sale)
}

fn part(sale: &Sale) -> capture::Wish {
    capture::Wish {
        auth_rrpid: sale.payments[0].auth_rrpid,
        amount: amount(5_000),
        sale_detail: None,
    }
}

/// An order that waits for an answer, and the genuine one.
fn authorizing() -> (Street, Sale, Vec<u8>) {
    let mut street = Street::new();
    street.placed();
    let (sale, request) = street.auth_req(12_950, false);
    let response = street.acquirer.answer(&request).unwrap();
    (street, sale, response)
}

fn auth_res(alter: impl FnOnce(&mut AuthResTbs)) -> String {
    auth_res_of(None, alter)
}

/// What the merchant makes of an AuthRes that the gateway, or another, altered and signed.
fn auth_res_of(signer: Option<Identity>, alter: impl FnOnce(&mut AuthResTbs)) -> String {
    let (street, sale, response) = authorizing();
    let types = Types {
        tbe: oid::content::AUTH_RES_TBE,
        tbs: oid::content::AUTH_RES_TBS,
    };
    let response = resign::message(&response, |wrapper| {
        let Message::AuthRes(response) = &mut wrapper.message else {
            panic!("no AuthRes");
        };
        let AuthRes::EncB(response) = &mut **response else {
            panic!("with an account");
        };
        sealed(&street, signer.as_ref(), types, &mut response.enc, alter);
        no_ids(wrapper);
    });
    takes_auth_res(street, sale, &response)
}

/// What becomes of a response to AuthReq; the genuine one is taken after it.
fn takes_auth_res(mut street: Street, sale: Sale, response: &[u8]) -> String {
    let shop = &mut street.shop;
    let [other, _] = rogues::gateway(true);
    shop.merchant.trust.hold(other.certificate);
    let context = shop.tools.context();
    let mut merchant = shop.merchant.clone();
    let outcome = authorize::handle(&context, &mut merchant, sale.clone(), response);
    let waiting = sale.waiting.clone().unwrap();
    let request = waiting.request().as_bytes().to_vec();
    let genuine = street.acquirer.answer(&request).unwrap();
    let after = authorize::handle(&context, &mut merchant, sale, &genuine);
    assert_eq!(
        after.map(|answer| answer.auth_code.to_string()),
        Ok("approved".to_owned())
    );
    taken(outcome)
}

fn cap_res(alter: impl FnOnce(&mut CapResData)) -> String {
    let (street, sale) = authorized();
    let wish = part(&sale);
    cap_res_of(street, vec![(sale, vec![wish])], alter)
}

fn cap_res_of(
    mut street: Street,
    sales: Vec<(Sale, Vec<capture::Wish>)>,
    alter: impl FnOnce(&mut CapResData),
) -> String {
    let (sales, request) = street.shop.cap_req(sales);
    let genuine = street.acquirer.answer(&request).unwrap();
    let response = resign::message(&genuine, |wrapper| {
        let Message::CapRes(response) = &mut wrapper.message else {
            panic!("no CapRes");
        };
        sealed(&street, None, act::cap_res(), response, alter);
        no_ids(wrapper);
    });
    let shop = &mut street.shop;
    let context = shop.tools.context();
    let mut take = |octets: &[u8]| -> Result<Vec<capture::Answer>, Error> {
        capture::handle(&context, &mut shop.merchant, sales.clone(), octets)
    };
    let outcome = take(&response);
    assert!(take(&genuine).is_ok(), "the genuine response");
    taken(outcome)
}

fn sealed<T: Wire>(
    street: &Street,
    signer: Option<&Identity>,
    types: Types,
    envelope: &mut EnvelopedData,
    alter: impl FnOnce(&mut T),
) {
    let gateway = &street.acquirer.gateway.signature;
    resign::sealed(
        &street.acquirer.tools.crypto,
        signer.unwrap_or(gateway),
        &street.shop.merchant.encryption,
        types,
        envelope,
        alter,
    );
}

fn no_ids(wrapper: &mut MessageWrapper) {
    wrapper.message_header.message_ids = None;
}
