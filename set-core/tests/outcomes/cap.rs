//! Captures.

use set_core::asn1::{Raw, SeqOf};
use set_core::gateway::CapTokens;
use set_core::merchant::{Sale, sale};
use set_core::msg::amount::{Currency, CurrencyAmount};
use set_core::msg::ids::{BatchId, LocalId, Rrpid, Xid};
use set_core::msg::payment::auth_res::AuthCode;
use set_core::msg::payment::cap::{CapItem, CapPayload, CapReqData, CapTokenSeq};
use set_core::msg::payment::tokens::CapToken;
use set_testkit::street::{Street, amount};

use crate::Stimulus;
use crate::act::gateway_says;
use crate::auth::become_another_merchant;
use crate::{batch_admin, forge};

pub(crate) const STIMULI: &[Stimulus] = &[
    ("all", || asks(authorized(), 12_950)),
    ("a-part", || asks(authorized(), 1)),
    ("above-the-authorization", || asks(authorized(), 12_951)),
    ("above-the-margin", || {
        let (mut street, sale) = authorized();
        street.acquirer.tools.policy.amount_margin_percent = 15;
        asks((street, sale), 14_893)
    }),
    ("within-the-margin", || {
        let (mut street, sale) = authorized();
        street.acquirer.tools.policy.amount_margin_percent = 15;
        asks((street, sale), 14_892)
    }),
    ("above-what-is-left", || {
        let (mut street, sale) = authorized();
        let (sale, _) = street.capture(sale, 10_000);
        street.clock.advance(1);
        asks((street, sale), 2_951)
    }),
    ("nothing", || {
        item(|item| item.cap_payload.cap_req_amt = amount(0))
    }),
    ("another-currency", || {
        item(|item| item.cap_payload.cap_req_amt.currency = Currency::new(978).unwrap())
    }),
    ("another-exponent", || {
        item(|item| {
            item.cap_payload.cap_req_amt = CurrencyAmount {
                amt_exp10: 0,
                ..amount(50)
            };
        })
    }),
    ("captured-before", || {
        let (mut street, sale) = authorized();
        let (_, first) = street.cap_req(sale.clone(), 5_000);
        gateway_says(&mut street, &first);
        // The same item in a new message.
        let again = forge::capturing(&street, &sale, 5_000);
        gateway_says(&mut street, &again)
    }),
    ("all-captured-before", || {
        let (mut street, sale) = authorized();
        let (sale, _) = street.capture(sale, 12_950);
        street.clock.advance(1);
        asks((street, sale), 1)
    }),
    ("unknown-xid", || {
        item(|item| item.trans_ids.xid = Xid::new([9; 20]))
    }),
    ("unknown-authorization", || {
        item(|item| item.auth_rrpid = Rrpid::new([9; 20]))
    }),
    ("another-lid-c", || {
        item(|item| item.trans_ids.lid_c = LocalId::new([9]).unwrap())
    }),
    ("another-lid-m", || {
        item(|item| item.trans_ids.lid_m = LocalId::new([9]).ok())
    }),
    ("no-record", || {
        let (mut street, sale) = authorized();
        street.acquirer.books.authorizations.clear();
        asks((street, sale), 100)
    }),
    ("another-merchants-authorization", || {
        let (mut street, sale) = authorized();
        become_another_merchant(&mut street);
        asks((street, sale), 100)
    }),
    ("declined-before", || {
        let (mut street, sale) = authorized();
        street.acquirer.books.authorizations[0].auth_code = AuthCode::Declined;
        asks((street, sale), 100)
    }),
    ("taken-back-before", || {
        let (mut street, sale) = authorized();
        street.reverse(sale.clone(), 0);
        asks((street, sale), 100)
    }),
    ("too-old", || {
        let (mut street, sale) = authorized();
        let date = &mut street.acquirer.books.authorizations[0].date;
        *date = date.minus(31 * 86_400);
        asks((street, sale), 100)
    }),
    ("no-token", || {
        tokens(|tokens| *tokens = CapToken::Null(der::asn1::Null))
    }),
    ("token-of-another-order", || {
        let (mut street, mut sale) = authorized();
        let other = forge::authorized(&mut street, 2);
        sale.payments.as_mut_slice()[0].cap_token = other.payments[0].cap_token.clone();
        asks((street, sale), 100)
    }),
    ("token-that-was-replaced", || {
        let (mut street, sale) = authorized();
        street.reverse(sale.clone(), 5_000);
        asks((street, sale), 100)
    }),
    ("token-sealed-by-another-gateway", || foreign(true)),
    ("token-signed-by-another-gateway", || foreign(false)),
    ("no-details-where-the-gateway-keeps-the-account", || {
        kept(|payload| payload.auth_res_payload = None)
    }),
    ("other-details-where-the-gateway-keeps-the-account", || {
        kept(|payload| {
            let response = payload.auth_res_payload.as_mut().unwrap();
            response.auth_header.auth_amt = amount(99_999);
        })
    }),
    ("details-where-the-gateway-keeps-the-account", || {
        kept(|_| {})
    }),
    ("unknown-batch", || into_batch(77, |_| {})),
    ("closed-batch", || into_batch(1, batch_admin::close)),
    ("batch-of-another-brand", || {
        into_batch(1, |street| {
            street.acquirer.books.batches[0].takes = Some(batch_admin::brands("Meadow", None));
        })
    }),
    ("batch-of-another-bin", || {
        into_batch(1, |street| {
            let takes = batch_admin::brands(set_testkit::hierarchy::BRAND, Some("999999"));
            street.acquirer.books.batches[0].takes = Some(takes);
        })
    }),
    ("one-bad-item-of-two", || {
        let (mut street, first) = authorized();
        let second = forge::authorized(&mut street, 2);
        let wish = |sale: &Sale, cents| set_core::merchant::capture::Wish {
            auth_rrpid: sale.payments[0].auth_rrpid,
            amount: amount(cents),
            sale_detail: None,
        };
        let wishes = (wish(&first, 12_951), wish(&second, 12_950));
        let asked = vec![(first, vec![wishes.0]), (second, vec![wishes.1])];
        let (_, request) = street.shop.cap_req(asked);
        gateway_says(&mut street, &request)
    }),
    ("the-same-item-twice", || {
        altered(|data, tokens| {
            let item = data.cap_item_seq.first().clone();
            data.cap_item_seq = SeqOf::new(vec![item.clone(), item]).unwrap();
            let token = tokens.first().clone();
            *tokens = Raw::new(SeqOf::new(vec![token.clone(), token]).unwrap()).unwrap();
        })
    }),
];

