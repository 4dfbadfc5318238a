//! Wallet, merchant and gateway.

use std::sync::Arc;

use set_core::cardholder::outcome::Outcome;
use set_core::cardholder::purchase::{Initiating, Offered, Ordering};
use set_core::exchange::{CapRevOrCred, Context};
use set_core::merchant::{Sale, authorize, batch_admin, capture, correct, reverse};
use set_core::msg::payment::auth_res::AuthCode;
use set_core::msg::payment::auth_rev::AuthRevCode;
use set_core::msg::payment::batch_admin::BatchOperation;
use set_core::msg::payment::cap::CapCode;
use set_core::msg::payment::cap_rev_or_cred::CapRevOrCredCode;
use set_testkit::street::{Server, Shop, Street, Tools, Wallet};

use crate::table::Table;
use crate::{Exchange, Party};

impl Party for Wallet {
    fn again(&self) -> Self {
        self.restarted()
    }

    fn context(&self) -> Context<'_> {
        self.tools.context()
    }
}

impl Party for Shop {
    fn again(&self) -> Self {
        self.restarted()
    }

    fn context(&self) -> Context<'_> {
        self.tools.context()
    }
}

pub(crate) fn initiating(wallet: &Wallet, wake_up: &[u8]) -> (Initiating, Vec<u8>) {
    let (wish, bin) = (wallet.wish(wake_up), wallet.card.bin().unwrap());
    Initiating::start(&wallet.tools.context(), wish, bin, &wallet.trust).unwrap()
}

fn offered(wallet: &mut Wallet, wake_up: &[u8], response: &[u8]) -> Offered {
    let (state, _) = initiating(wallet, wake_up);
    state
        .handle(&wallet.tools.context(), response, &mut wallet.trust)
        .unwrap()
}

fn ordering(wallet: &mut Wallet, wake_up: &[u8], response: &[u8]) -> (Ordering, Vec<u8>) {
    let offered = offered(wallet, wake_up, response);
    offered.pay(&wallet.tools.context(), &wallet.card).unwrap()
}

fn said(outcome: &Outcome) -> String {
    format!("{:?}", outcome.payloads())
}

#[test]
fn p_init_altered_in_flight() {
    let mut street = Street::new();
    let wake_up = street.shop.offer(1);
    let (_, request) = initiating(&street.wallet.restarted(), &wake_up);
    Exchange::new(
        &street.shop,
        request,
        &street.wallet,
        |wallet: &mut Wallet| initiating(wallet, &wake_up).0,
        |wallet, state, response| {
            let context = wallet.tools.context();
            let offered = state.handle(&context, response, &mut wallet.trust)?;
            Ok(format!(
                "{:?} {:?} {:?}",
                offered.trans_ids(),
                offered.merchant().certificate().subject(),
                offered.gateway().certificate().issuer_and_serial_number(),
            ))
        },
    )
    .check("PInitReq", "PInitRes");
}

#[test]
fn p_req_altered_in_flight() {
    let mut street = Street::new();
    let wake_up = street.shop.offer(1);
    let (_, request) = initiating(&street.wallet.restarted(), &wake_up);
    let p_init_res = street.shop.answer(&request).unwrap();
    let (_, request) = ordering(&mut street.wallet.restarted(), &wake_up, &p_init_res);
    Exchange::new(
        &street.shop,
        request,
        &street.wallet,
        |wallet: &mut Wallet| ordering(wallet, &wake_up, &p_init_res).0,
        |wallet, state, response| {
            let context = wallet.tools.context();
            let (placed, outcome) = state.handle(&context, response, &mut wallet.trust)?;
            Ok(format!("{placed:?} {}", said(&outcome)))
        },
    )
    .check("PReq", "PRes");
}

/// The merchant cannot read the payment instruction and passes it on. Whatever was done to
/// it on the way to the merchant, the gateway asks no host.
#[test]
fn pi_altered_in_flight_to_the_merchant() {
    let mut street = Street::new();
    let (_, request) = street.p_req();
    let before = street.shop.restarted();
    let mut table = Table::new("PI");
    for altered in crate::fields(&request) {
        street.shop = before.restarted();
        let pi = altered.path.contains("piDualSigned");
        if !pi || street.shop.answer(&altered.octets).is_err() {
            continue;
        }
        let (authorizing, auth_req) = street.auth_req(12_950, false);
        let mut acquirer = street.acquirer.restarted();
        let outcome = match acquirer.answer(&auth_req) {
            Ok(answer) => {
                let context = before.tools.context();
                let merchant = &mut street.shop.merchant;
                let answer = authorize::handle(&context, merchant, authorizing, &answer).unwrap();
                match answer.auth_code {
                    AuthCode::Approved => "harmless".to_owned(),
                    other => format!("AuthCode {other}"),
                }
            }
            Err(refused) => {
                let unchanged = acquirer.store() == street.acquirer.store();
                assert!(unchanged, "{}: stored", altered.path);
                format!("Error {}", refused.error.code())
            }
        };
        table.line(&altered, &outcome);
    }
    let wrong = table.done();
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn inq_altered_in_flight() {
    let mut street = Street::new();
    let placed = street.placed();
    // Other random octets than those of the purchase.
    street.wallet.tools = Tools::new(21, Arc::clone(&street.clock));
    let (_, request) = street.inq_req(placed.clone());
    Exchange::new(
        &street.shop,
        request,
        &street.wallet,
        |wallet: &mut Wallet| {
            let context = wallet.tools.context();
            let identity = &wallet.card.identity;
            let started =
                set_core::cardholder::inquiry::Inquiring::start(&context, placed.clone(), identity);
            started.unwrap().0
        },
        |wallet, state, response| {
            let context = wallet.tools.context();
            let outcome = state.handle(&context, response, &mut wallet.trust)?;
            Ok(said(&outcome))
        },
    )
    .check("InqReq", "InqRes");
}

#[test]
fn auth_altered_in_flight() {
    let mut street = Street::new();
    street.placed();
    let (authorizing, request) = street.auth_req(12_950, false);
    Exchange::new(
        &street.acquirer,
        request,
        &street.shop,
        |_: &mut Shop| authorizing.clone(),
        |shop, state, response| {
            let context = shop.tools.context();
            let answer = authorize::handle(&context, &mut shop.merchant, state, response)?;
            Ok(match answer.auth_code {
                AuthCode::Approved => {
                    let payment = &answer.sale.payments[0];
                    format!("authorized {:?}", payment.response.auth_header)
                }
                other => format!("AuthCode {other}"),
            })
        },
    )
    .check("AuthReq", "AuthRes");
}

#[test]
fn cap_altered_in_flight() {
    let mut street = Street::new();
    let authorized = street.authorized();
    let (capturing, request) = street.cap_req(authorized, 12_950);
    Exchange::new(
        &street.acquirer,
        request,
        &street.shop,
        |_: &mut Shop| capturing.clone(),
        |shop, states, response| {
            let context = shop.tools.context();
            let answers = capture::handle(&context, &mut shop.merchant, states, response)?;
            Ok(match answers[0].cap_codes[0] {
                CapCode::Success => format!("captured {:?}", answers[0].sale.payments[0].captures),
                other => format!("CapCode {other}"),
            })
        },
    )
    .check("CapReq", "CapRes");
}

#[test]
fn auth_rev_altered_in_flight() {
    let mut street = Street::new();
    let sale = street.authorized();
    let (reversing, request) = street.shop.auth_rev_req(sale, 5_000);
    Exchange::new(
        &street.acquirer,
        request,
        &street.shop,
        |_: &mut Shop| reversing.clone(),
        |shop, state, response| {
            let context = shop.tools.context();
            let answer = reverse::handle(&context, &mut shop.merchant, state, response)?;
            Ok(match answer.auth_rev_code {
                AuthRevCode::Approved => format!("left {:?}", answer.sale.payments[0].amount),
                other => format!("AuthRevCode {other}"),
            })
        },
    )
    .check("AuthRevReq", "AuthRevRes");
}

#[test]
fn corrections_altered_in_flight() {
    let mut street = Street::new();
    let sale = street.authorized();
    let (captured, _) = street.capture(sale, 10_000);
    let wish = |sale: &Sale| correct::Wish {
        auth_rrpid: sale.payments[0].auth_rrpid,
        capture: 0,
        credit: None,
        amount: None,
        new_batch_id: None,
    };
    let mut credited = None;
    for (what, request, response) in [
        (CapRevOrCred::CapRev, "CapRevReq", "CapRevRes"),
        (CapRevOrCred::Cred, "CredReq", "CredRes"),
        (CapRevOrCred::CredRev, "CredRevReq", "CredRevRes"),
    ] {
        let sale = credited.clone().unwrap_or_else(|| captured.clone());
        let asked = match what {
            CapRevOrCred::CredRev => correct::Wish {
                credit: Some(0),
                ..wish(&sale)
            },
            _ => wish(&sale),
        };
        let (correcting, octets) = street.shop.correction(what, sale.clone(), asked.clone());
        Exchange::new(
            &street.acquirer,
            octets,
            &street.shop,
            |_: &mut Shop| correcting.clone(),
            |shop, sales, response| {
                let context = shop.tools.context();
                let answers = correct::handle(&context, &mut shop.merchant, sales, response)?;
                Ok(match answers[0].codes[0] {
                    CapRevOrCredCode::Success => {
                        format!("done {:?}", answers[0].sale.payments[0].captures)
                    }
                    other => format!("CapRevOrCredCode {other}"),
                })
            },
        )
        .check(request, response);
        if what == CapRevOrCred::Cred {
            credited = Some(street.correct(what, sale, asked).0);
        }
    }
}

#[test]
fn batch_admin_altered_in_flight() {
    let mut street = Street::new();
    let sale = street.authorized();
    street.capture(sale, 10_000);
    let wish = batch_admin::Wish {
        operation: Some(BatchOperation::Close),
        ..batch_admin::Wish::default()
    };
    let shop = &street.shop;
    let asked = batch_admin::batch_admin(&shop.tools.context(), &shop.merchant, wish);
    let (asking, request) = asked.unwrap();
    Exchange::new(
        &street.acquirer,
        request,
        &street.shop,
        |_: &mut Shop| asking.clone(),
        |shop, state, response| {
            let context = shop.tools.context();
            let data = state.handle(&context, &mut shop.merchant, response)?;
            Ok(format!("{data:?}"))
        },
    )
    .check("BatchAdminReq", "BatchAdminRes");
}

#[test]
fn p_cert_altered_in_flight() {
    let street = Street::new();
    let (asking, request) = street.p_cert_req();
    Exchange::new(
        &street.acquirer,
        request,
        &street.shop,
        |_: &mut Shop| asking.clone(),
        |shop, state, response| {
            let context = shop.tools.context();
            let items =
                state.handle(&context, std::slice::from_mut(&mut shop.merchant), response)?;
            Ok(format!("{items:?}"))
        },
    )
    .check("PCertReq", "PCertRes");
}