fn authorized() -> (Street, Sale) {
    let mut street = Street::new();
    let sale = street.authorized();
    (street, sale)
}

fn asks((mut street, sale): (Street, Sale), cents: u64) -> String {
    let (_, request) = street.cap_req(sale, cents);
    gateway_says(&mut street, &request)
}

/// The answer to a CapReq that its merchant altered and signed.
fn altered(alter: impl FnOnce(&mut CapReqData, &mut Raw<CapTokenSeq>)) -> String {
    let (mut street, sale) = authorized();
    let (_, request) = street.cap_req(sale, 100);
    let request = forge::cap_req(&street, &request, alter);
    gateway_says(&mut street, &request)
}

fn item(alter: impl FnOnce(&mut CapItem)) -> String {
    altered(|data, _| alter(&mut data.cap_item_seq.as_mut_slice()[0]))
}

fn tokens(alter: impl FnOnce(&mut CapToken)) -> String {
    altered(|_, tokens| {
        let mut token = tokens.first().clone();
        alter(&mut token);
        *tokens = Raw::new(SeqOf::one(token)).unwrap();
    })
}

fn foreign(sealed: bool) -> String {
    let (street, mut sale) = authorized();
    let token = sale.payments[0].cap_token.as_ref().unwrap();
    let token = forge::foreign_cap_token(&street, token, sealed);
    sale.payments.as_mut_slice()[0].cap_token = Some(token);
    asks((street, sale), 100)
}

/// Captures at a gateway that gives no tokens.
fn kept(alter: impl FnOnce(&mut CapPayload)) -> String {
    let mut street = Street::new();
    street.acquirer.gateway.cap_tokens = CapTokens::None;
    let sale = street.authorized();
    let (_, request) = street.cap_req(sale, 100);
    let request = forge::cap_req(&street, &request, |data, _| {
        alter(&mut data.cap_item_seq.as_mut_slice()[0].cap_payload);
    });
    gateway_says(&mut street, &request)
}

fn into_batch(batch: u64, before: fn(&mut Street)) -> String {
    let (mut street, sale) = authorized();
    before(&mut street);
    let (_, request) = street.cap_req(sale, 100);
    let request = forge::cap_req(&street, &request, |data, _| {
        let payload = &mut data.cap_item_seq.as_mut_slice()[0].cap_payload;
        let detail = payload.sale_detail.get_or_insert_with(sale::no_detail);
        detail.batch_id = BatchId::new(batch).ok();
    });
    gateway_says(&mut street, &request)
}
